"""Futures: the assembled study with other numbers, one instance each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from entrepot.assembly.assemble import assemble
from entrepot.errors import UsageError
from entrepot.instance import BoolArray, Future, Instance
from entrepot.tables.study import Study

Row = Mapping[str, Any]

ORDER = ("route", "gateway", "site")
"""A route that stands in for another leads to no gateway that is closed as well."""

NO_FUTURES = "The study states no futures: fill in the table futures (key and weight of each)."


def assemble_futures(study: Study, instance: Instance | None = None) -> tuple[Future, ...]:
    """One instance per future of a study, in the order of the table.

    Parameters
    ----------
    study : as `entrepot.read_study` returns it. instance : the study, assembled, where that is known.

    Returns
    -------
    tuple of Future
        With the same sites, markets and periods; weights sum to 1.

    Raises
    ------
    UsageError : the study states no futures. DataError : tables contradict each other.
    """
    rows = study.tables["futures"].to_dicts()
    if not rows:
        raise UsageError(NO_FUTURES)
    base = assemble(study) if instance is None else instance
    closures = study.tables["closures"].to_dicts()
    total = sum(float(row["weight"]) for row in rows)
    return tuple(
        Future(
            id=row["future"],
            label=row["name"] or row["future"],
            weight=float(row["weight"]) / total,
            instance=in_future(base, row, [each for each in closures if each["future"] == row["future"]]),
        )
        for row in rows
    )


def in_future(base: Instance, row: Row, closures: list[Row]) -> Instance:
    """The instance with the factors and closures of one future.

    Parameters
    ----------
    row, closures : of the tables futures and closures, whose names and periods exist.
    """
    third = ~base.operators.is_own
    changed = replace(
        base,
        name=f"{base.name}: {row['name'] or row['future']}",
        demand=_demand(base, row),
        lanes=replace(base.lanes, cost=base.lanes.cost * row["linehaul"]),
        inbound=replace(base.inbound, shortfall_fee=base.inbound.shortfall_fee * row["linehaul"]),
        rate_cards=replace(
            base.rate_cards,
            price=base.rate_cards.price * row["last_mile"],
            price_per_kg=base.rate_cards.price_per_kg * row["last_mile"],
        ),
        operators=replace(
            base.operators,
            fixed_fee=np.where(third, row["operator"], 1.0) * base.operators.fixed_fee,
            pick_and_pack=np.where(third, row["operator"], 1.0) * base.operators.pick_and_pack,
            storage=np.where(third, row["operator"], 1.0) * base.operators.storage,
        ),
        sites=replace(base.sites, wage=base.sites.wage * row["wage"], rent=base.sites.rent * row["rent"]),
        products=replace(base.products, duty_rate=base.products.duty_rate * row["duty"]),
        customs=replace(base.customs, duty_rate=base.customs.duty_rate * row["duty"]),
    )
    for closure in sorted(closures, key=lambda each: ORDER.index(each["kind"])):
        changed = _closed(changed, closure)
    return changed


def _demand(base: Instance, row: Row) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    labels = base.periods.labels
    first = 0 if row["demand_from"] is None else labels.index(row["demand_from"])
    factor = np.where(np.arange(base.n_periods) >= first, float(row["demand"]), 1.0)
    return base.demand * factor


def _closed(instance: Instance, closure: Row) -> Instance:
    """The instance with one closure more."""
    when, place = _when(instance, closure), closure["place"]
    if closure["kind"] == "site":
        is_shut = np.zeros((instance.n_sites, instance.n_periods), dtype=np.bool_)
        if instance.is_shut.size:
            is_shut |= instance.is_shut
        is_shut[instance.sites.ids.index(place)] |= when
        return replace(instance, is_shut=is_shut)
    lanes = instance.lanes
    if closure["kind"] == "gateway":
        hit = lanes.gateway_index == instance.gateways.ids.index(place)
        return replace(instance, lanes=replace(lanes, is_open=lanes.is_open & ~(hit[:, None] & when)))
    hit = np.array([route == place for route in lanes.route], dtype=np.bool_)
    ends = list(zip(lanes.origin_index.tolist(), lanes.gateway_index.tolist(), lanes.mode, strict=True))
    closed = {end for end, is_hit in zip(ends, hit, strict=True) if is_hit}
    stands_in = np.array(
        [route == closure["instead"] and end in closed for route, end in zip(lanes.route, ends, strict=True)],
        dtype=np.bool_,
    )
    is_open = (lanes.is_open & ~(hit[:, None] & when)) | (stands_in[:, None] & when)
    return replace(instance, lanes=replace(lanes, is_open=is_open))


def _when(instance: Instance, closure: Row) -> BoolArray:
    """Periods of a closure, (n_periods,)."""
    labels = instance.periods.labels
    first = 0 if closure["from_period"] is None else labels.index(closure["from_period"])
    last = len(labels) - 1 if closure["to_period"] is None else labels.index(closure["to_period"])
    period = np.arange(len(labels))
    when: BoolArray = (first <= period) & (period <= last)
    return when
