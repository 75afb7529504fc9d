"""Menus of direct and stocked offers, less those that no optimal plan needs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.direct_menus import DirectRows
from entrepot.model.facilities import Facilities
from entrepot.model.menu import Menu, menu_of
from entrepot.model.offers import OfferBlock, by_gateway, stocked_block
from entrepot.model.paths import Paths
from entrepot.model.reductions import (
    Counts,
    Standing,
    beaten_by_direct,
    beaten_by_nothing,
    beaten_by_slower,
    standing,
)
from entrepot.terms.offers import Context


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


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The markets of one country, one product and the carrier whose offers these are, in all periods.

    Carrier -1 stands for all that deliver without a contract.

    Attributes
    ----------
    market : (M,). services : (S,) of the carrier. cell : (T, M) index, -1 = no demand. counts : what counts
        where its ways are compared.
    """

    product: int
    market: IntArray
    services: IntArray
    cell: IntArray
    counts: Counts


def free_menu(work: Workspace, offers: OfferBlock, block: Block) -> tuple[Menu, Standing]:
    """Menu of direct parcels through gateways in no row over tonnes, and how it stands.

    It is one facility that is always open and has room for all.
    """
    instance, nothing = work.instance, np.zeros((work.instance.n_periods, 1))
    gateway = np.repeat(np.arange(instance.n_gateways), len(block.services))
    is_free = ~work.direct_rows.is_counted[gateway, block.product].T
    offers = replace(offers, is_available=offers.is_available & is_free[:, :, None, None])
    menu = menu_of(offers, block.cell, work.discount, nothing, instance.n_classes)
    mine = standing(menu, (nothing, nothing), work.discount, np.zeros(len(menu)), block.counts)
    kept = ~(_beaten_by_nothing(work, menu, mine) | beaten_by_slower(mine))
    return menu.where(kept), mine.where(kept)


def lone_menu(work: Workspace, offers: OfferBlock, block: Block) -> Menu:
    """Menu of direct parcels through gateways in rows over tonnes: each is a facility of its own."""
    is_counted = work.direct_rows.is_counted[:, block.product].T
    shift = np.where(is_counted, 0.0, np.nan)
    menu = menu_of(
        by_gateway(offers, work.instance.n_gateways),
        block.cell,
        work.discount,
        shift,
        work.instance.n_classes,
    )
    bonus = work.direct_rows.bonus[:, block.product].T * work.discount[:, None]
    mine = standing(menu, (bonus, np.zeros(bonus.shape)), work.discount, menu.volume, block.counts)
    return menu.where(~(_beaten_by_nothing(work, menu, mine) | beaten_by_slower(mine)))


def stocked_menu(work: Workspace, block: Block, direct: Standing) -> Menu:
    """Menu of every site that can be open; `direct` is how the free menu stands."""
    instance, places = work.instance, work.facilities
    offers = stocked_block(instance, work.context, block.market, block.product, block.services)
    facility = places.index.T
    top, best, worst = (
        np.append(shift[:, block.product], np.nan)[facility]
        for shift in (places.top_shift, places.best_shift, places.worst_shift)
    )
    menu = menu_of(offers, block.cell, work.discount, top, instance.n_classes)
    menu = _without_moved(work, menu, block.product)
    mine = standing(menu, (best, worst), work.discount, menu.volume, block.counts)
    beaten = _beaten_by_nothing(work, menu, mine) | beaten_by_direct(mine, direct)
    return menu.where(~(beaten | beaten_by_slower(mine)))


def _without_moved(work: Workspace, menu: Menu, product: int) -> Menu:
    """The menu without what the columns of the paths bear; it was chosen at the cheapest paths."""
    choice = work.paths.choice
    cost = choice.moved[:, product] * work.discount
    carbon = choice.moved_carbon[:, product]
    if not (cost.any() or carbon.any()):
        return menu
    borne = menu.volume * cost[menu.facility, menu.period]
    return replace(
        menu,
        value=menu.value + borne,
        charge=menu.charge - borne,
        carbon=menu.carbon - menu.volume * carbon[menu.facility, menu.period],
    )


def _beaten_by_nothing(work: Workspace, menu: Menu, mine: Standing) -> BoolArray:
    """Ways worth no more than serving nobody, or than the penalty for it."""
    choice = work.instance.choice
    penalty = choice.unserved_penalty if choice.assortment == "fixed" else 0.0
    return beaten_by_nothing(mine, -penalty * work.discount[menu.period])
