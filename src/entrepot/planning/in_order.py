"""Objectives in order: one search after the other, each within what the earlier ones must keep."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.instance import FloatArray, Instance, Objective
from entrepot.location import (
    Assignment,
    LocationProblem,
    Memory,
    Options,
    Progress,
    Solution,
    Watcher,
    value_of,
)
from entrepot.model.build import Built
from entrepot.model.objectives import (
    Amount,
    amount_of,
    denominator_of,
    held,
    least_of,
    stage_problem,
)
from entrepot.model.stock import stock_undercharge
from entrepot.plans.result import Stage
from entrepot.solvers.engine import solve


@dataclass(frozen=True, slots=True)
class _OfStage:
    """Watcher of one stage: phases are named for the objective; amounts that are no money are kept back."""

    watcher: Watcher
    name: str
    is_money: bool
    before: float

    def report(self, progress: Progress) -> None:
        """Pass on."""
        shown = replace(
            progress, phase=f"{self.name}: {progress.phase}", elapsed=progress.elapsed + self.before
        )
        self.watcher.report(shown if self.is_money else replace(shown, value=-np.inf, bound=np.inf))

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.watcher.should_stop()


Point = tuple[FloatArray, Assignment]


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """What all stages found.

    Attributes
    ----------
    solution : the last plan, valued in money; its bounds are those of the stage of the value, infinite
        where the value is no objective. stages : one per objective that was searched, in order; `final` is
        yet to be filled in.
    """

    solution: Solution
    stages: tuple[Stage, ...]


def solve_in_order(
    instance: Instance, built: Built, objectives: tuple[Objective, ...], options: Options, watcher: Watcher
) -> Staged:
    """Pursue the objectives one after the other.

    Parameters
    ----------
    built : with every way that may help one of the objectives.
    options : the seconds are shared: a stage may take what is left over the stages that are left.

    Notes
    -----
    Stage k starts from the plan of stage k - 1, which keeps all earlier objectives, and so never ends
    without a plan or with a worse one. Its rows: sign x amount_i >= sign x found_i - tolerance_i for i < k.
    After an interrupt the plan so far is the last one, and later objectives have no stage.
    """
    problem, point = built.problem, None
    stages: list[Stage] = []
    money: Solution | None = None
    solution: Solution | None = None
    seconds = options.seconds
    try:
        for number, objective in enumerate(objectives):
            amount = amount_of(instance, built, objective)
            share = replace(options, seconds=seconds / (len(objectives) - number))
            asked = stage_problem(problem, amount, objective.kind == "value")
            start = None if solution is None or point is None else _memory_of(asked, solution, point[0])
            name, is_money = f"objective {number + 1}, {objective.kind}", objective.kind == "value"
            mine = _OfStage(watcher, name, is_money, options.seconds - seconds)
            latest = solve(asked, share, mine, start, None if start is None else (start.columns, point[1]))
            seconds = max(0.0, seconds - latest.seconds)
            better = _point_of(built, latest)
            if better is None and point is None:
                return Staged(_without_bounds(latest, objective), tuple(stages))
            point = _better(instance, built, (amount, is_money), better, point)
            solution = latest
            money = latest if objective.kind == "value" and money is None else money
            least, tolerance = least_of(built.problem, amount, objective, point)
            exact = _amount(instance, built, (amount, is_money), point)
            stages.append(_stage(built.problem, amount, objective, latest, point, (exact, tolerance)))
            if number + 1 < len(objectives):
                problem = held(problem, amount, least, f"limit: {objective.kind} of stage {number + 1}")
            if latest.stop_reason == "interrupted":
                break
    except KeyboardInterrupt:
        if solution is None or point is None:
            raise
        solution = replace(solution, stop_reason="interrupted")
    assert solution is not None
    assert point is not None
    return Staged(_in_money(built.problem, solution, money, point), tuple(stages))


def _point_of(built: Built, solution: Solution) -> Point | None:
    if solution.columns is None or solution.assignment is None:
        return None
    return solution.columns[: built.problem.n_columns], solution.assignment


def _amount(instance: Instance, built: Built, what: tuple[Amount, bool], point: Point) -> float:
    """Amount of a point in the unit of the arrays; a value with the exact cost of its pooled stock."""
    amount, is_money = what
    missing = stock_undercharge(instance, built.problem, built.stock, point[1]) if is_money else 0.0
    return amount.of(built.problem, *point) - missing


def _better(
    instance: Instance, built: Built, what: tuple[Amount, bool], found: Point | None, before: Point | None
) -> Point:
    if found is None or before is None:
        known = before if found is None else found
        assert known is not None
        return known
    gain = _amount(instance, built, what, found) - _amount(instance, built, what, before)
    return found if what[0].sign * gain >= 0.0 else before


def _memory_of(problem: LocationProblem, solution: Solution, columns: FloatArray) -> Memory:
    """The last plan to start from, and the inner point of the last search; no cuts: they speak of money."""
    n = problem.n_columns
    start = np.append(columns, np.ones(n - len(columns)))
    core, memory = start, solution.memory
    if memory is not None:
        known = dict(zip(memory.column_names, memory.core.tolist(), strict=True))
        core = np.array([known.get(name, 1.0) for name in problem.strategic.column_names])
    return Memory(
        digest="",
        shape=np.zeros((0, 2), dtype=np.int64),
        column_names=problem.strategic.column_names,
        columns=start,
        core=core,
        enabler_names=problem.enablers.names,
        resource_names=problem.resources.names,
        capacity_price=np.zeros(problem.n_enablers),
        resource_price=np.zeros(problem.n_resources),
        cuts=(),
    )


def _stage(  # noqa: PLR0917 - what a stage is made of
    problem: LocationProblem,
    amount: Amount,
    objective: Objective,
    solution: Solution,
    point: Point,
    reached: tuple[float, float],
) -> Stage:
    """The stage in the objective's own unit; `reached` are the amount found and what it may cost."""
    found, tolerance = reached
    claimed, certified = (
        _bound(amount, objective, bound, found)
        for bound in (solution.claimed_bound, solution.certified_bound)
    )
    base = denominator_of(problem, amount, objective.kind, point)
    return Stage(
        objective=objective,
        found=found / amount.unit,
        claimed_bound=claimed / amount.unit,
        certified_bound=certified / amount.unit,
        gap=abs(claimed - found) / max(base, 1e-10) if np.isfinite(claimed) else float("inf"),
        tolerance=tolerance / amount.unit,
        final=float("nan"),
        stop_reason=solution.stop_reason,
        seconds=solution.seconds,
    )


def _bound(amount: Amount, objective: Objective, bound: float, found: float) -> float:
    """Bound on the amount from the bound on the stage's value; a count that is bounded is a whole number."""
    raw = amount.sign * bound
    if objective.kind == "deviation" and np.isfinite(raw):
        raw = float(np.ceil(raw - 1e-6))
    return max(raw, found) if amount.sign > 0.0 else min(raw, found)


def _without_bounds(solution: Solution, objective: Objective) -> Solution:
    """A solution without a plan; its bounds are on the value only if that is what was pursued."""
    if objective.kind == "value":
        return solution
    return replace(solution, value=-np.inf, certified_bound=np.inf, claimed_bound=np.inf)


def _in_money(problem: LocationProblem, last: Solution, money: Solution | None, point: Point) -> Solution:
    value = value_of(problem, *point)
    return replace(
        last,
        columns=point[0],
        assignment=point[1],
        value=value,
        certified_bound=np.inf if money is None else max(money.certified_bound, value),
        claimed_bound=np.inf if money is None else max(money.claimed_bound, value),
        trace=() if money is None else money.trace,
        memory=None,
    )
