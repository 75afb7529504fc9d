import importlib.util

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.geography import roads
from entrepot.geography.distances import great_circle_matrix_km
from entrepot.geography.highways import EUROPE, RoadGraph
from entrepot.geography.roads import load_road_graph, road_graph_km, window_of
from geography.known_roads import (
    ASIAN_PLACES,
    asian_pairs,
    published_pairs,
    relative_errors,
    remembered_pairs,
)

needs_scgraph_data = pytest.mark.skipif(
    importlib.util.find_spec("scgraph_data") is None,
    reason='needs scgraph-data: pip install "entrepot[roads]"',
)
LYON = ([45.76], [4.84])


@pytest.fixture(scope="module")
def cache_home(tmp_path_factory):
    """A cache of the tests' own: built once, never in the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


def by_graph(lat, lon, circuity):
    return road_graph_km(lat, lon, lat, lon)


@needs_scgraph_data
@pytest.mark.usefixtures("cache_home")
class TestEurope:
    def test_the_graph_is_within_5_percent_of_132_published_distances_on_average_and_22_percent_always(self):
        """Mean absolute error; the worst is Hamburg - Vienna, printed as 1,155 km."""
        errors = np.abs(relative_errors(published_pairs(), by_graph))
        assert errors.mean() < 0.05
        assert np.quantile(errors, 0.9) < 0.12
        assert errors.max() < 0.22

    def test_the_graph_is_within_5_percent_of_36_remembered_distances_on_average_and_19_percent_always(self):
        """The worst are Copenhagen - Aarhus and Zagreb - Split."""
        errors = np.abs(relative_errors(remembered_pairs(), by_graph))
        assert errors.mean() < 0.05
        assert errors.max() < 0.195

    def test_distances_are_the_same_in_both_directions(self):
        lat, lon = [48.86, 51.51, 55.68], [2.35, -0.13, 12.57]
        there, back = road_graph_km(lat, lon, *LYON), road_graph_km(*LYON, lat, lon)
        assert there.shape == (3, 1)
        assert there == pytest.approx(back.T)

    def test_distances_lie_between_1_08_and_1_6_great_circles(self):
        rng = np.random.default_rng(1)
        lat, lon = rng.uniform(42, 54, 20), rng.uniform(0, 20, 20)
        ratio = road_graph_km(*LYON, lat, lon) / great_circle_matrix_km(*LYON, lat, lon)
        assert np.all((ratio > 1.0799) & (ratio < 1.6001))

    @pytest.mark.parametrize(
        ("lat", "lon"),
        [pytest.param(35.17, 33.36, id="Nicosia"), pytest.param(35.90, 14.51, id="Valletta")],
    )
    def test_islands_off_the_graph_get_1_3_great_circles(self, lat, lon):
        km = road_graph_km(*LYON, [lat], [lon])
        assert km == pytest.approx(1.3 * great_circle_matrix_km(*LYON, [lat], [lon]))

    def test_no_points_give_an_empty_matrix(self):
        assert road_graph_km([], [], *LYON).shape == (0, 1)

    def test_the_cache_is_one_file_named_for_the_package_and_the_build(self, cache_home):
        road_graph_km(*LYON, *LYON)
        assert [path.name for path in cache_home.rglob("*") if path.is_file()] == ["roads-2.0.0-2.npz"]


@needs_scgraph_data
@pytest.mark.usefixtures("cache_home")
class TestSoutheastAsia:
    def test_the_graph_is_within_4_percent_of_14_remembered_distances_on_average_and_17_percent_always(self):
        """The worst is Hanoi - Ho Chi Minh City: the source has ways through Laos that no truck takes."""
        errors = np.abs(relative_errors(asian_pairs(), by_graph, ASIAN_PLACES))
        assert errors.mean() < 0.04
        assert errors.max() < 0.17

    def test_islands_without_a_link_get_1_3_great_circles(self):
        ends = [[13.75], [100.50], [14.60], [120.98]]  # Bangkok, Manila
        assert road_graph_km(*ends) == pytest.approx(1.3 * great_circle_matrix_km(*ends))


def test_the_window_is_europe_where_most_places_lie_in_it_and_else_their_box():
    assert window_of([48.9, 51.5, 28.1], [2.4, -0.1, -15.4]) == EUROPE
    assert window_of([-6.2, 14.6, 52.4], [106.8, 121.0, 4.9]) == (-10.0, 55.0, 0.0, 125.0)
    assert window_of([-6.2], [106.8]) == (-10.0, -5.0, 105.0, 110.0)


@needs_scgraph_data
@pytest.mark.usefixtures("cache_home")
def test_a_region_without_roads_gets_1_3_great_circles():
    ends = [[-30.0], [-120.0], [-31.0], [-121.0]]
    assert road_graph_km(*ends) == pytest.approx(1.3 * great_circle_matrix_km(*ends))


@pytest.fixture
def built(monkeypatch, tmp_path):
    """Count how often the graph is built; a build is two nodes and a road."""
    calls = []

    def build(source, window):
        calls.append(window)
        two = np.array([45.0, 46.0])
        return RoadGraph(two, two, np.array([0, 1]), np.array([1, 0]), np.array([100.0, 100.0]))

    monkeypatch.setattr(roads, "build_road_graph", build)
    monkeypatch.setattr(roads, "_highways", lambda: tmp_path / "world_highways.py")
    return calls


def test_the_cache_spares_the_second_build(built, tmp_path):
    first = load_road_graph(tmp_path / "new" / "roads.npz")
    second = load_road_graph(tmp_path / "new" / "roads.npz")
    assert len(built) == 1
    assert np.array_equal(first.length, second.length)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"not an archive"])
def test_a_broken_cache_is_built_anew(built, tmp_path, content):
    broken = tmp_path / "roads.npz"
    broken.write_bytes(content)
    load_road_graph(broken)
    load_road_graph(broken)
    assert len(built) == 1


def test_a_cache_that_cannot_be_written_is_left_out(built, tmp_path):
    (tmp_path / "file").write_text("", encoding="ascii")
    graph = load_road_graph(tmp_path / "file" / "roads.npz")
    assert graph.lat.size == 2


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"entrepot\[roads\]"):
        road_graph_km(*LYON, *LYON)
