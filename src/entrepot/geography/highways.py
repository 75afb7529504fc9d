"""Build a graph of a region's main roads from the package that ships OpenStreetMap highways.

The package holds the world's highways as one huge Python literal. It is read as text, never imported. The
European cut falls into some 450 pieces, because tunnels, bridges, ferries and badly joined ends are missing.
They are stitched in three steps: links named here, the shortest link between pieces, joins of near nodes.
Islands farther away stay pieces of their own, where they are big enough.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from entrepot.geography.distances import great_circle_km
from entrepot.units import EARTH_RADIUS_KM

BUILD_VERSION = 2
ODBL_NOTICE = (
    "Contains information from OpenStreetMap, (c) OpenStreetMap contributors, made available under the Open "
    "Database License (ODbL) 1.0, opendatacommons.org/licenses/odbl."
)
Window = tuple[float, float, float, float]
"""South, north, west, east, degrees."""
EUROPE: Window = (34.0, 72.0, -11.5, 36.0)
CROSSING_SNAP_KM = 30.0
LONGEST_PIECE_LINK_KM = 60.0
JOIN_KM = 1.5
JOIN_FACTOR = 1.25
PIECE_ROUNDS = 4
LEAST_PIECE = 200
"""Nodes of the smallest piece that is kept: a bigger island, not a road without an end."""

# Tunnels, bridges and the ferries that trucks use: (name, lat, lon, lat, lon).
CROSSINGS: tuple[tuple[str, float, float, float, float], ...] = (
    ("Eurotunnel, Folkestone - Coquelles", 51.095, 1.120, 50.925, 1.810),
    ("Oresund, Copenhagen - Malmo", 55.630, 12.650, 55.570, 12.900),
    ("Great Belt, Nyborg - Korsor", 55.310, 10.800, 55.330, 11.140),
    ("Little Belt, Fredericia - Middelfart", 55.530, 9.720, 55.500, 9.760),
    ("Strait of Messina, Villa San Giovanni - Messina", 38.220, 15.630, 38.200, 15.560),
    ("Gulf of Corinth, Rio - Antirrio", 38.300, 21.785, 38.340, 21.770),
    ("Fehmarn Belt, Puttgarden - Rodby", 54.500, 11.230, 54.650, 11.350),
    ("Rostock - Gedser", 54.150, 12.100, 54.570, 11.930),
    ("Holyhead - Dublin", 53.310, -4.630, 53.350, -6.200),
    ("Cairnryan - Belfast", 54.970, -5.020, 54.610, -5.900),
    ("Igoumenitsa - Brindisi", 39.490, 20.260, 40.650, 17.970),
    ("Piraeus - Heraklion", 37.940, 23.630, 35.345, 25.145),
    ("Barcelona - Palma", 41.350, 2.160, 39.550, 2.630),
    ("Livorno - Bastia", 43.550, 10.300, 42.700, 9.450),
    ("Civitavecchia - Olbia", 42.090, 11.790, 40.920, 9.510),
    ("Helsinki - Tallinn", 60.160, 24.960, 59.440, 24.770),
    ("Stockholm - Turku", 59.320, 18.100, 60.430, 22.230),
)

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """The main roads, each link in both directions; islands are pieces of their own.

    Attributes
    ----------
    lat, lon : (n_nodes,) float64, degrees.
    tail, head : (n_links,) int64, node indices.
    length : (n_links,) float64, km as drawn in the source, not calibrated.
    """

    lat: Floats
    lon: Floats
    tail: Indices
    head: Indices
    length: Floats


def build_road_graph(source: Path, window: Window = EUROPE) -> RoadGraph:
    """Read, cut and stitch the highways.

    Parameters
    ----------
    source : world_highways.py of scgraph-data 2.0.0.
    window : what to cut out.

    Notes
    -----
    Takes about 5 s and 250 MB of memory.
    """
    graph = _stitch_pieces(_add_crossings(_cut(_read(source), window)))
    return _big_pieces(_join_near_nodes(graph))


def unit_points(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Place points on the sphere: (n, 3) float64, km from the earth's centre."""
    phi, theta = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    directions = (np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi))
    return np.asarray(EARTH_RADIUS_KM * np.stack(directions, axis=-1), dtype=np.float64)


def adjacency(graph: RoadGraph) -> csr_array:
    """Turn links into a sparse matrix, km; of parallel links the shortest counts."""
    n_nodes = graph.lat.size
    order = np.lexsort((graph.length, graph.head, graph.tail))
    tail, head, length = graph.tail[order], graph.head[order], graph.length[order]
    is_first = np.ones(tail.size, dtype=bool)
    is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((length[is_first], (tail[is_first], head[is_first])), shape=(n_nodes, n_nodes))


def _read(source: Path) -> tuple[Floats, Indices, Indices, Floats]:
    """Read the two literals: nodes (n, 2) lat and lon, and tail, head, km of the links."""
    nodes = np.empty((0, 2))
    tail = head = np.empty(0, dtype=np.int64)
    length = np.empty(0)
    with source.open("rb") as lines:
        for line in lines:
            if line.startswith(b"nodes="):
                nodes = _numbers(line[len(b"nodes=") :]).reshape(-1, 2)
            elif line.startswith(b"graph="):
                marks = np.frombuffer(line, dtype=np.uint8)
                ends = np.flatnonzero(marks == ord("}"))
                tail = np.searchsorted(ends, np.flatnonzero(marks == ord(":"))).astype(np.int64)
                pairs = _numbers(line[len(b"graph=") :]).reshape(-1, 2)
                head, length = pairs[:, 0].astype(np.int64), pairs[:, 1].copy()
    return nodes, tail, head, length


def _numbers(literal: bytes) -> Floats:
    blanked = literal.translate(bytes.maketrans(b"[]{},:\r\n", b" " * 8))
    return np.fromstring(blanked.decode("ascii"), sep=" ", dtype=np.float64)


def _cut(world: tuple[Floats, Indices, Indices, Floats], window: Window) -> RoadGraph:
    nodes, tail, head, length = world
    lat, lon = nodes[:, 0], nodes[:, 1]
    south, north, west, east = window
    is_inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    cut = _only(RoadGraph(lat, lon, tail, head, length), is_inside)
    return _with_links(cut, cut.head, cut.tail, cut.length)


def _add_crossings(graph: RoadGraph) -> RoadGraph:
    ends = np.array([crossing[1:] for crossing in CROSSINGS])
    if graph.lat.size == 0:
        return graph
    tree = cKDTree(unit_points(graph.lat, graph.lon))
    away1, start = tree.query(unit_points(ends[:, 0], ends[:, 1]))
    away2, end = tree.query(unit_points(ends[:, 2], ends[:, 3]))
    is_near = np.maximum(away1, away2) < CROSSING_SNAP_KM
    return _with_both_ways(graph, start[is_near], end[is_near], 1.0)


def _stitch_pieces(graph: RoadGraph) -> RoadGraph:
    """Link every piece nearer than 60 km to the biggest one; repeat for chains of pieces."""
    points = unit_points(graph.lat, graph.lon)
    for _ in range(PIECE_ROUNDS if graph.lat.size else 0):
        piece = _pieces(graph)
        is_main = piece == np.bincount(piece).argmax()
        main, others = np.flatnonzero(is_main), np.flatnonzero(~is_main)
        if others.size == 0:
            break
        away, nearest = cKDTree(points[main]).query(points[others])
        order = np.lexsort((away, piece[others]))
        _, first = np.unique(piece[others][order], return_index=True)
        chosen = order[first]
        chosen = chosen[away[chosen] < LONGEST_PIECE_LINK_KM]
        if chosen.size == 0:
            break
        graph = _with_both_ways(graph, others[chosen], main[nearest[chosen]], JOIN_FACTOR)
    return graph


def _join_near_nodes(graph: RoadGraph) -> RoadGraph:
    pairs = cKDTree(unit_points(graph.lat, graph.lon)).query_pairs(JOIN_KM, output_type="ndarray")
    return _with_both_ways(graph, pairs[:, 0], pairs[:, 1], JOIN_FACTOR)


def _big_pieces(graph: RoadGraph) -> RoadGraph:
    if graph.lat.size == 0:
        return graph
    piece = _pieces(graph)
    size = np.bincount(piece)
    return _only(graph, (size[piece] >= LEAST_PIECE) | (piece == size.argmax()))


def _pieces(graph: RoadGraph) -> Indices:
    _, piece = connected_components(adjacency(graph), directed=False)
    return np.asarray(piece, dtype=np.int64)


def _only(graph: RoadGraph, is_kept: npt.NDArray[np.bool_]) -> RoadGraph:
    """Keep some nodes, (n_nodes,) bool, and the links among them."""
    new_index = np.cumsum(is_kept) - 1
    is_linked = is_kept[graph.tail] & is_kept[graph.head]
    return RoadGraph(
        lat=graph.lat[is_kept],
        lon=graph.lon[is_kept],
        tail=new_index[graph.tail[is_linked]],
        head=new_index[graph.head[is_linked]],
        length=graph.length[is_linked],
    )


def _with_both_ways(graph: RoadGraph, start: Indices, end: Indices, factor: float) -> RoadGraph:
    """Add links of factor x the great circle between pairs of nodes, in both directions."""
    apart = great_circle_km(graph.lat[start], graph.lon[start], graph.lat[end], graph.lon[end])
    # A stored zero would read as "no link" in a sparse matrix.
    length = np.maximum(factor * apart, 1e-3)
    return _with_links(_with_links(graph, start, end, length), end, start, length)


def _with_links(graph: RoadGraph, tail: Indices, head: Indices, length: Floats) -> RoadGraph:
    return RoadGraph(
        lat=graph.lat,
        lon=graph.lon,
        tail=np.concatenate([graph.tail, tail]),
        head=np.concatenate([graph.head, head]),
        length=np.concatenate([graph.length, length]),
    )
