"""Names of the things in a result document, and the way back from names to indices."""

from collections import Counter
from collections.abc import Sequence

from entrepot.errors import DataError, Finding
from entrepot.instance import Instance

FILE = "result.json"


def names_of(instance: Instance) -> dict[str, tuple[str, ...]]:
    """Names by kind of thing, in the order of the instance; no name stands twice within a kind.

    Services are "carrier/service", lanes "origin > gateway, mode route", classes "24 h" ... and "slower".
    """
    lanes, cards = instance.lanes, instance.rate_cards
    ends = zip(lanes.origin_index, lanes.gateway_index, lanes.mode, lanes.route, strict=True)
    services = zip(cards.service_carrier, cards.service_names, strict=True)
    hours = instance.choice.class_hours
    return {
        "period": _distinct(instance.periods.labels),
        "country": _distinct(instance.countries.ids),
        "market": _distinct(instance.markets.ids),
        "product": _distinct(instance.products.ids),
        "origin": _distinct(instance.origins.ids),
        "gateway": _distinct(instance.gateways.ids),
        "site": _distinct(instance.sites.ids),
        "size": _distinct(instance.sizes.ids),
        "carrier": _distinct(instance.carriers.ids),
        "operator": _distinct(instance.operators.ids),
        "rival": _distinct(instance.rivals.ids),
        "service": _distinct([f"{instance.carriers.ids[carrier]}/{name}" for carrier, name in services]),
        "class": _distinct([f"{limit:g} h" if limit < float("inf") else "slower" for limit in hours]),
        "lane": _distinct(
            [
                f"{instance.origins.ids[origin]} > {instance.gateways.ids[gateway]}, {mode} {route}".rstrip()
                for origin, gateway, mode, route in ends
            ]
        ),
    }


def index_of(names: tuple[str, ...], name: object, kind: str) -> int:
    """Index of a name that a document uses.

    Raises
    ------
    DataError : the study has nothing of that name.
    """
    try:
        return names.index(str(name))
    except ValueError:
        raise unreadable(kind, str(name), f"The study has no {kind} of this name.") from None


def unreadable(place: str, value: str, problem: str) -> DataError:
    """The error for a document that cannot be read with this study."""
    remedy = "Use the study and scenario that the result was made from, or plan again."
    return DataError([Finding("error", FILE, None, place, value, problem, remedy)])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with "#2", "#3" ... added where one stands again."""
    count: Counter[str] = Counter()
    distinct = []
    for name in names:
        count[name] += 1
        distinct.append(name if count[name] == 1 else f"{name} #{count[name]}")
    return tuple(distinct)
