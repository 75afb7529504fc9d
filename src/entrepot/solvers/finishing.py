"""Small problems that the rounds do not close: HiGHS is given the whole program, and its word is checked."""

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import Options
from entrepot.solvers.clock import EXACT, Clock
from entrepot.solvers.compact import close, compact_of, conflict_of, n_flows
from entrepot.solvers.conflict import Conflict, find_conflict
from entrepot.solvers.flows import OutOfTimeError
from entrepot.solvers.incumbent import MARGIN, Plans, try_point
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.root import Relaxation
from entrepot.solvers.rounds import Round

TINY, SMALL = 2_000, 20_000
"""Columns up to which the whole program is asked after a round or two, or after MORE_ROUNDS."""
FEW_ROUNDS, MORE_ROUNDS = 1, 12
NEVER = 10**9
GRACE = 2.0
"""Seconds that a tiny program may take where the clock has run out."""
WRONG = 1e-6
"""Relative difference beyond which HiGHS contradicts a plan that is known."""


def rounds_before(prepared: Prepared, options: Options) -> int:
    """Rounds after which the whole program is asked; NEVER for a problem that is not small."""
    n = n_columns(prepared)
    if options.patience is not None and n <= SMALL:
        return options.patience
    return FEW_ROUNDS if n <= TINY else MORE_ROUNDS if n <= SMALL else NEVER


def n_columns(prepared: Prepared) -> int:
    """Columns of the whole program."""
    return prepared.problem.n_columns + n_flows(prepared.problem)


def is_left(clock: Clock, plans: Plans, rounds: int, last: str) -> bool:
    """Whether the rounds left something to prove that nobody, by a limit of rounds or by hand, gave up."""
    if clock.was_interrupted or last == "solver failed" or (last == "closed" and plans.best is None):
        return False
    if last == "progress" and rounds >= clock.options.rounds:
        return False
    return clock.gap() > max(clock.options.gap, EXACT)


def limits_in_conflict(prepared: Prepared, relaxation: Relaxation, clock: Clock) -> Conflict:
    """Limits to relax where no plan exists; of a small problem also those that only whole cells run into."""
    clock.report("naming the limits in conflict", force=True)
    try:
        found = find_conflict(prepared, relaxation.master.cuts, clock)
    except OutOfTimeError:
        return ()
    if not found and n_columns(prepared) <= SMALL:
        found = conflict_of(compact_of(prepared), prepared.problem, clock, GRACE) or ()
    return found


def finish(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, clock: Clock
) -> tuple[Round | None, Conflict]:
    """Ask HiGHS for the optimum of a small problem, or for the limits that contradict each other.

    Returns
    -------
    How the search ends, None where it goes on as if nothing had been asked; and the limits in conflict.
    """
    grace = GRACE if n_columns(prepared) <= TINY else 0.05
    compact = compact_of(prepared)
    try:
        answer = close(compact, prepared.problem.n_columns, clock, grace)
    except SolverError:
        return None, ()
    if answer.outcome == "infeasible":
        if plans.best is not None:
            return None, ()
        conflict = conflict_of(compact, prepared.problem, clock, grace)
        return (None, ()) if conflict is None else ("closed", conflict)
    slack = WRONG * max(abs(clock.value), clock.charge, 1.0)
    if plans.best is not None and answer.bound < clock.value - slack:
        return None, ()
    if answer.columns is not None:
        try_point(prepared, relaxation, plans, answer.columns, clock)
    if np.isfinite(answer.bound):
        bound = answer.bound + MARGIN * prepared.money
        clock.claimed = min(clock.claimed, max(bound, clock.value))
    is_margin = clock.claimed - clock.value <= 2.0 * MARGIN * prepared.money  # the rounds may yet close it
    return ("no progress" if answer.outcome == "optimal" and not is_margin else None), ()
