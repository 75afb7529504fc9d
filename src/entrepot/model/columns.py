"""Strategic variables: the life of every module of every centre, a binary column per tenure and interval."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.centre_life import Cash, life_cash
from entrepot.terms.contracts import contract_cash, operators_of_site, tenure_of
from entrepot.terms.ledger import KINDS, LINES
from entrepot.terms.time import discount

BEFORE = -1

Life = tuple[int, int, int]
Tenures = dict[int, list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One column per (site, tenure, module, first period, last period). All arrays (n_columns,).

    Attributes
    ----------
    site, module : site index, and module 1 ... n_sizes.
    operator : first offer of the tenure (who bears rent, capital and staff); the offers of a tenure can
        follow each other while the module is active.
    first, last : periods; first -1 = open before the
        horizon, last -1 = closed when the horizon begins, last n_periods - 1 = open at the horizon's end.
    cost : EUR discounted, negative = income. charge : EUR discounted, the cost lines alone.
    names : for planners.
    """

    site: IntArray
    module: IntArray
    operator: IntArray
    first: IntArray
    last: IntArray
    cost: FloatArray
    charge: FloatArray
    names: tuple[str, ...]

    def is_open_in(self, period: int) -> BoolArray:
        """Columns that are active in a period, (n_columns,)."""
        covered: BoolArray = (self.first <= period) & (period <= self.last)
        return covered


def strategic_columns(instance: Instance) -> Columns:
    """Every interval in which a module may be active under each tenure, with its net present cost."""
    lives = [
        (j, offers[0], *life)
        for j in range(instance.n_sites)
        for offers in tenures_of(instance, j).values()
        for life in _lives(instance, j)
    ]
    table = np.array(lives, dtype=np.int64).reshape(len(lives), 5)
    site, operator, module, first, last = (np.ascontiguousarray(table[:, i]) for i in range(5))
    cost, charge = net_present(instance, [_cash(instance, *life) for life in lives])
    names = tuple(_name(instance, *life) for life in lives)
    return Columns(site, module, operator, first, last, cost, charge, names)


def tenures_of(instance: Instance, site: int) -> Tenures:
    """Offers that may run a site, by tenure; an open centre keeps its tenure, a fixed one its offer."""
    found: Tenures = {}
    for operator in operators_of_site(instance, site):
        found.setdefault(int(tenure_of(instance, operator)), []).append(operator)
    if int(instance.sites.initial_size[site]) > 0:
        operator = int(instance.sites.operator_index[site])
        today = int(tenure_of(instance, operator))
        return {today: [operator] if instance.sites.status[site] == "fixed" else found[today]}
    return found


def net_present(instance: Instance, payments: list[tuple[Cash, ...]]) -> tuple[FloatArray, FloatArray]:
    """Net present cost of each list of payments and the part of it that is cost lines, (n,) EUR each."""
    is_cost = dict(zip(LINES, (kind == "cost" for kind in KINDS), strict=True))
    owner, day, amount, counts = [], [], [], []
    for column, cashes in enumerate(payments):
        for cash in cashes:
            owner.append(column)
            day.append(cash.day)
            amount.append(cash.amount)
            counts.append(is_cost[cash.line])
    present = np.array(amount, dtype=float) * discount(instance, np.array(day, dtype=float))
    where, n = np.array(owner, dtype=np.int64), len(payments)
    cost = np.bincount(where, weights=present, minlength=n)
    charge = np.bincount(where, weights=np.where(np.array(counts, dtype=bool), present, 0.0), minlength=n)
    return -np.asarray(cost, dtype=float), -np.asarray(charge, dtype=float)


def _cash(  # noqa: PLR0917 - the indices of a module's life
    instance: Instance, site: int, operator: int, module: int, first: int, last: int
) -> tuple[Cash, ...]:
    """Payments of a module, and those of the contract where its tenure has one offer only."""
    cash = life_cash(instance, site, module, first, last, first, operator)
    if module == 1 and len(tenures_of(instance, site)[int(tenure_of(instance, operator))]) == 1:
        cash += contract_cash(instance, site, operator, first, last)
    return cash


def _lives(instance: Instance, site: int) -> list[Life]:
    """(module, first, last) of every interval that the status of the site allows."""
    sites, end = instance.sites, instance.n_periods - 1
    status, initial = sites.status[site], int(sites.initial_size[site])
    top = max(int(sites.max_size[site]), initial)
    earliest, latest = int(sites.earliest_period[site]), int(sites.latest_period[site])
    if status == "fixed":
        return [(m, BEFORE, end) for m in range(1, initial + 1)]
    if status == "existing":
        kept = [(m, BEFORE, last) for m in range(1, initial + 1) for last in range(BEFORE, end + 1)]
        return kept + _new_lives(range(initial + 1, top + 1), 0, end, end, stays=False)
    if status in ("candidate", "forced"):
        stays = status == "forced"
        base = _new_lives(range(1, 2), earliest, min(latest, end), end, stays)
        return base + _new_lives(range(2, top + 1), earliest, end, end, stays)
    return []


def _new_lives(modules: range, earliest: int, latest: int, end: int, stays: bool) -> list[Life]:
    """Intervals of modules that start within the horizon; `stays` = none may end before it does."""
    return [
        (m, first, last)
        for m in modules
        for first in range(max(earliest, 0), latest + 1)
        for last in range(end if stays else first, end + 1)
    ]


def _name(  # noqa: PLR0917 - the indices of a module's life
    instance: Instance, site: int, operator: int, module: int, first: int, last: int
) -> str:
    label = f"{instance.sites.labels[site]} size {instance.sizes.labels[module - 1]}"
    if len(tenures_of(instance, site)) > 1:
        label += f" by {instance.operators.labels[operator]}"
    periods = instance.periods.labels
    if last == BEFORE:
        return f"{label} closes at once"
    start = "before" if first == BEFORE else periods[first]
    return f"{label} from {start} to {periods[last]}"
