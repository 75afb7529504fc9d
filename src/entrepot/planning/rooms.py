"""Rooms of gateways and lanes, stated only once a plan exceeds them.

Most rooms never bind, and a row over all paths through a gateway brings thousands of columns. So the first
problem states none (fees and commitments always count); while its plan exceeds some room, those rooms are
stated and the search goes on from where it was. Every bound on the way holds, as rooms only take plans away;
a plan within all rooms is a plan of the whole problem, and its value stands between.
"""

from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import LocationProblem, Memory, Options, Solution, Watcher
from entrepot.model.build import Built, build
from entrepot.model.keeping import keep_centres
from entrepot.model.lift import lift_plan
from entrepot.model.rooms import Rooms, exceeded, has_rooms, no_rooms
from entrepot.model.settling import settled
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan
from entrepot.solvers.engine import solve

MOST_ROUNDS = 6
SHARE = 0.35
"""Part of the seconds left that a round may take while rooms are left out."""


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
    rooms: Rooms | None = no_rooms(instance) if has_rooms(instance) else None
    seconds, claimed, certified = options.seconds, float("inf"), float("inf")
    for number in range(MOST_ROUNDS + 1):
        rooms = None if number == MOST_ROUNDS else rooms
        built = build(asked, rooms)
        mine = max(seconds if rooms is None else SHARE * seconds, 1.0)
        problem = _asked(instance, built, keep)
        solution = solve(problem, replace(options, seconds=mine), watcher, start)
        seconds -= solution.seconds
        claimed, certified = min(claimed, solution.claimed_bound), min(certified, solution.certified_bound)
        if solution.columns is None:
            is_early = rooms is not None and seconds > 0.0 and solution.stop_reason == "time limit"
            if not is_early or watcher.should_stop():
                return None, replace(solution, claimed_bound=claimed, certified_bound=certified)
            start = _memory(solution)
            continue
        solution = settled(problem, built.strategy, solution)
        found = lift_plan(instance, built.layout, solution)
        more = None if rooms is None else exceeded(instance, rooms, *plan_tonnes(instance, found))
        if more is None:
            break
        if watcher.should_stop():  # building more rows would keep the user waiting
            return None, replace(solution, claimed_bound=claimed, certified_bound=certified)
        rooms, start = more, _memory(solution)
    return Within(built, problem, rooms), replace(
        solution,
        claimed_bound=max(claimed, solution.value),
        certified_bound=max(certified, solution.value),
        seconds=options.seconds - seconds,
    )


def _memory(solution: Solution) -> Memory | None:
    return solution.memory if isinstance(solution.memory, Memory) else None


def _asked(instance: Instance, built: Built, keep: tuple[Plan, int] | None) -> LocationProblem:
    """The problem, with the centres that are decided already."""
    return built.problem if keep is None else keep_centres(instance, built.problem, built.layout, keep)
