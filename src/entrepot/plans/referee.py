"""The referee: what a plan earns, costs and keeps, from first principles.

It knows the instance and the plan, not how the plan was found. The formulas of one parcel and of one
module come from `terms`; every sum, index, limit and discount factor above them is computed here.
"""

import numpy as np

from entrepot.instance import Instance
from entrepot.plans.amounts import ledger_of, unknown_ledger
from entrepot.plans.carriage import broken_carriers, carrier_payments, spend_of, unreadable_carriers
from entrepot.plans.contracts import (
    broken_contracts,
    contract_payments,
    unreadable_operators,
    volume_payments,
    volumes_of,
)
from entrepot.plans.hauls import broken_hauls, haul_payments, kilograms_by_lane
from entrepot.plans.limits import broken_limits
from entrepot.plans.lives import broken_lives, intervals_of, payments_of, unreadable_sizes
from entrepot.plans.measuring import measures_of, unknown_measures
from entrepot.plans.plan import Plan
from entrepot.plans.policies import broken_policies
from entrepot.plans.result import Breach, Ledger, Verdict
from entrepot.plans.sales import sales_of
from entrepot.plans.stock import broken_space, stock_payments, stocks_of
from entrepot.plans.supply import supply_of
from entrepot.terms.offers import context as offer_context


def judge(instance: Instance, plan: Plan) -> Verdict:
    """Recompute a plan's ledger and measures, and list every rule and limit that it breaks.

    Never raises for a wrong plan: rows that cannot be valued are left out of the sums and stand in the
    breaches; a plan whose sizes cannot be read gets amounts that are not numbers, and a breach that says so.

    Returns
    -------
    Verdict
        No breaches = the plan stands. See docs/referee.md for the rules and the tolerance.
    """
    unreadable = (
        *unreadable_sizes(instance, plan.size),
        *unreadable_operators(instance, plan.operator),
        *unreadable_carriers(instance, plan.carrier),
    )
    if unreadable:
        return Verdict(unknown_ledger(instance), unknown_measures(instance), unreadable)
    context = offer_context(instance)
    supply = supply_of(instance, plan)
    sales, impossible = sales_of(instance, plan, supply, context)
    intervals = tuple(intervals_of(instance, plan.size))
    volumes = volumes_of(instance, plan, sales)
    spend = spend_of(instance, sales.service, sales.market, sales.period, sales.rates)
    stocks = stocks_of(instance, plan, sales, sales.sold, context) if instance.stock.is_pooled else None
    carried = kilograms_by_lane(instance, sales, sales.sold, supply, context.direct)
    payments = (
        *payments_of(instance, intervals, plan.operator),
        *contract_payments(instance, plan),
        *volume_payments(instance, plan, volumes),
        *carrier_payments(instance, plan, spend),
        *(() if stocks is None else stock_payments(instance, stocks)),
        *haul_payments(instance, carried),
    )
    ledger = ledger_of(instance, sales, payments)
    measures = measures_of(instance, plan, sales, supply, context, intervals=intervals, payments=payments)
    breaches = (
        *broken_lives(instance, plan.size),
        *broken_contracts(instance, plan),
        *supply.breaches,
        *impossible,
        *broken_carriers(instance, plan, sales),
        *broken_hauls(instance, carried),
        *broken_limits(instance, plan, sales, measures),
        *(() if stocks is None else broken_space(instance, plan, stocks)),
        *broken_policies(instance, plan.size, sales, measures),
        *_not_finite(ledger),
    )
    return Verdict(ledger, measures, breaches)


def _not_finite(ledger: Ledger) -> tuple[Breach, ...]:
    bad = ~np.isfinite(ledger.amount).all(axis=1)
    return tuple(
        Breach("amount is a number", f"ledger line {ledger.lines[row]}", 1.0, 0.0)
        for row in np.flatnonzero(bad)
    )
