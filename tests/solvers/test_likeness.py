"""Cells in an order in which neighbours are alike: what samples of them are drawn from."""

import numpy as np

from entrepot.benchmarking.integrated import integrated
from entrepot.kernels.likeness import best_by_facility
from entrepot.solvers.likeness import by_likeness
from entrepot.solvers.prepared import prepare

PREPARED = prepare(integrated(120, 8, 2, 7))
GROUP = PREPARED.groups[0]
OF_KIND = GROUP.cells[PREPARED.network.kind[GROUP.cells] == 0]


def test_the_best_way_to_each_facility_is_that_of_a_plain_loop():
    network, cells = PREPARED.network, OF_KIND[:20]
    best = best_by_facility(network, cells)
    for cell, found in zip(cells, best, strict=True):
        ways = range(network.way_pointer[cell], network.way_pointer[cell + 1])
        for place in range(best.shape[1]):
            at = -1 if place == best.shape[1] - 1 else place
            worth = [network.value[way] for way in ways if network.facility[way] == at]
            assert found[place] == max(worth, default=-np.inf)


def test_the_order_holds_every_cell_once_and_is_the_same_again():
    order = by_likeness(PREPARED, OF_KIND, 16)
    np.testing.assert_array_equal(np.sort(order), np.sort(OF_KIND))
    np.testing.assert_array_equal(order, by_likeness(PREPARED, OF_KIND, 16))


def test_parts_of_the_order_differ_less_within_than_parts_of_any_other_order():
    n_parts = 8
    ordered = _spread_within(by_likeness(PREPARED, OF_KIND, n_parts), n_parts)
    rng = np.random.default_rng(1)
    others = [_spread_within(rng.permutation(OF_KIND), n_parts) for _ in range(20)]
    assert ordered < 0.5 * min(others)


def _spread_within(order, n_parts):
    """Weighted variance of what the best ways are worth within parts of equal weight, of all facilities."""
    best = best_by_facility(PREPARED.network, order)
    best = best[:, np.all(np.isfinite(best), axis=0)]
    weight = PREPARED.network.weight[order]
    part = np.minimum((np.cumsum(weight) / weight.sum() * n_parts).astype(int), n_parts - 1)
    spread = 0.0
    for each in range(n_parts):
        mine, points = weight[part == each], best[part == each]
        if len(mine):
            spread += float((mine @ (points - mine @ points / mine.sum()) ** 2).sum())
    return spread
