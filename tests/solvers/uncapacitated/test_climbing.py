import numpy as np
import pytest

from entrepot.kernels.ascending import Pace, Sites, ascend
from entrepot.location.service_costs import PlaneCosts
from entrepot.solvers.crew import Crew
from entrepot.solvers.uncapacitated import climbing
from entrepot.solvers.uncapacitated.climbing import blocks_of, climb
from entrepot.solvers.uncapacitated.neighbours import nearest_sites
from entrepot.solvers.uncapacitated.relaxation import relaxation_of
from entrepot.solvers.uncapacitated.tree import new_track

PACE = Pace(2000.0, 60, 0.1, 0.5, 5, 0.7, 1e-3)


def setting(n_open):
    places = np.random.default_rng(5).uniform(0.0, 100.0, (80, 2))
    lists = nearest_sites(PlaneCosts(places, places, np.ones(80)), 30)
    whole = relaxation_of(lists, np.full(80, 40.0), n_open)
    return whole.arcs, whole.sites, new_track(lists.cost[:, 4].copy(), 80)


@pytest.mark.parametrize("n_open", [None, 6])
def test_the_number_of_threads_changes_no_bit_of_a_climb(n_open, monkeypatch):
    monkeypatch.setattr(climbing, "ARCS_TO_SHARE", 0)
    monkeypatch.setattr(climbing, "ARCS_AT_ONCE", 100)
    ends = []
    for threads in (1, 2, 5):
        arcs, sites, track = setting(n_open)
        step, done = climb(arcs, sites, track, PACE, Crew(threads))
        ends.append([step, done, track.bound.tolist(), track.price.tolist(), track.share.tolist()])
    assert ends[0] == ends[1] == ends[2]


@pytest.mark.parametrize("n_open", [None, 6])
def test_a_shared_climb_takes_the_steps_of_a_serial_one(n_open, monkeypatch):
    monkeypatch.setattr(climbing, "ARCS_TO_SHARE", 0)
    monkeypatch.setattr(climbing, "ARCS_AT_ONCE", 10**9)
    arcs, sites, alone = setting(n_open)
    together = setting(n_open)[2]
    assert climb(arcs, sites, together, PACE, Crew(2)) == ascend(arcs, sites, alone, PACE)
    np.testing.assert_allclose(together.best, alone.best, rtol=1e-9)
    np.testing.assert_allclose(together.price, alone.price, rtol=1e-9)


def test_looking_at_the_clock_changes_no_bit_of_a_climb(monkeypatch):
    arcs, sites, alone = setting(6)
    often = setting(6)[2]
    monkeypatch.setattr(climbing, "ARCS_BETWEEN_LOOKS", 3 * len(arcs.cost))
    assert climb(arcs, sites, often, PACE, Crew()) == ascend(arcs, sites, alone, PACE)
    np.testing.assert_array_equal(often.best, alone.best)


@pytest.mark.parametrize("to_share", [0, 10**9])
def test_a_climb_ends_soon_after_it_is_over_with_the_bound_of_its_best_price(to_share, monkeypatch):
    monkeypatch.setattr(climbing, "ARCS_TO_SHARE", to_share)
    arcs, sites, track = setting(6)
    monkeypatch.setattr(climbing, "ARCS_BETWEEN_LOOKS", len(arcs.cost))
    _, done = climb(arcs, sites, track, PACE, Crew(1, lambda: True))
    assert done == 1
    assert np.isfinite(track.bound[0])


def test_blocks_cover_every_customer_once_even_where_some_have_no_arcs_or_very_many():
    for counts in ([0, 0, 5, 100, 0, 1], [3], [0, 0], [10] * 7):
        pointer = np.concatenate([[0], np.cumsum(counts)])
        edges = blocks_of(pointer, 10)
        assert edges[0] == 0
        assert edges[-1] == len(counts)
        assert np.all(np.diff(edges) > 0)


def test_sites_are_told_apart_by_state_in_a_shared_climb(monkeypatch):
    monkeypatch.setattr(climbing, "ARCS_TO_SHARE", 0)
    monkeypatch.setattr(climbing, "ARCS_AT_ONCE", 50)
    arcs, sites, track = setting(6)
    state = sites.state.copy()
    state[:40] = -1
    climb(arcs, Sites(sites.fixed, state, 6), track, PACE, Crew(2))
    assert np.all(track.share[:40] == 0.0)
