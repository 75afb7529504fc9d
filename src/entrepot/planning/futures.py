"""Futures in, refereed plans with their proof out: one alone, several jointly, decisions in one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

import entrepot
from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import FloatArray, Future, IntArray, fingerprint
from entrepot.location import LocationProblem, Memory, Options, Solution, Watcher, relative_gap
from entrepot.model.build import Built, build
from entrepot.model.decided import decided_sums
from entrepot.model.fixed_sources import needs_stable_sources
from entrepot.model.joint import Joint, joint_problem, part_of
from entrepot.model.joint_memory import joint_memory, joint_point
from entrepot.model.lift import lift_plan
from entrepot.model.settling import settled
from entrepot.model.stock import stock_undercharge
from entrepot.planning.runs import referee
from entrepot.plans.plan import Plan
from entrepot.plans.result import Proof, Verdict
from entrepot.solvers.engine import solve
from entrepot.solvers.worst_case import Sides, least_shortfall

NO_STAGES = "Objectives in order (table objectives) cannot be pursued over several futures. Leave them out."
NO_STABLE = (
    "Stable sources (sourcing.single or single_source = stable) cannot be planned over several futures. "
    'Use "period" instead.'
)
AGREEMENT = 1e-6

Change = Callable[[Joint], LocationProblem]


@dataclass(frozen=True, slots=True, eq=False)
class FutureSet:
    """Futures and what was built of them.

    Attributes
    ----------
    parts : canonical problem of each future. decisions : for each, the columns that say what is decided;
        the same decisions in the same order.
    """

    futures: tuple[Future, ...]
    parts: tuple[Built, ...]
    decisions: tuple[IntArray, ...]

    @property
    def weights(self) -> FloatArray:
        """Probability of each future, (n_futures,)."""
        return np.array([future.weight for future in self.futures], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where a joint search starts.

    Attributes
    ----------
    memories : of a run on each future. columns : of each future, of a plan; used with the memories.
    memory : of an earlier joint run, used instead of both.
    """

    memories: Sequence[Memory | None] = ()
    columns: Sequence[FloatArray] = ()
    memory: Memory | None = None

    def of(self, joint: Joint) -> Memory | None:
        """The memory that the engine starts from."""
        if self.memory is not None or not self.memories:
            return self.memory
        return joint_memory(joint, self.memories, joint_point(joint, self.columns) if self.columns else None)


@dataclass(frozen=True, slots=True, eq=False)
class FuturePlan:
    """A plan over several futures, or decisions in one of them, passed by the referee of each.

    Attributes
    ----------
    plans, verdicts : one per future; empty where none was found. columns : strategic columns of each future's
        problem. decisions : (n_decisions,) per future, those of them that say what is decided.
    proof : of the weighted sum of the values, EUR. memory : what the engine remembers.
    """

    plans: tuple[Plan, ...]
    verdicts: tuple[Verdict, ...]
    columns: tuple[FloatArray, ...]
    decisions: tuple[FloatArray, ...]
    proof: Proof
    memory: Memory | None = None

    @property
    def values(self) -> FloatArray:
        """Net present value in each future by its referee, EUR, (n_futures,)."""
        return np.array([verdict.ledger.value for verdict in self.verdicts], dtype=np.float64)

    def in_future(self, number: int) -> "FuturePlan":
        """What it comes to in one future; no bound is known there."""
        value = self.verdicts[number].ledger.value
        return FuturePlan(
            plans=self.plans[number : number + 1],
            verdicts=self.verdicts[number : number + 1],
            columns=self.columns[number : number + 1],
            decisions=self.decisions[number : number + 1],
            proof=replace(
                self.proof,
                value=value,
                claimed_bound=np.inf,
                certified_bound=np.inf,
                gap=np.inf,
                certified_gap=np.inf,
                trace=(),
            ),
        )


def build_futures(futures: Sequence[Future]) -> FutureSet:
    """State every future as a canonical problem.

    Raises
    ------
    UsageError : objectives in order or stable sources, which are not planned over futures.
    """
    for future in futures:
        if future.instance.policies.objectives:
            raise UsageError(NO_STAGES)
        if needs_stable_sources(future.instance):
            raise UsageError(NO_STABLE)
    parts = tuple(build(future.instance) for future in futures)
    decisions = tuple(
        np.concatenate(
            [
                np.zeros(0, dtype=np.int64),
                *decided_sums(future.instance, part.strategy, future.instance.n_periods),
            ]
        )
        for future, part in zip(futures, parts, strict=True)
    )
    return FutureSet(tuple(futures), parts, decisions)


def plan_alone(
    known: FutureSet,
    number: int,
    how: tuple[Options, Watcher],
    *,
    start: Memory | None = None,
    decisions: FloatArray | None = None,
) -> FuturePlan | None:
    """Plan one future by itself: what is decided as well as its flows, or the flows alone.

    Parameters
    ----------
    number : of the future. how : options and watcher. start : what an earlier run on it remembers.
    decisions : (n_decisions,) that stand; None = the future decides for itself.

    Returns
    -------
    FuturePlan, or None where no flows meet the limits of the future under the given decisions.

    Raises
    ------
    InfeasibleError : no plan meets all limits of the future. SolverError : as for `entrepot.plan`.
    """
    options, watcher = how
    future, part = known.futures[number], known.parts[number]
    problem = part.problem
    if decisions is not None:
        problem = _fixed(problem, known.decisions[number], decisions)
    solution = solve(problem, options, watcher, start)
    if solution.stop_reason == "infeasible":
        if decisions is not None:
            return None
        raise InfeasibleError(_named(solution.conflict, future.label))
    alone = FutureSet((future,), (part,), (known.decisions[number],))
    return _judged(alone, [solution], np.ones(1), solution, options)


def plan_jointly(
    known: FutureSet,
    weights: FloatArray,
    n_decided: int,
    how: tuple[Options, Watcher],
    *,
    start: Start | None = None,
    change: Change | None = None,
) -> FuturePlan:
    """Plan several futures at once.

    Parameters
    ----------
    weights : (n_futures,) of their values, >= 0.
    n_decided : first periods whose decisions are common to all futures; n_periods = the whole plan.
    how : options and watcher.
    change : makes another problem of the joint one, with the same columns.

    Raises
    ------
    InfeasibleError : no common plan meets the limits of all futures; those in conflict are named.
    SolverError : as for `entrepot.plan`.
    """
    options, watcher = how
    joint = joint_problem(known.futures, known.parts, weights, n_decided)
    problem = joint.problem if change is None else change(joint)
    solution = solve(problem, options, watcher, None if start is None else start.of(joint))
    if solution.stop_reason == "infeasible":
        raise InfeasibleError(solution.conflict)
    parts = []
    if solution.columns is not None:
        parts = [part_of(joint, number, solution) for number in range(len(known.futures))]
    return _judged(known, parts, weights, solution, options)


def seek_least_shortfall(
    known: FutureSet,
    target: FloatArray,
    how: tuple[Options, Watcher],
    *,
    judge: Callable[[FloatArray], tuple[float, float]],
    start: Start,
    tolerance: float,
) -> tuple[list[FloatArray], float]:
    """Search for the common plan whose worst shortfall from targets is smallest.

    Parameters
    ----------
    target : (n_futures,) EUR. how : options and watcher. tolerance : EUR at which the search ends.
    judge : decisions (n_decisions,) -> worst shortfall and what it is at least, EUR; asked where the
        decisions leave other integer columns open.

    Returns
    -------
    Decisions (n_decisions,) of the plans found, the best last; the shortfall that no plan goes below, EUR.
    """
    n = len(known.futures)
    joint = joint_problem(known.futures, known.parts, np.ones(n), known.futures[0].instance.n_periods)
    cost = np.zeros((n, joint.problem.n_columns))
    counts = [part.problem.cells.n_groups for part in known.parts]
    for number, part in enumerate(known.parts):
        np.add.at(cost[number], joint.columns[number], part.problem.strategic.cost)
    chosen = joint.columns[0][known.decisions[0]]
    sides = Sides(np.repeat(np.arange(n), counts), cost, target, chosen)
    found = least_shortfall(
        joint.problem,
        sides,
        *how,
        judge=lambda columns: judge(np.rint(columns[chosen])),
        memory=start.of(joint),
        tolerance=tolerance,
    )
    return [np.rint(columns[chosen]) for columns in found.columns], found.bound


def _fixed(problem: LocationProblem, column: IntArray, value: FloatArray) -> LocationProblem:
    lower, upper = problem.strategic.lower.copy(), problem.strategic.upper.copy()
    lower[column] = value
    upper[column] = value
    return replace(problem, strategic=replace(problem.strategic, lower=lower, upper=upper))


def _judged(
    known: FutureSet, parts: list[Solution], weights: FloatArray, solution: Solution, options: Options
) -> FuturePlan:
    """Lift the plan of every future and let its referee recompute it."""
    plans, verdicts, columns, decisions = [], [], [], []
    if solution.columns is not None:
        for future, built, chosen, part in zip(
            known.futures, known.parts, known.decisions, parts, strict=True
        ):
            own = settled(built.problem, built.strategy, part)
            found = lift_plan(future.instance, built.layout, own)
            missing = stock_undercharge(future.instance, built.problem, built.stock, own)
            verdicts.append(referee(future.instance, found, own.value - missing))
            plans.append(found)
            assert own.columns is not None
            columns.append(own.columns)
            decisions.append(np.rint(own.columns[chosen]))
    memory = solution.memory if isinstance(solution.memory, Memory) else None
    proof = _proof(known, weights, solution, verdicts, options)
    return FuturePlan(tuple(plans), tuple(verdicts), tuple(columns), tuple(decisions), proof, memory)


def _proof(
    known: FutureSet, weights: FloatArray, solution: Solution, verdicts: list[Verdict], options: Options
) -> Proof:
    value, charge = float("-inf"), 0.0
    if verdicts:
        value = float(sum(w * verdict.ledger.value for w, verdict in zip(weights, verdicts, strict=True)))
        charge = sum(w * each.ledger.controllable_cost for w, each in zip(weights, verdicts, strict=True))
    slack = AGREEMENT * max(1.0, charge, abs(value)) if verdicts else 0.0
    certified, claimed = (
        bound if value <= bound + slack else float("inf")
        for bound in (solution.certified_bound, solution.claimed_bound)
    )
    claimed = min(claimed, certified)
    digest = sha256(np.asarray(weights, dtype="<f8").tobytes())
    for future in known.futures:
        digest.update(fingerprint(future.instance).encode())
    return Proof(
        value=value,
        certified_bound=max(certified, value),
        claimed_bound=max(claimed, value),
        gap=relative_gap(value, claimed, charge),
        certified_gap=relative_gap(value, certified, charge),
        stop_reason=solution.stop_reason,
        seconds=solution.seconds,
        seed=options.seed,
        version=entrepot.__version__,
        fingerprint=digest.hexdigest(),
        solver="price-cut-plan",
        trace=tuple((step.elapsed, step.value, step.bound) for step in solution.trace),
    )


def _named(conflict: tuple[tuple[str, float], ...], label: str) -> tuple[tuple[str, float], ...]:
    return tuple((f"{name}, {label}", amount) for name, amount in conflict)
