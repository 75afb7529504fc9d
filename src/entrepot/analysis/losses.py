"""What we lose to whom: what we would sell more if a rival were not there."""

import numpy as np

from entrepot.analysis.capture import own_offers
from entrepot.instance import FloatArray, Instance
from entrepot.plans.plan import Plan
from entrepot.plans.sums import table
from entrepot.terms.share import market_share, rival_attraction


def lost_to(instance: Instance, plan: Plan) -> FloatArray:
    """Share that each rival costs a plan of ours.

    Returns
    -------
    (n_rivals, n_countries, n_periods) float64, fraction of the potential; 0 with the assortment "fixed".

    Notes
    -----
    Our share with the rival's attraction taken out, less our share: A / (A + T - R) - A / (A + T). The losses
    do not add up to what rivals sell: without a rival its customers divide over all others, us among them.
    """
    shape = len(instance.countries.ids), instance.n_periods
    lost = np.zeros((len(instance.rivals.ids), *shape))
    if instance.choice.assortment == "fixed":
        return lost
    offers, attraction = own_offers(instance, plan), rival_attraction(instance)
    at, country = (offers.market, offers.period), instance.markets.country_index[offers.market]
    potential = np.zeros(shape)
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    total = attraction.sum(axis=0)
    now = market_share(instance, offers.attraction, total[at])
    for rival, own in enumerate(attraction):
        without = market_share(instance, offers.attraction, np.maximum(total - own, 0.0)[at])
        parcels = table(country, offers.period, offers.customers * (without - now), shape)
        lost[rival] = np.divide(parcels, potential, out=np.zeros(shape), where=potential > 0)
    return lost
