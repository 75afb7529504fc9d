"""What a rival captures of every market while our plan stays as it is."""

from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.plans.plan import Plan
from entrepot.plans.sales import Sales, sales_of
from entrepot.plans.sums import table
from entrepot.plans.supply import supply_of
from entrepot.terms.offers import context
from entrepot.terms.share import attraction_in_class, market_share


@dataclass(frozen=True, slots=True, eq=False)
class OwnOffers:
    """What customers see of a plan of ours: one entry per flow, and one per cell for those who see nothing.

    Attributes
    ----------
    market, period : (n_offers,) indices.
    customers : (n_offers,) parcels that the customers who see the offer buy from all sellers.
    attraction : (n_offers,) of the offer; 0 where nothing of ours is seen.
    """

    market: IntArray
    period: IntArray
    customers: FloatArray
    attraction: FloatArray


def refuse_fixed_assortment(instance: Instance) -> None:
    """Rivals matter only where customers choose.

    Raises
    ------
    UsageError : demand is our own parcels.
    """
    if instance.choice.assortment == "fixed":
        raise UsageError(
            'With demand.assortment = "fixed" demand is our own parcels and rivals take none of it. '
            'Set it to "choice" to plan against rivals.'
        )


def own_offers(instance: Instance, plan: Plan) -> OwnOffers:
    """The offers of a plan, valued by the referee's own reading of it."""
    around = context(instance)
    sales, _ = sales_of(instance, plan, supply_of(instance, plan), around)
    fee = instance.products.delivery_fee[sales.product]
    attraction = attraction_in_class(instance, sales.class_index, sales.hours, fee)
    potential = instance.demand[sales.market, sales.product, sales.period]
    seen = sales.fraction * potential
    market, period, unseen = _unseen(instance, sales)
    return OwnOffers(
        market=np.concatenate([sales.market, market]),
        period=np.concatenate([sales.period, period]),
        customers=np.concatenate([seen, unseen]),
        attraction=np.concatenate([attraction, np.zeros(len(unseen))]),
    )


def captured(instance: Instance, offers: OwnOffers, attraction: FloatArray, others: FloatArray) -> FloatArray:
    """Parcels that a rival captures.

    Parameters
    ----------
    offers : ours. attraction : (n_markets, n_periods) of the rival's best offer.
    others : (n_markets, n_periods), sum over all other rivals.

    Returns
    -------
    (n_markets, n_periods) float64, parcels in the period.

    Notes
    -----
    Customers who see an offer of attraction A of ours buy R / (A + R + others + none) from the rival of
    attraction R; it grows with R whatever the rest is.
    """
    at = offers.market, offers.period
    share = market_share(instance, attraction[at], others[at] + offers.attraction)
    shape = instance.n_markets, instance.n_periods
    return table(offers.market, offers.period, offers.customers * share, shape)


def _unseen(instance: Instance, sales: Sales) -> tuple[IntArray, IntArray, FloatArray]:
    """Market, period and potential parcels of the customers who see no offer of ours."""
    shape = instance.n_markets, instance.n_periods
    potential = instance.demand[sales.market, sales.product, sales.period]
    seen = table(sales.market, sales.period, sales.fraction * potential, shape)
    left = np.maximum(instance.demand.sum(axis=1) - seen, 0.0)
    market, period = np.nonzero(left > 0.0)
    return market, period, left[market, period]
