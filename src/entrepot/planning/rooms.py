"""Rooms of gateways and lanes, stated only once a plan exceeds them.

Most rooms never bind, and a row over all paths through a gateway brings thousands of columns. So the first
problem states none (fees and commitments always count); while its plan exceeds some room, those rooms are
stated and the search goes on from where it was. Every bound on the way holds, as rooms only take plans away;
a plan within all rooms is a plan of the whole problem, and its value stands between. Until there is one, a
round has a part of the time; the search from the first such plan on has all that is left.
"""

from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import LocationProblem, Memory, Options, Progress, Solution, Watcher
from entrepot.model.build import Built, build
from entrepot.model.keeping import keep_centres
from entrepot.model.lift import lift_plan
from entrepot.model.rooms import Rooms, exceeded, has_rooms, no_rooms
from entrepot.model.settling import settled
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan
from entrepot.solvers.engine import solve
from entrepot.solvers.narrowing import is_wide

MOST_ROUNDS = 6
SHARE, SHARE_IF_WIDE = 0.35, 0.6
"""Part of the seconds left that a round has while no plan keeps every room; more where masters are wide."""
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """The problem of the last round, whose plan keeps every room.

    Attributes
    ----------
    built : what was built. problem : what was solved of it. rooms : stated in it; None = all of them.
    """

    built: Built
    problem: LocationProblem
    rooms: Rooms | None

    def keeps_rooms(self, instance: Instance, solution: Solution) -> bool:
        """Whether another plan of the problem keeps the rooms that it does not state, too."""
        if self.rooms is None:
            return True
        found = lift_plan(instance, self.built.layout, solution)
        return exceeded(instance, self.rooms, *plan_tonnes(instance, found)) is None


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
    rooms: Rooms | None = no_rooms(instance) if has_rooms(instance) else None
    for number in range(MOST_ROUNDS + 1):
        rooms = None if number == MOST_ROUNDS else rooms
        solution, more = search.once(rooms, start)
        if not search.goes_on(rooms, solution, more):
            break
        rooms = rooms if more is None else more
        start = solution.memory if isinstance(solution.memory, Memory) else None
    return search.answer(solution)


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
    """The rounds and what they found: seconds spent, best plan that keeps every room, bounds, trace."""

    instance: Instance
    asked: Instance
    options: Options
    watcher: Watcher
    kept: tuple[Plan, int] | None
    spent: float = 0.0
    best: tuple[Within, Solution] | None = None
    claimed: float = float("inf")
    certified: float = float("inf")
    trace: tuple[Progress, ...] = ()

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self.options.seconds - self.spent

    def once(self, rooms: Rooms | None, start: Memory | None) -> tuple[Solution, Rooms | None]:
        """A round with some rooms stated; its solution, and the rooms to state where its plan exceeds any."""
        built = build(self.asked, rooms)
        problem = _asked(self.instance, built, self.kept)
        share = SHARE_IF_WIDE if is_wide(problem) else SHARE
        part = self.left if rooms is None or self.best is not None else share * self.left
        before = self.spent
        options = replace(self.options, seconds=max(part, LEAST_SECONDS))
        solution = solve(problem, options, _Later(self.watcher, before), start)
        self.trace += tuple(replace(step, elapsed=before + step.elapsed) for step in solution.trace)
        self.spent += solution.seconds
        if solution.stop_reason != "infeasible" or self.best is None:
            self.claimed = min(self.claimed, solution.claimed_bound)
            self.certified = min(self.certified, solution.certified_bound)
        if solution.columns is None:
            return solution, None
        solution = settled(problem, built.strategy, solution)
        found = lift_plan(self.instance, built.layout, solution)
        tonnes = plan_tonnes(self.instance, found)
        more = None if rooms is None else exceeded(self.instance, rooms, *tonnes)
        if more is None and (self.best is None or solution.value >= self.best[1].value):
            self.best = Within(built, problem, rooms), solution
        return solution, more

    def goes_on(self, rooms: Rooms | None, solution: Solution, more: Rooms | None) -> bool:
        """Whether another round may find a plan, or a better one."""
        if self.watcher.should_stop():  # building more rows would keep the user waiting
            return False
        if more is not None:
            return self.best is None or self.left > LEAST_SECONDS
        return rooms is not None and solution.stop_reason == "time limit" and self.left > LEAST_SECONDS

    def answer(self, last: Solution) -> tuple[Within | None, Solution]:
        """The best plan that keeps every room with the best bounds; without one, the last round's word."""
        if self.best is None:
            return None, replace(last, claimed_bound=self.claimed, certified_bound=self.certified)
        within, solution = self.best
        return within, replace(
            solution,
            claimed_bound=max(self.claimed, solution.value),
            certified_bound=max(self.certified, solution.value),
            seconds=self.spent,
            trace=self.trace,
        )


def _asked(instance: Instance, built: Built, keep: tuple[Plan, int] | None) -> LocationProblem:
    """The problem, with the centres that are decided already."""
    return built.problem if keep is None else keep_centres(instance, built.problem, built.layout, keep)
