"""Objectives in order: what each stage found and proved, and what is left of it in the plan."""

import numpy as np

from entrepot.instance import Instance, Objective
from entrepot.plans.plan import Plan
from entrepot.plans.result import Verdict
from entrepot.plans.sales import sales_of
from entrepot.plans.supply import supply_of
from entrepot.terms.offers import context as offer_context

UNITS = {
    "value": "EUR",
    "share": "fraction",
    "service": "fraction",
    "carbon": "kg CO2e",
    "capital": "EUR",
    "deviation": "sites x periods",
}
RAISED = ("value", "share", "service")


def amounts_of(
    instance: Instance, plan: Plan, verdict: Verdict, objectives: tuple[Objective, ...]
) -> tuple[float, ...]:
    """What a plan reaches of each objective, recomputed by the referee from its flows and sizes."""
    return tuple(_amount(instance, plan, verdict, objective) for objective in objectives)


def _amount(instance: Instance, plan: Plan, verdict: Verdict, objective: Objective) -> float:
    if objective.kind == "value":
        return verdict.ledger.value
    if objective.kind == "carbon":
        return float(verdict.measures.carbon.sum())
    if objective.kind == "capital":
        return float(verdict.measures.capital.sum())
    if objective.kind == "deviation":
        return float(np.count_nonzero(plan.size != instance.policies.reference_size))
    return _won(instance, plan, objective)


def _won(instance: Instance, plan: Plan, objective: Objective) -> float:
    """Parcels sold, for "service" within the hours, over the potential of the markets that count."""
    around = offer_context(instance)
    sales, _ = sales_of(instance, plan, supply_of(instance, plan), around)
    home = instance.markets.country_index
    inside = (home == objective.country_index) | (objective.country_index < 0)
    counted = inside[sales.market]
    if objective.kind == "service":
        counted &= sales.hours <= objective.hours
    potential = float(instance.demand[inside].sum())
    return float(sales.sold[counted].sum()) / potential if potential > 0.0 else 0.0
