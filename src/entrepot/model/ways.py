"""The ways of every cell: the menu of stocked and direct offers, less those that no optimal plan needs."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.kernels.grouping import grouped
from entrepot.model.direct_menus import direct_rows
from entrepot.model.facilities import Facilities
from entrepot.model.kept_menus import Block, Workspace, free_menu, lone_menu, stocked_menu
from entrepot.model.layout import NONE
from entrepot.model.menu import Menu
from entrepot.model.offers import direct_block, services_into
from entrepot.model.paths import Paths
from entrepot.model.reductions import counts
from entrepot.terms.offers import Context
from entrepot.terms.time import discount, middle_day


@dataclass(frozen=True, slots=True, eq=False)
class WayTable:
    """Ways in any order, all (n_ways,).

    Attributes
    ----------
    cell, facility : index, facility -1 = no centre. value, charge : EUR discounted per potential
        parcel. volume : parcels sold per potential parcel. carbon : kg CO2e per potential parcel.
        paid : EUR to the carrier in rates per potential parcel, not discounted. service, gateway,
        service_class : indices, -1 = none.
    """

    cell: NDArray[np.int32]
    facility: NDArray[np.int32]
    value: FloatArray
    charge: FloatArray
    volume: FloatArray
    carbon: FloatArray
    paid: FloatArray
    service: NDArray[np.int16]
    gateway: NDArray[np.int16]
    service_class: NDArray[np.int8]


def build_ways(
    instance: Instance,
    context: Context,
    facilities: Facilities,
    cell_index: NDArray[np.int32],
    paths: Paths,
) -> WayTable:
    """All ways, sorted by cell, within it: unserved, direct, stocked by site; then by carrier and class."""
    factor = discount(instance, middle_day(instance))
    counted = direct_rows(instance, paths, context.direct)
    work = Workspace(instance, context, facilities, paths, counted, cell_index, factor)
    pieces = [_unserved(work)]
    for country in np.unique(instance.markets.country_index):
        for product in range(instance.n_products):
            pieces.extend(_country_ways(work, int(country), product))
    order = _order(work, pieces)
    memory = np.empty(len(order))  # of one column after another: fresh memory takes longer than copying

    def column(name: str) -> NDArray[Any]:
        parts = [getattr(piece, name) for piece in pieces]
        joined: NDArray[Any] = np.concatenate(parts, out=memory.view(parts[0].dtype)[: len(order)])
        return joined.take(order)

    return WayTable(*(column(field.name) for field in fields(WayTable)))


def _order(work: Workspace, pieces: list[WayTable]) -> IntArray:
    """Order by cell and facility; where no carrier is chosen, the ways of a cell have that of facilities."""
    n_cells = int(work.cell_index.max(initial=NONE)) + 1
    cell = np.concatenate([piece.cell for piece in pieces])
    if not work.instance.carriage.is_chosen.any():
        return grouped(cell, n_cells)[0]
    facility = np.concatenate([piece.facility for piece in pieces])
    by_facility, _ = grouped(facility + np.int32(1), len(work.facilities.site) + 1)
    return by_facility.take(grouped(cell.take(by_facility), n_cells)[0])


def _unserved(work: Workspace) -> WayTable:
    """Paying the penalty, where every cell must be served (assortment "fixed")."""
    is_fixed = work.instance.choice.assortment == "fixed"
    where = np.nonzero((work.cell_index != NONE) & is_fixed)
    penalty = work.instance.choice.unserved_penalty * work.discount[where[2]]
    zero, none = np.zeros(len(penalty)), np.full(len(penalty), NONE)
    return WayTable(
        cell=work.cell_index[where],
        facility=none.astype(np.int32),
        value=-penalty,
        charge=penalty,
        volume=zero,
        carbon=zero,
        paid=zero,
        service=none.astype(np.int16),
        gateway=none.astype(np.int16),
        service_class=none.astype(np.int8),
    )


def _country_ways(work: Workspace, country: int, product: int) -> Iterator[WayTable]:
    instance, context = work.instance, work.context
    market = np.flatnonzero(instance.markets.country_index == country)
    market = market[(work.cell_index[market, product] != NONE).any(axis=1)]
    if len(market) == 0:
        return
    cell = work.cell_index[market, product].T.astype(np.int64)
    for carrier, services in services_by_menu(instance, services_into(instance, country)):
        block = Block(product, market, services, cell, counts(instance, country, carrier))
        offers = direct_block(instance, context, market, product, services)
        free, standard = free_menu(work, offers, block)
        yield _direct_ways(block, free, free.alternative // len(services))
        if work.direct_rows.is_counted[:, product].any():
            alone = lone_menu(work, offers, block)
            yield _direct_ways(block, alone, alone.facility)
        stocked = stocked_menu(work, block, standard)
        yield _stocked_ways(block, stocked, work.facilities.index[stocked.facility, stocked.period])


def services_by_menu(instance: Instance, services: IntArray) -> list[tuple[int, IntArray]]:
    """Services that share a menu: those of each carrier under contract, and (-1) those of all others."""
    carrier = instance.rate_cards.service_carrier[services]
    menu = np.where(instance.carriage.is_chosen[carrier], carrier, NONE)
    return [(int(each), services[menu == each]) for each in np.unique(menu)]


def _direct_ways(block: Block, menu: Menu, gateway: IntArray) -> WayTable:
    """Ways of direct parcels; `gateway` (n,) of each."""
    service = block.services[menu.alternative % len(block.services)]
    return _table(menu, np.full(len(menu), NONE), service, gateway)


def _stocked_ways(block: Block, menu: Menu, facility: IntArray) -> WayTable:
    """Ways out of stock; `facility` (n,) of each."""
    return _table(menu, facility, block.services[menu.alternative], np.full(len(menu), NONE))


def _table(menu: Menu, facility: IntArray, service: IntArray, gateway: IntArray) -> WayTable:
    """The offers of a menu as ways; `facility`, `service` and `gateway` (n,) of each."""
    return WayTable(
        cell=menu.cell.astype(np.int32),
        facility=facility.astype(np.int32),
        value=menu.value,
        charge=menu.charge,
        volume=menu.volume,
        carbon=menu.carbon,
        paid=menu.paid,
        service=service.astype(np.int16),
        gateway=gateway.astype(np.int16),
        service_class=menu.service_class,
    )
