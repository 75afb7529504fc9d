"""Which groups the continuous columns tie together, and which rows those columns stand in.

A column is *free* if it is continuous, can move, and enters no enabler's weight: at fixed integers its best
value is found together with the flows. Free columns that share a strategic row, or lend room to resources of
the same group, belong together; so do the groups that they reach. A problem without free columns has one
cluster a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from entrepot.location.problem import BoolArray, IntArray, LocationProblem


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Groups and free columns that have to be solved together at fixed integers.

    Attributes
    ----------
    groups : indices of the groups, ascending; empty where the columns lend room to nobody.
    columns : the free columns. rows : strategic rows with any of them.
    """

    groups: tuple[int, ...]
    columns: IntArray
    rows: IntArray


def free_columns(problem: LocationProblem) -> BoolArray:
    """Columns that are continuous, can move, and enter no enabler's weight."""
    strategic = problem.strategic
    lends_weight = np.zeros(problem.n_columns, dtype=np.bool_)
    weights = problem.enablers.matrix
    lends_weight[weights.indices[weights.data != 0.0]] = True
    is_free: BoolArray = ~strategic.is_integer & (strategic.upper > strategic.lower) & ~lends_weight
    return is_free


def clusters_of(problem: LocationProblem, resources: Sequence[IntArray]) -> tuple[Cluster, ...]:
    """Clusters in the order of their first group, then those without a group.

    Parameters
    ----------
    resources : indices of the resources of each group.
    """
    n_groups, columns = len(resources), np.flatnonzero(free_columns(problem))
    if len(columns) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return tuple(Cluster((group,), nothing, nothing) for group in range(n_groups))
    group_of = np.zeros(problem.n_resources, dtype=np.int64)
    for group, members in enumerate(resources):
        group_of[members] = group
    in_rows = _entries(csr_array(problem.strategic.matrix[:, columns]))
    lends = _entries(csr_array(problem.resources.matrix[:, columns]))
    first_column = n_groups + len(problem.strategic.row_lower)
    left = np.concatenate([n_groups + in_rows[0], group_of[lends[0]]])
    right = first_column + np.concatenate([in_rows[1], lends[1]])
    size = first_column + len(columns)
    _, label = connected_components(
        coo_array((np.ones(len(left)), (left, right)), shape=(size, size)), directed=False
    )
    rows = np.unique(in_rows[0])
    names, first = np.unique(np.concatenate([label[:n_groups], label[first_column:]]), return_index=True)
    return tuple(
        Cluster(
            groups=tuple(np.flatnonzero(label[:n_groups] == name).tolist()),
            columns=columns[label[first_column:] == name],
            rows=rows[label[n_groups + rows] == name],
        )
        for name in names[np.argsort(first, kind="stable")]
    )


def _entries(matrix: csr_array) -> tuple[IntArray, IntArray]:
    """Row and column of every entry that is not zero."""
    entries = matrix.tocoo()
    has = entries.data != 0.0
    return entries.coords[0][has].astype(np.int64), entries.coords[1][has].astype(np.int64)
