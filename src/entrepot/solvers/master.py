"""The master problem: strategic columns, enabler weights, resource rooms, and a value column per group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import block_array, csr_array, eye_array, vstack

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import (
    Outcome,
    Program,
    Vertex,
    add_rows,
    delete_rows,
    has_point,
    open_program,
    run,
    set_start,
    vertex_of,
    watch_solutions,
)

MANY = 4
"""Points of one search that are looked at."""
LARGEST = 1e4
"""Coefficient of a cut's row in the master."""
SMALLEST = 1e-9
"""Coefficient of a cut's row, below which what it can add goes to the other side: HiGHS was seen to claim a
wrong optimum, from a start and with presolve, over rows with smaller ones."""
WRONG = 1e-6
"""Relative difference beyond which HiGHS contradicts itself or a point that is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Where the columns of the master lie, and in which units.

    Columns: y, w (weights), c (rooms, in units of `room_unit`), eta (in units of `money`). Rows: strategic,
    w = W y + w0, c = C y + c0, cuts. `most` are the largest values of w and c, (n_enablers + n_resources,).
    """

    n_columns: int
    n_enablers: int
    n_resources: int
    n_groups: int
    n_rows: int
    money: float
    room_unit: FloatArray
    most: FloatArray

    @property
    def first_room(self) -> int:
        """Index of the first room column."""
        return self.n_columns + self.n_enablers

    @property
    def first_value(self) -> int:
        """Index of the first value column."""
        return self.first_room + self.n_resources

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.first_value + self.n_groups

    @property
    def first_cut(self) -> int:
        """Index of the first cut row."""
        return self.n_rows + self.n_enablers + self.n_resources


def shape_of(prepared: Prepared) -> Shape:
    """Sizes and units of the master."""
    problem = prepared.problem
    enablers, resources = problem.enablers, problem.resources
    money = prepared.money / 1000.0
    room_unit = money / prepared.resource_price_unit
    box = problem.strategic.lower, problem.strategic.upper
    most = [
        most_of(enablers.matrix, box) + enablers.constant,
        (most_of(resources.matrix, box) + resources.constant) / room_unit,
    ]
    return Shape(
        n_columns=problem.n_columns,
        n_enablers=problem.n_enablers,
        n_resources=problem.n_resources,
        n_groups=len(prepared.groups),
        n_rows=len(problem.strategic.row_lower),
        money=money,
        room_unit=room_unit,
        most=np.concatenate(most),
    )


def most_of(matrix: csr_array, box: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Largest value of each row of a matrix within bounds of its columns, (n_rows,)."""
    positive = csr_array(matrix.maximum(0.0))
    most: FloatArray = positive @ box[1] + (matrix - positive) @ box[0]
    return most


def base_program(prepared: Prepared, is_integer: bool = False) -> Program:
    """The master without cuts."""
    problem, shape = prepared.problem, shape_of(prepared)
    strategic, enablers, resources = problem.strategic, problem.enablers, problem.resources
    n_e, n_r, n_g = shape.n_enablers, shape.n_resources, shape.n_groups
    rooms = csr_array(resources.matrix.multiply((1.0 / shape.room_unit)[:, None])) if n_r else None
    blocks: list[list[Any]] = [
        [strategic.matrix, csr_array((shape.n_rows, n_e)), csr_array((shape.n_rows, n_r + n_g))],
        [enablers.matrix, -eye_array(n_e), csr_array((n_e, n_r + n_g))],
    ]
    if rooms is not None:
        side = csr_array((-np.ones(n_r), (np.arange(n_r), np.arange(n_r))), shape=(n_r, n_r + n_g))
        blocks.append([rooms, csr_array((n_r, n_e)), side])
    kept = [row for row in blocks if row[0].shape[0] > 0]
    matrix = csr_array(block_array(kept, format="csr")) if kept else csr_array((0, shape.width))
    equal = np.concatenate([-enablers.constant, -resources.constant / shape.room_unit])
    free = np.full(n_r + n_g, np.inf)
    marks = np.concatenate([strategic.is_integer & is_integer, np.zeros(n_e + n_r + n_g, dtype=np.bool_)])
    return Program(
        cost=np.concatenate([strategic.cost / shape.money, np.zeros(n_e + n_r), -np.ones(n_g)]),
        lower=np.concatenate([strategic.lower, np.zeros(n_e), -free]),
        upper=np.concatenate([strategic.upper, np.full(n_e, np.inf), free]),
        matrix=matrix,
        row_lower=np.concatenate([strategic.row_lower, equal]),
        row_upper=np.concatenate([strategic.row_upper, equal]),
        is_integer=marks,
    )


def unit_of(shape: Shape, cut: Cut) -> float:
    """What a cut's row is divided by: money, or the largest coefficient of a cut on feasibility.

    Prices near the penalty of a plan that cannot be make cuts with coefficients of any size; HiGHS was seen
    to claim a wrong optimum over rows that reach 1e8, so a row's coefficients stay below `LARGEST`.
    """
    on_room = cut.resource_price * shape.room_unit[cut.group.resources]
    largest = float(np.max(np.abs(np.concatenate([cut.slope, on_room])), initial=0.0))
    return max(shape.money, largest / LARGEST) if cut.scale > 0.0 else max(1e-9, largest)


def cut_rows(shape: Shape, cuts: list[Cut]) -> tuple[csr_array, FloatArray]:
    """Rows scale * eta - slope w - theta c <= constant in the master's units.

    A coefficient that is too small is left out, and the most that it can add is added to the constant; where
    there is no most, it stays.
    """
    data, index, pointer, upper = [], [], [0], []
    for cut in cuts:
        unit, resources = unit_of(shape, cut), cut.group.resources
        place = np.concatenate([cut.group.enablers, shape.n_enablers + resources])
        term = np.concatenate([cut.slope, cut.resource_price * shape.room_unit[resources]]) / unit
        is_kept = (np.abs(term) >= SMALLEST) | ((term != 0.0) & np.isinf(shape.most[place]))
        is_left_out = ~is_kept & (term != 0.0)
        added = np.maximum(0.0, term[is_left_out] * shape.most[place[is_left_out]]).sum()
        data.append(-term[is_kept])
        index.append(shape.n_columns + place[is_kept])
        if cut.scale > 0.0:
            data.append(np.array([shape.money * cut.scale / unit]))
            index.append(np.array([shape.first_value + cut.group.index]))
        pointer.append(pointer[-1] + int(is_kept.sum()) + (1 if cut.scale > 0.0 else 0))
        upper.append(cut.constant / unit + added)
    values, places = np.concatenate(data), np.concatenate(index)
    matrix = csr_array((values, places, np.array(pointer)), shape=(len(cuts), shape.width))
    return matrix, np.array(upper)


class RelaxedMaster:
    """The LP relaxation of the master, growing cut by cut."""

    def __init__(self, prepared: Prepared) -> None:
        self.shape = shape_of(prepared)
        self.cuts: list[Cut] = []
        self.highs = open_program(base_program(prepared))

    def add(self, cuts: list[Cut]) -> None:
        """Add cuts."""
        if cuts:
            matrix, upper = cut_rows(self.shape, cuts)
            add_rows(self.highs, matrix, np.full(len(cuts), -np.inf), upper)
            self.cuts += cuts

    def solve(self, clock: Clock) -> tuple[Outcome, Vertex | None]:
        """Solve the LP; the vertex is there when it is optimal.

        Raises
        ------
        SolverError
            If HiGHS fails even without the cuts whose coefficients span too much.
        """
        try:
            outcome = run(self.highs, clock)
        except SolverError:
            outcome = self._solve_without_wide_cuts(clock)
        if outcome == "infeasible":  # from a warm start it now and then is not
            self.highs.clearSolver()
            outcome = run(self.highs, clock)
        return outcome, vertex_of(self.highs) if outcome == "optimal" else None

    def _solve_without_wide_cuts(self, clock: Clock) -> Outcome:
        """Solve without the cuts on values that had to be scaled down: fewer cuts only raise the bound.

        The least scaled one of a group without another stays: it bounds the group's value.
        """
        unit = np.array([unit_of(self.shape, cut) for cut in self.cuts])
        is_value = np.array([cut.scale > 0.0 for cut in self.cuts])
        group = np.array([cut.group.index for cut in self.cuts])
        is_kept = ~is_value | (unit <= self.shape.money)
        for index in np.setdiff1d(group[is_value], group[is_value & is_kept]):
            mine = np.flatnonzero(is_value & (group == index))
            is_kept[mine[np.argmin(unit[mine])]] = True
        if np.all(is_kept):
            raise SolverError("HiGHS could not solve the master problem.")
        self.purge(is_kept)
        self.highs.clearSolver()
        return run(self.highs, clock)

    def cut_duals(self, vertex: Vertex) -> FloatArray:
        """Multiplier >= 0 of each cut; those of a group sum to 1."""
        return np.maximum(0.0, -vertex.row_duals[self.shape.first_cut :])

    def purge(self, keep: BoolArray) -> None:
        """Drop the cuts that are not to be kept."""
        dropped = np.flatnonzero(~keep)
        delete_rows(self.highs, dropped + self.shape.first_cut)
        self.cuts = [cut for cut, kept in zip(self.cuts, keep, strict=True) if kept]


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
