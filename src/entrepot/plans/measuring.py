"""What a planner asks about a plan besides money, recomputed from its flows."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.plans.amounts import bought_fraction
from entrepot.plans.contracts import begins_contract, volumes_of
from entrepot.plans.lives import Interval
from entrepot.plans.plan import Plan
from entrepot.plans.result import Measures
from entrepot.plans.sales import Sales
from entrepot.plans.sums import cube, summed, table
from entrepot.plans.supply import Supply
from entrepot.terms.centre_life import Cash, centre_carbon
from entrepot.terms.offers import Context
from entrepot.terms.share import none_attraction


def measures_of(
    instance: Instance,
    plan: Plan,
    sales: Sales,
    supply: Supply,
    context: Context,
    *,
    intervals: tuple[Interval, ...],
    payments: tuple[Cash, ...],
) -> Measures:
    """Measure a plan.

    Parameters
    ----------
    sales, supply : its flows and its inbound paths. context : of the instance.
    intervals, payments : when its modules are open, and what is paid for them.
    """
    n = instance.n_periods
    stocked = sales.site >= 0
    potential = instance.demand.sum(axis=(0, 1))
    site = np.where(stocked, sales.site, 0)
    handling = instance.products.handling_factor[sales.product]
    load = table(site, sales.period, sales.sold * stocked * handling, (instance.n_sites, n))
    parcels, weight = _gateways(instance, sales, supply)
    share, rival_share = _shares(instance, sales, context)
    return Measures(
        potential=potential,
        sold=summed(sales.period, sales.sold, n),
        stocked=summed(sales.period, sales.sold * stocked, n),
        direct=summed(sales.period, sales.sold * ~stocked, n),
        share=share,
        rival_share=rival_share,
        class_parcels=table(sales.class_index, sales.period, sales.sold, (instance.n_classes, n)),
        site_parcels=table(site, sales.period, sales.sold * stocked, (instance.n_sites, n)),
        service_parcels=table(sales.service, sales.period, sales.sold, (instance.n_services, n)),
        operator_parcels=volumes_of(instance, plan, sales),
        gateway_parcels=parcels,
        gateway_weight=weight,
        utilisation=_utilisation(instance, plan, load),
        carbon=_carbon(instance, sales, intervals),
        capital=capital_by_period(instance, payments),
    )


def unknown_measures(instance: Instance) -> Measures:
    """The measures of a plan that cannot be valued: not a number throughout."""
    n, countries = instance.n_periods, len(instance.countries.ids)
    lengths: dict[str, tuple[int, ...]] = {
        "share": (countries,),
        "rival_share": (len(instance.rivals.ids), countries),
        "class_parcels": (instance.n_classes,),
        "site_parcels": (instance.n_sites,),
        "service_parcels": (instance.n_services,),
        "operator_parcels": (len(instance.operators.ids),),
        "gateway_parcels": (instance.n_gateways,),
        "gateway_weight": (instance.n_gateways,),
        "utilisation": (instance.n_sites,),
    }
    return Measures(
        **{name: np.full((*lengths.get(name, ()), n), np.nan) for name in Measures.__dataclass_fields__}
    )


def capital_by_period(instance: Instance, payments: tuple[Cash, ...]) -> FloatArray:
    """Capital net of grants by the period that holds the day of payment: (n_periods,) EUR.

    What is paid before the horizon counts in the first period.
    """
    spent = np.zeros(instance.n_periods)
    for cash in payments:
        if cash.line in ("capital", "grants"):
            period = int(np.sum(instance.periods.start_day <= cash.day)) - 1
            spent[max(period, 0)] -= cash.amount
    return spent


def daily_capacity(instance: Instance, plan: Plan) -> FloatArray:
    """Standard parcels that each centre can handle on a day: (n_sites, n_periods), 0 = closed.

    The least of what its size, its operator and, in the first period of a contract, its ramp-up allow.
    """
    by_level = np.concatenate([[0.0], instance.sizes.capacity])
    operator = np.maximum(plan.operator, 0)
    capacity = np.minimum(by_level[plan.size], instance.operators.capacity[operator])
    first = instance.contracts.first_capacity[operator]
    limited: FloatArray = np.where(begins_contract(instance, plan), np.minimum(capacity, first), capacity)
    return limited


def _utilisation(instance: Instance, plan: Plan, load: FloatArray) -> FloatArray:
    """Load of the busiest day over the capacity of a day."""
    operations = instance.operations
    peak = load * operations.peak_factor / (operations.working_days * instance.periods.years)
    room = daily_capacity(instance, plan)
    return np.divide(peak, room, out=np.where(peak > 0, np.inf, 0.0), where=room > 0)


def _gateways(instance: Instance, sales: Sales, supply: Supply) -> tuple[FloatArray, FloatArray]:
    """Parcels and kg through each gateway: direct parcels, and stock by the plan's own inbound lanes."""
    shape = (instance.n_gateways, instance.n_periods)
    weight = sales.sold * instance.products.weight[sales.product]
    direct = sales.gateway >= 0
    at, when = sales.gateway[direct], sales.period[direct]
    parcels = table(at, when, sales.sold[direct], shape)
    kilograms = table(at, when, weight[direct], shape)
    site, product, period = sales.site[~direct], sales.product[~direct], sales.period[~direct]
    full = (instance.n_sites, instance.n_products, instance.n_periods)
    parts = supply.parts
    at, when = instance.lanes.gateway_index[parts.lane], parts.period

    def by_lane(amount: FloatArray) -> FloatArray:
        stock = cube((site, product, period), amount[~direct], full)
        return table(at, when, parts.part * stock[parts.site, parts.product, when], shape)

    return parcels + by_lane(sales.sold), kilograms + by_lane(weight)


def _shares(instance: Instance, sales: Sales, context: Context) -> tuple[FloatArray, FloatArray]:
    """Our share and each rival's of the potential, by country and period.

    Customers who do not buy from us - those who see our offer and those who see none - divide over the
    rivals and buying from nobody in proportion to their attractions (the logit's independence). With the
    assortment "fixed", demand is our parcels only and rivals have no part in it.
    """
    ours = bought_fraction(instance, sales)
    country = instance.markets.country_index
    shape = (len(instance.countries.ids), instance.n_periods)
    potential, sold = np.zeros(shape), np.zeros(shape)
    np.add.at(potential, country, instance.demand.sum(axis=1))
    np.add.at(sold, country, (instance.demand * ours).sum(axis=1))
    others = np.zeros((len(instance.rivals.ids), *shape))
    if instance.choice.assortment != "fixed":
        left = (instance.demand * np.maximum(0.0, 1.0 - ours)).sum(axis=1)
        total = context.rivals_total + none_attraction(instance)
        for rival, attraction in enumerate(context.rival_attraction):
            part = np.divide(attraction, total, out=np.zeros_like(total), where=total > 0)
            np.add.at(others[rival], country, left * part)
    known = potential > 0
    share = np.divide(sold, potential, out=np.zeros(shape), where=known)
    return share, np.divide(others, potential, out=np.zeros_like(others), where=known)


def _carbon(instance: Instance, sales: Sales, intervals: tuple[Interval, ...]) -> FloatArray:
    """kg CO2e of flows and of the centres' energy: (n_periods,)."""
    total = summed(sales.period, sales.carbon, instance.n_periods)
    for each in intervals:
        for period in range(max(each.first, 0), each.last + 1):
            total[period] += float(centre_carbon(instance, each.site, each.module, period))
    return total
