"""The problem whose plan keeps every room, and what such a plan costs."""

from dataclasses import dataclass, field

from entrepot.instance import FloatArray, Instance
from entrepot.location import Assignment, LocationProblem, Solution
from entrepot.model.build import Built
from entrepot.model.lift import lift_plan
from entrepot.model.rooms import Rooms, exceeded
from entrepot.planning.best_paths import BestPaths, best_paths
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan
from entrepot.solvers.clock import Clock

PLANS_KNOWN = 4


@dataclass(slots=True, eq=False)
class KnownPaths:
    """The best paths of the plans that were asked about last, so that none are searched for twice.

    Attributes
    ----------
    of_plans : columns and flows of a plan, and its paths (None = no room); the latest comes last.
    """

    of_plans: list[tuple[FloatArray | None, Assignment | None, BestPaths | None]] = field(
        default_factory=list
    )

    def find(self, instance: Instance, built: Built, solution: Solution, clock: Clock) -> BestPaths | None:
        """The best paths for the flows of a plan; None where none have room."""
        columns, flows = solution.columns, solution.assignment
        for place, (of_columns, of_flows, best) in enumerate(self.of_plans):
            if of_columns is columns and of_flows is flows:
                self.of_plans.append(self.of_plans.pop(place))
                return best
        best = best_paths(instance, lift_plan(instance, built.layout, solution), clock)
        self.of_plans = [*self.of_plans[1 - PLANS_KNOWN :], (columns, flows, best)]
        return best


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """The problem of the last round, whose plan keeps every room.

    Attributes
    ----------
    built : what was built. problem : what was solved of it. rooms : stated in it; None = all of them.
    is_pathless : whether it states nothing of the ways in; then paths follow from the flows.
    is_followed : whether problems with paths were searched after it, whose bound is the bound.
    paths : of its plans.
    """

    built: Built
    problem: LocationProblem
    rooms: Rooms | None
    is_pathless: bool = False
    is_followed: bool = False
    paths: KnownPaths = field(default_factory=KnownPaths)

    def keeps_rooms(self, instance: Instance, solution: Solution, clock: Clock) -> bool:
        """Whether another plan of the problem keeps the rooms that it does not state, too."""
        if self.is_pathless or self.rooms is None:
            return self.dues(instance, solution, clock) < float("inf")
        found = lift_plan(instance, self.built.layout, solution)
        return exceeded(instance, self.rooms, *plan_tonnes(instance, found)) is None

    def dues(self, instance: Instance, solution: Solution, clock: Clock) -> float:
        """What a plan costs beyond what the problem charges for paths, EUR; inf where none have room."""
        if not self.is_pathless:
            return 0.0
        lifted = self.lifted(instance, solution, clock)
        return float("inf") if lifted is None else lifted[1]

    def lifted(self, instance: Instance, solution: Solution, clock: Clock) -> tuple[Plan, float] | None:
        """The plan, and what it costs beyond what the problem charges for its paths, EUR; None = no room."""
        if not self.is_pathless:
            return lift_plan(instance, self.built.layout, solution), 0.0
        best = self.paths.find(instance, self.built, solution, clock)
        return None if best is None else (best.plan, best.cost)
