"""The plan of the smallest worst regret: first against weights on the futures, then by the master itself.

Regret of a plan in a future is what it falls short of the best plan there. For weights m on the futures
(m >= 0, summing to 1) no plan p has a smaller worst regret than

    max_s (best_s - V_s(p)) >= sum_s m_s best_s - max_p sum_s m_s V_s(p) >= sum_s m_s best_s - bound(m),

where bound(m) is the engine's on the joint problem with the weights m. A linear program over the plans known
finds the weights under which they are regretted most; a joint run with them gives a plan and a floor. That
floor holds for drawing plans by lot as well. So the master with the worst regret as its objective
(`solvers.worst_case`) has the last word: its plans are single ones, and so is its floor.

References
----------
L. J. Savage, 1951, The theory of statistical decision, Journal of the American Statistical Association 46.
P. Kouvelis, G. Yu, 1997, Robust Discrete Optimization and Its Applications: regret by cuts over scenarios.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

from entrepot.analysis.effort import Effort
from entrepot.analysis.weighing import FutureTable, WeighedPlan, weigh
from entrepot.instance import FloatArray
from entrepot.location import Options
from entrepot.planning.futures import (
    FuturePlan,
    FutureSet,
    Start,
    plan_jointly,
    seek_least_shortfall,
)

ROUNDS = 2
FINER = 0.25
"""Gap of a joint run, as a part of that of a plan: regrets are small beside values."""
LEAST_REGRET = "least regret"
LEAST_WEIGHT = 1e-3
"""Weight that every future keeps, so that its flows are worth something in the joint plan."""
NAMED = 0.05
"""Weights below this are left out of a plan's name."""


def seek_least_regret(
    known: FutureSet,
    table: FutureTable,
    alone: Sequence[FuturePlan],
    expected: FuturePlan,
    effort: Effort,
) -> FutureTable:
    """Add plans to a table until no weights on the futures promise a smaller worst regret.

    Parameters
    ----------
    table : with at least one plan. alone : best plan of each future by itself.
    expected : the plan for the weights of the study.
    effort : how far each plan is searched; its gap times the cost of a plan is the difference sought.

    Returns
    -------
    FutureTable
        With plans found on the way, and the floor that no plan goes below.
    """
    floor = _floor(table, table.weights, expected)
    table = replace(table, floor=max(table.floor, floor))
    if len(known.futures) < 2:
        return table
    memories = [each.memory for each in alone]
    options = Options(FINER * effort.gap, effort.seconds, effort.seed, threads=effort.threads)
    n_periods = known.futures[0].instance.n_periods
    asked: list[FloatArray] = [table.weights]
    for _ in range(ROUNDS):
        if _is_settled(table, alone, effort) or not table.is_possible.any():
            break
        weights = hardest_weights(table)
        if any(np.abs(weights - before).max() < LEAST_WEIGHT for before in asked):
            break
        asked.append(weights)
        name = f"against {_in_words(known, weights)}"
        how = (options, effort.told(name))
        start = table.best_for(weights)
        columns = () if start is None else start.columns
        found = plan_jointly(known, weights, n_periods, how, start=Start(memories, columns))
        if not found.plans:
            break
        table = replace(table, floor=max(table.floor, _floor(table, weights, found)))
        if table.row_of(found.decisions[0]) < 0:
            table = table.with_plan(weigh(known, name, found, alone, effort))
    return _without_lots(known, table, alone, effort)


def _without_lots(
    known: FutureSet, table: FutureTable, alone: Sequence[FuturePlan], effort: Effort
) -> FutureTable:
    """Search for a single plan of smaller worst regret: the floor of weights holds for lots as well."""
    if _is_settled(table, alone, effort) or not table.is_possible.any():
        return table
    options = Options(effort.gap, effort.seconds, effort.seed, threads=effort.threads)
    start = Start([each.memory for each in alone], table.plans[table.chosen].columns)
    weighed: dict[bytes, WeighedPlan] = {}

    def plan_of(decisions: FloatArray) -> WeighedPlan:
        key, row = decisions.tobytes(), table.row_of(decisions)
        if key not in weighed:
            weighed[key] = (
                table.plans[row] if row >= 0 else weigh(known, LEAST_REGRET, decisions, alone, effort)
            )
        return weighed[key]

    def judge(decisions: FloatArray) -> tuple[float, float]:
        plan = plan_of(decisions)
        worst = float((table.best - plan.value).max()) if plan.is_possible else np.inf
        return worst, float((table.best - plan.bound).max())

    how = (options, effort.told(LEAST_REGRET))
    found, floor = seek_least_shortfall(
        known, table.best, how, judge=judge, start=start, tolerance=_tolerance(alone, effort)
    )
    better = replace(table, floor=max(table.floor, floor))
    if found and table.row_of(found[-1]) < 0:
        better = better.with_plan(plan_of(found[-1]))
    return better


def hardest_weights(table: FutureTable) -> FloatArray:
    """Weights on the futures under which the plans of a table are regretted most on average, (n_futures,)."""
    regret = (table.best - table.value)[table.is_possible]
    n_plans, n_futures = regret.shape
    unit = max(float(np.abs(regret).max()), 1.0)
    answer = linprog(
        np.append(np.zeros(n_futures), -1.0),
        A_ub=np.hstack([-regret / unit, np.ones((n_plans, 1))]),
        b_ub=np.zeros(n_plans),
        A_eq=np.append(np.ones(n_futures), 0.0)[None, :],
        b_eq=np.ones(1),
        bounds=[(0.0, 1.0)] * n_futures + [(None, None)],
    )
    weights = table.weights if answer.x is None else np.maximum(answer.x[:n_futures], 0.0)
    mixed = np.maximum(weights / weights.sum(), LEAST_WEIGHT)
    scaled: FloatArray = mixed / mixed.sum()
    return scaled


def _floor(table: FutureTable, weights: FloatArray, found: FuturePlan) -> float:
    return max(float(weights @ table.best) - found.proof.claimed_bound, 0.0)


def _is_settled(table: FutureTable, alone: Sequence[FuturePlan], effort: Effort) -> bool:
    """Whether the best plan of the table is as near to the floor as plans are to their bounds."""
    return bool(table.worst[table.chosen] - table.floor <= _tolerance(alone, effort))


def _tolerance(alone: Sequence[FuturePlan], effort: Effort) -> float:
    """Difference of regrets that is sought, EUR: a regret run's gap of the least cost of a plan."""
    return FINER * effort.gap * min(each.verdicts[0].ledger.controllable_cost for each in alone)


def _in_words(known: FutureSet, weights: FloatArray) -> str:
    named = [
        f"{future.label} {weight:.0%}"
        for future, weight in zip(known.futures, weights, strict=True)
        if weight >= NAMED
    ]
    return ", ".join(named)
