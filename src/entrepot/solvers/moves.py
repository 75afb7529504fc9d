"""Moves: a few places are opened, closed, swapped, resized or shifted in time; cuts judge, then the oracle.

A place is what structure ties together: the sizes and periods of one site, say. All but a few places stay as
they are in the best plan, and the integer master over the cuts finds the best of what is left: with some
places of the plan and some others, every combination of the moves named above is one of its points.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.bounds import Box
from entrepot.solvers.clock import Clock
from entrepot.solvers.incumbent import Plans, is_known, judged, promised, start_within, try_point
from entrepot.solvers.narrowing import is_wide, narrowed
from entrepot.solvers.places import Places, places_of
from entrepot.solvers.plan_search import Effort, search_plans
from entrepot.solvers.pool import needed
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.root import Relaxation

FREE, FREE_IF_WIDE = 8, 14
"""Places that may change at a time; more of them where their columns are narrowed to those in use."""
FAILURES, FAILURES_IF_WIDE = 5, 15
"""Neighbourhoods in a row without a better plan that end the moves."""
PATIENCE = 5
"""Of these, so many at a time grow by the places that the first ones had."""
MANY = 14
"""Places of the first, rough look."""
CORE = 0.02
"""Sum of a place's columns in the core point above which it counts as used."""
EVEN = 0.02
"""Chance of a place that the relaxation does not use, beside those that it uses fully."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a better plan must promise, relative to the size of the problem; limits of the search."""

    worth: float
    nodes: int
    repeats: int


PART_OF_GAP = 0.005
"""Of what is open: a better plan must promise so much as well."""
ROUGH, FINE = _Look(5e-4, 30, 3), _Look(1e-5, 200, 6)


def _by_place(places: Places, amount: FloatArray) -> FloatArray:
    """Sum of an amount over the columns of each place."""
    placed = places.label >= 0
    label = places.label[placed]
    total = np.bincount(label, weights=amount[placed], minlength=places.count)
    return np.asarray(total, dtype=np.float64)


def move_plan(prepared: Prepared, relaxation: Relaxation, plans: Plans, clock: Clock) -> None:
    """Improve the best plan until many neighbourhoods in a row, ever larger ones, hold nothing better.

    References
    ----------
    Mladenovic, Hansen (1997), Variable neighborhood search, Computers & Operations Research 24(11).
    """
    places = places_of(prepared.problem)
    count, failures = (FREE_IF_WIDE, FAILURES_IF_WIDE) if is_wide(prepared.problem) else (FREE, FAILURES)
    if plans.best is None or places.count <= count // 2:
        return
    if places.count > MANY:
        _search_around(
            prepared, relaxation, plans, _heaviest(prepared, relaxation, plans, places), clock, look=ROUGH
        )
    failed = 0
    while failed < failures and not clock.is_done():
        before = plans.best.value
        larger = count * (1 + failed // PATIENCE)
        free = _free_columns(prepared, relaxation, plans, places, larger)
        _search_around(prepared, relaxation, plans, free, clock, look=FINE)
        failed = 0 if plans.best.value > before else failed + 1


def core_box(prepared: Prepared, relaxation: Relaxation) -> Box:
    """Box of the strategic columns in which only the places that the relaxation uses may change."""
    strategic, places = prepared.problem.strategic, places_of(prepared.problem)
    mass = _by_place(places, relaxation.core - strategic.lower)
    may_move = prepared.is_free | (np.append(mass, 0.0)[places.label] > CORE)  # label -1: in no place
    return strategic.lower, np.where(may_move, strategic.upper, strategic.lower)


def _heaviest(prepared: Prepared, relaxation: Relaxation, plans: Plans, places: Places) -> BoolArray:
    """Columns of the places that the plan and the core point use most."""
    assert plans.best is not None
    used = np.maximum(plans.best.columns, relaxation.core) - prepared.problem.strategic.lower
    mass = _by_place(places, used)
    free: BoolArray = np.isin(places.label, np.argsort(-mass, kind="stable")[:MANY])
    return free | prepared.is_free


def _free_columns(
    prepared: Prepared, relaxation: Relaxation, plans: Plans, places: Places, count: int
) -> BoolArray:
    """Columns of `count` places: some of the plan, others by their part in the core point."""
    assert plans.best is not None
    lower = prepared.problem.strategic.lower
    is_used = _by_place(places, plans.best.columns - lower) > 0.5
    mass = _by_place(places, relaxation.core - lower)
    chance = EVEN + mass / max(float(mass.max(initial=0.0)), 1e-9)
    chosen = [
        _drawn(plans.rng, np.flatnonzero(is_used), None, count // 2),
        _drawn(plans.rng, np.flatnonzero(~is_used), chance[~is_used], count - count // 2),
    ]
    free: BoolArray = np.isin(places.label, np.concatenate(chosen))
    return free | prepared.is_free


def _drawn(rng: np.random.Generator, members: IntArray, chance: FloatArray | None, count: int) -> IntArray:
    if len(members) <= count:
        return members
    share = None if chance is None else chance / chance.sum()
    drawn: IntArray = rng.choice(members, count, replace=False, p=share)
    return drawn


def _search_around(
    prepared: Prepared,
    relaxation: Relaxation,
    plans: Plans,
    free: BoolArray,
    clock: Clock,
    *,
    look: _Look,
) -> None:
    """Best plan with all columns but the free ones as they are; cuts are added where they flatter a point."""
    strategic, master = prepared.problem.strategic, relaxation.master
    least = max(look.worth * prepared.money, PART_OF_GAP * (clock.claimed - clock.value))
    best = plans.best
    assert best is not None
    active = needed(prepared, master.cuts, best.columns, relaxation.core)
    reach = plans.box if look is ROUGH and plans.box is not None else (strategic.lower, strategic.upper)
    for _ in range(look.repeats):
        if clock.is_done():
            return
        box = (
            np.where(free, np.minimum(reach[0], best.columns), best.columns),
            np.where(free, np.maximum(reach[1], best.columns), best.columns),
        )
        if is_wide(prepared.problem):
            box = narrowed(prepared, relaxation, box, best.columns)
        effort = Effort(clock.options.seed, least, look.nodes, "moving places")
        cuts = [master.cuts[i] for i in active]
        search = search_plans(
            prepared,
            cuts,
            box,
            start_within(plans, box),
            clock,
            effort=effort,
            settled=plans.settled,
        )
        if not search.columns or search.value <= best.value + least:
            return
        point = search.columns[0]
        promise = promised(prepared, relaxation, point, clock)
        lowest = promise.lowest
        if promise.worth > best.value + least and not is_known(prepared, plans, point):
            first = len(master.cuts)
            if judged(prepared, relaxation, plans, point, clock) > best.value:
                try_point(prepared, relaxation, plans, point, clock)
                best = plans.best or best
            lowest = np.arange(first, len(master.cuts))
        if np.all(np.isin(lowest, active)):
            return
        active = np.union1d(active, lowest)
