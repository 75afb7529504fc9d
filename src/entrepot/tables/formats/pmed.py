"""OR-Library p-median files: a graph whose nodes are customers and sites.

::

    n_nodes n_edges p
    node node length                          per edge; of an edge that is repeated the last one counts

Costs are lengths of shortest paths.

References
----------
Beasley, J. E. (1985): A note on solving large p-median problems. EJOR 21, 270-273.
"""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from entrepot.location import MatrixCosts
from entrepot.location.problem import FloatArray
from entrepot.tables.formats.numbers import MOST, Numbers
from entrepot.tables.formats.stated import Question, Reading, Stated

MOST_NODES = 20_000
"""A matrix of all pairs is kept: 20,000 nodes take 3.2 GB."""


def read_pmed(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a graph and the lengths of its shortest paths.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    numbers = Numbers(path)
    n_nodes = numbers.count("number of nodes")
    if n_nodes > MOST_NODES:
        problem = f"All pairs of {n_nodes:,} nodes do not fit into memory."
        numbers.note_taken(1, "number of nodes", problem, f"At most {MOST_NODES:,} nodes can be read.")
    n_edges, n_open = numbers.count("number of edges", least=0), numbers.count("p")
    edges = numbers.take(3 * n_edges, _name, least=0.0).reshape(n_edges, 3)
    _check_ends(numbers, edges, n_nodes)
    numbers.finish()
    lengths = shortest_paths(n_nodes, edges)
    if not np.all(np.isfinite(lengths)):
        node = int(np.argmax(~np.isfinite(lengths[0]))) + 1
        problem = f"No path leads from node 1 to node {node}."
        numbers.note(
            0,
            "number of nodes",
            str(n_nodes),
            problem,
            "Add the missing edges: every node must reach every other.",
        )
        numbers.finish()
    matrix = MatrixCosts(lengths)
    nothing, unlimited = np.zeros(n_nodes), np.full(n_nodes, np.inf)
    return Stated(path.stem, matrix, matrix, nothing, np.ones(n_nodes), unlimited, n_open)


def shortest_paths(n_nodes: int, edges: FloatArray) -> FloatArray:
    """Lengths of shortest paths between all pairs of nodes.

    Parameters
    ----------
    n_nodes : count. edges : (n_edges, 3) node, node (from 1), length >= 0; of equal edges the last counts.

    Returns
    -------
    (n_nodes, n_nodes) float64, inf where there is no path.
    """
    ends = np.sort(edges[:, :2].astype(np.int64) - 1, axis=1)
    keys = ends[:, 0] * n_nodes + ends[:, 1]
    _, last = np.unique(keys[::-1], return_index=True)
    chosen = len(keys) - 1 - last
    tail, head, length = ends[chosen, 0], ends[chosen, 1], edges[chosen, 2]
    graph = csr_array((length, (tail, head)), shape=(n_nodes, n_nodes))
    paths: FloatArray = dijkstra(graph, directed=False)
    return paths


def _name(place: int) -> str:
    edge, column = divmod(place, 3)
    return f"{('first node', 'second node', 'length')[column]} of edge {edge + 1}"


def _check_ends(numbers: Numbers, edges: FloatArray, n_nodes: int) -> None:
    ends = edges[:, :2]
    wrong = np.isfinite(ends) & ((ends < 1) | (ends > n_nodes) | (ends != np.floor(ends)))
    for edge, column in np.argwhere(wrong)[:MOST]:
        problem = f"It is not the number of a node, 1 to {n_nodes}."
        back = int(3 * (len(edges) - edge) - column)
        numbers.note_taken(back, _name(int(3 * edge + column)), problem, "Correct the edge or the header.")
