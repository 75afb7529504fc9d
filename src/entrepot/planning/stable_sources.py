"""Stable sources: bound first, then a plan, then the exact formulation where it is small enough."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance
from entrepot.location import (
    Assignment,
    LocationProblem,
    Memory,
    Options,
    Solution,
    StopReason,
    Unwatched,
    Watcher,
    charge_of,
    relative_gap,
)
from entrepot.model.build import Built, build
from entrepot.model.fixed_sources import n_source_columns, ways_of_sources, with_ways, without_stability
from entrepot.solvers.engine import solve

MOST_COLUMNS = 5_000
"""Yes-or-no columns for sources up to which the exact formulation is searched."""
SHARES = (0.4, 0.4)
"""Parts of the time for the bound and for the plan with given sources; the exact search takes the rest."""
GRACE = 5.0
"""Seconds for a plan with given sources after an interrupt that came before there was one."""


@dataclass(frozen=True, slots=True, eq=False)
class Stable:
    """What was found.

    Attributes
    ----------
    built : the problem that `solution` speaks of. solution : with the better bound of all steps.
    """

    built: Built
    solution: Solution


def solve_stable(instance: Instance, options: Options, watcher: Watcher) -> Stable:
    """Plan an instance in which markets ask for the same centre in all periods.

    Notes
    -----
    1. The relaxation with a single source in each period: its bound holds for stable plans too.
    2. Its plan with every market's ways from one of its centres only: any plan of it is stable.
    3. The exact formulation, started from that plan, where the gap is still open and it is small enough.

    An interrupt keeps the best stable plan; where there is none yet, step 2 has a little time to find it.
    """
    best: Stable | None = None
    try:
        for found in _steps(instance, options, watcher):
            best = found
    except KeyboardInterrupt:
        if best is None:
            raise
        best = replace(best, solution=replace(best.solution, stop_reason="interrupted"))
    assert best is not None
    return best


def _steps(instance: Instance, options: Options, watcher: Watcher) -> Iterator[Stable]:
    """What is known after the second and after the third step; after the first where it finds no plan."""
    free = build(without_stability(instance))
    relaxed = solve(free.problem, replace(options, seconds=SHARES[0] * options.seconds), watcher)
    if relaxed.columns is None or relaxed.assignment is None:
        yield Stable(free, relaxed)
        return
    is_interrupted = relaxed.stop_reason == "interrupted"
    kept = ways_of_sources(instance, free, relaxed.columns, relaxed.assignment)
    narrow = with_ways(free.problem, kept)
    start = started_from(narrow, relaxed.columns)
    share = replace(options, seconds=GRACE if is_interrupted else SHARES[1] * options.seconds)
    found = solve(narrow, share, Unwatched() if is_interrupted else watcher, start)
    rough = _bounded(free.problem, _lifted(found, kept), (relaxed,))
    spent = replace(rough, seconds=relaxed.seconds + found.seconds, trace=(*relaxed.trace, *found.trace))
    is_interrupted |= found.stop_reason == "interrupted"
    if is_interrupted or rough.gap <= options.gap:
        yield Stable(free, replace(spent, stop_reason="interrupted" if is_interrupted else "gap reached"))
        return
    yield Stable(free, replace(spent, stop_reason=_still_open(found)))
    if n_source_columns(instance) <= MOST_COLUMNS:
        left = max(0.0, options.seconds - relaxed.seconds - found.seconds)
        yield _exactly(instance, free, spent, replace(options, seconds=left), watcher)


def refuse_if_large(instance: Instance) -> None:
    """Objectives in order need the exact formulation in every stage.

    Raises
    ------
    UsageError : it has too many columns.
    """
    n = n_source_columns(instance)
    if n > MOST_COLUMNS:
        raise UsageError(
            f"Objectives in order with stable sources allow {MOST_COLUMNS:,} combinations of market, product "
            f"and site, and this study has {n:,}. Ask for stable sources in fewer countries or products, or "
            "for a single source in each period."
        )


def started_from(problem: LocationProblem, columns: FloatArray) -> Memory:
    """A memory of a plan alone: where the next search starts."""
    return Memory(
        digest="",
        shape=np.zeros((0, 2), dtype=np.int64),
        column_names=problem.strategic.column_names,
        columns=columns,
        core=columns,
        enabler_names=problem.enablers.names,
        resource_names=problem.resources.names,
        capacity_price=np.zeros(problem.n_enablers),
        resource_price=np.zeros(problem.n_resources),
        cuts=(),
    )


def _exactly(instance: Instance, free: Built, rough: Solution, options: Options, watcher: Watcher) -> Stable:
    """The exact formulation from the rough plan; the rough plan itself where nothing better is found."""
    exact = build(instance)
    start = None
    if rough.columns is not None and rough.assignment is not None:
        columns = _with_sources(exact, free, rough.columns, rough.assignment)
        start = started_from(exact.problem, columns)
    found = solve(exact.problem, options, watcher, start)
    if found.columns is None and rough.columns is None:
        return Stable(exact, found)
    built, plan = (free, rough) if found.value < rough.value else (exact, found)
    best = _bounded(built.problem, plan, (rough, found))
    return Stable(built, replace(best, stop_reason=found.stop_reason, seconds=rough.seconds + found.seconds))


def _with_sources(exact: Built, free: Built, columns: FloatArray, flows: Assignment) -> FloatArray:
    """Columns of the exact formulation: those of the plan, and the sources that its flows use."""
    marks = exact.strategy.marks.source
    full = np.zeros(exact.problem.n_columns)
    is_other = np.ones(len(full), dtype=np.bool_)
    is_other[list(marks.values())] = False
    full[is_other] = columns
    layout = free.layout
    cell = np.searchsorted(layout.way_pointer, flows.way, side="right") - 1
    facility = layout.way_facility[flows.way]
    for c, g in zip(cell[facility >= 0], facility[facility >= 0], strict=True):
        key = (int(layout.cell_market[c]), int(layout.cell_product[c]), int(layout.facility_site[g]))
        if key in marks:
            full[marks[key]] = 1.0
    return full


def _still_open(found: Solution) -> StopReason:
    """Why the plan with given sources is the last word: time, or that nothing more is searched."""
    return (
        "no progress" if found.stop_reason in ("gap reached", "proved", "infeasible") else found.stop_reason
    )


def _lifted(found: Solution, kept: NDArray[np.int64]) -> Solution:
    flows = found.assignment
    if flows is None:
        return found
    return replace(found, assignment=replace(flows, way=kept[flows.way]))


def _bounded(problem: LocationProblem, plan: Solution, bounds: tuple[Solution, ...]) -> Solution:
    """The plan with the best of the bounds, all of which hold for stable plans, and its gap."""
    claimed = max(min(each.claimed_bound for each in bounds), plan.value)
    certified = max(min(each.certified_bound for each in bounds), claimed)
    columns, flows = plan.columns, plan.assignment
    charge = 0.0 if columns is None or flows is None else charge_of(problem, columns, flows)
    return replace(
        plan,
        claimed_bound=claimed,
        certified_bound=certified,
        gap=relative_gap(plan.value, claimed, charge),
        memory=None,
    )
