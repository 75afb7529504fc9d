"""Rows over flows: service floors and carbon caps, one function per rule."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray, ServiceFloor
from entrepot.location import Resources
from entrepot.model.layout import NONE
from entrepot.model.strategy import Strategy
from entrepot.model.ways import WayTable
from entrepot.terms.centre_life import centre_carbon


@dataclass(frozen=True, slots=True, eq=False)
class ResourceRow:
    """sum of usage x flow <= sum of coefficient x column + constant.

    Attributes
    ----------
    way : (n_entries,) ways. usage : (n_entries,) per unit of cell weight.
    column : (n_room,) strategic columns. coefficient : (n_room,).
    """

    name: str
    way: IntArray
    usage: FloatArray
    column: IntArray
    coefficient: FloatArray
    constant: float


@dataclass(frozen=True, slots=True, eq=False)
class CellKeys:
    """Cells, all (n_cells,), sorted by (period, market, product)."""

    market: IntArray
    product: IntArray
    period: IntArray


def resources(instance: Instance, strategy: Strategy, cells: CellKeys, ways: WayTable) -> Resources:
    """All resource rows in canonical form."""
    rows = [
        *service_floors(instance, cells, ways),
        *carbon_caps(instance, strategy, cells, ways),
    ]
    return Resources(
        usage=_sparse([row.way for row in rows], [row.usage for row in rows], len(ways.cell)),
        matrix=_sparse(
            [row.column for row in rows], [row.coefficient for row in rows], len(strategy.columns)
        ),
        constant=np.array([row.constant for row in rows], dtype=float),
        names=tuple(row.name for row in rows),
    )


def _sparse(indices: list[IntArray], values: list[FloatArray], width: int) -> csr_array:
    """Matrix (n_rows, width) from the entries of every row."""
    pointer = np.concatenate([[0], np.cumsum([len(index) for index in indices])]).astype(np.int64)
    index = np.concatenate([np.zeros(0, dtype=np.int64), *indices])
    data = np.concatenate([np.zeros(0), *values])
    return csr_array((data, index, pointer), shape=(len(indices), width))


def service_floors(instance: Instance, cells: CellKeys, ways: WayTable) -> list[ResourceRow]:
    """At least a share of the parcels sold in a period arrives within the hours."""
    no_column, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    rows = []
    for floor in instance.limits.service:
        in_time = instance.choice.class_hours[ways.service_class] <= floor.hours
        usage = ways.volume * (floor.share - in_time)
        for period, label in enumerate(instance.periods.labels):
            counted = _counted(instance, floor, cells, period)[ways.cell] & (usage != 0.0)
            way = np.flatnonzero(counted)
            name = f"limit: {floor.share:.4g} within {floor.hours:g} h {_where(instance, floor)}{label}"
            rows.append(ResourceRow(name, way, usage[way], no_column, nothing, 0.0))
    return rows


def _counted(instance: Instance, floor: ServiceFloor, cells: CellKeys, period: int) -> BoolArray:
    """Cells that a floor counts in a period."""
    counted: BoolArray = cells.period == period
    if floor.country_index != NONE:
        counted = counted & (instance.markets.country_index[cells.market] == floor.country_index)
    return counted


def _where(instance: Instance, floor: ServiceFloor) -> str:
    return "" if floor.country_index == NONE else f"in {instance.countries.labels[floor.country_index]} "


def carbon_caps(instance: Instance, strategy: Strategy, cells: CellKeys, ways: WayTable) -> list[ResourceRow]:
    """Emissions of parcels and centres in a period stay within the cap."""
    rows, lives = [], strategy.lives
    for period, label in enumerate(instance.periods.labels):
        cap = float(instance.limits.carbon_cap[period])
        if np.isfinite(cap):
            way = np.flatnonzero((cells.period == period)[ways.cell] & (ways.carbon != 0.0))
            column = np.flatnonzero(lives.is_open_in(period))
            used = np.asarray(
                centre_carbon(instance, lives.site[column], lives.module[column], period), dtype=float
            )
            name = f"limit: carbon {label}"
            rows.append(ResourceRow(name, way, ways.carbon[way], column, -used, cap))
    return rows
