"""Plans weighed over futures: what the same decisions are worth in each, with the best flows there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.analysis.effort import Effort
from entrepot.instance import BoolArray, FloatArray, IntArray
from entrepot.location import Options, Progress, Unwatched, relative_gap
from entrepot.planning.futures import FuturePlan, FutureSet, plan_alone

ALSO = "; "
"""Between the names of one plan."""
FINE = 0.02
"""Gap of the flows of given decisions, as a part of the gap of a plan: their search is short."""
PART_OF_TIME = 0.25
"""Time for the flows of given decisions, as a part of that of a plan."""


@dataclass(frozen=True, slots=True, eq=False)
class WeighedPlan:
    """Decisions that stand in every future, and what they come to there.

    Attributes
    ----------
    name : why the plan is looked at. decisions : (n_decisions,) what is decided.
    in_future : plan with the best flows found in each future; without flows where none were found in time,
        None where none meet the limits of the future.
    """

    name: str
    decisions: FloatArray
    in_future: tuple[FuturePlan | None, ...]

    @property
    def value(self) -> FloatArray:
        """Net present value by the referee, EUR, (n_futures,); nan where no flows are known."""
        known = [each.proof.value if each is not None and each.plans else np.nan for each in self.in_future]
        return np.array(known)

    @property
    def bound(self) -> FloatArray:
        """No flows are worth more under these decisions, EUR, (n_futures,); -inf where none are possible."""
        return np.array([-np.inf if each is None else each.proof.claimed_bound for each in self.in_future])

    @property
    def is_possible(self) -> bool:
        """Whether flows are known in every future."""
        return all(each is not None and each.plans for each in self.in_future)

    @property
    def columns(self) -> tuple[FloatArray, ...]:
        """Strategic columns in every future, () where it is impossible in one."""
        known = [each.columns[0] for each in self.in_future if each is not None and each.plans]
        return tuple(known) if len(known) == len(self.in_future) else ()


@dataclass(frozen=True, slots=True, eq=False)
class FutureTable:
    """Plans (rows) over futures (columns).

    Attributes
    ----------
    plans : with what each is worth. weights : (n_futures,) probabilities.
    bound : (n_futures,) no plan is worth more in the future, EUR.
    floor : no plan over these futures has a smaller worst regret, EUR.
    """

    plans: tuple[WeighedPlan, ...]
    weights: FloatArray
    bound: FloatArray
    floor: float = 0.0

    @property
    def value(self) -> FloatArray:
        """(n_plans, n_futures) EUR by the referee; nan where a limit cannot be kept."""
        return np.array([plan.value for plan in self.plans]).reshape(len(self.plans), len(self.weights))

    @property
    def expected(self) -> FloatArray:
        """Weighted value of each plan, EUR, (n_plans,); nan where it is impossible in some future."""
        value: FloatArray = self.value @ self.weights
        return value

    @property
    def best(self) -> FloatArray:
        """Best value known in each future, EUR, (n_futures,)."""
        best: FloatArray = np.nanmax(self.value, axis=0)
        return best

    @property
    def regret(self) -> FloatArray:
        """What a plan falls short of the best one known there, EUR >= 0, (n_plans, n_futures)."""
        regret: FloatArray = np.maximum(self.best - self.value, 0.0)
        return regret

    @property
    def least_regret(self) -> FloatArray:
        """What the decisions of a plan fall short of at least, EUR >= 0, (n_plans, n_futures).

        However good their flows could be made.
        """
        bound = np.array([plan.bound for plan in self.plans]).reshape(self.value.shape)
        least: FloatArray = np.maximum(self.best - bound, 0.0)
        return least

    @property
    def most_regret(self) -> FloatArray:
        """What a plan falls short of the bound of the future, EUR, (n_plans, n_futures): at most so much."""
        most: FloatArray = np.maximum(self.bound - self.value, 0.0)
        return most

    @property
    def worst(self) -> FloatArray:
        """Largest regret of each plan, EUR, (n_plans,); inf where it is impossible in some future."""
        return _worst(self.regret)

    @property
    def worst_at_most(self) -> FloatArray:
        """Largest regret of each plan by the bounds, EUR, (n_plans,)."""
        return _worst(self.most_regret)

    @property
    def chosen(self) -> int:
        """Plan of the smallest worst regret (the first of equals)."""
        return int(np.argmin(self.worst))

    @property
    def best_expected(self) -> int:
        """Plan of the largest expected value (the first of equals)."""
        return int(np.argmax(np.where(np.isnan(self.expected), -np.inf, self.expected)))

    @property
    def worst_future(self) -> IntArray:
        """Future of the largest regret of each plan, (n_plans,) index."""
        known = np.where(np.isnan(self.regret), np.inf, self.regret)
        worst: IntArray = known.argmax(axis=1)
        return worst

    @property
    def is_possible(self) -> BoolArray:
        """Plans that keep the limits of every future, (n_plans,)."""
        return np.array([plan.is_possible for plan in self.plans], dtype=np.bool_)

    def with_plan(self, plan: WeighedPlan) -> "FutureTable":
        """The table with one plan more, or with one more name for a plan of the same decisions."""
        for row, each in enumerate(self.plans):
            if np.array_equal(each.decisions, plan.decisions):
                names = dict.fromkeys([*each.name.split(ALSO), *plan.name.split(ALSO)])
                name = ALSO.join(names)
                again = replace(each, name=name)
                return replace(self, plans=(*self.plans[:row], again, *self.plans[row + 1 :]))
        return replace(self, plans=(*self.plans, plan))

    def best_for(self, weights: FloatArray) -> WeighedPlan | None:
        """The plan worth most under other weights (n_futures,); None where all are impossible somewhere."""
        value = self.value @ weights
        return None if np.isnan(value).all() else self.plans[int(np.nanargmax(value))]

    def row_of(self, decisions: FloatArray) -> int:
        """Row of the plan with these decisions, -1 = none."""
        same = [np.array_equal(each.decisions, decisions) for each in self.plans]
        return same.index(True) if any(same) else -1


def _worst(regret: FloatArray) -> FloatArray:
    worst: FloatArray = np.where(np.isnan(regret), np.inf, regret).max(axis=1, initial=0.0)
    return worst


def weigh(
    known: FutureSet,
    name: str,
    decisions: FloatArray | FuturePlan,
    alone: Sequence[FuturePlan],
    effort: Effort,
) -> WeighedPlan:
    """Find the best flows of given decisions in every future.

    Parameters
    ----------
    decisions : (n_decisions,) or a joint plan that makes them, whose flows count if no better ones are found.
    alone : the best plan of each future by itself: flows are found sooner from there.
    effort : of each search, whose gap and time are a part of those of a plan.
    """
    joint = decisions if isinstance(decisions, FuturePlan) else None
    decided = decisions.decisions[0] if isinstance(decisions, FuturePlan) else decisions
    found: list[FuturePlan | None] = []
    unknown = float("-inf"), float("inf"), float("inf")
    effort.told("weighing").report(Progress(name, 0.0, *unknown))
    for number, own in enumerate(alone):
        if own.decisions and np.array_equal(own.decisions[0], decided):
            found.append(own)
            continue
        seconds = PART_OF_TIME * effort.seconds
        how = (Options(FINE * effort.gap, seconds, effort.seed, threads=effort.threads), Unwatched())
        in_future = plan_alone(known, number, how, start=own.memory, decisions=decided)
        if joint is not None:
            in_future = _better(in_future, joint.in_future(number), own.proof.claimed_bound)
        found.append(in_future)
    return WeighedPlan(name, decided, tuple(found))


def _better(found: FuturePlan | None, given: FuturePlan, bound: float) -> FuturePlan:
    """The better of two plans of one future with the same decisions, and the better bound.

    Parameters
    ----------
    given : from a joint run, without a bound of its own. bound : no plan of the future is worth more.
    """
    known = bound if found is None else min(bound, found.proof.claimed_bound)
    best = found if found is not None and found.proof.value >= given.proof.value else given
    claimed = max(known, best.proof.value)
    cost = best.verdicts[0].ledger.controllable_cost
    gap = relative_gap(best.proof.value, claimed, cost)
    return replace(best, proof=replace(best.proof, claimed_bound=claimed, gap=gap))


def best_on_average(table: FutureTable, expected: FuturePlan) -> FuturePlan:
    """The joint plan, or one of the table that is worth more on average, with the joint plan's bounds."""
    if not table.is_possible.any():
        return expected
    row = table.best_expected
    value = float(table.expected[row])
    if value <= expected.proof.value:
        return expected
    parts = [each for each in table.plans[row].in_future if each is not None]
    verdicts = tuple(each.verdicts[0] for each in parts)
    cost = float(sum(w * v.ledger.controllable_cost for w, v in zip(table.weights, verdicts, strict=True)))
    claimed = max(expected.proof.claimed_bound, value)
    certified = max(expected.proof.certified_bound, claimed)
    proof = replace(
        expected.proof,
        value=value,
        claimed_bound=claimed,
        certified_bound=certified,
        gap=relative_gap(value, claimed, cost),
        certified_gap=relative_gap(value, certified, cost),
    )
    return FuturePlan(
        plans=tuple(each.plans[0] for each in parts),
        verdicts=verdicts,
        columns=tuple(each.columns[0] for each in parts),
        decisions=tuple(each.decisions[0] for each in parts),
        proof=proof,
    )
