"""Rounds: a search of the integer master, its points valued, the cuts that tell of them."""

from dataclasses import replace
from typing import Literal

from entrepot.location.problem import FloatArray
from entrepot.solvers.bounds import Box, Multipliers, dual_bound, multipliers_of
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.fixing import box_above
from entrepot.solvers.incumbent import (
    FIRST_CUTS,
    MARGIN,
    TINY,
    Plans,
    integral,
    judged,
    key_of,
    promised,
    start_within,
    try_point,
)
from entrepot.solvers.narrowing import is_wide, narrowed
from entrepot.solvers.plan_search import Effort, search_plans
from entrepot.solvers.pool import needed
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.root import Relaxation

Round = Literal["progress", "closed", "no progress"]

MORE_CUTS = 10
NEAR = 0.01
"""Gap, relative to the size of the problem, from which on proving matters more than better plans."""
MORE_OPEN, MANY_COLUMNS = 5.0 / 3.0, 500
"""Factor on the part that a search may leave open, beyond so many columns, where each search is long."""
ASKED = 0.9
"""Part of the asked gap that a search may always leave open: proving more than was asked takes time."""


def search_once(prepared: Prepared, relaxation: Relaxation, plans: Plans, clock: Clock) -> Round:
    """One round: search the integer master, value what it finds.

    Returns
    -------
    str
        "closed" where nothing is better than the best plan (without one: no plan exists); "no progress" where
        exact searches find only plans that are known.
    """
    multipliers, cuts = _refreshed(prepared, relaxation, clock)
    if relaxation.is_infeasible:  # with a plan it cannot be: nothing is concluded from it
        return _closed(plans, clock) if plans.best is None else "no progress"
    open_gap = clock.claimed - clock.value if plans.best is not None else 0.02 * prepared.money
    leave_open = _leave_open(prepared, plans, open_gap, clock)
    is_near = plans.best is not None and not plans.settled and open_gap <= NEAR * prepared.money
    aim = clock.value + leave_open if is_near else clock.value
    box = prepared.problem.strategic.lower.copy(), prepared.problem.strategic.upper.copy()
    if multipliers is not None and plans.best is not None:
        best = plans.best.columns if is_near else None
        box = box_above(prepared, cuts, multipliers, aim=aim, keep=best, clock=clock)
    plans.box, start = box, start_within(plans, box)
    if plans.best is not None and relaxation.vertex is not None and len(cuts) > FIRST_CUTS:
        optimum = relaxation.vertex.columns[: prepared.problem.n_columns]
        plans.room += MORE_CUTS
        latest = [id(cut) for cut in cuts if id(cut) in plans.active][-plans.room :]
        kept = {id(cuts[i]) for i in needed(prepared, cuts, plans.best.columns, optimum)} | set(latest)
        plans.active &= kept
        cuts = [cut for cut in cuts if id(cut) in kept]
    searched = {id(cut) for cut in cuts}
    effort = Effort(clock.options.seed, leave_open, plans.nodes)
    if plans.is_narrow:
        near = replace(effort, gap=plans.effort * min(open_gap, prepared.money))
        plans.is_narrow = _search_few(prepared, relaxation, plans, (cuts, box), clock, effort=near)
        if plans.is_narrow:
            return "progress"
    search = search_plans(prepared, cuts, box, start, clock, effort=effort, settled=plans.settled)
    if search.outcome == "infeasible":
        # With a start inside the box that would contradict itself: nothing is concluded from it.
        return _closed(plans, clock) if start is None else "no progress"
    found_bound = max(search.bound + MARGIN * prepared.money, plans.ceiling, aim)
    if search.outcome == "stopped" and found_bound >= clock.claimed:
        plans.nodes *= 2
    clock.claimed = min(clock.claimed, found_bound)
    clock.report("searching plans", force=True)
    if _learn_all(prepared, relaxation, plans, (search.columns, searched), clock):
        plans.is_narrow = is_wide(prepared.problem)
        return "progress"
    return _harder(plans, search.outcome == "optimal")


def _search_few(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    program: tuple[list[Cut], Box],
    clock: Clock,
    *,
    effort: Effort,
) -> bool:
    """Search the columns in use of a box over cuts; whether it taught anything. It bounds nothing."""
    cuts, box = program
    few = narrowed(prepared, relaxation, box, None if plans.best is None else plans.best.columns)
    start = start_within(plans, few)
    search = search_plans(prepared, cuts, few, start, clock, effort=effort, settled=plans.settled)
    clock.report("searching plans", force=True)
    return _learn_all(prepared, relaxation, plans, (search.columns, {id(cut) for cut in cuts}), clock)


def _leave_open(prepared: Prepared, plans: Plans, open_gap: float, clock: Clock) -> float:
    """Gap at which a search may end, EUR: a part of what is open, and nearly all that was asked for."""
    asked = 0.0 if plans.best is None or plans.effort == 0.0 else ASKED * clock.options.gap * clock.charge
    part = plans.effort * (MORE_OPEN if prepared.problem.n_columns > MANY_COLUMNS else 1.0)
    return max(part * min(open_gap, prepared.money), min(asked, 0.5 * open_gap))


def _learn_all(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    found: tuple[list[FloatArray], set[int]],
    clock: Clock,
) -> bool:
    """Learn from points found with some cuts (their ids); whether a cut that was missing tells of them."""
    points, searched = found
    is_new = False
    for point in points:
        if plans.best is not None and clock.is_over():
            break
        is_new |= not _learn(prepared, relaxation, plans, point, clock) <= searched
    return is_new


def _learn(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, found: FloatArray, clock: Clock
) -> set[int]:
    """Ids of the cuts that tell what a point is worth, old or new; it is valued where it may be best."""
    if plans.best is None:
        first = len(relaxation.master.cuts)
        try_point(prepared, relaxation, plans, found, clock)
        return {id(cut) for cut in relaxation.master.cuts[first:]}
    pool = relaxation.master.cuts
    promise = promised(prepared, relaxation, integral(prepared, found), clock)
    columns, key = promise.columns, key_of(prepared, promise.columns)
    told = {id(pool[i]) for i in promise.lowest}
    if promise.worth > plans.best.value + TINY * prepared.money and key not in plans.seen:
        first = len(pool)
        if key in plans.judged or (judged(prepared, relaxation, plans, columns, clock) > plans.best.value):
            try_point(prepared, relaxation, plans, columns, clock)
        told |= {id(cut) for cut in relaxation.master.cuts[first:]}
    plans.active |= told
    return told


def _harder(plans: Plans, was_solved: bool) -> Round:
    """Give the next search more room, unless the last one was already exact."""
    if not was_solved:
        plans.nodes *= 2
        return "progress"
    if plans.effort == 0.0:
        return "no progress"
    plans.effort = 0.0 if plans.effort < 0.01 else plans.effort / 10.0
    return "progress"


def _closed(plans: Plans, clock: Clock) -> Round:
    """Nothing better than the best plan is left: it is optimal."""
    if plans.best is not None:
        clock.claimed = min(clock.claimed, max(clock.value, plans.ceiling))
    return "closed"


def _refreshed(
    prepared: Prepared, relaxation: Relaxation, clock: Clock
) -> tuple[Multipliers | None, list[Cut]]:
    """Solve the LP with all cuts; its multipliers, and the cuts that the integer master needs."""
    master = relaxation.master
    outcome, vertex = master.solve(clock)
    relaxation.is_infeasible = outcome == "infeasible"
    if vertex is None:
        return None, list(master.cuts)
    relaxation.vertex = vertex
    multipliers = multipliers_of(prepared, master.shape, master.cuts, vertex)
    if multipliers is not None:
        bound = dual_bound(prepared.problem, master.cuts, multipliers).bound
        clock.claimed = min(clock.claimed, max(bound, clock.value))
    return multipliers, list(master.cuts)
