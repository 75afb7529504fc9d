"""Rooms, fees and commitments of the ways in, stated only once they matter.

Most rooms of gateways and lanes never bind, and a row over all paths through a gateway brings thousands of
columns. So the first problem of a large instance states nothing of the ways in: every centre takes the
cheapest lanes, and the best paths for the flows of its plan are found afterwards (`planning.pathless`).
Where no paths keep the rooms, or fees and commitments keep the gap open, paths become columns: fees and
commitments always count then, rooms once a plan exceeds them, and the search goes on from where it was.

Every bound on the way holds, as rooms, fees and commitments only take from plans; a plan within all rooms is
a plan of the whole problem, and its value stands between. Until there is one, a round has a part of the time;
the search from the first such plan on has all that is left.
"""

from dataclasses import replace

from entrepot.errors import SolverError
from entrepot.instance import Instance
from entrepot.location import Memory, Options, Solution, Watcher
from entrepot.model.build import build
from entrepot.model.lift import lift_plan
from entrepot.model.rooms import Rooms, exceeded, has_rooms, no_rooms
from entrepot.model.settling import settled
from entrepot.planning.pathless import is_pathless_first, search_without_paths
from entrepot.planning.rounds import LEAST_SECONDS, Rounds
from entrepot.planning.within import Within
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan
from entrepot.solvers.narrowing import is_wide

MOST_ROUNDS = 6
SHARE, SHARE_IF_WIDE = 0.35, 0.6
"""Part of the seconds left that a round has while no plan keeps every room; more where masters are wide."""


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
    rounds = Rounds(instance, asked, *how, keep)
    try:
        if is_pathless_first(instance):
            start = search_without_paths(rounds, start)
        if not rounds.is_done():
            _search_with_more_rooms(rounds, start)
    except KeyboardInterrupt:
        if rounds.last is None:
            raise
        rounds.end_interrupted()
    return rounds.answer()


def _search_with_more_rooms(rounds: Rounds, start: Memory | None) -> None:
    """Rounds with paths, each with the rooms that the plan before exceeded stated, too."""
    instance = rounds.instance
    rooms: Rooms | None = no_rooms(instance) if has_rooms(instance) else None
    for number in range(MOST_ROUNDS + 1):
        rooms = None if number == MOST_ROUNDS else rooms
        try:
            solution, more = search_with_rooms(rounds, rooms, start)
        except SolverError:
            if rounds.best is None:
                raise
            break
        if not _goes_on(rounds, rooms, solution, more):
            break
        rooms = rooms if more is None else more
        start = solution.memory if isinstance(solution.memory, Memory) else None


def search_with_rooms(
    rounds: Rounds, rooms: Rooms | None, start: Memory | None
) -> tuple[Solution, Rooms | None]:
    """A round with some rooms stated; its solution, and the rooms to state where its plan exceeds any."""
    rounds.is_followed = True
    built = build(rounds.asked, rooms)
    within = Within(built, rounds.problem_of(built), rooms)
    share = SHARE_IF_WIDE if is_wide(within.problem) else SHARE
    part = rounds.left if rooms is None or rounds.best is not None else share * rounds.left
    options = replace(rounds.options, seconds=max(part, LEAST_SECONDS))
    solution = rounds.search(within, options, start)
    if solution.columns is None:
        return solution, None
    solution = settled(within.problem, built.strategy, solution)
    found = lift_plan(rounds.instance, built.layout, solution)
    tonnes = plan_tonnes(rounds.instance, found)
    more = None if rooms is None else exceeded(rounds.instance, rooms, *tonnes)
    if more is None:
        rounds.keep_better(within, solution, 0.0)
    return solution, more


def _goes_on(rounds: Rounds, rooms: Rooms | None, solution: Solution, more: Rooms | None) -> bool:
    """Whether another round may find a plan, or a better one."""
    if solution.stop_reason == "interrupted" or rounds.watcher.should_stop():
        return False  # building more rows would keep the user waiting
    if more is not None:
        return rounds.best is None or rounds.left > LEAST_SECONDS
    return rooms is not None and solution.stop_reason == "time limit" and rounds.left > LEAST_SECONDS
