"""The master problem: strategic columns, enabler weights, resource rooms, and a value column per group."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import block_array, csr_array, eye_array

from entrepot.location.problem import FloatArray
from entrepot.solvers.cuts import Cut
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Program

LARGEST = 1e4
"""Coefficient of a cut's row in the master."""
SMALLEST = 1e-9
"""Coefficient of a cut's row, below which what it can add goes to the other side: HiGHS was seen to claim a
wrong optimum, from a start and with presolve, over rows with smaller ones."""


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
