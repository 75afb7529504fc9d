"""Rows over flows: service floors and carbon caps, one function per rule."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray, ServiceFloor
from entrepot.location import Resources
from entrepot.model.columns import Columns
from entrepot.model.layout import NONE
from entrepot.model.ways import WayTable
from entrepot.terms.centre_life import centre_carbon


@dataclass(frozen=True, slots=True, eq=False)
class ResourceRow:
    """sum of usage x flow <= sum of coefficient x column + constant.

    Attributes
    ----------
    way : (n_entries,) ways. usage : per unit of cell weight. coefficient : (n_columns,).
    """

    name: str
    way: IntArray
    usage: FloatArray
    coefficient: FloatArray
    constant: float


@dataclass(frozen=True, slots=True, eq=False)
class CellKeys:
    """Cells, all (n_cells,), sorted by (period, market, product)."""

    market: IntArray
    product: IntArray
    period: IntArray


def resources(instance: Instance, columns: Columns, cells: CellKeys, ways: WayTable) -> Resources:
    """All resource rows in canonical form."""
    rows = [
        *service_floors(instance, columns, cells, ways),
        *carbon_caps(instance, columns, cells, ways),
    ]
    pointer = np.concatenate([[0], np.cumsum([len(row.way) for row in rows])]).astype(np.int64)
    index = np.concatenate([np.zeros(0, dtype=np.int64), *(row.way for row in rows)])
    data = np.concatenate([np.zeros(0), *(row.usage for row in rows)])
    coefficient = np.zeros((len(rows), len(columns.site)))
    for number, row in enumerate(rows):
        coefficient[number] = row.coefficient
    return Resources(
        usage=csr_array((data, index, pointer), shape=(len(rows), len(ways.cell))),
        matrix=csr_array(coefficient),
        constant=np.array([row.constant for row in rows], dtype=float),
        names=tuple(row.name for row in rows),
    )


def service_floors(
    instance: Instance, columns: Columns, cells: CellKeys, ways: WayTable
) -> list[ResourceRow]:
    """At least a share of the parcels sold in a period arrives within the hours."""
    nothing = np.zeros(len(columns.site))
    rows = []
    for floor in instance.limits.service:
        in_time = instance.choice.class_hours[ways.service_class] <= floor.hours
        usage = ways.volume * (floor.share - in_time)
        for period, label in enumerate(instance.periods.labels):
            counted = _counted(instance, floor, cells, period)[ways.cell] & (usage != 0.0)
            way = np.flatnonzero(counted)
            name = f"limit: {floor.share:.4g} within {floor.hours:g} h {_where(instance, floor)}{label}"
            rows.append(ResourceRow(name, way, usage[way], nothing, 0.0))
    return rows


def _counted(instance: Instance, floor: ServiceFloor, cells: CellKeys, period: int) -> BoolArray:
    """Cells that a floor counts in a period."""
    counted: BoolArray = cells.period == period
    if floor.country_index != NONE:
        counted = counted & (instance.markets.country_index[cells.market] == floor.country_index)
    return counted


def _where(instance: Instance, floor: ServiceFloor) -> str:
    return "" if floor.country_index == NONE else f"in {instance.countries.labels[floor.country_index]} "


def carbon_caps(instance: Instance, columns: Columns, cells: CellKeys, ways: WayTable) -> list[ResourceRow]:
    """Emissions of parcels and centres in a period stay within the cap."""
    rows = []
    for period, label in enumerate(instance.periods.labels):
        cap = float(instance.limits.carbon_cap[period])
        if np.isfinite(cap):
            way = np.flatnonzero((cells.period == period)[ways.cell] & (ways.carbon != 0.0))
            centres = np.asarray(centre_carbon(instance, columns.site, columns.module, period), dtype=float)
            used = np.where(columns.is_open_in(period), -centres, 0.0)
            rows.append(ResourceRow(f"limit: carbon {label}", way, ways.carbon[way], used, cap))
    return rows
