"""One plan for several futures: by expected value and by smallest worst regret, and which sites stay in.

Read from `face_futures` down. Plans are made by `planning.futures`, values are those of the referees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.analysis.effort import Effort
from entrepot.analysis.least_regret import seek_least_regret
from entrepot.analysis.weighing import FutureTable, WeighedPlan, best_on_average, weigh
from entrepot.errors import SolverError, UsageError
from entrepot.instance import FloatArray, Future
from entrepot.location import Options
from entrepot.planning.futures import (
    FuturePlan,
    FutureSet,
    Start,
    build_futures,
    plan_alone,
    plan_jointly,
)
from entrepot.plans.plan import Plan

EXPECTED = "best on average"


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What several futures mean for the plan.

    Attributes
    ----------
    futures : with their weights. alone : best plan of each future, had one known that it comes.
    expected : the plan of the largest expected value: decisions in common, flows per future.
    table : the plans above, and others found on the way, over all futures.
    """

    futures: tuple[Future, ...]
    alone: tuple[FuturePlan, ...]
    expected: FuturePlan
    table: FutureTable

    @property
    def value_of_knowing(self) -> tuple[float, float]:
        """What it is worth to know the future before deciding, EUR: at least and at most, by the bounds."""
        weights = self.table.weights
        least = float(weights @ self.table.best) - self.expected.proof.claimed_bound
        most = float(weights @ self.table.bound) - self.expected.proof.value
        return max(least, 0.0), max(most, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """How often sites stay in, all (n_sites,).

    Attributes
    ----------
    size : (n_plans, n_sites, n_periods) size in each plan of the table, 0 = closed.
    probability : weight of the futures in whose own best plan the site is open in some period.
    futures : number of these futures.
    """

    size: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    probability: FloatArray
    futures: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def face_futures(futures: Sequence[Future], *, effort: Effort | None = None) -> Outlook:
    """Plan for several futures at once.

    Parameters
    ----------
    futures : as `entrepot.assemble_futures` returns them.
    effort : how far each plan is searched, and who watches.

    Returns
    -------
    Outlook

    Raises
    ------
    UsageError : there is no future, or the study asks for what is not planned over futures.
    InfeasibleError : no plan meets the limits of some future, or no common plan those of all.
    SolverError : no plan was found in time, or as for `entrepot.plan`.

    Notes
    -----
    Sites, sizes, operators and carriers are decided before the future is known; which customer is served
    from where, by which lanes goods come in, and what follows for tiers and commitments, in each future.
    """
    if not futures:
        raise UsageError("There are no futures to plan for.")
    effort = effort or Effort()
    known = build_futures(futures)
    alone = plan_each(known, effort)
    bound = np.array([each.proof.claimed_bound for each in alone])
    single = FutureTable((), known.weights, bound)
    for future, own in zip(known.futures, alone, strict=True):
        name, row = f"best for {future.label}", single.row_of(own.decisions[0])
        same = None if row < 0 else replace(single.plans[row], name=name)
        single = single.with_plan(same or weigh(known, name, own.decisions[0], alone, effort))
    expected = _expected(known, single, alone, effort)
    row = single.row_of(expected.decisions[0])
    same = None if row < 0 else replace(single.plans[row], name=EXPECTED)
    table = FutureTable((same or weigh(known, EXPECTED, expected, alone, effort),), known.weights, bound)
    for plan in single.plans:
        table = table.with_plan(plan)
    table = seek_least_regret(known, table, alone, expected, effort)
    return Outlook(known.futures, alone, best_on_average(table, expected), table)


def stay_of(outlook: Outlook) -> Stay:
    """How often each site is open, in the plans of the table and in those of single futures."""
    sizes = np.array([_sizes(plan) for plan in outlook.table.plans])
    own = np.array([(each.plans[0].size > 0).any(axis=1) for each in outlook.alone])
    return Stay(sizes, outlook.table.weights @ own, own.sum(axis=0))


def plan_each(known: FutureSet, effort: Effort) -> tuple[FuturePlan, ...]:
    """The best plan of each future by itself.

    Raises
    ------
    SolverError : none was found in time.
    """
    found: list[FuturePlan] = []
    for number, future in enumerate(known.futures):
        how = (options_of(effort), effort.told(future.label))
        start = found[0].memory if found else None
        own = plan_alone(known, number, how, start=start)
        if own is None or not own.plans:
            raise SolverError(f"No plan was found in time for {future.label}. Give it more --seconds.")
        found.append(own)
    return tuple(found)


def options_of(effort: Effort) -> Options:
    """The engine's limits for one plan."""
    return Options(effort.gap, effort.seconds, effort.seed, threads=effort.threads)


def _expected(
    known: FutureSet, table: FutureTable, alone: Sequence[FuturePlan], effort: Effort
) -> FuturePlan:
    """The plan of the largest expected value, from the best of the plans of single futures on."""
    n_periods = known.futures[0].instance.n_periods
    start = table.best_for(known.weights)
    memories, columns = [each.memory for each in alone], () if start is None else start.columns
    how = (options_of(effort), effort.told(EXPECTED))
    found = plan_jointly(known, known.weights, n_periods, how, start=Start(memories, columns))
    if not found.plans:
        raise SolverError("No common plan was found in time. Give it more --seconds.")
    return found


def _sizes(plan: WeighedPlan) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    found: Plan = next(each.plans[0] for each in plan.in_future if each is not None and each.plans)
    return found.size
