"""Columns of the ways in as the flows make them: nothing comes that is not sent.

A search may leave more throughput than is sold, a gateway marked as used that nothing goes through, or a
shortfall above what is missing. Scaling what comes down to what leaves keeps every row, as the rows over
tonnes and emissions only get looser, and never costs more: a missing committed tonne costs at most what
shipping it does.
"""

import numpy as np

from entrepot.location import Assignment, LocationProblem, cell_of_way
from entrepot.location.problem import FloatArray, IntArray
from entrepot.model.paths import ABSENT, Paths
from entrepot.model.throughput import Throughput
from entrepot.terms.linehaul import LEAST_USE


def settle_paths(
    problem: LocationProblem, paths: Paths, throughput: Throughput, flows: Assignment, columns: FloatArray
) -> None:
    """Set throughput, paths, use of gateways and shortfalls in place."""
    if len(throughput) == 0 and not _has_marks(paths):
        return
    sent = _sent(problem, throughput, flows)
    before = columns[throughput.column]
    factor = np.divide(sent, before, out=np.zeros(len(sent)), where=before > 0.0)
    columns[throughput.column] = sent
    if len(paths.column):
        columns[paths.column] *= factor[paths.key]
        _complete(paths, throughput, columns)
    _mark(problem, paths, flows, columns)


def _has_marks(paths: Paths) -> bool:
    return bool((paths.use != ABSENT).any() or (paths.shortfall != ABSENT).any())


def _sent(problem: LocationProblem, throughput: Throughput, flows: Assignment) -> FloatArray:
    """Parcels that leave, in units of the columns, (n_keys,)."""
    weight = problem.cells.weight[cell_of_way(problem, flows.way)] * flows.fraction
    by_way: FloatArray = np.asarray(
        np.bincount(flows.way, weights=weight, minlength=problem.n_ways), dtype=np.float64
    )
    rows = _rows_named(problem, "throughput of ")
    used = np.asarray(problem.resources.usage[rows] @ by_way)
    position = {int(column): at for at, column in enumerate(throughput.column)}
    sent = np.zeros(len(throughput))
    matrix = problem.resources.matrix
    for row, amount in zip(rows.tolist(), used.tolist(), strict=True):
        sent[position[int(matrix.indices[matrix.indptr[row]])]] = amount
    return np.minimum(sent / throughput.most, 1.0)


def _complete(paths: Paths, throughput: Throughput, columns: FloatArray) -> None:
    """Make what comes from each origin exactly its share, where rounding left something out."""
    group = paths.key * (int(paths.choice.origin.max()) + 1) + paths.choice.origin
    names, inverse = np.unique(group, return_inverse=True)
    total = np.bincount(inverse, weights=columns[paths.column], minlength=len(names))[inverse]
    wanted = columns[throughput.column][paths.key]
    scale = np.divide(wanted, total, out=np.ones(len(total)), where=total > 0.0)
    columns[paths.column] *= scale


def _mark(problem: LocationProblem, paths: Paths, flows: Assignment, columns: FloatArray) -> None:
    """Gateways that are used, and what commitments lack, by the rows over tonnes themselves."""
    weight = problem.cells.weight[cell_of_way(problem, flows.way)] * flows.fraction
    by_way: FloatArray = np.asarray(
        np.bincount(flows.way, weights=weight, minlength=problem.n_ways), dtype=np.float64
    )
    resources = problem.resources
    owner = resources.matrix.tocsc()
    for column in paths.use[paths.use != ABSENT].tolist():
        row = int(owner.indices[owner.indptr[column]])
        columns[column] = 0.0
        used, room = _tonnes(problem, row, by_way, columns)
        columns[column] = float(used > LEAST_USE * max(room, 1.0))
    for column in paths.shortfall[paths.shortfall != ABSENT].tolist():
        row = int(owner.indices[owner.indptr[column]])
        columns[column] = 0.0
        used, _ = _tonnes(problem, row, by_way, columns)
        columns[column] = max(0.0, used) / float(owner.data[owner.indptr[column]])


def _tonnes(
    problem: LocationProblem, row: int, by_way: FloatArray, columns: FloatArray
) -> tuple[float, float]:
    """What a row over tonnes uses beyond its room, and the largest coefficient of its columns."""
    resources = problem.resources
    used = float((resources.usage[[row]] @ by_way)[0])
    matrix = resources.matrix[[row]]
    beyond = used - float((matrix @ columns)[0]) - float(resources.constant[row])
    return beyond, float(np.abs(matrix.data).max(initial=0.0))


def _rows_named(problem: LocationProblem, start: str) -> IntArray:
    return np.array(
        [i for i, name in enumerate(problem.resources.names) if name.startswith(start)], dtype=np.int64
    )
