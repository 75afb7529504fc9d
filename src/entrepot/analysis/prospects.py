"""What a rival could win with each of its candidate centres, and what a choice of them is worth to it."""

import numpy as np

from entrepot.analysis.capture import captured, own_offers
from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.reply import Prospects
from entrepot.plans.plan import Plan
from entrepot.terms.share import candidate_attraction, rival_attraction
from entrepot.terms.time import discount, middle_day


def seeks_profit(instance: Instance, rival: int) -> bool:
    """Whether the rival's margin is stated, so that its reply seeks profit rather than volume."""
    return bool(np.isfinite(instance.rivals.margin[rival]))


def prospects_of(instance: Instance, plan: Plan, rival: int, most: int) -> tuple[Prospects, float]:
    """What each candidate of a rival would capture beyond today, and the parcels that it captures today."""
    candidates = instance.rival_candidates
    chosen = np.flatnonzero(candidates.rival_index == rival)
    standing = rival_attraction(instance)
    others, mine = standing.sum(axis=0) - standing[rival], standing[rival]
    offers = own_offers(instance, plan)
    now = captured(instance, offers, mine, others)
    from_candidate = candidate_attraction(instance)[chosen]
    volume = np.zeros((len(chosen), *now.shape))
    for row, attraction in enumerate(from_candidate):
        best = np.maximum(mine, attraction[:, None])
        volume[row] = np.where(best > mine, captured(instance, offers, best, others) - now, 0.0)
    value, cost = np.maximum(volume, 0.0), np.zeros((len(chosen), instance.n_periods))
    if seeks_profit(instance, rival):
        value = value * (instance.rivals.margin[rival] * discount(instance, middle_day(instance)))
        cost = _centre_cost(instance, chosen)
    may_open = _may_open(instance, chosen, seeks_profit(instance, rival))
    return Prospects(rival, chosen, may_open, cost, np.maximum(volume, 0.0), value, most), float(now.sum())


def _may_open(instance: Instance, chosen: IntArray, at_will: bool) -> BoolArray:
    """Periods in which each candidate may open: any from its earliest one, or that one alone."""
    earliest = instance.rival_candidates.earliest_period[chosen][:, None]
    period = np.arange(instance.n_periods)
    may_open: BoolArray = period >= earliest if at_will else period == earliest
    return may_open


def _centre_cost(instance: Instance, chosen: IntArray) -> FloatArray:
    """EUR discounted of opening each candidate in each period and keeping it to the horizon's end.

    Opening is paid on the period's first day, the fixed cost in the middle of each period.
    """
    periods, candidates = instance.periods, instance.rival_candidates
    opening = discount(instance, periods.start_day.astype(np.float64))
    yearly = periods.years * discount(instance, middle_day(instance))
    still = np.cumsum(yearly[::-1])[::-1]
    cost: FloatArray = candidates.opening_cost[chosen, None] * opening
    return cost + candidates.fixed_cost[chosen, None] * still


def value_of(prospects: Prospects, candidate: IntArray, period: IntArray) -> tuple[float, float]:
    """Gain in what the rival seeks, and in parcels, of opening candidates in periods: the best one counts."""
    row = np.searchsorted(prospects.candidate, candidate)
    when = np.arange(prospects.value.shape[2])
    is_open = (when >= period[:, None])[:, None, :]
    best = np.where(is_open, prospects.value[row], 0.0).max(axis=0, initial=0.0)
    volume = np.where(is_open, prospects.volume[row], 0.0).max(axis=0, initial=0.0)
    return float(best.sum() - prospects.cost[row, period].sum()), float(volume.sum())
