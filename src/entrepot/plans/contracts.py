"""The partners' side of a plan: who runs which centre, what the contracts and their volumes cost.

A contract is a run of periods in which one offer runs one centre without a break.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.breaches import over, site_place
from entrepot.plans.plan import Plan
from entrepot.plans.result import Breach
from entrepot.plans.sales import Sales
from entrepot.plans.sums import table
from entrepot.terms.centre_life import Cash
from entrepot.terms.contracts import contract_cash, volume_terms

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract.

    Attributes
    ----------
    site, operator : indices. first, last : periods; first -1 = since before the horizon, last -1 = ended at
        once.
    """

    site: int
    operator: int
    first: int
    last: int


def unreadable_operators(instance: Instance, operator: IntArray) -> tuple[Breach, ...]:
    """What makes the table of operators impossible to read: shape, type or an offer that does not exist."""
    expected = (instance.n_sites, instance.n_periods)
    if np.shape(operator) != expected or np.asarray(operator).dtype.kind not in "iu":
        place = f"operators have shape {np.shape(operator)}, expected whole numbers of shape {expected}"
        return (Breach("plan can be valued", place, 1.0, 0.0),)
    bad = (operator < NOBODY) | (operator >= len(instance.operators.ids))
    return tuple(
        Breach("operator exists", site_place(instance, int(j), int(t)), float(operator[j, t]), 0.0)
        for j, t in np.argwhere(bad)
    )


def contracts_of(instance: Instance, plan: Plan) -> Iterator[Contract]:
    """Every contract of a plan, by site and time."""
    end = instance.n_periods - 1
    for site in range(instance.n_sites):
        runs = instance.sites.initial_size[site] > 0
        today = int(instance.sites.operator_index[site]) if runs else NOBODY
        path = [today, *(int(q) for q in plan.operator[site])]
        begin = 0
        for step in range(1, len(path) + 1):
            if step == len(path) or path[step] != path[begin]:
                if path[begin] != NOBODY:
                    yield Contract(site, path[begin], begin - 1, min(step - 2, end))
                begin = step


def begins_contract(instance: Instance, plan: Plan) -> BoolArray:
    """Whether a contract begins in a period, (n_sites, n_periods)."""
    begins = np.zeros(plan.operator.shape, dtype=np.bool_)
    for contract in contracts_of(instance, plan):
        if contract.first >= 0:
            begins[contract.site, contract.first] = True
    return begins


def contract_payments(instance: Instance, plan: Plan) -> tuple[Cash, ...]:
    """Fees of all contracts: fixed, onboarding, start-up, leaving."""
    return tuple(
        cash
        for each in contracts_of(instance, plan)
        for cash in contract_cash(instance, each.site, each.operator, each.first, each.last)
    )


def volumes_of(instance: Instance, plan: Plan, sales: Sales) -> FloatArray:
    """Standard parcels handled under each offer, (n_operators, n_periods)."""
    stocked = sales.site >= 0
    who = np.where(stocked, plan.operator[np.maximum(sales.site, 0), sales.period], NOBODY)
    counted = who >= 0
    handled = sales.sold * instance.products.handling_factor[sales.product]
    shape = (len(instance.operators.ids), instance.n_periods)
    return table(who[counted], sales.period[counted], handled[counted], shape)


def volume_payments(instance: Instance, plan: Plan, volumes: FloatArray) -> tuple[Cash, ...]:
    """What is paid for volumes that were committed and not used, and what comes back as volume discount.

    Parameters
    ----------
    volumes : (n_operators, n_periods) standard parcels.
    """
    periods, paid = instance.periods, []
    for operator, period in np.ndindex(volumes.shape):
        n_centres = int(np.sum(plan.operator[:, period] == operator))
        terms, volume = volume_terms(instance, operator, period), float(volumes[operator, period])
        day = (float(periods.start_day[period]) + float(periods.end_day[period])) / 2.0
        missing = max(0.0, terms.commitment * n_centres - volume)
        back = discount_of(terms.threshold, terms.discount, volume, is_all_units=terms.is_all_units)
        if missing > 0.0 and terms.rate > 0.0:
            paid.append(Cash("commitment", day, period, -missing * terms.rate))
        if back > 0.0 and terms.rate > 0.0:
            paid.append(Cash("volume_discount", day, period, back * terms.rate))
    return tuple(paid)


def discount_of(threshold: FloatArray, discount: FloatArray, volume: float, *, is_all_units: bool) -> float:
    """Standard parcels that a volume gets for nothing.

    Notes
    -----
    All units: the best discount of a tier that is reached, on the whole volume. Incremental: what lies
    between a threshold and the next gets that tier's discount.
    """
    reached = discount[volume >= threshold * (1.0 - 1e-12)]
    if is_all_units:
        return volume * float(reached.max(initial=0.0))
    steps = np.diff(discount, prepend=0.0)
    return float(np.sum(steps * np.maximum(0.0, volume - threshold)))


def broken_contracts(instance: Instance, plan: Plan) -> tuple[Breach, ...]:
    """Breaches of the rules of who may run what."""
    return (
        *_somebody_runs(instance, plan),
        *_may_run(instance, plan),
        *_keeps_tenure(instance, plan),
        *_partners(instance, plan),
        *_exclusive(instance, plan),
    )


def _somebody_runs(instance: Instance, plan: Plan) -> Iterator[Breach]:
    for j, t in np.argwhere((plan.size > 0) != (plan.operator >= 0)):
        yield Breach(
            "open centre has an operator, closed one none", site_place(instance, int(j), int(t)), 1.0, 0.0
        )


def _may_run(instance: Instance, plan: Plan) -> Iterator[Breach]:
    """The site allows the operator, and the operator works in its country."""
    for j, t in np.argwhere(plan.operator >= 0):
        operator = int(plan.operator[j, t])
        country = instance.sites.country_index[j]
        place = f"{site_place(instance, int(j), int(t))}, operator {instance.operators.ids[operator]}"
        if not instance.operators.covers[operator, country]:
            yield Breach("operator covers the country", place, 1.0, 0.0)
        elif not instance.sites.may_run[j, operator]:
            yield Breach("operator may run the site", place, 1.0, 0.0)


def _keeps_tenure(instance: Instance, plan: Plan) -> Iterator[Breach]:
    """Who bears rent, capital and staff of a centre does not change; a fixed one keeps its offer."""
    operators, sites = instance.operators, instance.sites
    for j in range(instance.n_sites):
        path = [int(q) for q in plan.operator[j] if q >= 0]
        if sites.initial_size[j] > 0:
            path = [int(sites.operator_index[j]), *path]
        kinds = {(operators.is_own[q], operators.bears_rent[q], operators.bears_capital[q]) for q in path}
        if len(kinds) > 1:
            yield Breach("centre keeps who bears its costs", site_place(instance, j), len(kinds) - 1.0, 0.0)
        if sites.status[j] == "fixed" and len(set(path)) > 1:
            yield Breach("fixed centre keeps its operator", site_place(instance, j), 1.0, 0.0)


def _partners(instance: Instance, plan: Plan) -> Iterator[Breach]:
    for period, label in enumerate(instance.periods.labels):
        most = float(instance.limits.max_partners[period])
        yield from over("most partners", label, float(len(set(_firms(instance, plan, period)))), most)


def _exclusive(instance: Instance, plan: Plan) -> Iterator[Breach]:
    """Where an exclusive firm works, it is the only third party in the country."""
    for period, label in enumerate(instance.periods.labels):
        by_country: dict[int, set[str]] = {}
        wants_alone: dict[int, set[str]] = {}
        for j in np.flatnonzero(plan.operator[:, period] >= 0):
            operator = int(plan.operator[j, period])
            if instance.operators.is_own[operator]:
                continue
            country, firm = int(instance.sites.country_index[j]), instance.contracts.firm[operator]
            by_country.setdefault(country, set()).add(firm)
            if instance.contracts.is_exclusive[operator]:
                wants_alone.setdefault(country, set()).add(firm)
        for country in wants_alone:
            others = len(by_country[country]) - 1
            place = f"{instance.countries.ids[country]}, {label}"
            yield from over("exclusive partner is alone", place, float(others), 0.0)


def _firms(instance: Instance, plan: Plan, period: int) -> Iterator[str]:
    """Third-party firm of every centre that is open in a period."""
    for operator in plan.operator[:, period]:
        if operator >= 0 and not instance.operators.is_own[operator]:
            yield instance.contracts.firm[operator]
