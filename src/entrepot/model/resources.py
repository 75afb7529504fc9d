"""Rows over flows: service and share floors and carbon caps, one function per rule."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from entrepot.instance import FloatArray, Instance, ServiceFloor
from entrepot.kernels.grouping import grouped
from entrepot.location import Resources
from entrepot.model.accounts import Account
from entrepot.model.cell_keys import CellKeys
from entrepot.model.columns import Columns
from entrepot.model.deliveries import rows_of_carriers
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.path_resources import carbon_of_paths, haul_rows
from entrepot.model.resource_row import NO_AMOUNT, NO_INDEX, ResourceRow, sparse
from entrepot.model.sourcing import rows_of_sources
from entrepot.model.stock_rooms import stock_rooms
from entrepot.model.strategy import Strategy
from entrepot.model.throughput_rows import throughput_rows
from entrepot.model.ways import WayTable
from entrepot.terms.centre import capacity
from entrepot.terms.centre_life import centre_carbon
from entrepot.terms.contracts import first_capacity
from entrepot.terms.inbound import DirectPaths


def resources(
    instance: Instance,
    strategy: Strategy,
    places: Facilities,
    cells: CellKeys,
    ways: WayTable,
    *,
    direct: DirectPaths,
    n_enablers: int,
) -> Resources:
    """All resource rows in canonical form; `n_enablers` counts all configurations, the sites' first.

    `direct` says by which lanes direct parcels come."""
    rows = [
        *service_floors(instance, cells, ways),
        *carbon_caps(instance, strategy, cells, ways),
        *volumes_of_offers(strategy.volumes, places),
        *first_periods_of_contracts(instance, strategy, places),
        *carbon_of_all_periods(instance, strategy, ways),
        *share_floors(instance, cells, ways),
        *rows_of_carriers(instance, strategy.hires, strategy.spends, cells, ways),
        *rows_of_sources(instance, places, strategy.marks, cells, ways),
        *stock_rooms(instance, places, cells, ways),
        *throughput_rows(instance, strategy.throughput, places, cells, ways),
        *haul_rows(instance, strategy.paths, direct, cells, ways),
    ]
    return Resources(
        usage=sparse([row.way for row in rows], [row.usage for row in rows], len(ways.cell)),
        matrix=sparse([row.column for row in rows], [row.coefficient for row in rows], len(strategy.columns)),
        constant=np.array([row.constant for row in rows], dtype=float),
        names=tuple(row.name for row in rows),
        load=_loads(rows, n_enablers),
    )


def _loads(rows: list[ResourceRow], width: int) -> csr_array | None:
    if not any(len(row.enabler) for row in rows):
        return None
    return sparse([row.enabler for row in rows], [row.share for row in rows], width)


def service_floors(instance: Instance, cells: CellKeys, ways: WayTable) -> list[ResourceRow]:
    """At least a share of the parcels sold in a period arrives within the hours."""
    rows = []
    for floor in instance.limits.service:
        in_time = instance.choice.class_hours[ways.service_class] <= floor.hours
        usage = ways.volume * (floor.share - in_time)
        group = np.where(usage != 0.0, _counted(instance, floor, cells)[ways.cell], np.int32(NONE))
        order, pointer = grouped(group, instance.n_periods)
        for period, label in enumerate(instance.periods.labels):
            way = order[pointer[period] : pointer[period + 1]]
            name = f"limit: {floor.share:.4g} within {floor.hours:g} h {_where(instance, floor)}{label}"
            rows.append(ResourceRow(name, way, usage[way], NO_INDEX, NO_AMOUNT, 0.0))
    return rows


def _counted(instance: Instance, floor: ServiceFloor, cells: CellKeys) -> NDArray[np.int32]:
    """Period of the cells that a floor counts, -1 of the others, (n_cells,)."""
    country = instance.markets.country_index[cells.market]
    is_counted = (floor.country_index == NONE) | (country == floor.country_index)
    return np.where(is_counted, cells.period, NONE).astype(np.int32)


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
            inbound, emitted = carbon_of_paths(strategy.paths, period)
            room = np.append(column, inbound), -np.append(used, emitted)
            rows.append(ResourceRow(name, way, ways.carbon[way], *room, cap))
    return rows


def volumes_of_offers(accounts: tuple[Account, ...], places: Facilities) -> list[ResourceRow]:
    """The total of an account is at most what the centres under the offer handle."""
    period = np.repeat(places.period, np.diff(places.enablers.facility_pointer))
    rows = []
    for account in accounts:
        mine = np.flatnonzero((places.operator == account.party) & (period == account.period))
        rows.append(
            ResourceRow(
                f"volume of {account.label}",
                NO_INDEX,
                NO_AMOUNT,
                np.array([account.total]),
                np.array([-account.unit]),
                0.0,
                mine,
                np.full(len(mine), -1.0),
            )
        )
    return rows


def first_periods_of_contracts(
    instance: Instance, strategy: Strategy, places: Facilities
) -> list[ResourceRow]:
    """A centre handles less in the first period of a contract that starts up slowly."""
    engagements, rows = strategy.contracts.engagements, []
    period = np.repeat(places.period, np.diff(places.enablers.facility_pointer))
    site = np.repeat(places.site, np.diff(places.enablers.facility_pointer))
    slow = np.isfinite(instance.contracts.first_capacity[engagements.operator]) & (engagements.first >= 0)
    keys = set(zip(engagements.site[slow].tolist(), engagements.first[slow].tolist(), strict=True))
    for j, t in sorted(keys):
        begins = np.flatnonzero(slow & (engagements.site == j) & (engagements.first == t))
        mine = np.flatnonzero((site == j) & (period == t))
        most = float(np.max(capacity(instance, j, places.size[mine], t, places.operator[mine]), initial=0.0))
        first = np.asarray(first_capacity(instance, engagements.operator[begins], t), dtype=float)
        name = f"first period of {instance.sites.labels[j]} in {instance.periods.labels[t]}"
        room = (engagements.column[begins], np.minimum(first - most, 0.0))
        rows.append(ResourceRow(name, NO_INDEX, NO_AMOUNT, *room, most, mine, np.ones(len(mine))))
    return rows


def carbon_of_all_periods(instance: Instance, strategy: Strategy, ways: WayTable) -> list[ResourceRow]:
    """Emissions of parcels and centres in all periods together stay within the cap."""
    cap = instance.policies.carbon_total
    if not np.isfinite(cap):
        return []
    way = np.flatnonzero(ways.carbon != 0.0)
    used = carbon_of_lives(instance, strategy.lives)
    column = np.flatnonzero(used)
    inbound, emitted = carbon_of_paths(strategy.paths)
    room = np.append(column, inbound), -np.append(used[column], emitted)
    return [ResourceRow("limit: carbon of all periods", way, ways.carbon[way], *room, cap)]


def carbon_of_lives(instance: Instance, lives: Columns) -> FloatArray:
    """Emissions of each module over its life, (n_lives,) kg CO2e."""
    total = np.zeros(len(lives.site))
    for period in range(instance.n_periods):
        emitted = np.asarray(centre_carbon(instance, lives.site, lives.module, period), dtype=float)
        total += np.where(lives.is_open_in(period), emitted, 0.0)
    return total


def share_floors(instance: Instance, cells: CellKeys, ways: WayTable) -> list[ResourceRow]:
    """Parcels sold in a country and period are at least a share of its potential."""
    country, rows = instance.markets.country_index, []
    for floor in instance.policies.share_floors:
        inside = (country == floor.country_index) | (floor.country_index == NONE)
        where = "" if floor.country_index == NONE else f" in {instance.countries.labels[floor.country_index]}"
        for period, label in enumerate(instance.periods.labels):
            if floor.period in (NONE, period):
                counted = inside[cells.market] & (cells.period == period)
                way = np.flatnonzero(counted[ways.cell] & (ways.volume > 0.0))
                least = floor.share * float(instance.demand[inside, :, period].sum())
                name = f"limit: share of {floor.share:.4g}{where} {label}"
                rows.append(ResourceRow(name, way, -ways.volume[way], NO_INDEX, NO_AMOUNT, -least))
    return rows
