"""Declarations of the tables of uncertainty: futures, and what each of them closes."""

from entrepot.tables.schema import Column, Table

CLOSURES_KNOWN = ("site", "gateway", "route")


def _factor(name: str, meaning: str) -> Column:
    return Column(name, "number", "1", f"Factor on {meaning}.", default=1.0, minimum=0, plausible=(0.2, 5.0))


FUTURES = Table(
    "futures",
    "Ways in which the world may turn out: the same study with other numbers. None = the study alone.",
    ("future",),
    (
        Column("future", "text", "", "Key."),
        Column("name", "text", "", "Name to show.", default=None),
        Column(
            "weight",
            "number",
            "1",
            "Probability, or any weight: they are scaled to sum to 1. 0 = counts in regrets alone.",
            minimum=0,
        ),
        _factor("demand", "the potential of all markets"),
        Column(
            "demand_from",
            "text",
            "",
            "First period whose demand differs; empty = the first.",
            default=None,
        ),
        _factor("linehaul", "the cost of all lanes"),
        _factor("last_mile", "the rates of all carriers"),
        _factor("operator", "the rates and fixed fees of third parties"),
        _factor("wage", "the wages of all sites"),
        _factor("rent", "the rents of all sites"),
        _factor("duty", "tariffs and further duties"),
    ),
    is_required=False,
)

CLOSURES = Table(
    "closures",
    "What a future delays, loses or closes: sites, gateways, routes.",
    ("future", "kind", "place", "from_period"),
    (
        Column("future", "text", "", "Future.", refers_to="futures.future"),
        Column(
            "kind",
            "text",
            "",
            "site: no parcel leaves it, its costs run on; gateway: no lane to it is open; route: none by it.",
            choices=CLOSURES_KNOWN,
        ),
        Column("place", "text", "", "Key of the site or gateway, or name of the route (lanes.route)."),
        Column(
            "from_period", "text", "", "First period in which it is closed; empty = the first.", default=None
        ),
        Column("to_period", "text", "", "Last period in which it is closed; empty = the last.", default=None),
        Column(
            "instead",
            "text",
            "",
            "For a route: another one, whose lanes between the same places are open meanwhile whatever their "
            "dates; empty = none.",
            default=None,
        ),
    ),
    is_required=False,
)
