import numpy as np
import pytest

from entrepot.geography.highways import CROSSINGS, adjacency, build_road_graph

# Four nodes in a row near Lyon and one in Asia; the third is joined to nobody, 40 m from the second.
TINY = """from scgraph.core import GeoGraph
graph=[{1: 11.5}, {0: 11.5}, {3: 12.0}, {2: 12.0}, {0: 8000.0}]
nodes=[[45.7, 4.8], [45.8, 4.8], [45.8004, 4.8], [45.9, 4.8], [21.04, 105.866]]
world_highways_geograph = GeoGraph(graph=graph, nodes=nodes)
"""


@pytest.fixture
def tiny(tmp_path):
    source = tmp_path / "world_highways.py"
    source.write_text(TINY, encoding="ascii")
    return build_road_graph(source)


def test_the_graph_is_cut_to_europe(tiny):
    assert tiny.lat.tolist() == [45.7, 45.8, 45.8004, 45.9]


def test_another_window_cuts_another_region(tmp_path):
    source = tmp_path / "world_highways.py"
    source.write_text(TINY, encoding="ascii")
    assert build_road_graph(source, (20.0, 25.0, 100.0, 110.0)).lat.tolist() == [21.04]


def test_broken_ends_are_joined(tiny):
    roads = adjacency(tiny).toarray()
    assert roads[1, 2] == pytest.approx(1.25 * 0.0445, rel=0.01)
    assert roads[0, 1] == 11.5
    assert roads[2, 3] == 12.0


def test_links_go_both_ways(tiny):
    roads = adjacency(tiny).toarray()
    assert np.array_equal(roads, roads.T)


def test_a_crossing_far_from_every_road_is_left_out(tiny):
    assert tiny.length.max() == 12.0


def test_crossings_have_names_and_lie_in_europe():
    assert len({name for name, *_ in CROSSINGS}) == len(CROSSINGS) == 17
    ends = np.array([crossing[1:] for crossing in CROSSINGS])
    assert np.all((ends[:, [0, 2]] > 34) & (ends[:, [0, 2]] < 72))
    assert np.all((ends[:, [1, 3]] > -11.5) & (ends[:, [1, 3]] < 36))
