"""The best plan known, the plans valued so far, and what points are worth."""

from dataclasses import dataclass, field, replace

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import Assignment, charge_of, value_of, violation_of
from entrepot.location.problem import FloatArray
from entrepot.solvers.bounds import Box
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices
from entrepot.solvers.flows import OutOfTimeError
from entrepot.solvers.pool import worth_at
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.probe import Promise
from entrepot.solvers.root import Relaxation, separate
from entrepot.solvers.settling import loosened, settled
from entrepot.solvers.valuation import Valuation, value_plan

DEPTHS = (0.3, 0.6)
FIRST_NODES, FIRST_CUTS = 1000, 80
"""Up to FIRST_CUTS all enter a search: fewer would flatter points more than they would make it faster."""
JUDGING_CALLS = 25
FOLLOWED = 3
"""Valuations of one point, each with what the flows before made of its columns without weight."""
WORTH_FOLLOWING = 0.01
"""Part of the open gap that the flows before must have gained by them."""
MANY_CELLS = 5_000
"""Cells from which on cuts take long: a plan that was judged is not cut around at that depth again then."""
TINY = 1e-9
FEASIBLE = 1e-6
MARGIN = 1e-9
"""Safety on a bound of the integer master, relative to the size of the problem."""


Known = tuple[FloatArray, Assignment]
"""Strategic columns and flows of a plan from elsewhere."""


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


def keep_known(prepared: Prepared, relaxation: Relaxation, plans: Plans, known: Known, clock: Clock) -> None:
    """Start from a plan as it is, its flows included; one that breaks a row is left alone."""
    problem, (columns, flows) = prepared.problem, known
    if max(violation_of(problem, columns, flows).values()) > FEASIBLE:
        return
    worth = value_of(problem, columns, flows), charge_of(problem, columns, flows)
    keep_better(
        prepared, plans, Valuation(columns, flows, *worth, [], list(relaxation.prices), np.inf), clock
    )


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
    columns = integral(prepared, found)
    if key_of(prepared, columns) in plans.seen:
        return False
    start = close or _starting(prepared, relaxation, columns, clock).prices
    valued = _valued(prepared, plans, columns, start, clock, is_close=close is not None)
    new = [cut for valuation in valued for cut in valuation.cuts]
    feasible = [valuation for valuation in valued if valuation.assignment is not None]
    if feasible:
        prices, last = list(feasible[-1].prices), feasible[-1].columns
        is_long = len(prepared.network.weight) >= MANY_CELLS
        is_cut_around = is_long and key_of(prepared, last) in plans.judged
        for depth in DEPTHS[1:] if is_cut_around else DEPTHS:
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
    while following is not None and len(found) < FOLLOWED and key_of(prepared, following) not in plans.seen:
        plans.seen.add(key_of(prepared, following))
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
    return key_of(prepared, integral(prepared, found)) in plans.seen | plans.judged


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
        columns = integral(prepared, found)
        promise = relaxation.probe.promise(relaxation.master.cuts, columns, clock)
        if promise is not None:
            return promise if promise.prices else replace(promise, prices=relaxation.prices)
    return Promise(np.inf, np.zeros(0, dtype=np.int64), found, relaxation.prices)


def judged(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, found: FloatArray, clock: Clock
) -> float:
    """What a point is worth at most, EUR, by the oracle; the cuts at it and around it are added."""
    promise = _starting(prepared, relaxation, integral(prepared, found), clock)
    columns, prices = promise.columns, list(promise.prices)
    plans.judged.add(key_of(prepared, columns))
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


def start_within(plans: Plans, box: Box) -> FloatArray | None:
    """The best plan's point, where a search within a box may start from it."""
    if plans.best is None:
        return None
    columns = plans.best.columns
    if any(np.array_equal(columns, known) for known in plans.settled):
        return None
    inside = np.all(columns >= box[0] - TINY) and np.all(columns <= box[1] + TINY)
    return columns if inside else None


def key_of(prepared: Prepared, columns: FloatArray) -> bytes:
    """What makes a plan: all but its free columns."""
    return np.round(columns[~prepared.is_free], 9).tobytes()


def integral(prepared: Prepared, found: FloatArray) -> FloatArray:
    """Move a point of the integer master onto the bounds and the integers that it meets to a tolerance."""
    strategic = prepared.problem.strategic
    columns = np.clip(found, strategic.lower, strategic.upper)
    rounded: FloatArray = np.where(strategic.is_integer, np.rint(columns), columns)
    return rounded
