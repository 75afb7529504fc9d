"""CP-SAT of OR-Tools: one Boolean per site and pair, implications instead of rows.

It takes integers only: where costs or demands are not, they are multiplied by 1000 and rounded (its value is
then recomputed from its plan; its bound is off by at most 0.0005 per customer and site).
"""

from typing import Any

import numpy as np

from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.outcome import (
    Limits,
    NotApplicableError,
    Outcome,
    as_location,
    listed_costs,
)
from entrepot.location import FacilityLocation
from entrepot.location.problem import FloatArray, IntArray

SCALE = 1000


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve UFL, p-median or SSCFLP; split supply has no Boolean form."""
    from ortools.sat.python import cp_model

    problem = as_location(instance, "CP-SAT")
    if problem.is_capacitated and not problem.is_single_source:
        raise NotApplicableError("CP-SAT has no form for supply that is split.")
    costs = listed_costs(problem)
    n, m = costs.shape
    fixed, whole_costs, scale = _whole(problem.fixed_cost, costs)
    model = cp_model.CpModel()
    opened = [model.new_bool_var("") for _ in range(m)]
    served = [[model.new_bool_var("") for _ in range(m)] for _ in range(n)]
    for row in served:
        model.add_exactly_one(row)
        for choice, site in zip(row, opened, strict=True):
            model.add_implication(choice, site)
    if problem.n_open is not None:
        model.add(cp_model.LinearExpr.sum(opened) == problem.n_open)
    _limit_loads(model, problem, served, opened)
    flat = [*opened, *(choice for row in served for choice in row)]
    weights = [*fixed.tolist(), *whole_costs.ravel().tolist()]
    model.minimize(cp_model.LinearExpr.weighted_sum(flat, weights))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limits.seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.relative_gap_limit = limits.gap
    status = solver.solve(model)
    value = float("inf")
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        value = solver.objective_value / scale
    return Outcome(value, solver.best_objective_bound / scale, solver.status_name(status))


def _limit_loads(model: Any, problem: FacilityLocation, served: list[list[Any]], opened: list[Any]) -> None:
    """Capacity rows; demands and capacities in whole units."""
    from ortools.sat.python import cp_model

    if not problem.is_capacitated:
        return
    demand, capacity, _ = _whole(problem.demand, np.minimum(problem.capacity, problem.demand.sum()))
    for site in np.flatnonzero(np.isfinite(problem.capacity)):
        column = [row[site] for row in served]
        load = cp_model.LinearExpr.weighted_sum(column, demand.tolist())
        model.add(load <= int(capacity[site]) * opened[site])


def _whole(left: FloatArray, right: FloatArray) -> tuple[IntArray, IntArray, int]:
    are_whole = np.all(left == np.round(left)) and np.all(right == np.round(right))
    scale = 1 if are_whole else SCALE
    return np.round(left * scale).astype(np.int64), np.round(right * scale).astype(np.int64), scale
