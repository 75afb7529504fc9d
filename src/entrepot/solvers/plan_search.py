"""The integer master: strategic points that the cuts think best, and a bound on what others are worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array, vstack

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.master import Shape, base_program, cut_rows, shape_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import (
    Outcome,
    Program,
    add_rows,
    has_point,
    open_program,
    run,
    set_start,
    watch_solutions,
)

MANY = 4
"""Points of one search that are looked at."""
WRONG = 1e-6
"""Relative difference beyond which HiGHS contradicts itself or a point that is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a run of the integer master found.

    Attributes
    ----------
    outcome : of HiGHS. columns : strategic points found, best first. bound : on the problem, EUR.
    value : of the best point, as the cuts see it, EUR.
    """

    outcome: Outcome
    columns: list[FloatArray]
    bound: float
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """How hard to search: seed, absolute gap (EUR), limits of nodes and of better points, and its name."""

    seed: int
    gap: float
    nodes: int
    phase: str = "searching plans"
    points: int = 2**31 - 1


def search_plans(
    prepared: Prepared,
    cuts: list[Cut],
    box: tuple[FloatArray, FloatArray],
    start: FloatArray | None,
    clock: Clock,
    *,
    effort: Effort,
    settled: Sequence[FloatArray] = (),
) -> Search:
    """Solve the integer master over the cuts within a box of strategic columns.

    `start` is a strategic point known to be feasible: where HiGHS claims that nothing is worth as much, other
    settings are tried, and at last no bound is claimed. Points that are `settled` are left out where all
    columns that are free are binary.
    """
    shape = shape_of(prepared)
    program = base_program(prepared, is_integer=True)
    program.lower[: shape.n_columns], program.upper[: shape.n_columns] = box
    matrix, upper = cut_rows(shape, cuts)
    if settled and _is_binary(prepared):
        others, side = _other_points(shape, prepared, settled)
        matrix, upper = csr_array(vstack([matrix, others], format="csr")), np.concatenate([upper, side])
    starts = _full_starts(prepared, shape, cuts, start)
    known = np.inf if starts[0] is None else float(program.cost @ starts[0])
    search: Search | None = None
    for full, tolerance, presolve in [
        *((full, 1e-9, "choose") for full in starts),
        (None, 1e-6, "choose"),
        (None, 1e-6, "off"),
    ]:
        highs = open_program(program, presolve=presolve, **_settings(shape, effort, tolerance))
        add_rows(highs, matrix, np.full(len(upper), -np.inf), upper)
        if full is not None:
            highs.setOptionValue("mip_heuristic_effort", 0.01)
            set_start(highs, np.arange(shape.width), full)
        found: list[FloatArray] = []
        watch_solutions(highs, found)
        try:
            outcome = run(highs, clock, phase=effort.phase)
        except SolverError:
            continue  # HiGHS 1.16 now and then ends with "Solve error" after a start or at tight tolerances
        search, least = _found(highs, program, outcome, shape, found)
        if search is not None and (not np.isfinite(known) or least <= known + WRONG * max(1.0, abs(known))):
            return search  # else: it now and then cuts off a point that it was given
    if search is None:
        raise SolverError("HiGHS could not solve the integer master.")
    return search if search.outcome == "infeasible" else replace(search, bound=np.inf)


def _found(
    highs: Any, program: Program, outcome: Outcome, shape: Shape, found: list[FloatArray]
) -> tuple[Search | None, float]:
    """What a run found, and its bound in the master's units; None where HiGHS contradicts itself."""
    if outcome == "infeasible":
        return Search(outcome, [], -np.inf, -np.inf), np.inf
    info = highs.getInfo()
    values = np.array(highs.getSolution().col_value, dtype=np.float64)
    is_found = has_point(highs)
    objective = float(info.objective_function_value)
    if is_found and abs(float(program.cost @ values) - objective) > WRONG * max(1.0, abs(objective)):
        return None, np.inf  # it now and then reports a wrong objective after a start
    is_mip = bool(np.any(program.is_integer))
    least = float(info.mip_dual_bound) if is_mip else objective if outcome == "optimal" else -np.inf
    if not is_found:
        return Search(outcome, [], -shape.money * least, -np.inf), least
    points = [point[: shape.n_columns] for point in (values, *found[-2 : -MANY - 1 : -1])]
    return Search(outcome, points, -shape.money * least, -shape.money * objective), least


def _is_binary(prepared: Prepared) -> bool:
    """Whether every strategic column that can move is binary or follows the binary ones."""
    strategic = prepared.problem.strategic
    can_move = (strategic.upper > strategic.lower) & ~prepared.is_free
    is_binary = strategic.is_integer & (strategic.lower == 0.0) & (strategic.upper == 1.0)
    return bool(np.all(is_binary | ~can_move))


def _other_points(
    shape: Shape, prepared: Prepared, settled: Sequence[FloatArray]
) -> tuple[csr_array, FloatArray]:
    """Rows sum_{at 1} y - sum_{at 0} y <= (number at 1) - 1, each of which leaves out one binary point.

    References
    ----------
    Laporte, Louveaux (1993), The integer L-shaped method for stochastic integer programs, section 2.
    """
    strategic = prepared.problem.strategic
    counts = (strategic.upper > strategic.lower) & ~prepared.is_free
    points = np.array(settled)
    signs = np.where(counts, np.where(points > 0.5, 1.0, -1.0), 0.0)
    wide = np.zeros((len(points), shape.width))
    wide[:, : shape.n_columns] = signs
    return csr_array(wide), np.sum((points > 0.5) & counts, axis=1) - 1.0


def _settings(shape: Shape, effort: Effort, tolerance: float) -> dict[str, float | int]:
    return {
        "random_seed": effort.seed,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": max(effort.gap / shape.money, 1e-9),
        "mip_max_nodes": effort.nodes,
        "mip_max_improving_sols": effort.points,
        "mip_feasibility_tolerance": tolerance,
        "primal_feasibility_tolerance": tolerance,
    }


def _full_starts(
    prepared: Prepared, shape: Shape, cuts: list[Cut], columns: FloatArray | None
) -> list[FloatArray | None]:
    """Starts to try: all columns of the master at a strategic point, its values as the cuts allow; none."""
    if columns is None:
        return [None]
    weights, room = prepared.rooms(columns)
    value = np.full(shape.n_groups, np.inf)
    for cut in cuts:
        if cut.scale > 0.0:
            value[cut.group.index] = min(value[cut.group.index], cut.at(weights, room))
    return [np.concatenate([columns, weights, room / shape.room_unit, value / shape.money]), None]
