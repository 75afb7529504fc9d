"""Instance -> canonical problem."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import FloatArray, Instance
from entrepot.location import Cells, LocationProblem, Strategic, Ways
from entrepot.model.carriage import carrier_places, hired_facilities
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities, facilities
from entrepot.model.layout import NONE, Layout
from entrepot.model.resources import resources
from entrepot.model.rooms import Rooms
from entrepot.model.row import stack_rows
from entrepot.model.rows import strategic_rows
from entrepot.model.sourcing import single_cells, stable_sources
from entrepot.model.stock import StockChords
from entrepot.model.strategy import Strategy, strategy_of
from entrepot.model.throughput_rows import suggested_prices
from entrepot.model.ways import WayTable, build_ways
from entrepot.terms.carriage import NETWORK
from entrepot.terms.offers import context

Facility = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A built problem and what it was built from.

    Attributes
    ----------
    problem : canonical. layout : what its rows and columns stand for. strategy : its strategic columns.
    carbon : (n_ways,) kg CO2e per unit of cell weight.
    stock : what is charged for pooled stock, None where stock is a number of days.
    """

    problem: LocationProblem
    layout: Layout
    strategy: Strategy
    carbon: FloatArray
    stock: StockChords | None


def build_problem(instance: Instance) -> tuple[LocationProblem, Layout]:
    """State an instance as the canonical problem.

    Returns
    -------
    The problem, and the layout that leads its rows and columns back to the instance.

    Notes
    -----
    A cell is a (period, market, product) with demand; under assortment "choice" cells that no way can serve
    with profit are left out. Capital, rent and the like are in the strategic columns, everything per parcel
    in the ways; pick and pack, which depends on the size, is the shift of the configuration.
    """
    built = build(instance)
    return built.problem, built.layout


def build(instance: Instance, rooms: Rooms | None = None) -> Built:
    """State an instance as the canonical problem, and keep what its objectives are stated from.

    `rooms` of gateways and lanes to state; None = all of them.
    """
    around = context(instance)
    strategy = strategy_of(instance, rooms)
    places = facilities(instance, strategy, around)
    keys = _cell_keys(instance)
    ways = build_ways(instance, around, places, _cell_index(instance, keys), strategy.paths)
    keys, ways, pointer = _served_cells(keys, ways)
    hired = carrier_places(instance, strategy.hires, places.enablers)
    contract = hired_facilities(instance, hired.index, keys, ways.cell, ways.service)
    joined = replace(places, enablers=hired.enablers)
    enablers, source = stable_sources(instance, joined, strategy.marks, keys, ways)
    facility, partner = _needed(instance, ways, contract, source)
    rows = resources(
        instance,
        strategy,
        places,
        keys,
        ways,
        direct=around.direct,
        n_enablers=len(enablers.constant),
    )
    moved = strategy.paths.choice.moved
    problem = LocationProblem(
        name=instance.name,
        strategic=_strategic(instance, strategy),
        enablers=enablers,
        cells=_cells(instance, keys, pointer),
        ways=Ways(facility, ways.value, ways.volume, ways.charge, partner),
        resources=replace(rows, price=suggested_prices(instance, strategy.throughput, rows.names, moved)),
    )
    layout = _layout(strategy, places, keys, pointer, ways)
    return Built(problem, layout, strategy, ways.carbon, places.stock)


def _needed(
    instance: Instance, ways: WayTable, contract: Facility, source: Facility | None
) -> tuple[Facility, Facility | None]:
    """Facility and partner of every way, (n_ways,) each.

    A stocked way needs its centre, and as its partner the contract of its carrier or, where carriers work
    without contracts, the source of its market; a direct one needs the contract alone.
    """
    if not instance.carriage.is_chosen.any():
        return ways.facility, source
    is_stocked = ways.facility != NONE
    partner = np.where(is_stocked, contract, NONE).astype(np.int32)
    return np.where(is_stocked, ways.facility, contract).astype(np.int32), partner


def _cell_keys(instance: Instance) -> CellKeys:
    period, market, product = np.nonzero(instance.demand.transpose(2, 0, 1) > 0.0)
    return CellKeys(market, product, period)


def _cell_index(instance: Instance, keys: CellKeys) -> NDArray[np.int32]:
    index = np.full(instance.demand.shape, NONE, dtype=np.int32)
    index[keys.market, keys.product, keys.period] = np.arange(len(keys.market))
    return index


def _served_cells(keys: CellKeys, ways: WayTable) -> tuple[CellKeys, WayTable, NDArray[np.int64]]:
    """Leave out cells without ways and number the others anew."""
    count = np.bincount(ways.cell, minlength=len(keys.market))
    has_way = count > 0
    number = (np.cumsum(has_way) - 1).astype(np.int32)
    kept = CellKeys(keys.market[has_way], keys.product[has_way], keys.period[has_way])
    pointer = np.concatenate([[0], np.cumsum(count[has_way])]).astype(np.int64)
    return kept, replace(ways, cell=number[ways.cell]), pointer


def _cells(instance: Instance, keys: CellKeys, pointer: NDArray[np.int64]) -> Cells:
    is_fixed = instance.choice.assortment == "fixed"
    return Cells(
        weight=instance.demand[keys.market, keys.product, keys.period],
        group=keys.period,
        kind=keys.product,
        is_mandatory=np.full(len(keys.market), is_fixed),
        way_pointer=pointer,
        kind_load=np.array(instance.products.handling_factor),
        n_groups=instance.n_periods,
        is_single=single_cells(instance, keys),
    )


def _strategic(instance: Instance, strategy: Strategy) -> Strategic:
    rows, columns = strategic_rows(instance, strategy), strategy.columns
    matrix, lower, upper = stack_rows(rows, len(columns))
    return Strategic(
        cost=columns.cost,
        charge=columns.charge,
        lower=columns.lower,
        upper=columns.upper,
        is_integer=columns.is_integer,
        matrix=matrix,
        row_lower=lower,
        row_upper=upper,
        column_names=columns.names,
        row_names=tuple(row.name for row in rows),
    )


def _layout(
    strategy: Strategy, places: Facilities, keys: CellKeys, pointer: NDArray[np.int64], ways: WayTable
) -> Layout:
    small, columns, engagements = np.int16, strategy.lives, strategy.contracts.engagements
    hires, choice = strategy.hires, strategy.paths.choice
    in_country = hires.country != NETWORK
    return Layout(
        column_site=columns.site.astype(small),
        column_module=columns.module.astype(small),
        column_first=columns.first.astype(small),
        column_last=columns.last.astype(small),
        engagement_site=engagements.site.astype(small),
        engagement_operator=engagements.operator.astype(small),
        engagement_first=engagements.first.astype(small),
        engagement_last=engagements.last.astype(small),
        engagement_column=engagements.column,
        hire_carrier=hires.carrier[in_country].astype(small),
        hire_country=hires.country[in_country].astype(small),
        hire_first=hires.first[in_country].astype(small),
        hire_last=hires.last[in_country].astype(small),
        hire_column=hires.column[in_country],
        path_site=choice.site.astype(small),
        path_product=choice.product.astype(small),
        path_period=choice.period.astype(small),
        path_origin=choice.origin.astype(small),
        path_lane=choice.lane.astype(small),
        path_column=strategy.paths.column,
        facility_site=places.site.astype(small),
        facility_period=places.period.astype(small),
        enabler_size=places.size.astype(small),
        cell_market=keys.market.astype(np.int32),
        cell_product=keys.product.astype(small),
        cell_period=keys.period.astype(small),
        way_pointer=pointer,
        way_facility=ways.facility,
        way_service=ways.service,
        way_gateway=ways.gateway,
        way_class=ways.service_class,
    )
