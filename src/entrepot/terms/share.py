"""Market share: what draws customers to our offer and to the rivals'.

References
----------
D. McFadden, 1974, Conditional logit analysis of qualitative choice behavior, in P. Zarembka (ed.),
Frontiers in Econometrics: the multinomial logit.
D. L. Huff, 1964, Defining and estimating a trading area, Journal of Marketing 28(3): size over a power of
the travel time, here of the time to delivery.
"""

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray, RivalCandidates, RivalCentres
from entrepot.terms.arrays import Amount
from entrepot.terms.promise import service_class
from entrepot.units import DAYS_PER_WEEK, HOURS_PER_DAY

SHORTEST_HOURS = 1.0
"""Huff's time is never taken shorter than this, so that the share stays finite."""


def own_attraction(instance: Instance, hours: Amount, fee: Amount) -> FloatArray:
    """Attraction of an offer of ours, pure number.

    Parameters
    ----------
    hours : promise. fee : delivery fee that the customer pays, EUR/parcel. They broadcast.

    Notes
    -----
    Logit: exp(b0 + per_day x days of the class + per_fee x fee). Huff: size^a / hours^b, fee ignored.
    """
    return attraction_in_class(instance, service_class(instance, hours), hours, fee)


def attraction_in_class(instance: Instance, class_index: IntArray, hours: Amount, fee: Amount) -> FloatArray:
    """`own_attraction` where the service class of the promise is known already."""
    choice = instance.choice
    if choice.model == "huff":
        size: float = choice.huff_size**choice.huff_size_power
        return size * _huff_pull(instance, hours)
    constant = np.exp(choice.attraction + choice.per_fee * np.asarray(fee))
    attraction: FloatArray = constant * _class_pull(instance)[class_index]
    return attraction


def rival_attraction(instance: Instance) -> FloatArray:
    """Attraction of each rival's best offer in each market.

    Returns
    -------
    (n_rivals, n_markets, n_periods) float64, 0 where the rival offers nothing.

    Notes
    -----
    A rival delivers from every centre that is open in the period, by the same time model as we, or direct
    from the origins where it does; its most attractive offer counts.
    """
    rivals, centres = instance.rivals, instance.rival_centres
    from_centre = _centre_attraction(instance, centres, instance.distances.rival_market)
    direct = np.isfinite(rivals.direct_time)
    direct_pull = np.where(direct, _pull(instance, np.where(direct, rivals.direct_time, 0.0)), 0.0)
    direct_attraction = direct_pull * _rival_constant(instance)
    shape = (len(rivals.ids), instance.n_markets, instance.n_periods)
    best = np.broadcast_to(direct_attraction[:, None, None], shape).copy()
    for rival in range(len(rivals.ids)):
        is_own = centres.rival_index == rival
        for period in range(instance.n_periods):
            offers = from_centre[is_own & centres.is_open[:, period]]
            best[rival, :, period] = offers.max(axis=0, initial=direct_attraction[rival])
    return best


def candidate_attraction(instance: Instance) -> FloatArray:
    """Attraction of its rival's offer out of each candidate centre: (n_rival_candidates, n_markets)."""
    candidates = instance.rival_candidates
    km = instance.distances.candidate_market.reshape(len(candidates.ids), instance.n_markets)
    return _centre_attraction(instance, candidates, km)


def none_attraction(instance: Instance) -> float:
    """Attraction of buying from nobody: exp(none), 0 where that is not possible."""
    return float(np.exp(instance.choice.none))


def market_share(instance: Instance, own: Amount, rivals_total: Amount) -> FloatArray:
    """Fraction of the customers who see our offer that buy from us.

    Parameters
    ----------
    own : attraction of our offer. rivals_total : sum of the rivals' attractions. They broadcast.

    Returns
    -------
    float64: own / (own + rivals + none); 1 where the assortment is "fixed"; 0 where nothing attracts.
    """
    shape = np.broadcast_shapes(np.shape(own), np.shape(rivals_total))
    if instance.choice.assortment == "fixed":
        return np.ones(shape)
    total = own + (rivals_total + none_attraction(instance))
    return np.divide(own, total, out=np.zeros(shape), where=np.asarray(total > 0))


def _class_pull(instance: Instance) -> FloatArray:
    """exp(per_day x days) of each service class: (n_classes,)."""
    return np.exp(instance.choice.per_day * instance.choice.class_days)


def _huff_pull(instance: Instance, hours: Amount) -> FloatArray:
    return np.power(np.maximum(hours, SHORTEST_HOURS), -instance.choice.huff_time_power)


def _pull(instance: Instance, hours: FloatArray) -> FloatArray:
    """Attraction of a promise apart from the constant of the one who makes it: shape of `hours`."""
    if instance.choice.model == "huff":
        return _huff_pull(instance, hours)
    pull: FloatArray = _class_pull(instance)[service_class(instance, hours)]
    return pull


def _rival_constant(instance: Instance) -> FloatArray:
    """Attraction of each rival apart from its promise: (n_rivals,)."""
    rivals, choice = instance.rivals, instance.choice
    if choice.model == "huff":
        return np.power(rivals.size, choice.huff_size_power)
    return np.exp(rivals.attraction + choice.per_fee * rivals.delivery_fee)


def _centre_attraction(
    instance: Instance, centres: RivalCentres | RivalCandidates, km: FloatArray
) -> FloatArray:
    """Attraction of an offer out of each centre of a rival, (n_centres, n_markets); km of the same shape."""
    pull = _pull(instance, _rival_hours(instance, centres, km))
    return pull * _rival_constant(instance)[centres.rival_index][:, None]


def _rival_hours(instance: Instance, centres: RivalCentres | RivalCandidates, km: FloatArray) -> FloatArray:
    """Promise of each rival centre in each market: (n_centres, n_markets) hours."""
    operations = instance.operations
    calendar = HOURS_PER_DAY * DAYS_PER_WEEK / operations.rival_working_days
    territory = instance.countries.territory_index
    is_cleared = territory[centres.country_index][:, None] != territory[instance.markets.country_index]
    hours = km * (calendar / operations.rival_daily_distance)
    hours += (instance.rivals.handling[centres.rival_index] + calendar * operations.rival_transit)[:, None]
    hours += operations.clearance_time * is_cleared
    return hours
