"""Limits that contradict each other: the least relaxation that makes a plan possible."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, hstack

from entrepot.location.problem import FloatArray, IntArray, LocationProblem
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.master import base_program, cut_rows, shape_of
from entrepot.solvers.oracle import Point
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.recourse import NoRecourseError
from entrepot.solvers.status import Program, add_rows, open_program, run
from entrepot.solvers.valuation import forbidding_cuts, part_at

LIMIT = "limit:"
LEAST = 1e-7
NEAR = 1e-7
"""Amount by which rows may be broken beside their relaxation: the master meets them to a tolerance."""
MAX_ROUNDS = 100

Conflict = tuple[tuple[str, float], ...]


def find_conflict(prepared: Prepared, known: list[Cut], clock: Clock) -> Conflict:
    """Names of the limits to relax, each with the least amount; empty where no relaxation helps.

    The sum of the amounts, each relative to max(1, |right-hand side|), is smallest.
    """
    shape = shape_of(prepared)  # without the most, as a relaxed limit lends room beyond it
    shape = replace(shape, most=np.full(len(shape.most), np.inf))
    program, names, scale = _elastic(prepared)
    cuts = [cut for cut in known if cut.scale == 0.0]
    extra = len(names)
    for _ in range(MAX_ROUNDS):
        highs = open_program(program, mip_rel_gap=1e-6)
        if cuts:
            matrix, upper = cut_rows(shape, cuts)
            wide = csr_array(hstack([matrix, csr_array((len(cuts), extra))], format="csr"))
            add_rows(highs, wide, np.full(len(cuts), -np.inf), upper)
        if run(highs, clock, phase="naming the limits in conflict") != "optimal":
            return ()
        values = np.array(highs.getSolution().col_value, dtype=np.float64)
        weights = np.maximum(0.0, values[shape.n_columns : shape.first_room])
        room = values[shape.first_room : shape.first_value] * shape.room_unit
        point = Point(np.where(weights > 1.0 - 1e-6, 1.0, np.where(weights < 1e-6, 0.0, weights)), room)
        found = _forbidding(prepared, program, values, point, clock)
        if not found:
            amounts = values[shape.width :] * scale
            kept = [i for i in range(extra) if values[shape.width + i] > LEAST]
            return tuple((names[i], float(amounts[i])) for i in kept)
        cuts += found
    return ()


def _forbidding(
    prepared: Prepared, program: Program, values: FloatArray, point: Point, clock: Clock
) -> list[Cut]:
    """Cuts that forbid the integers of a relaxed point, whatever its free columns are."""
    shape = shape_of(prepared)
    columns = values[: shape.n_columns]
    bare = prepared.bare(columns)
    room = point.room - prepared.problem.resources.matrix @ (columns - bare)
    relaxed = program.matrix[: shape.n_rows, shape.width :] @ values[shape.width :]
    slack = np.maximum(relaxed, 0.0) + NEAR, np.maximum(-relaxed, 0.0) + NEAR
    found = []
    for cluster in prepared.clusters:
        part = part_at(prepared, cluster, Point(point.weights, room), bare, clock, slack=slack)
        if cluster.groups:
            try:
                found += forbidding_cuts(prepared, part, clock)
            except NoRecourseError:  # by less than the master's tolerance
                continue
    return found


def _elastic(prepared: Prepared) -> tuple[Program, list[str], FloatArray]:
    """The integer master without value columns' worth, with a slack column per limit and side."""
    shape = shape_of(prepared)
    first = shape.n_rows + shape.n_enablers
    base = base_program(prepared, is_integer=True)
    return with_slacks(base, prepared.problem, (first, shape.room_unit, 1.0))


def with_slacks(
    base: Program, problem: LocationProblem, rooms: tuple[int, FloatArray, float]
) -> tuple[Program, list[str], FloatArray]:
    """A program that breaks its limits as little as possible, with a slack column per limit and side.

    Parameters
    ----------
    base : its first rows are the strategic ones. rooms : first row of the resources, what each of these rows
        is divided by, and the sign of a column that adds room there.

    Returns
    -------
    The program; names of the limits; and what one unit of each slack stands for.
    """
    first_resource, room_unit, sign_of_room = rooms
    strategic, resources = problem.strategic, problem.resources
    names: list[str] = []
    rows: list[int] = []
    signs: list[float] = []
    scale: list[float] = []
    units: list[float] = []
    for row, name in enumerate(strategic.row_names):
        for side, sign in ((strategic.row_upper[row], -1.0), (strategic.row_lower[row], 1.0)):
            if name.startswith(LIMIT) and np.isfinite(side):
                names.append(name)
                rows.append(row)
                signs.append(sign)
                scale.append(max(1.0, abs(side)))
                units.append(1.0)
    for resource, name in enumerate(resources.names):
        if name.startswith(LIMIT):
            names.append(name)
            rows.append(first_resource + resource)
            signs.append(sign_of_room)
            scale.append(max(1.0, abs(float(resources.constant[resource]))))
            units.append(float(room_unit[resource]))
    amount = np.array(scale)
    return (
        _with_slacks(base, np.array(rows, dtype=np.int64), np.array(signs) * amount / np.array(units)),
        names,
        amount,
    )


def _with_slacks(base: Program, rows: IntArray, values: FloatArray) -> Program:
    n = len(rows)
    slack = csr_array((values, (rows, np.arange(n))), shape=(base.matrix.shape[0], n))
    cost = np.zeros(len(base.cost))
    return Program(
        cost=np.concatenate([cost, np.ones(n)]),
        lower=np.concatenate([base.lower, np.zeros(n)]),
        upper=np.concatenate([base.upper, np.full(n, np.inf)]),
        matrix=csr_array(hstack([base.matrix, slack], format="csr")),
        row_lower=base.row_lower,
        row_upper=base.row_upper,
        is_integer=np.concatenate([base.is_integer, np.zeros(n, dtype=np.bool_)]),
    )
