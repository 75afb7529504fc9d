"""Which offers a customer may be shown: the best of each service class, slower ones only if worth more."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import BoolArray, FloatArray, IntArray
from entrepot.kernels.outranking import Offers, rising_bests
from entrepot.model.layout import NONE
from entrepot.model.offers import OfferBlock


@dataclass(frozen=True, slots=True, eq=False)
class Menu:
    """Offers that are shown, all (n,), by cell, facility and class; amounts per potential parcel.

    Attributes
    ----------
    cell, period, service_class : indices. facility, alternative : positions in the block of offers.
    value, charge : EUR discounted, without the shift of a configuration. volume : parcels sold.
    carbon : kg CO2e. paid : EUR to the carrier in rates, not discounted, within the value.
    """

    cell: IntArray
    period: IntArray
    facility: IntArray
    alternative: IntArray
    service_class: NDArray[np.int8]
    value: FloatArray
    charge: FloatArray
    volume: FloatArray
    carbon: FloatArray
    paid: FloatArray

    def __len__(self) -> int:
        return len(self.cell)

    def where(self, kept: BoolArray) -> "Menu":
        """The part of the menu that is kept, (n,) bool."""
        return Menu(*(getattr(self, field.name)[kept] for field in fields(self)))


def menu_of(
    block: OfferBlock, cell: IntArray, discount: FloatArray, shift: FloatArray, n_classes: int
) -> Menu:
    """Menu of every cell.

    Parameters
    ----------
    cell : (T, M) index, -1 = no demand; ascending by period and market. discount : (T,) factor of the middle
        of each period. shift : (T, F) EUR/parcel discounted that the largest configuration of each facility
        adds; nan where the facility cannot be used.
    """
    n_markets = cell.shape[1]
    is_there = block.is_available & (cell != NONE)[:, None, None, :]
    offers = Offers(block.share, block.margin, is_there, block.service_class)
    at = rising_bests(offers, discount, shift, n_classes)
    volume, of_period = block.share.ravel()[at.flat], discount[at.t]
    return Menu(
        cell=cell.ravel()[at.t * n_markets + at.m],
        period=at.t,
        facility=at.f,
        alternative=at.a,
        service_class=block.service_class.ravel()[at.flat],
        value=volume * block.margin.ravel()[at.flat] * of_period,
        charge=volume * block.charge.ravel()[at.flat] * of_period,
        volume=volume,
        carbon=volume * block.carbon.ravel()[at.flat],
        paid=volume * block.rates.ravel()[at.flat],
    )
