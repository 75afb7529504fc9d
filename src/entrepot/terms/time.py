"""Time: middle days, spans between dated changes, real growth of prices, discount factors."""

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.terms.arrays import Amount, Index
from entrepot.units import DAYS_PER_YEAR


def middle_day(instance: Instance) -> FloatArray:
    """Middle day of each period.

    Returns
    -------
    (n_periods,) float64, proleptic ordinal; half a day where the period's length is odd.
    """
    periods = instance.periods
    middle: FloatArray = (periods.start_day + periods.end_day) / 2.0
    return middle


def spans(instance: Instance, changes: IntArray, period: int) -> list[tuple[int, float]]:
    """Spans of a period between the days on which something changes.

    Parameters
    ----------
    changes : days of change, proleptic ordinals, in any order.

    Returns
    -------
    list of (int, float)
        First day of each span, and the fraction of the period's days that it takes; the fractions sum to 1.
    """
    first, last = int(instance.periods.start_day[period]), int(instance.periods.end_day[period])
    inside = np.unique(changes[(first < changes) & (changes < last)])
    starts = [first, *inside.tolist()]
    return [(a, (b - a) / (last - first)) for a, b in zip(starts, [*starts[1:], last], strict=True)]


def growth(instance: Instance, rate: Amount, period: Index) -> FloatArray:
    """Price level in the middle of a period over that of the base day.

    Parameters
    ----------
    rate : real growth, fraction per year. period : index; both broadcast.

    Returns
    -------
    float64 of the broadcast shape, 1: (1 + rate) ** years from the base day to the period's middle.
    """
    years = (middle_day(instance)[period] - instance.money.base_day) / DAYS_PER_YEAR
    return np.power(1.0 + np.asarray(rate), years)


def discount(instance: Instance, day: Amount) -> FloatArray:
    """Present value of one euro that is paid on a day.

    Parameters
    ----------
    day : proleptic ordinal; days before the base day give factors above 1.

    Returns
    -------
    float64 of the shape of `day`, 1.
    """
    years = (np.asarray(day) - instance.money.base_day) / DAYS_PER_YEAR
    return np.power(1.0 + instance.money.discount_rate, -years)
