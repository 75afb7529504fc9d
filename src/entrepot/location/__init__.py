"""The canonical problem, its solution, and measures of a point."""

from entrepot.location.facility_location import FacilityLocation, Siting, gap_between
from entrepot.location.measure import cell_of_way, charge_of, value_of, violation_of
from entrepot.location.memory import Memory
from entrepot.location.problem import Cells, Enablers, LocationProblem, Resources, Strategic, Ways
from entrepot.location.service_costs import MatrixCosts, PlaneCosts, ServiceCosts
from entrepot.location.solution import (
    Assignment,
    Options,
    Progress,
    Solution,
    Solver,
    StopReason,
    Unwatched,
    Watcher,
    relative_gap,
)

__all__ = [
    "Assignment", "Cells", "Enablers", "FacilityLocation", "LocationProblem", "MatrixCosts", "Memory",
    "Options", "PlaneCosts", "Progress", "Resources", "ServiceCosts", "Siting", "Solution", "Solver",
    "StopReason", "Strategic", "Unwatched", "Watcher", "Ways", "cell_of_way", "charge_of", "gap_between",
    "relative_gap", "value_of", "violation_of",
]  # fmt: skip
