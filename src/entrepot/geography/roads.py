"""Road distances over a graph of the region's main roads (extra ``roads``)."""

import importlib.util
import os
import tempfile
import zipfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from entrepot.errors import UsageError
from entrepot.geography.distances import great_circle_matrix_km
from entrepot.geography.highways import (
    BUILD_VERSION,
    EUROPE,
    ODBL_NOTICE,
    RoadGraph,
    Window,
    adjacency,
    build_road_graph,
    unit_points,
)

__all__ = ["ODBL_NOTICE", "load_road_graph", "road_graph_km", "window_of"]

CALIBRATION = 1.045
LEAST_CIRCUITY = 1.08
GREATEST_CIRCUITY = 1.6
FARTHEST_SNAP_KM = 30.0
CIRCUITY_OFF_THE_GRAPH = 1.3
SOURCES_AT_ONCE = 16
WINDOW_MARGIN_DEG = 1.0
WINDOW_STEP_DEG = 5.0


def road_graph_km(
    lat1: npt.ArrayLike,
    lon1: npt.ArrayLike,
    lat2: npt.ArrayLike,
    lon2: npt.ArrayLike,
    window: Window | None = None,
) -> npt.NDArray[np.float64]:
    """Measure road kilometres as shortest paths over the main roads of a region.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    lat2, lon2 : (n2,) degrees.
    window : the region that the roads are cut from; None = `window_of` all the points.

    Returns
    -------
    (n1, n2) float64, km.

    Raises
    ------
    UsageError
        The package scgraph-data is not installed.

    Notes
    -----
    ``snap1 + 1.045 x path + snap2``, clipped to [1.08, 1.6] x great circle; the snap is the straight way to
    the nearest node (median 1 km in Europe). The factor, fitted to Europe, makes up for minor roads and for
    corners that the source cut off. A point over 30 km from every node (Malta, Ibiza), and two points
    on islands without a link between them, get great circle x 1.3. Ferries count with their length.
    docs/geography.md has the measured error. The first call for a region builds its graph and caches it under
    XDG_CACHE_HOME or ~/.cache; values derived from it fall under the notice ODBL_NOTICE.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische Mathematik 1, 269-271.
    """
    first = [np.atleast_1d(np.asarray(angle, dtype=np.float64)) for angle in (lat1, lon1)]
    second = [np.atleast_1d(np.asarray(angle, dtype=np.float64)) for angle in (lat2, lon2)]
    straight = great_circle_matrix_km(*first, *second)
    if straight.size == 0:
        return straight
    region = window or window_of(np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]]))
    roads, tree = _network(_cache_file(region), region)
    if tree.n == 0:
        return np.asarray(CIRCUITY_OFF_THE_GRAPH * straight, dtype=np.float64)
    snap1, node1 = tree.query(unit_points(*first))
    snap2, node2 = tree.query(unit_points(*second))
    # Links go both ways, so the shorter list may be the sources.
    if node1.size <= node2.size:
        path = _shortest_paths(roads, node1, node2)
    else:
        path = _shortest_paths(roads, node2, node1).T
    by_road = snap1[:, None] + CALIBRATION * path + snap2[None, :]
    is_off = (snap1 > FARTHEST_SNAP_KM)[:, None] | (snap2 > FARTHEST_SNAP_KM)[None, :] | np.isinf(path)
    clipped = np.clip(by_road, LEAST_CIRCUITY * straight, GREATEST_CIRCUITY * straight)
    return np.asarray(np.where(is_off, CIRCUITY_OFF_THE_GRAPH * straight, clipped), dtype=np.float64)


def window_of(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Window:
    """Choose the region whose roads serve a study.

    Parameters
    ----------
    lat, lon : (n,) degrees, all places of the study; n > 0.

    Returns
    -------
    Window
        Europe where most of the places lie in it (so that all European studies share one graph); else their
        box with a margin of a degree, widened to steps of five degrees.
    """
    phi, lam = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    south, north, west, east = EUROPE
    is_european = (phi >= south) & (phi <= north) & (lam >= west) & (lam <= east)
    if 2 * np.count_nonzero(is_european) > phi.size:
        return EUROPE
    low = [
        float(np.floor((angle.min() - WINDOW_MARGIN_DEG) / WINDOW_STEP_DEG) * WINDOW_STEP_DEG)
        for angle in (phi, lam)
    ]
    high = [
        float(np.ceil((angle.max() + WINDOW_MARGIN_DEG) / WINDOW_STEP_DEG) * WINDOW_STEP_DEG)
        for angle in (phi, lam)
    ]
    return low[0], high[0], low[1], high[1]


def load_road_graph(cache_file: Path, window: Window = EUROPE) -> RoadGraph:
    """Read the graph from its cache, or build it and write the cache.

    Parameters
    ----------
    cache_file : .npz file; a missing or broken one is written anew, one that cannot be written is left out.
    window : the region to cut out where it is built.

    Raises
    ------
    UsageError
        The package scgraph-data is not installed.
    """
    try:
        # Opened here, because np.load leaves a file that is no archive open.
        with cache_file.open("rb") as stream, np.load(stream) as arrays:
            return RoadGraph(**{name: arrays[name] for name in RoadGraph.__slots__})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        graph = build_road_graph(_highways(), window)
    try:
        _write_cache(cache_file, graph)
    except OSError:
        # The graph serves this run; the next one builds it again.
        return graph
    return graph


def _highways() -> Path:
    package = importlib.util.find_spec("scgraph_data")
    folders = list(package.submodule_search_locations or []) if package else []
    for folder in folders:
        source = Path(folder) / "world_highways.py"
        if source.is_file():
            return source
    raise UsageError(
        "Road distances over the road graph need the package scgraph-data, which is not installed. "
        'Install it with: pip install "entrepot[roads]" - or leave the distance mode at circuity.'
    )


def _cache_file(window: Window) -> Path:
    _highways()
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    place = "" if window == EUROPE else "".join(f"_{edge:g}" for edge in window)
    return Path(base) / "entrepot" / f"roads-{version('scgraph-data')}-{BUILD_VERSION}{place}.npz"


def _write_cache(cache_file: Path, graph: RoadGraph) -> None:
    """Write beside the target and rename, so that no reader ever meets half a file."""
    cache_file.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=cache_file.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **{name: getattr(graph, name) for name in RoadGraph.__slots__})
        Path(unfinished).replace(cache_file)
    finally:
        Path(unfinished).unlink(missing_ok=True)


@cache
def _network(cache_file: Path, window: Window) -> tuple[csr_array, cKDTree]:
    graph = load_road_graph(cache_file, window)
    return adjacency(graph), cKDTree(unit_points(graph.lat, graph.lon))


def _shortest_paths(
    roads: csr_array, source: npt.NDArray[np.int64], target: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Find shortest paths, (n_sources, n_targets) float64 km, a few sources at once to spare memory."""
    nodes, row = np.unique(source, return_inverse=True)
    paths = np.empty((nodes.size, target.size))
    for start in range(0, nodes.size, SOURCES_AT_ONCE):
        chunk = slice(start, start + SOURCES_AT_ONCE)
        paths[chunk] = dijkstra(roads, directed=True, indices=nodes[chunk])[:, target]
    return np.asarray(paths[row], dtype=np.float64)
