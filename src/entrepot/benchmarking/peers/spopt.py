"""spopt with PuLP's CBC: p-median, p-centre and maximal covering from a matrix of distances."""

from typing import Any

import numpy as np

from entrepot.benchmarking.generators import Reach
from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.outcome import (
    MOST_PAIRS,
    Limits,
    NotApplicableError,
    Outcome,
    as_location,
    listed_costs,
)


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve p-median, p-centre or maximal covering; a bound is stated only where CBC says Optimal."""
    import pulp

    model, is_maximised = _model(instance)
    solver = pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=limits.seconds, gapRel=limits.gap)
    status = model.problem.solve(solver)
    value = pulp.value(model.problem.objective)
    found = value is not None and model.problem.sol_status in (1, 2)
    worst = -np.inf if is_maximised else np.inf
    is_proved = found and model.problem.sol_status == 1 and limits.gap == 0.0
    return Outcome(
        float(value) if found else worst, float(value) if is_proved else -worst, pulp.LpStatus[status]
    )


def _model(instance: Instance) -> tuple[Any, bool]:
    from spopt.locate import MCLP, PCenter, PMedian

    if isinstance(instance, Reach):
        n, m = instance.distances.n_customers, instance.distances.n_sites
        if n * m > MOST_PAIRS:
            raise NotApplicableError(f"{n * m:,} pairs of customer and site are not written out.")
        apart = instance.distances.between(np.arange(n)[:, None], np.arange(m))
        return MCLP.from_cost_matrix(apart, instance.weight, instance.radius, instance.n_open), True
    if isinstance(instance, tuple):
        distances, n_open = instance
        apart = distances.between(np.arange(distances.n_customers)[:, None], np.arange(distances.n_sites))
        return PCenter.from_cost_matrix(apart, n_open), False
    problem = as_location(instance, "spopt")
    if problem.n_open is None or problem.is_capacitated or np.any(problem.fixed_cost):
        raise NotApplicableError("spopt solves p-median, p-centre and covering only.")
    costs = listed_costs(problem)
    return PMedian.from_cost_matrix(costs, np.ones(problem.n_customers), problem.n_open), False
