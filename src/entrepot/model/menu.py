"""Which offers a customer may be shown: the best of each service class, slower ones only if worth more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import BoolArray, FloatArray, IntArray
from entrepot.model.offers import OfferBlock


@dataclass(frozen=True, slots=True, eq=False)
class Menu:
    """Best offer of each class, all (n_classes, F, M); per potential parcel, money in EUR discounted.

    Attributes
    ----------
    is_shown : on the menu. value, charge : without the shift of a configuration. volume : parcels sold.
    carbon : kg CO2e. rates : of the carrier, within the value. alternative : index of the offer in its block.
    """

    is_shown: BoolArray
    value: FloatArray
    charge: FloatArray
    volume: FloatArray
    carbon: FloatArray
    rates: FloatArray
    alternative: IntArray


def menu_of_period(
    block: OfferBlock, period: int, discount: float, shift: FloatArray, n_classes: int
) -> Menu:
    """Menu in one period.

    Parameters
    ----------
    discount : factor of the period's middle. shift : (F,) EUR/parcel discounted that the largest
        configuration of each facility adds; nan where the facility cannot be used.
    """
    share, margin = block.share[period], block.margin[period]
    worth = share * (margin * discount + np.nan_to_num(shift)[None, :, None])
    usable = block.is_available[period] & ~np.isnan(shift)[None, :, None]
    best, alternative = best_per_class(worth, block.service_class[period], usable, n_classes)
    is_shown = worth_showing(best)

    def of_best(array: FloatArray) -> FloatArray:
        picked: FloatArray = np.where(is_shown, np.take_along_axis(array, alternative, axis=0), 0.0)
        return picked

    volume = of_best(share)
    return Menu(
        is_shown=is_shown,
        value=volume * of_best(margin) * discount,
        charge=volume * of_best(block.charge[period]) * discount,
        volume=volume,
        carbon=volume * of_best(block.carbon[period]),
        rates=volume * of_best(block.rates[period]) * discount,
        alternative=alternative,
    )


def best_per_class(
    value: FloatArray, service_class: NDArray[np.int8], is_available: BoolArray, n_classes: int
) -> tuple[FloatArray, IntArray]:
    """Best alternative of each service class.

    Parameters
    ----------
    value, service_class, is_available : (A, ...), A alternatives.

    Returns
    -------
    (n_classes, ...) value of the best, -inf where there is none; (n_classes, ...) its index, lowest on ties.
    """
    best = np.full((n_classes, *value.shape[1:]), -np.inf)
    index = np.zeros(best.shape, dtype=np.int64)
    for level in np.unique(service_class[is_available]):
        of_class = np.where(is_available & (service_class == level), value, -np.inf)
        index[level] = np.argmax(of_class, axis=0)
        best[level] = np.max(of_class, axis=0)
    return best, index


def worth_showing(best: FloatArray) -> BoolArray:
    """Classes (fast to slow on axis 0) that are worth more than every faster one."""
    faster = np.full_like(best, -np.inf)
    np.maximum.accumulate(best[:-1], axis=0, out=faster[1:])
    shown: BoolArray = best > faster
    return shown
