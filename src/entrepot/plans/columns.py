"""Flows and inbound rows as columns of a document: names once, then whole numbers."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.names import unreadable
from entrepot.plans.plan import Flows, Inbound, Plan

FLOW_COLUMNS = ("period", "market", "product", "site", "gateway", "service")
INBOUND_COLUMNS = ("period", "site", "product", "origin", "gateway", "lane")
NOTHING = -1


def columns_of(
    rows: Flows | Inbound, columns: tuple[str, ...], names: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Index columns of a table, each renumbered over the names that occur in it.

    Returns
    -------
    dict
        `names`: per column the names that occur. One list of positions in them per column; -1 = none.
    """
    used: dict[str, list[str]] = {}
    document: dict[str, Any] = {"names": used}
    for column in columns:
        index: IntArray = getattr(rows, column)
        values, position = np.unique(index[index != NOTHING], return_inverse=True)
        used[column] = [names[column][value] for value in values]
        written = np.full(len(index), NOTHING, dtype=np.int64)
        written[index != NOTHING] = position
        document[column] = written.tolist()
    return document


def indices_of(
    document: Mapping[str, Any], columns: tuple[str, ...], names: Mapping[str, tuple[str, ...]], place: str
) -> dict[str, IntArray]:
    """The way back: columns of indices into the instance.

    Raises
    ------
    DataError : a name that the study does not have, or a position without a name.
    """
    indices = {}
    for column in columns:
        known = {name: number for number, name in enumerate(names[column])}
        used = document["names"][column]
        for name in used:
            if name not in known:
                raise unreadable(f"{place}.{column}", str(name), f"The study has no {column} of this name.")
        position = whole_numbers(document[column], f"{place}.{column}")
        lowest = NOTHING if column in ("site", "gateway") else 0
        if len(position) and not lowest <= position.min() <= position.max() < len(used):
            raise unreadable(f"{place}.{column}", "", "A row points to a name that is not in the list.")
        lookup = np.array([*(known[name] for name in used), NOTHING], dtype=np.int64)
        indices[column] = lookup[position]
    if len({len(column) for column in indices.values()}) > 1:
        raise unreadable(place, "", "The columns differ in length.")
    return indices


def whole_numbers(values: Any, place: str) -> IntArray:
    """A list of whole numbers as an array."""
    column = np.asarray(values)
    if column.size == 0:
        return np.zeros(0, dtype=np.int64)
    if column.ndim != 1 or column.dtype.kind not in "iu":
        raise unreadable(place, "", "The column is not a list of whole numbers.")
    return column.astype(np.int64)


def fractions_of(values: FloatArray) -> list[float | int]:
    """Fractions, written short where they are one."""
    is_one: BoolArray = values == 1.0
    return [1 if one else float(value) for one, value in zip(is_one, values, strict=True)]


def digest_of(instance: Instance, plan: Plan) -> str:
    """Hash of the decisions: 64 hexadecimal digits, SHA-256 over sizes, partners, flows, inbound rows."""
    digest = hashlib.sha256(repr((instance.n_sites, instance.n_periods)).encode())
    digest.update(plan.size.astype("<i8").tobytes())
    digest.update(plan.operator.astype("<i8").tobytes())
    digest.update(plan.carrier.tobytes())
    for rows, columns in ((plan.flows, FLOW_COLUMNS), (plan.inbound, INBOUND_COLUMNS)):
        for column in columns:
            digest.update(getattr(rows, column).astype("<i8").tobytes())
    digest.update(plan.flows.fraction.astype("<f8").tobytes())
    if (plan.inbound.fraction != 1.0).any():
        digest.update(plan.inbound.fraction.astype("<f8").tobytes())
    return digest.hexdigest()
