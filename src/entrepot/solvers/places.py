"""Places: what structure ties together, such as all sizes and periods of one site."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from entrepot.location.problem import BoolArray, IntArray, LocationProblem
from entrepot.solvers.clusters import free_columns

LIMIT = "limit:"
"""How the names of rows begin that a planner has set."""
NARROW = 8
"""Columns of a row that ties them whatever they are; a wider one (all sites of an operator, say) may not."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Label of each column's place, (n_columns,), -1 where it follows the others; how many there are."""

    label: IntArray
    count: int


def places_of(problem: LocationProblem) -> Places:
    """Columns that share a facility or a row that no planner has set, directly or through others.

    Free columns (`solvers.clusters`) are in no place: they follow the integers, and rows with any of them tie
    nothing. Nor does a wide row over the facilities of several places.
    """
    is_placed = ~free_columns(problem)
    shared = _on_facilities(problem)[:, np.flatnonzero(is_placed)]
    rows = _structure(problem, is_placed)
    is_narrow = np.diff(rows.indptr) <= NARROW
    found = _joined(shared, rows[np.flatnonzero(is_narrow)])
    has_facility = np.bincount(found[shared.indices], minlength=len(found)) > 0
    ties = is_narrow | (_count_of_places(rows, np.where(has_facility[found], found, -1)) <= 1)
    label = np.full(problem.n_columns, -1, dtype=np.int64)
    label[is_placed] = _joined(shared, rows[np.flatnonzero(ties)])
    return Places(label, int(label.max(initial=-1)) + 1)


def _on_facilities(problem: LocationProblem) -> csr_array:
    """Which columns turn the configurations of a facility on, (n_facilities, n_columns)."""
    sizes = np.diff(problem.enablers.facility_pointer)
    facility = np.repeat(np.arange(len(sizes)), sizes)
    of_facility = csr_array(
        (np.ones(len(facility)), (facility, np.arange(len(facility)))), shape=(len(sizes), len(facility))
    )
    return csr_array(of_facility @ abs(problem.enablers.matrix))


def _structure(problem: LocationProblem, is_placed: BoolArray) -> csr_array:
    """Rows that no planner has set and that hold only columns in places, over these columns."""
    strategic = problem.strategic
    pattern = abs(csr_array(strategic.matrix))
    pattern.eliminate_zeros()
    is_limit = np.array([name.startswith(LIMIT) for name in strategic.row_names], dtype=np.bool_)
    has_others = pattern @ (~is_placed).astype(np.float64) > 0.0
    return csr_array(pattern[np.flatnonzero(~is_limit & ~has_others)][:, np.flatnonzero(is_placed)])


def _joined(shared: csr_array, rows: csr_array) -> IntArray:
    """Label of each column by what shares entries of the same row, directly or through others."""
    ties = csr_array(vstack([shared, rows]))
    label: IntArray = connected_components(ties.T @ ties, directed=False)[1].astype(np.int64)
    return label


def _count_of_places(rows: csr_array, label: IntArray) -> IntArray:
    """How many different labels, -1 aside, each row's columns have."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    pair = np.unique(np.column_stack([row, label[rows.indices]]), axis=0)
    count: IntArray = np.bincount(pair[pair[:, 1] >= 0, 0], minlength=rows.shape[0])
    return count
