"""The parts of a result document read back into values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, Objective
from entrepot.plans.columns import FLOW_COLUMNS, INBOUND_COLUMNS, indices_of
from entrepot.plans.names import index_of, unreadable
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.result import Breach, Ledger, Measures, Proof, Stage
from entrepot.terms.ledger import LINES

AXES: dict[str, tuple[str, ...]] = {
    "potential": (),
    "sold": (),
    "stocked": (),
    "direct": (),
    "share": ("country",),
    "rival_share": ("rival", "country"),
    "class_parcels": ("class",),
    "site_parcels": ("site",),
    "service_parcels": ("service",),
    "operator_parcels": ("operator",),
    "gateway_parcels": ("gateway",),
    "gateway_weight": ("gateway",),
    "utilisation": ("site",),
    "carbon": (),
    "capital": (),
}
"""What each measure is given by, besides the period, which is the last axis of all."""

Names = Mapping[str, tuple[str, ...]]


def read_plan(document: Mapping[str, Any], instance: Instance, names: Names) -> Plan:
    """The decisions: centres, flows, inbound rows."""
    size = np.zeros((instance.n_sites, instance.n_periods), dtype=np.int64)
    operator = np.full(size.shape, -1, dtype=np.int64)
    for centre in document["centres"]:
        site = index_of(names["site"], centre["site"], "site")
        for label, level in centre["periods"].items():
            period = index_of(names["period"], label, "period")
            size[site, period] = index_of(names["size"], level, "size") + 1
        for label, name in centre["operators"].items():
            period = index_of(names["period"], label, "period")
            operator[site, period] = index_of(names["operator"], name, "operator")
    flows = indices_of(document["flows"], FLOW_COLUMNS, names, "plan.flows")
    fraction = amounts(document["flows"]["fraction"])
    if len(fraction) != len(flows["period"]):
        raise unreadable("plan.flows", "", "The columns differ in length.")
    inbound = indices_of(document["inbound"], INBOUND_COLUMNS, names, "plan.inbound")
    parts = _read_parts(document["inbound"], len(inbound["lane"]))
    carrier = _read_carriers(document["carriers"], instance, names)
    return Plan(
        size, operator, carrier, Flows(**flows, fraction=fraction), Inbound(**inbound, fraction=parts)
    )


def _read_parts(document: Mapping[str, Any], n_rows: int) -> FloatArray:
    """Part of the goods that each inbound row stands for; all of them in documents that do not say."""
    if "fraction" not in document:
        return np.ones(n_rows)
    parts = amounts(document["fraction"])
    if len(parts) != n_rows:
        raise unreadable("plan.inbound", "", "The columns differ in length.")
    return parts


def _read_carriers(rows: Sequence[Mapping[str, Any]], instance: Instance, names: Names) -> BoolArray:
    """Where each carrier is contracted."""
    shape = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    carrier = np.zeros(shape, dtype=np.bool_)
    for row in rows:
        at = index_of(names["carrier"], row["carrier"], "carrier")
        country = index_of(names["country"], row["country"], "country")
        carrier[at, country, [index_of(names["period"], label, "period") for label in row["periods"]]] = True
    return carrier


def read_ledger(document: Mapping[str, Any], names: Names) -> Ledger:
    """Every line of the ledger in the order of the file; lines that it does not know yet are 0."""
    rows = [*document["lines"]]
    rows = _with_new_lines(rows, len(names["period"]) + 1)
    amount = np.array([amounts(row["amounts"]) for row in rows])
    if amount.shape != (len(rows), len(names["period"]) + 1):
        raise unreadable("ledger.lines", "", "A line has not one amount per period and one for the end.")
    return Ledger(
        lines=tuple(str(row["line"]) for row in rows),
        kinds=tuple(str(row["kind"]) for row in rows),
        amount=amount,
        discounted=amounts([row["discounted"] for row in rows]),
    )


NEW_LINES = ("cycle_stock", "safety_stock")
"""Lines that documents of this version may lack: written before there was pooled stock."""


def _with_new_lines(rows: list[Mapping[str, Any]], n_amounts: int) -> list[Mapping[str, Any]]:
    known = {row["line"] for row in rows}
    if known.intersection(NEW_LINES) or known.union(NEW_LINES) != set(LINES):
        return rows
    for line in NEW_LINES:
        nothing = {"line": line, "kind": "cost", "amounts": [0.0] * n_amounts, "discounted": 0.0}
        rows.insert(LINES.index(line), nothing)
    return rows


def read_measures(document: Mapping[str, Any], names: Names) -> Measures:
    """Every measure as an array in the order of the instance."""
    length = len(names["period"])
    return Measures(
        **{name: _by_index(document[name], [(axis, names[axis]) for axis in axes], length, name)
           for name, axes in AXES.items()}
    )  # fmt: skip


def read_breaches(document: Sequence[Mapping[str, Any]]) -> tuple[Breach, ...]:
    """The limits that the plan does not keep."""
    return tuple(
        Breach(
            str(each["limit"]),
            str(each["place"]),
            real(each["amount"], np.inf),
            real(each["allowed"], np.inf),
        )
        for each in document
    )


def read_proof(document: Mapping[str, Any]) -> Proof:
    """Bounds and the end of the search; null stands for the infinity that the field has."""
    return Proof(
        value=real(document["value"], -np.inf),
        certified_bound=real(document["certified_bound"], np.inf),
        claimed_bound=real(document["claimed_bound"], np.inf),
        gap=real(document["gap"], np.inf),
        certified_gap=real(document["certified_gap"], np.inf),
        stop_reason=str(document["stop_reason"]),
        seconds=real(document["seconds"], np.nan),
        seed=int(document["seed"]),
        version=str(document["version"]),
        fingerprint=str(document["fingerprint"]),
        solver=str(document["solver"]),
        trace=tuple(
            (real(elapsed, np.nan), real(value, -np.inf), real(bound, np.inf))
            for elapsed, value, bound in document["trace"]
        ),
        approximation=real(document.get("approximation", 0.0), np.nan),
    )


def read_stages(document: Sequence[Mapping[str, Any]], names: Names) -> tuple[Stage, ...]:
    """The objectives that were pursued in order."""
    return tuple(
        Stage(
            objective=Objective(
                kind=str(each["objective"]),
                tolerance=real(each["tolerated_fraction"], np.nan),
                allowance=real(each["tolerated_amount"], np.nan),
                hours=real(each["hours"], np.nan),
                country_index=-1
                if each["country"] is None
                else index_of(names["country"], each["country"], "country"),
            ),
            found=real(each["found"], np.nan),
            claimed_bound=real(each["claimed_bound"], np.nan),
            certified_bound=real(each["certified_bound"], np.nan),
            gap=real(each["gap"], np.inf),
            tolerance=real(each["tolerance"], np.nan),
            final=real(each["final"], np.nan),
            stop_reason=str(each["stop_reason"]),
            seconds=real(each["seconds"], np.nan),
        )
        for each in document
    )


def real(value: Any, otherwise: float) -> float:
    """A number; `otherwise` where the document has null.

    Raises
    ------
    TypeError : it is neither.
    """
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def amounts(values: Sequence[Any]) -> FloatArray:
    """A list of numbers as an array, not a number where the document has null."""
    return np.array([real(value, np.nan) for value in values], dtype=np.float64)


def _by_index(content: Any, axes: list[tuple[str, tuple[str, ...]]], length: int, place: str) -> FloatArray:
    if not axes:
        values = amounts(content)
        if len(values) != length:
            raise unreadable(f"measures.{place}", "", "There is not one number per period.")
        return values
    (kind, names), *inner = axes
    for name in content:
        index_of(names, name, kind)
    if not names:
        return np.zeros((0, *(len(others) for _, others in inner), length))
    return np.array([_by_index(content[name], inner, length, place) for name in names])
