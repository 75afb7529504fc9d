"""The engine: prices make cuts, cuts make a master, the master makes plans (MODEL.md, section 3)."""

from dataclasses import replace

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import LocationProblem, Memory, Options, Solution, Watcher
from entrepot.solvers.bounds import certified_bound, multipliers_of
from entrepot.solvers.clock import Clock
from entrepot.solvers.coarse import clock_of_sample, sampled
from entrepot.solvers.conflict import Conflict
from entrepot.solvers.finishing import NEVER, finish, is_left, limits_in_conflict, rounds_before
from entrepot.solvers.incumbent import Known, Plans, keep_known, try_point
from entrepot.solvers.moves import core_box, move_plan
from entrepot.solvers.narrowing import is_wide, narrowed
from entrepot.solvers.oracle import prices_of
from entrepot.solvers.outcome import reason_of, solution_of
from entrepot.solvers.plan_search import Effort, search_plans
from entrepot.solvers.prepared import Prepared, prepare
from entrepot.solvers.reductions import reduce
from entrepot.solvers.resuming import meets_rows, prices_of_plan, recall, recalled_columns, remember
from entrepot.solvers.root import Relaxation, first_relaxation, lift_cuts, solve_again, tighten
from entrepot.solvers.rounds import search_once
from entrepot.solvers.status import claim_scheduler

EARLY_ROUNDS = 4
EARLY_GAP = 0.05
EARLY_POINTS = 4
"""Gap, and number of points, at which the search for a first plan ends: the rest costs less time later."""
FIRST_MOVES = 3
"""Rounds before a plan is worth improving by moves; on a sample, where a look is cheap, the first one is."""


def solve(
    problem: LocationProblem,
    options: Options,
    watcher: Watcher,
    memory: Memory | None = None,
    known: Known | None = None,
) -> Solution:
    """Solve a canonical problem: plan, bounds, and why it stopped.

    Parameters
    ----------
    problem : canonical problem. options : limits; the first one reached ends the run.
    watcher : told of progress, asked whether to stop.
    memory : of an earlier run on a problem much like this one, to start from.
    known : a plan of this very problem: the run never ends without a plan, or with a worse one.

    Returns
    -------
    Solution
        With a plan unless the limits contradict each other or time ran out before the first one.

    Raises
    ------
    UsageError
        If a mandatory cell has no always-enabled way or a strategic column is unbounded.
    SolverError
        If HiGHS ends in a way that cannot be relied on.
    """
    claim_scheduler()
    clock = Clock(options, watcher)
    clock.report("reading the problem", force=True)
    # Step 1: reduce, and lift what comes out.
    reduced = reduce(problem)
    if reduced is None:
        return _solved(prepare(problem, options.threads), memory, clock, known)
    if known is not None:
        below = reduced.lowered(known[1])
        if below is None:
            return _solved(prepare(problem, options.threads), memory, clock, known)
        known = known[0], below
    solution = _solved(prepare(reduced.problem, options.threads), memory, clock, known)
    flows = solution.assignment
    return replace(solution, assignment=None if flows is None else reduced.lift(flows))


def _solved(prepared: Prepared, memory: Memory | None, clock: Clock, known: Known | None) -> Solution:
    coarse = sampled(prepared) if memory is None else None
    relaxation = first_relaxation(prepared, clock, is_start=memory is None and coarse is None)
    plans, rounds, last = _no_plans(prepared, clock), 0, "progress"
    conflict: Conflict = ()
    clock.claimed = min(clock.claimed, relaxation.bound())
    try:
        if known is not None:
            keep_known(prepared, relaxation, plans, known, clock)
        if memory is not None:
            _resume(prepared, memory, relaxation, plans, clock)
        elif coarse is not None and not relaxation.is_infeasible:
            _plan_sample(coarse, prepared, relaxation, plans, clock)
        most = rounds_before(prepared, clock.options)
        rounds, last = _search(prepared, relaxation, plans, clock, most=most)
        if most < NEVER and is_left(clock, plans, rounds, last):
            ended, conflict = finish(prepared, relaxation, plans, clock)
            last = ended or last
            if ended is None:
                rounds, last = _rounds(prepared, relaxation, plans, clock, done=(rounds, last))
        if last == "closed" and plans.best is None and not conflict:
            conflict = limits_in_conflict(prepared, relaxation, clock)
    except KeyboardInterrupt:
        clock.was_interrupted = True
    except SolverError:
        if plans.best is None:
            raise
        last = "solver failed"
    # Step 6: what is proved.
    _certify(prepared, relaxation, clock)
    statistics = {
        "rounds": float(rounds),
        "plans": float(len(plans.seen)),
        "cuts": float(len(relaxation.master.cuts)),
    }
    solution = solution_of(plans, clock, conflict, reason_of(clock, plans, last), statistics)
    return replace(solution, memory=remember(prepared, relaxation, plans))


def _resume(prepared: Prepared, memory: Memory, relaxation: Relaxation, plans: Plans, clock: Clock) -> None:
    """Start from the cuts, the core point and the plan of an earlier run."""
    clock.report("starting from the last plan", force=True)
    cuts, relaxation.proved = recall(prepared, memory)
    relaxation.master.add(cuts)
    relaxation.core = recalled_columns(prepared, memory, memory.core)
    for cut in cuts:
        if cut.scale > 0.0:
            relaxation.prices[cut.group.index] = prices_of(prepared, cut)
    solve_again(relaxation, clock)
    columns = recalled_columns(prepared, memory, memory.columns)
    if meets_rows(prepared, columns):
        close = prices_of_plan(prepared, memory) if memory.cuts else None
        try_point(prepared, relaxation, plans, columns, clock, close=close)
    _certify(prepared, relaxation, clock)


def _no_plans(prepared: Prepared, clock: Clock) -> Plans:
    return Plans(is_narrow=is_wide(prepared.problem), rng=np.random.default_rng(clock.options.seed))


def _plan_sample(
    coarse: Prepared, prepared: Prepared, relaxation: Relaxation, plans: Plans, clock: Clock
) -> None:
    """Solve a sample of the cells; its plan, its prices and its core point start the search on all cells.

    Where the user ends it, its plan is still valued on all cells: there is no other.
    """
    aside = clock_of_sample(clock, begins_narrow=is_wide(coarse.problem))
    rough, found = first_relaxation(coarse, aside), _no_plans(coarse, clock)
    try:
        _search(coarse, rough, found, aside, first_moves=1)
    except KeyboardInterrupt:
        clock.was_interrupted = True
    relaxation.prices, relaxation.core = list(rough.prices), rough.core
    if not clock.was_interrupted:
        lift_cuts(prepared, relaxation, rough, clock)
    if found.best is not None:
        try_point(prepared, relaxation, plans, found.best.columns, clock, close=found.best.prices)


def _search(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    clock: Clock,
    *,
    first_moves: int = FIRST_MOVES,
    most: int = NEVER,
) -> tuple[int, str]:
    """Root, then rounds, `most` at most; how many, and how the last one ended."""
    # Steps 2 and 3: a first plan from a few cuts, then the root to the end.
    if not relaxation.is_infeasible:
        if plans.best is None:
            _early_plan(prepared, relaxation, plans, clock)
        if not clock.is_done():
            tighten(prepared, relaxation, clock)
            clock.report("root done", force=True)
            _certify(prepared, relaxation, clock)
            _purge(relaxation, plans)
    # Steps 4 and 5: plans from the integer master, cuts from plans, columns fixed by reduced income.
    return _rounds(prepared, relaxation, plans, clock, most=most, first_moves=first_moves)


def _rounds(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    clock: Clock,
    *,
    done: tuple[int, str] = (0, "progress"),
    most: int = NEVER,
    first_moves: int = FIRST_MOVES,
) -> tuple[int, str]:
    """Rounds after those that are `done`, `most` in all; how many in all, and how the last one ended."""
    rounds, last = done
    moved = -np.inf
    while last == "progress" and not clock.is_done() and rounds < min(most, clock.options.rounds):
        rounds += 1
        before = clock.value
        last = search_once(prepared, relaxation, plans, clock)
        begins = max(first_moves, FIRST_MOVES) if plans.is_narrow else first_moves
        is_improving = clock.value > before  # by searches, which prove something besides
        if rounds >= begins and clock.value > moved and not is_improving:
            move_plan(prepared, relaxation, plans, clock)
            moved = clock.value
    return rounds, last


def _early_plan(prepared: Prepared, relaxation: Relaxation, plans: Plans, clock: Clock) -> None:
    """A first plan from the first cuts, so that there is one to stop with."""
    tighten(prepared, relaxation, clock, EARLY_ROUNDS)
    if relaxation.is_infeasible or clock.is_over():
        return
    strategic = prepared.problem.strategic
    gap = max(0.01 * prepared.money, EARLY_GAP * abs(relaxation.bound()))
    effort = Effort(clock.options.seed, gap, 20, points=EARLY_POINTS)
    whole = strategic.lower, strategic.upper
    few = [narrowed(prepared, relaxation, whole)] if is_wide(prepared.problem) else []
    for box in (*few, core_box(prepared, relaxation), whole):
        search = search_plans(prepared, relaxation.master.cuts, box, None, clock, effort=effort)
        if search.columns:
            break
    for columns in search.columns:
        try_point(prepared, relaxation, plans, columns, clock)


def _certify(prepared: Prepared, relaxation: Relaxation, clock: Clock) -> None:
    """Lower the certified bound by the duals of the last LP."""
    vertex, master = relaxation.vertex, relaxation.master
    if vertex is None:
        return
    cuts = master.cuts[: len(vertex.row_duals) - master.shape.first_cut]  # later ones have no multiplier
    multipliers = multipliers_of(prepared, master.shape, cuts, vertex)
    if multipliers is not None:
        clock.certified = min(
            clock.certified, certified_bound(prepared, cuts, multipliers, relaxation.proved)
        )
        clock.claimed = min(clock.claimed, clock.certified)


def _purge(relaxation: Relaxation, plans: Plans) -> None:
    """Keep the binding cuts, those of the plans, and those that every plan must meet."""
    vertex, master = relaxation.vertex, relaxation.master
    if vertex is None or len(vertex.row_duals) != master.shape.first_cut + len(master.cuts):
        return
    of_plans = {id(cut) for cut in plans.cuts}
    is_needed = np.array([cut.scale == 0.0 or id(cut) in of_plans for cut in master.cuts])
    kept = is_needed | (master.cut_duals(vertex) > 0.0)
    master.purge(kept)
    rows = np.concatenate([np.ones(master.shape.first_cut, dtype=np.bool_), kept])
    relaxation.vertex = replace(vertex, row_duals=vertex.row_duals[rows])
