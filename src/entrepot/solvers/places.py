"""Places: what structure ties together, such as all sizes and periods of one site."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from entrepot.location.problem import IntArray, LocationProblem
from entrepot.solvers.clusters import free_columns

LIMIT = "limit:"
"""How the names of rows begin that a planner has set."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Label of each column's place, (n_columns,), -1 where it follows the others; how many there are."""

    label: IntArray
    count: int


def places_of(problem: LocationProblem) -> Places:
    """Columns that share a facility or a row that no planner has set, directly or through others.

    Free columns (`solvers.clusters`) are in no place and tie nothing together: they follow the integers.
    """
    strategic, enablers, follows = problem.strategic, problem.enablers, free_columns(problem)
    structure = np.array([not name.startswith(LIMIT) for name in strategic.row_names], dtype=np.bool_)
    sizes = np.diff(enablers.facility_pointer)
    facility = np.repeat(np.arange(len(sizes)), sizes)
    of_facility = csr_array(
        (np.ones(len(facility)), (facility, np.arange(len(facility)))), shape=(len(sizes), len(facility))
    )
    ties = csr_array(
        vstack([abs(strategic.matrix[np.flatnonzero(structure)]), of_facility @ abs(enablers.matrix)])
    )
    ties = ties[:, np.flatnonzero(~follows)]
    count, found = connected_components(ties.T @ ties, directed=False)
    label = np.full(problem.n_columns, -1, dtype=np.int64)
    label[~follows] = found
    return Places(label, int(count))
