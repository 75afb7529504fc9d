"""The ways of every cell: the menu of stocked and direct offers, less those that no optimal plan needs."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.model.direct_menus import DirectRows, direct_rows
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.menu import Menu, menu_of_period
from entrepot.model.offers import OfferBlock, direct_block, services_into, stocked_block
from entrepot.model.paths import Paths
from entrepot.model.reductions import (
    Scene,
    Standing,
    beaten_by_direct,
    beaten_by_nothing,
    beaten_by_slower,
    standing,
)
from entrepot.terms.offers import Context
from entrepot.terms.time import discount, middle_day


@dataclass(frozen=True, slots=True, eq=False)
class WayTable:
    """Ways in any order, all (n_ways,).

    Attributes
    ----------
    cell, facility : index, facility -1 = no centre. value, charge : EUR discounted per potential
        parcel. volume : parcels sold per potential parcel. carbon : kg CO2e per potential parcel. service,
        gateway, service_class : indices, -1 = none.
    """

    cell: NDArray[np.int32]
    facility: NDArray[np.int32]
    value: FloatArray
    charge: FloatArray
    volume: FloatArray
    carbon: FloatArray
    service: NDArray[np.int16]
    gateway: NDArray[np.int16]
    service_class: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """What every block of ways is built from.

    Attributes
    ----------
    paths : those that have columns. direct_rows : rows over tonnes that count direct parcels.
    cell_index : (n_markets, n_products, T) int32, -1 = no demand. discount : (T,) at the middle day.
    """

    instance: Instance
    context: Context
    facilities: Facilities
    paths: Paths
    direct_rows: DirectRows
    cell_index: NDArray[np.int32]
    discount: FloatArray


@dataclass(frozen=True, slots=True)
class Block:
    """The markets of one country, one product and one period, and the carrier whose offers these are.

    Carrier -1 stands for all that deliver without a contract.
    """

    market: IntArray
    country: int
    product: int
    period: int
    carrier: int

    @property
    def scene(self) -> Scene:
        """Where its ways belong."""
        return Scene(self.country, self.period, self.carrier)


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
    order = _order(instance, pieces)
    columns = (np.concatenate([getattr(piece, f.name) for piece in pieces])[order] for f in fields(WayTable))
    return WayTable(*columns)


def _order(instance: Instance, pieces: list[WayTable]) -> IntArray:
    """Order of the ways; only the pieces of one menu are in order of facility already."""
    cell = np.concatenate([piece.cell for piece in pieces])
    if instance.carriage.is_chosen.any():
        return np.lexsort((np.concatenate([piece.facility for piece in pieces]), cell))
    return np.argsort(cell, kind="stable")


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
    for carrier, services in services_by_menu(instance, services_into(instance, country)):
        direct = direct_block(instance, context, market, product, services)
        stocked = stocked_block(instance, context, market, product, services)
        for period in range(instance.n_periods):
            block = Block(market, country, product, period, carrier)
            menus = _direct_menus(work, direct, block)
            for outside, _ in menus:
                gateway, position = np.divmod(outside.alternative, len(services))
                yield _table(work, block, outside, np.full(1, NONE), (services[position], gateway))
            facility = work.facilities.index[:, period]
            inside = _stocked_menu(work, stocked, block, menus[0][1])
            nowhere = np.full(inside.alternative.shape, NONE)
            yield _table(work, block, inside, facility, (services[inside.alternative], nowhere))


def services_by_menu(instance: Instance, services: IntArray) -> list[tuple[int, IntArray]]:
    """Services that share a menu: those of each carrier under contract, and (-1) those of all others."""
    carrier = instance.rate_cards.service_carrier[services]
    menu = np.where(instance.carriage.is_chosen[carrier], carrier, NONE)
    return [(int(each), services[menu == each]) for each in np.unique(menu)]


def _direct_menus(work: Workspace, offers: OfferBlock, block: Block) -> list[tuple[Menu, Standing]]:
    """Menus of direct parcels and how they stand: gateways in no row over tonnes together, others alone."""
    n_services = offers.is_available.shape[1] // work.instance.n_gateways
    gateway = np.repeat(np.arange(work.instance.n_gateways), n_services)
    menus: list[tuple[Menu, Standing]] = []
    for members, bonus in work.direct_rows.menus(block.product, block.period):
        mine = np.isin(gateway, members)[None, :, None, None]
        part = offers if mine.all() else replace(offers, is_available=offers.is_available & mine)
        is_free = not menus
        menus.append(_direct_menu(work, part, block, bonus=bonus, is_free=is_free))
    return menus


def _direct_menu(
    work: Workspace, offers: OfferBlock, block: Block, *, bonus: float, is_free: bool
) -> tuple[Menu, Standing]:
    """Menu of direct parcels as one facility that is always open, and how it stands.

    Parameters
    ----------
    bonus : EUR/parcel, not discounted, that one can save in commitments. is_free : no row counts its tonnes.
    """
    instance, zero = work.instance, np.zeros(1)
    factor = work.discount[block.period]
    menu = menu_of_period(offers, block.period, factor, zero, instance.n_classes)
    mine = standing(instance, menu, (zero + bonus * factor, zero), block.scene)
    room = np.zeros(mine.capacity.shape) if is_free else mine.capacity
    beaten = beaten_by_nothing(mine, _fallback(work, block)) | beaten_by_slower(replace(mine, capacity=room))
    kept = menu.is_shown & ~beaten
    return replace(menu, is_shown=kept), replace(mine, is_shown=kept)


def _stocked_menu(work: Workspace, offers: OfferBlock, block: Block, direct: Standing) -> Menu:
    """Menu of every site that can be open."""
    instance, places = work.instance, work.facilities
    facility = places.index[:, block.period]
    usable = facility != NONE
    top, best, worst = np.full(len(facility), np.nan), np.zeros(len(facility)), np.zeros(len(facility))
    for target, source in ((top, places.top_shift), (best, places.best_shift), (worst, places.worst_shift)):
        target[usable] = source[facility[usable], block.product]
    nobody = np.isnan(top)
    best[nobody], worst[nobody] = 0.0, 0.0
    menu = menu_of_period(offers, block.period, work.discount[block.period], top, instance.n_classes)
    menu = _without_moved(work, menu, block)
    mine = standing(instance, menu, (best, worst), block.scene)
    beaten = beaten_by_nothing(mine, _fallback(work, block))
    beaten |= beaten_by_direct(mine, direct) | beaten_by_slower(mine)
    return replace(menu, is_shown=menu.is_shown & ~beaten)


def _without_moved(work: Workspace, menu: Menu, block: Block) -> Menu:
    """The menu without what the columns of the paths bear; it was chosen at the cheapest paths."""
    choice = work.paths.choice
    cost = choice.moved[:, block.product, block.period] * work.discount[block.period]
    carbon = choice.moved_carbon[:, block.product, block.period]
    if not (cost.any() or carbon.any()):
        return menu
    borne = menu.volume * cost[None, :, None]
    return replace(
        menu,
        value=menu.value + borne,
        charge=menu.charge - borne,
        carbon=menu.carbon - menu.volume * carbon[None, :, None],
    )


def _fallback(work: Workspace, block: Block) -> float:
    """Value of serving nobody, EUR discounted per potential parcel."""
    choice = work.instance.choice
    penalty = choice.unserved_penalty if choice.assortment == "fixed" else 0.0
    return -penalty * float(work.discount[block.period])


def _table(
    work: Workspace, block: Block, menu: Menu, facility: IntArray, source: tuple[IntArray, IntArray]
) -> WayTable:
    """Rows of the shown offers of cells that have demand, by market, facility, class.

    Parameters
    ----------
    facility : (F,). source : (service, gateway) of every offer, (n_classes, F, M).
    """
    cell = work.cell_index[block.market, block.product, block.period]
    m, f, c = np.nonzero(menu.is_shown.transpose(2, 1, 0) & (cell != NONE)[:, None, None])
    at = (c, f, m)
    return WayTable(
        cell=cell[m],
        facility=facility[f].astype(np.int32),
        value=menu.value[at],
        charge=menu.charge[at],
        volume=menu.volume[at],
        carbon=menu.carbon[at],
        service=source[0][at].astype(np.int16),
        gateway=source[1][at].astype(np.int16),
        service_class=c.astype(np.int8),
    )
