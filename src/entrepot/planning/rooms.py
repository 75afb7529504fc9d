"""Rooms, fees and commitments of the ways in, stated only once they matter.

Most rooms of gateways and lanes never bind, and a row over all paths through a gateway brings thousands of
columns. So the first problem of a large instance states nothing of the ways in: every centre takes the
cheapest lanes, and the best paths for the flows of its plan are found afterwards (`planning.best_paths`).
Where no paths keep the rooms, or fees and commitments keep the gap open, paths become columns: fees and
commitments always count then, rooms once a plan exceeds them, and the search goes on from where it was.

Every bound on the way holds, as rooms, fees and commitments only take from plans; a plan within all rooms is
a plan of the whole problem, and its value stands between. Until there is one, a round has a part of the time;
the search from the first such plan on has all that is left.
"""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.errors import SolverError
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
from entrepot.model.build import Built, build
from entrepot.model.keeping import keep_centres
from entrepot.model.lift import lift_plan
from entrepot.model.path_choice import emissions_count
from entrepot.model.rooms import Rooms, exceeded, has_rooms, no_rooms
from entrepot.model.settling import settled
from entrepot.planning.best_paths import best_paths
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan
from entrepot.solvers.clock import EXACT
from entrepot.solvers.engine import solve
from entrepot.solvers.narrowing import is_wide

MOST_ROUNDS = 6
SHARE, SHARE_IF_WIDE = 0.35, 0.6
"""Part of the seconds left that a round has while no plan keeps every room; more where masters are wide."""
SHARE_WITHOUT_PATHS = 0.8
"""Part that a round without paths has: what it leaves is for paths where rooms turn out to be too small."""
LEAST_SECONDS = 1.0
MANY_KEYS = 500
"""Sites x products x periods from which on the first problem has no paths."""
PART_FOR_DUES = 0.5
"""Part of the asked gap that has to be left of it by fees and commitments for the search to go on without."""
MOST_WITHOUT_PATHS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """The problem of the last round, whose plan keeps every room.

    Attributes
    ----------
    built : what was built. problem : what was solved of it. rooms : stated in it; None = all of them.
    is_pathless : whether it states nothing of the ways in; then paths follow from the flows.
    is_followed : whether problems with paths were searched after it, whose bound is the bound.
    """

    built: Built
    problem: LocationProblem
    rooms: Rooms | None
    is_pathless: bool = False
    is_followed: bool = False

    def keeps_rooms(self, instance: Instance, solution: Solution) -> bool:
        """Whether another plan of the problem keeps the rooms that it does not state, too."""
        if self.is_pathless or self.rooms is None:
            return self.dues(instance, solution) < float("inf")
        found = lift_plan(instance, self.built.layout, solution)
        return exceeded(instance, self.rooms, *plan_tonnes(instance, found)) is None

    def dues(self, instance: Instance, solution: Solution) -> float:
        """What a plan costs beyond what the problem charges for paths, EUR; inf where none have room."""
        if not self.is_pathless:
            return 0.0
        lifted = self.lifted(instance, solution)
        return float("inf") if lifted is None else lifted[1]

    def lifted(self, instance: Instance, solution: Solution) -> tuple[Plan, float] | None:
        """The plan, and what it costs beyond what the problem charges for its paths, EUR; None = no room."""
        found = lift_plan(instance, self.built.layout, solution)
        if not self.is_pathless:
            return found, 0.0
        best = best_paths(instance, found)
        return None if best is None else (best.plan, best.cost)


def plan_within_rooms(
    instance: Instance,
    asked: Instance,
    how: tuple[Options, Watcher],
    *,
    start: Memory | None,
    keep: tuple[Plan, int] | None,
) -> tuple[Within | None, Solution]:
    """Search for a plan, stating rooms as plans exceed them.

    Parameters
    ----------
    instance : the problem. asked : the same as the model states it. how : options and watcher.
    start : what an earlier search remembers. keep : as `entrepot.plan` takes it.

    Returns
    -------
    The problem whose plan keeps every room (None where no plan was found) and its solution, whose bounds are
    the best of all rounds.
    """
    options, watcher = how
    search = _Search(instance, asked, options, watcher, keep)
    if _is_pathless_first(instance):
        start = search.without_paths(start)
        if search.is_done():
            return search.answer()
    rooms: Rooms | None = no_rooms(instance) if has_rooms(instance) else None
    for number in range(MOST_ROUNDS + 1):
        rooms = None if number == MOST_ROUNDS else rooms
        try:
            solution, more = search.once(rooms, start)
        except SolverError:
            if search.best is None:
                raise
            break
        if not search.goes_on(rooms, solution, more):
            break
        rooms = rooms if more is None else more
        start = solution.memory if isinstance(solution.memory, Memory) else None
    return search.answer()


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
class _Search:
    """The rounds and what they found.

    Attributes
    ----------
    spent : seconds. best : best plan that keeps every room. dues : what it costs beyond its value, EUR.
    last : solution of the last round. is_followed : whether rounds with paths came.
    claimed, certified : best bounds, EUR. trace : of all rounds.
    """

    instance: Instance
    asked: Instance
    options: Options
    watcher: Watcher
    kept: tuple[Plan, int] | None
    spent: float = 0.0
    best: tuple[Within, Solution] | None = None
    dues: float = 0.0
    last: Solution | None = None
    is_followed: bool = False
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
        return relative_gap(self.worth, self.claimed, self._charge(within.problem, solution) + self.dues)

    @staticmethod
    def _charge(problem: LocationProblem, solution: Solution) -> float:
        assert solution.columns is not None
        assert solution.assignment is not None
        return charge_of(problem, solution.columns, solution.assignment)

    def is_done(self) -> bool:
        """Whether the asked gap is reached, the limits contradict each other, or nobody waits any longer."""
        if self.last is None:
            return False
        has_ended = self.last.stop_reason in ("infeasible", "interrupted") or self.watcher.should_stop()
        is_late = self.left <= LEAST_SECONDS or (
            self.best is not None and self.last.stop_reason == "time limit"
        )
        return has_ended or is_late or self.gap() <= self.options.gap

    def without_paths(self, start: Memory | None) -> Memory | None:
        """Rounds that state nothing of the ways in; what the last one remembers."""
        plain = replace(self.asked, inbound=replace(self.asked.inbound, is_chosen=False))
        built = build(plain)
        within = Within(built, _asked(self.instance, built, self.kept), None, is_pathless=True)
        gap = self.options.gap
        for _ in range(MOST_WITHOUT_PATHS):
            share = SHARE_WITHOUT_PATHS if has_rooms(self.instance) else 1.0
            part = max(share * self.left, LEAST_SECONDS)
            solution = self._searched(within.problem, replace(self.options, seconds=part, gap=gap), start)
            start = solution.memory if isinstance(solution.memory, Memory) else None
            if solution.columns is None:
                break
            solution = settled(within.problem, built.strategy, solution)
            dues = within.dues(self.instance, solution)
            if np.isinf(dues):
                break
            if solution.value - dues >= self.worth:
                self.best, self.dues = (within, solution), dues
            # What dues leave of the asked gap is for the search, unless it is closed that far already.
            gap = self.options.gap - dues / max(self._charge(within.problem, solution), 1.0)
            is_closed = solution.stop_reason != "gap reached" or solution.gap <= gap
            if self.is_done() or is_closed or gap < PART_FOR_DUES * self.options.gap:
                break
        return start

    def once(self, rooms: Rooms | None, start: Memory | None) -> tuple[Solution, Rooms | None]:
        """A round with some rooms stated; its solution, and the rooms to state where its plan exceeds any."""
        self.is_followed = True
        built = build(self.asked, rooms)
        problem = _asked(self.instance, built, self.kept)
        share = SHARE_IF_WIDE if is_wide(problem) else SHARE
        part = self.left if rooms is None or self.best is not None else share * self.left
        options = replace(self.options, seconds=max(part, LEAST_SECONDS))
        solution = self._searched(problem, options, start)
        if solution.columns is None:
            return solution, None
        solution = settled(problem, built.strategy, solution)
        found = lift_plan(self.instance, built.layout, solution)
        tonnes = plan_tonnes(self.instance, found)
        more = None if rooms is None else exceeded(self.instance, rooms, *tonnes)
        if more is None and solution.value >= self.worth:
            self.best, self.dues = (Within(built, problem, rooms), solution), 0.0
        return solution, more

    def _searched(self, problem: LocationProblem, options: Options, start: Memory | None) -> Solution:
        """Search, and note the time and the bounds."""
        before = self.spent
        solution = solve(problem, options, _Later(self.watcher, before), start)
        self.trace += tuple(replace(step, elapsed=before + step.elapsed) for step in solution.trace)
        self.spent += solution.seconds
        self.last = solution
        if solution.stop_reason != "infeasible" or self.best is None:
            self.claimed = min(self.claimed, solution.claimed_bound)
            self.certified = min(self.certified, solution.certified_bound)
        return solution

    def goes_on(self, rooms: Rooms | None, solution: Solution, more: Rooms | None) -> bool:
        """Whether another round may find a plan, or a better one."""
        if self.watcher.should_stop():  # building more rows would keep the user waiting
            return False
        if more is not None:
            return self.best is None or self.left > LEAST_SECONDS
        return rooms is not None and solution.stop_reason == "time limit" and self.left > LEAST_SECONDS

    def answer(self) -> tuple[Within | None, Solution]:
        """The best plan that keeps every room with the best bounds; without one, the last round's word."""
        assert self.last is not None
        if self.best is None:
            return None, replace(self.last, claimed_bound=self.claimed, certified_bound=self.certified)
        within, solution = self.best
        reason = solution.stop_reason
        if within.is_pathless:
            within, reason = replace(within, is_followed=self.is_followed), self._reason(reason)
        return within, replace(
            solution,
            stop_reason=reason,
            claimed_bound=max(self.claimed, self.worth),
            certified_bound=max(self.certified, self.worth),
            seconds=self.spent,
            trace=self.trace,
        )

    def _reason(self, known: StopReason) -> StopReason:
        """Why the search stopped where a plan without paths stays the best; `known` is why its own did."""
        if self.gap() <= self.options.gap:
            return known if known != "proved" or self.gap() <= EXACT else "gap reached"
        if not self.is_followed:
            return known
        assert self.last is not None
        is_of_less = self.last.stop_reason in ("proved", "gap reached")  # of a problem without all rooms
        return "time limit" if is_of_less else self.last.stop_reason


def _is_pathless_first(instance: Instance) -> bool:
    """Whether leaving all paths to the flows is a relaxation, and one that saves many columns."""
    n_keys = instance.n_sites * instance.n_products * instance.n_periods
    return instance.inbound.is_chosen and not emissions_count(instance) and n_keys >= MANY_KEYS


def _asked(instance: Instance, built: Built, keep: tuple[Plan, int] | None) -> LocationProblem:
    """The problem, with the centres that are decided already."""
    return built.problem if keep is None else keep_centres(instance, built.problem, built.layout, keep)
