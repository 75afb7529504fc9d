"""The part of a network that a point leaves is worth what the whole of it is."""

import numpy as np
import pytest

from entrepot.kernels.filling import fill
from entrepot.kernels.selecting import usable
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import rates_at
from entrepot.solvers.prepared import prepare
from solvers.problems import random_problem, with_partners

WHOLE, PARTS = [0.0, 0.0, 1.0], [0.0, 0.0, 0.2, 0.7, 1.0]


@pytest.mark.parametrize("has_partners", [True, False])
@pytest.mark.parametrize("levels", [WHOLE, PARTS])
@pytest.mark.parametrize("seed", range(20))
def test_what_a_point_leaves_is_filled_alike(seed: int, levels: list[float], has_partners: bool) -> None:
    rng = np.random.default_rng([seed, 5])
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    prepared = prepare(with_partners(problem, rng, n_partners=3) if has_partners else problem)
    n, weight = prepared.problem.n_enablers, rng.choice(levels, prepared.problem.n_enablers)
    prices = Prices(
        rng.uniform(0.0, 2.0, n) * prepared.has_capacity, rng.uniform(0.0, 2.0, prepared.problem.n_resources)
    )
    rates, cells = rates_at(prepared, prices, 1.0, weight), rng.permutation(prepared.problem.n_cells)[:4]
    part = usable(prepared.network, weight, cells)
    assert len(part.value) <= len(prepared.network.value)
    for whole, left in zip(
        fill(prepared.network, rates, cells, False),
        fill(part, rates, np.arange(len(cells)), False),
        strict=True,
    ):
        np.testing.assert_array_equal(left, whole)


def test_only_ways_whose_enablers_have_weight_are_left() -> None:
    rng = np.random.default_rng(3)
    prepared = prepare(with_partners(random_problem(rng), rng, n_partners=3))
    cells = np.arange(prepared.problem.n_cells)
    part = usable(prepared.network, np.zeros(prepared.problem.n_enablers), cells)
    assert np.all(part.facility < 0)
    everything = usable(prepared.network, np.ones(prepared.problem.n_enablers), cells)
    for mine, known in zip(everything, prepared.network, strict=True):
        np.testing.assert_array_equal(mine, known)
