"""How a run ended: why it stopped, what is proved, and the solution that says so."""

import numpy as np

from entrepot.location import Solution, StopReason, relative_gap
from entrepot.solvers.clock import EXACT, Clock
from entrepot.solvers.conflict import Conflict
from entrepot.solvers.incumbent import Plans

AGREEMENT = 1e-6


def reason_of(clock: Clock, plans: Plans, last: str) -> StopReason:
    """Why a run stopped, from how its last round ended."""
    if last == "closed" and plans.best is None:
        return "infeasible"
    if clock.was_interrupted:
        return "interrupted"
    if _is_contradicted(clock):
        return "solver failed"
    if clock.gap() <= EXACT:
        return "proved"
    if clock.gap() <= clock.options.gap:
        return "gap reached"
    if clock.left() <= 0.0:
        return "time limit"
    ends: dict[str, StopReason] = {
        "closed": "no progress",  # a point that was left out may be worth more than its flows
        "no progress": "no progress",
        "solver failed": "solver failed",
    }
    return ends.get(last, "round limit")


def _bounds(clock: Clock, is_infeasible: bool) -> tuple[float, float]:
    """Claimed and certified bound; no bound at all where the plan contradicts one by more than rounding."""
    if is_infeasible:
        return -np.inf, -np.inf
    if _is_contradicted(clock):
        return np.inf, np.inf
    return max(clock.claimed, clock.value), max(clock.certified, clock.claimed, clock.value)


def _is_contradicted(clock: Clock) -> bool:
    """Whether the plan is worth more than a bound by more than rounding: then no bound is left."""
    slack = AGREEMENT * max(abs(clock.value), clock.charge, 1.0)
    return clock.value > min(clock.claimed, clock.certified) + slack


def solution_of(
    plans: Plans, clock: Clock, conflict: Conflict, reason: StopReason, statistics: dict[str, float]
) -> Solution:
    """The solution of a run, its bounds and the limits in conflict included."""
    best = plans.best
    claimed, certified = _bounds(clock, reason == "infeasible")
    clock.report("done", force=True)
    return Solution(
        columns=None if best is None else best.columns,
        assignment=None if best is None else best.assignment,
        value=clock.value,
        certified_bound=certified,
        claimed_bound=claimed,
        gap=relative_gap(clock.value, claimed, clock.charge),
        stop_reason=reason,
        seconds=clock.elapsed(),
        conflict=conflict,
        trace=tuple(clock.trace),
        statistics=statistics,
    )
