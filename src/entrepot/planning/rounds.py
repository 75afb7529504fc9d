"""Rounds of a search, each over a problem that states more of the ways in, and the best plan of them."""

from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import (
    LocationProblem,
    Memory,
    Options,
    Progress,
    Solution,
    StopReason,
    Watcher,
    charge_of,
    relative_gap,
)
from entrepot.model.build import Built
from entrepot.model.keeping import keep_centres
from entrepot.model.settling import settled
from entrepot.planning.within import Within
from entrepot.plans.plan import Plan
from entrepot.solvers.clock import EXACT, clock_after
from entrepot.solvers.engine import solve

LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Later:
    """Watcher of a round that began some seconds after the first."""

    watcher: Watcher
    before: float

    def report(self, progress: Progress) -> None:
        """Pass on, with the seconds since the first round began."""
        self.watcher.report(replace(progress, elapsed=self.before + progress.elapsed))

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.watcher.should_stop()


@dataclass(slots=True, eq=False)
class Rounds:
    """The rounds so far and what they found.

    Attributes
    ----------
    instance : the problem. asked : the same as the model states it. kept : as `entrepot.plan` takes it.
    spent : seconds. best : best plan that keeps every room. dues : what it costs beyond its value, EUR.
    within, last : problem and solution of the last round. is_followed : whether rounds with paths came.
    was_interrupted : whether Ctrl-C ended it. claimed, certified : best bounds, EUR. trace : of all rounds.
    """

    instance: Instance
    asked: Instance
    options: Options
    watcher: Watcher
    kept: tuple[Plan, int] | None
    spent: float = 0.0
    best: tuple[Within, Solution] | None = None
    dues: float = 0.0
    within: Within | None = None
    last: Solution | None = None
    is_followed: bool = False
    was_interrupted: bool = False
    claimed: float = float("inf")
    certified: float = float("inf")
    trace: tuple[Progress, ...] = ()

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self.options.seconds - self.spent

    @property
    def worth(self) -> float:
        """Value of the best plan, EUR."""
        return float("-inf") if self.best is None else self.best[1].value - self.dues

    def gap(self) -> float:
        """Gap of the best plan, what it costs beyond its value included."""
        if self.best is None:
            return float("inf")
        within, solution = self.best
        return relative_gap(self.worth, self.claimed, charge(within.problem, solution) + self.dues)

    def is_done(self) -> bool:
        """Whether the asked gap is reached, the limits contradict each other, or nobody waits any longer."""
        if self.last is None:
            return False
        has_ended = self.last.stop_reason in ("infeasible", "interrupted") or self.watcher.should_stop()
        is_late = self.left <= LEAST_SECONDS or (
            self.best is not None and self.last.stop_reason == "time limit"
        )
        return has_ended or is_late or self.gap() <= self.options.gap

    def problem_of(self, built: Built) -> LocationProblem:
        """What was built, with the centres that are decided already."""
        if self.kept is None:
            return built.problem
        return keep_centres(self.instance, built.problem, built.layout, self.kept)

    def search(self, within: Within, options: Options, start: Memory | None) -> Solution:
        """Search, and note the time and the bounds."""
        before = self.spent
        solution = solve(within.problem, options, _Later(self.watcher, before), start)
        self.trace += tuple(replace(step, elapsed=before + step.elapsed) for step in solution.trace)
        self.spent += solution.seconds
        self.within, self.last = within, solution
        if solution.stop_reason != "infeasible" or self.best is None:
            self.claimed = min(self.claimed, solution.claimed_bound)
            self.certified = min(self.certified, solution.certified_bound)
        return solution

    def dues_of(self, within: Within, solution: Solution) -> float:
        """What a plan costs beyond its value, EUR, inf where no paths have room; its time counts."""
        clock = clock_after(self.options, self.spent, _Later(self.watcher, self.spent))
        dues = within.dues(self.instance, solution, clock)
        self.spent += clock.elapsed()
        return dues

    def keep_better(self, within: Within, solution: Solution, dues: float) -> None:
        """Make a plan that keeps every room the best one if it is."""
        if solution.value - dues >= self.worth:
            self.best, self.dues = (within, solution), dues

    def end_interrupted(self) -> None:
        """End on Ctrl-C, wherever it came; the last plan counts even if its rooms had yet to be looked at."""
        self.was_interrupted = True
        within, found = self.within, self.last
        if within is None or found is None or found.columns is None:
            return
        if self.best is not None and self.best[1].assignment is found.assignment:
            return
        solution = settled(within.problem, within.built.strategy, found)
        nothing_left = clock_after(self.options, self.options.seconds, _Later(self.watcher, self.spent))
        if within.keeps_rooms(self.instance, solution, nothing_left):
            self.keep_better(within, solution, within.dues(self.instance, solution, nothing_left))

    def answer(self) -> tuple[Within | None, Solution]:
        """The best plan that keeps every room with the best bounds; without one, the last round's word."""
        assert self.last is not None
        if self.best is None:
            last = replace(self.last, claimed_bound=self.claimed, certified_bound=self.certified)
            is_cut_short = self.was_interrupted and last.stop_reason != "infeasible"
            return None, replace(last, stop_reason="interrupted") if is_cut_short else last
        within, solution = self.best
        if within.is_pathless:
            within = replace(within, is_followed=self.is_followed)
        return within, replace(
            solution,
            stop_reason=self._reason(within, solution.stop_reason),
            claimed_bound=max(self.claimed, self.worth),
            certified_bound=max(self.certified, self.worth),
            seconds=self.spent,
            trace=self.trace,
        )

    def _reason(self, within: Within, known: StopReason) -> StopReason:
        """Why the search stopped; `known` is why that for the best plan, one of `within`, did."""
        if self.was_interrupted and self.gap() > self.options.gap:
            return "interrupted"
        if not within.is_pathless:
            return known
        if self.gap() <= self.options.gap:
            return known if known != "proved" or self.gap() <= EXACT else "gap reached"
        if not self.is_followed:
            return known
        assert self.last is not None
        is_of_less = self.last.stop_reason in ("proved", "gap reached")  # of a problem without all rooms
        return "time limit" if is_of_less else self.last.stop_reason


def charge(problem: LocationProblem, solution: Solution) -> float:
    """What the plan of a solution costs, EUR."""
    assert solution.columns is not None
    assert solution.assignment is not None
    return charge_of(problem, solution.columns, solution.assignment)
