"""Is there a way to every market, and room for what must be served?"""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from entrepot.assembly import operators, places, rules, trade
from entrepot.assembly.checks.findings import at_rows, at_setting, at_table, listed
from entrepot.assembly.lookup import Lookup
from entrepot.errors import Finding
from entrepot.instance import BoolArray
from entrepot.tables.study import Study


def every_market_has_a_carrier(study: Study) -> Iterator[Finding]:
    """Some service delivers to every country with markets, and takes the weight of every product."""
    lookup = Lookup(study)
    rates = study.tables["rates"]
    reached = set(rates["to_country"].to_list())
    homes = study.tables["markets"]["country"].unique(maintain_order=True).to_list()
    missing = [code for code in homes if code not in reached]
    if missing:
        text = (
            f"No rate delivers to {listed(missing)}: the markets there cannot be reached.",
            "Add rates, or remove the markets.",
        )
        yield at_table(study, "rates", "to_country", text, "warning")
    heaviest = np.max(lookup.number("rates", "weight_to", empty=np.inf))
    for product, weight in zip(
        lookup.text("products", "product"), lookup.number("products", "weight"), strict=True
    ):
        if weight > heaviest:
            text = (
                f"No rate takes a parcel of {product} ({weight:g} kg): the heaviest band is {heaviest:g} kg.",
                "Add a weight band, or leave weight_to empty.",
            )
            yield at_table(study, "rates", "weight_to", text, "warning")


def every_site_can_be_supplied(study: Study) -> Iterator[Finding]:
    """In every period each supplying origin has an open lane for stock, with some room where rooms count.

    Trucks reach every centre from every gateway, and a lane takes every product: what keeps one centre and
    product from being supplied keeps all.
    """
    lookup = Lookup(study)
    periods = rules.periods_of(lookup)
    lanes, origins = trade.lanes_of(lookup, periods), trade.origins_of(lookup)
    inbound = trade.inbound_of(lookup)
    has_room = (inbound.gateway_capacity[lanes.gateway_index] > 0.0) & (inbound.lane_capacity > 0.0)
    for o, share in enumerate(origins.supply_share):
        usable = (lanes.origin_index == o) & lanes.carries_stock
        is_closed = ~np.any(lanes.is_open[usable], axis=0)
        is_blocked = ~np.any(lanes.is_open[usable & has_room], axis=0)
        if share > 0 and np.any(is_blocked):
            texts = _unsupplied(periods.labels, is_closed, is_blocked)
            here = pl.col("origin") == origins.ids[o]
            yield from at_rows(study, "origins", here, "origin", texts, severity="warning")


def _unsupplied(labels: tuple[str, ...], is_closed: BoolArray, is_blocked: BoolArray) -> tuple[str, str]:
    """Problem and remedy where an origin's lanes are all closed, or without room, in some periods."""
    what, remedy = "open", "Open a lane, or check the dates of its status."
    if np.any(is_blocked & ~is_closed):
        what = "open and has room"
        remedy = "Open a lane, or give one room: gateways.capacity, lanes.sailings, lanes.sailing_capacity."
    when = listed(np.array(labels)[is_blocked]).replace("{", "{{").replace("}", "}}")
    then = "can ever be supplied" if np.all(is_blocked) else "can be supplied then"
    return f"No lane for stock is {what} from {{origin}} in {when}: no centre {then}.", remedy


def capacity_covers_demand_that_must_be_served(study: Study) -> Iterator[Finding]:
    """With a fixed assortment all centres together should have room for the demand."""
    lookup = Lookup(study)
    if lookup.word("demand.assortment") != "fixed":
        return
    territories = places.territories_of(lookup)
    countries, periods = places.countries_of(lookup, territories), rules.periods_of(lookup)
    sizes = places.sizes_of(lookup)
    offers = operators.offers_of(lookup)
    rates = operators.operators_of(lookup, countries, offers)
    sites = places.sites_of(lookup, countries, sizes, periods, operators.runners_of(lookup, rates, offers))
    demand = places.demand_of(lookup, places.markets_of(lookup), periods)
    load = np.einsum("ikt,k->t", demand, trade.products_of(lookup, territories).handling_factor)
    usable = np.array([status != "forbidden" for status in sites.status])
    daily = np.minimum(sizes.capacity[sites.max_size - 1], rates.capacity[sites.operator_index])[usable]
    room = daily.sum() * lookup.setting("operations.working_days") / lookup.setting("operations.peak_factor")
    short = load > room * periods.years * (1 + 1e-9)
    if np.any(short):
        when = listed(np.array(periods.labels)[short])
        text = (
            f"All centres at full size take {room:,.0f} parcels a year, less than the demand in {when}.",
            "Allow larger sizes or more sites; otherwise direct parcels or the penalty take the rest.",
        )
        yield at_setting(study, "demand.assortment", text, "warning")


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    every_market_has_a_carrier,
    every_site_can_be_supplied,
    capacity_covers_demand_that_must_be_served,
)
