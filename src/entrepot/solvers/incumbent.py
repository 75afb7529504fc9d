"""The best plan known, the plans valued so far, and the rounds that find better ones."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import violation_of
from entrepot.location.problem import FloatArray
from entrepot.solvers.bounds import Box, Multipliers, dual_bound, multipliers_of
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices
from entrepot.solvers.fixing import box_above
from entrepot.solvers.flows import OutOfTimeError
from entrepot.solvers.master import Effort, search_plans
from entrepot.solvers.narrowing import is_wide, narrowed
from entrepot.solvers.pool import needed, worth_at
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.probe import Promise
from entrepot.solvers.root import Relaxation, separate
from entrepot.solvers.settling import loosened, settled
from entrepot.solvers.valuation import Valuation, value_plan

Round = Literal["progress", "closed", "no progress"]

DEPTHS = (0.3, 0.6)
FIRST_NODES = 1000
FIRST_CUTS, MORE_CUTS = 80, 10
"""Up to FIRST_CUTS all enter a search: fewer would flatter points more than they would make it faster."""
NEAR = 0.01
"""Gap, relative to the size of the problem, from which on proving matters more than better plans."""
MORE_OPEN, MANY_COLUMNS = 5.0 / 3.0, 500
"""Factor on the part that a search may leave open, beyond so many columns, where each search is long."""
ASKED = 0.9
"""Part of the asked gap that a search may always leave open: proving more than was asked takes time."""
JUDGING_CALLS = 25
FOLLOWED = 3
"""Valuations of one point, each with what the flows before made of its columns without weight."""
WORTH_FOLLOWING = 0.01
"""Part of the open gap that the flows before must have gained by them."""
TINY = 1e-9
FEASIBLE = 1e-6
MARGIN = 1e-9
"""Safety on a bound of the integer master, relative to the size of the problem."""


@dataclass(slots=True, eq=False)
class Plans:
    """Plans of a run.

    Attributes
    ----------
    best : best feasible plan, or None. cuts : of all plans valued, tight and deep.
    seen, judged : keys of the strategic points valued, and of those that the oracle judged.
    active : ids of cuts that searches were found to need; the latest `room` of them are kept.
    settled : points valued (nearly) exactly whose cuts may promise more. ceiling : no settled point is worth
        more, EUR.
    nodes : limit of the next search. effort : share of the gap that the next search may leave open.
    box : of the last search, outside of which nothing was worth as much as it aimed at; None before it.
    is_narrow : whether the next search is one of few columns (`solvers.narrowing`). rng : of the moves.
    """

    best: Valuation | None = None
    cuts: list[Cut] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    judged: set[bytes] = field(default_factory=set)
    active: set[int] = field(default_factory=set)
    room: int = FIRST_CUTS
    settled: list[FloatArray] = field(default_factory=list)
    ceiling: float = -np.inf
    nodes: int = FIRST_NODES
    effort: float = 0.3
    box: Box | None = None
    is_narrow: bool = False
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))


def keep_better(prepared: Prepared, plans: Plans, valuation: Valuation, clock: Clock) -> None:
    """Make a valuation the best plan if it is.

    Raises
    ------
    SolverError
        If it breaks a row, or is worth more than a bound: then something that the bound rests on is wrong.
    """
    least_bound = min(clock.claimed, clock.certified)
    if valuation.value > least_bound + 1e-6 * max(abs(valuation.value), valuation.charge, 1.0):
        raise SolverError(f"A plan is worth {valuation.value:.9g}, more than the bound {least_bound:.9g}.")
    if valuation.assignment is not None and (plans.best is None or valuation.value > plans.best.value):
        _check_rows(prepared, valuation)
        plans.best = valuation
        clock.value, clock.charge = valuation.value, valuation.charge
        clock.report("better plan", force=True)


def _check_rows(prepared: Prepared, valuation: Valuation) -> None:
    assert valuation.assignment is not None
    violation = violation_of(prepared.problem, valuation.columns, valuation.assignment)
    worst = max(violation, key=lambda family: violation[family])
    if violation[worst] > FEASIBLE:
        raise SolverError(f"A plan breaks its {worst} by {violation[worst]:.3g}.")


def try_point(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    found: FloatArray,
    clock: Clock,
    *,
    close: list[Prices] | None = None,
) -> bool:
    """Value an integer point of the master and add its cuts; False if it was valued before.

    `close` are prices known to be close to the point's best ones.
    """
    columns = _integral(prepared, found)
    if _key(prepared, columns) in plans.seen:
        return False
    start = close or _starting(prepared, relaxation, columns, clock).prices
    valued = _valued(prepared, plans, columns, start, clock, is_close=close is not None)
    new = [cut for valuation in valued for cut in valuation.cuts]
    feasible = [valuation for valuation in valued if valuation.assignment is not None]
    if feasible:
        prices, last = list(feasible[-1].prices), feasible[-1].columns
        for depth in DEPTHS:
            if clock.is_over() or clock.gap() <= clock.options.gap:
                break
            new += separate(prepared, prices, (1.0 - depth) * last + depth * relaxation.core)
            clock.report("cutting around a plan")
    plans.cuts += new
    relaxation.master.add(new)
    return True


def _valued(
    prepared: Prepared,
    plans: Plans,
    columns: FloatArray,
    start: list[Prices],
    clock: Clock,
    *,
    is_close: bool,
) -> list[Valuation]:
    """The valuation of a point, then of what its flows make of the columns that lend no weight.

    Where its flows miss what such columns claim, the claims are dropped first; none where time ran out.
    """
    found: list[Valuation] = []
    following: FloatArray | None = columns
    while following is not None and len(found) < FOLLOWED and _key(prepared, following) not in plans.seen:
        plans.seen.add(_key(prepared, following))
        try:
            valuation = value_plan(prepared, following, start, clock, is_close and not found)
        except OutOfTimeError:
            break
        best = settled(prepared.problem, valuation, clock)
        keep_better(prepared, plans, best, clock)
        _settle(prepared, plans, valuation, clock)
        found.append(valuation)
        start = valuation.prices
        if valuation.assignment is None:
            following = loosened(prepared, following)
        elif best.value - valuation.value >= WORTH_FOLLOWING * (clock.claimed - best.value):
            following = best.columns
        else:
            following = None
    return found


def is_known(prepared: Prepared, plans: Plans, found: FloatArray) -> bool:
    """Whether a point of the master was valued or judged before."""
    return _key(prepared, _integral(prepared, found)) in plans.seen | plans.judged


def promised(prepared: Prepared, relaxation: Relaxation, found: FloatArray, clock: Clock) -> Promise:
    """What the cuts of the pool allow a point to be worth, whatever its free columns are."""
    promise = _starting(prepared, relaxation, found, clock)
    if np.isfinite(promise.worth) or relaxation.probe is not None:
        return promise
    worth, lowest = worth_at(prepared, relaxation.master.cuts, found)
    return replace(promise, worth=worth, lowest=lowest)


def _starting(prepared: Prepared, relaxation: Relaxation, found: FloatArray, clock: Clock) -> Promise:
    """Free columns and prices to begin a look with; where none are free, the point and the latest prices."""
    if relaxation.probe is not None:
        columns = _integral(prepared, found)
        promise = relaxation.probe.promise(relaxation.master.cuts, columns, clock)
        if promise is not None:
            return promise if promise.prices else replace(promise, prices=relaxation.prices)
    return Promise(np.inf, np.zeros(0, dtype=np.int64), found, relaxation.prices)


def judged(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, found: FloatArray, clock: Clock
) -> float:
    """What a point is worth at most, EUR, by the oracle; the cuts at it and around it are added."""
    promise = _starting(prepared, relaxation, _integral(prepared, found), clock)
    columns, prices = promise.columns, list(promise.prices)
    plans.judged.add(_key(prepared, columns))
    at_point = separate(prepared, prices, columns, JUDGING_CALLS)
    around = separate(prepared, prices, (1.0 - DEPTHS[0]) * columns + DEPTHS[0] * relaxation.core)
    plans.cuts += at_point + around
    relaxation.master.add(at_point + around)
    clock.report("judging a plan")
    if relaxation.probe is not None:
        return promised(prepared, relaxation, columns, clock).worth
    weights, room = prepared.rooms(columns)
    worth = sum(cut.at(weights, room) for cut in at_point)
    return float(worth - prepared.problem.strategic.cost @ columns)


def _settle(prepared: Prepared, plans: Plans, valuation: Valuation, clock: Clock) -> None:
    """Leave a point with whole cells out of later searches once its value is known well enough."""
    if prepared.problem.cells.is_single is None:
        return
    tolerance = max(MARGIN, clock.options.gap) * prepared.money
    if valuation.ceiling <= max(valuation.value, clock.value) + tolerance:
        plans.settled.append(valuation.columns)
        plans.ceiling = max(plans.ceiling, valuation.ceiling)


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
        few = narrowed(prepared, relaxation, box, None if plans.best is None else plans.best.columns)
        near = replace(effort, gap=plans.effort * min(open_gap, prepared.money))
        search = search_plans(prepared, cuts, few, start, clock, effort=near, settled=plans.settled)
        clock.report("searching plans", force=True)
        plans.is_narrow = _learn_all(prepared, relaxation, plans, (search.columns, searched), clock)
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
        plans.is_narrow = is_wide(prepared)
        return "progress"
    return _harder(plans, search.outcome == "optimal")


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
    told = [_learn(prepared, relaxation, plans, point, clock) for point in points]
    return any(not ids <= searched for ids in told)


def _learn(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, found: FloatArray, clock: Clock
) -> set[int]:
    """Ids of the cuts that tell what a point is worth, old or new; it is valued where it may be best."""
    if plans.best is None:
        first = len(relaxation.master.cuts)
        try_point(prepared, relaxation, plans, found, clock)
        return {id(cut) for cut in relaxation.master.cuts[first:]}
    pool = relaxation.master.cuts
    promise = promised(prepared, relaxation, _integral(prepared, found), clock)
    columns, key = promise.columns, _key(prepared, promise.columns)
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


def start_within(plans: Plans, box: tuple[FloatArray, FloatArray]) -> FloatArray | None:
    """The best plan's point, where a search within a box may start from it."""
    if plans.best is None:
        return None
    columns = plans.best.columns
    if any(np.array_equal(columns, known) for known in plans.settled):
        return None
    inside = np.all(columns >= box[0] - TINY) and np.all(columns <= box[1] + TINY)
    return columns if inside else None


def _key(prepared: Prepared, columns: FloatArray) -> bytes:
    """What makes a plan: all but its free columns."""
    return np.round(columns[~prepared.is_free], 9).tobytes()


def _integral(prepared: Prepared, found: FloatArray) -> FloatArray:
    """Move a point of the integer master onto the bounds and the integers that it meets to a tolerance."""
    strategic = prepared.problem.strategic
    columns = np.clip(found, strategic.lower, strategic.upper)
    rounded: FloatArray = np.where(strategic.is_integer, np.rint(columns), columns)
    return rounded
