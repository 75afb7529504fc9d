"""The front door: one canonical problem in, one solution out, by whatever proves it soonest.

Every problem can be solved by `price_cut_plan`. One that is a textbook problem under other names (facilities
with one configuration each, customers that must be served, no row but a count) is solved by the engine that
the benchmarks measure on the public instances, and its answer is lifted back.
"""

from dataclasses import dataclass, replace

from entrepot.location import (
    FacilityLocation,
    LocationProblem,
    Memory,
    Options,
    Progress,
    Siting,
    Solution,
    Watcher,
)
from entrepot.location.textbook import lifted, recognised
from entrepot.solvers import capacitated, price_cut_plan, single_source, uncapacitated
from entrepot.solvers.incumbent import Known
from entrepot.solvers.sizing import solve_at_size


@dataclass(frozen=True, slots=True)
class _Mirrored:
    """Watcher of a run that minimises cost, told in the value that is maximised."""

    watcher: Watcher

    def report(self, progress: Progress) -> None:
        """Pass on with the signs changed."""
        self.watcher.report(replace(progress, value=-progress.value, bound=-progress.bound))

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.watcher.should_stop()


def solve(
    problem: LocationProblem,
    options: Options,
    watcher: Watcher,
    memory: Memory | None = None,
    known: Known | None = None,
) -> Solution:
    """Solve a canonical problem; see `price_cut_plan.solve` for the arguments and errors.

    A textbook problem is solved from nothing: `memory` and `known` are of no use there, and none is left.
    """
    found = recognised(problem)
    if found is not None:
        siting = locate(found.textbook, options, _Mirrored(watcher))
        if siting.stop_reason != "infeasible":
            return lifted(problem, found, siting)
    return price_cut_plan.solve(problem, options, watcher, memory, known)


def locate(problem: FacilityLocation, options: Options, watcher: Watcher) -> Siting:
    """Solve a textbook problem: UFL, p-median, CFLP or SSCFLP."""
    if not problem.is_capacitated:
        return solve_at_size(uncapacitated.solve, problem, options, watcher)
    special = single_source if problem.is_single_source else capacitated
    return solve_at_size(special.solve, problem, options, watcher)
