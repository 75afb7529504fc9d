"""The problem whose plan keeps every room, and what such a plan costs."""

from dataclasses import dataclass

from entrepot.instance import Instance
from entrepot.location import LocationProblem, Solution
from entrepot.model.build import Built
from entrepot.model.lift import lift_plan
from entrepot.model.rooms import Rooms, exceeded
from entrepot.planning.best_paths import best_paths
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Plan


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
