"""pbp-pmedian: exact p-median from a matrix of costs."""

import numpy as np

from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.outcome import (
    Limits,
    NotApplicableError,
    Outcome,
    as_location,
    listed_costs,
)


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve p-median. A bound is known only where it ends with a proof."""
    from pbp_pmedian import solve as solve_p_median

    problem = as_location(instance, "pbp-pmedian")
    if problem.n_open is None or problem.is_capacitated or np.any(problem.fixed_cost):
        raise NotApplicableError("pbp-pmedian solves p-median only.")
    costs = np.ascontiguousarray(listed_costs(problem).T)
    value, _, _, status, _ = solve_p_median(costs, problem.n_open, time_limit=limits.seconds)
    has_plan = value is not None and np.isfinite(value)
    is_proved = has_plan and str(status).lower() in ("optimal", "0", "proved", "true")
    return Outcome(
        float(value) if has_plan else float("inf"), float(value) if is_proved else -float("inf"), str(status)
    )
