"""Rows of the master: cuts with coefficients that HiGHS can work with, and no others."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.solvers import master
from entrepot.solvers.cuts import Prices
from entrepot.solvers.master import cut_rows, shape_of
from entrepot.solvers.oracle import make_cut, point_at
from entrepot.solvers.prepared import prepare
from solvers.problems import random_problem, with_partners


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("smallest", [1e-9, 1e-3])
def test_a_row_without_its_small_coefficients_cuts_off_nothing_that_the_cut_allows(
    seed: int, smallest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(master, "SMALLEST", smallest)
    rng = np.random.default_rng([seed, 31])
    problem = random_problem(rng)
    prepared = prepare(with_partners(problem, rng) if seed % 2 else problem)
    shape, strategic = shape_of(prepared), prepared.problem.strategic
    n_enablers, n_resources = prepared.problem.n_enablers, prepared.problem.n_resources
    somewhere = point_at(prepared, rng.uniform(strategic.lower, strategic.upper))
    cuts = []
    for group in prepared.groups:
        prices = Prices(
            rng.uniform(0.0, 2.0, n_enablers) * prepared.has_capacity, rng.uniform(0.0, 2.0, n_resources)
        )
        cut = make_cut(prepared, group, somewhere, prices, scale=float(seed % 3 > 0))
        tiny = (
            10.0 ** rng.uniform(-18, 2, len(cut.slope)),
            10.0 ** rng.uniform(-18, 2, len(cut.resource_price)),
        )
        is_some = [rng.random(len(each)) < 0.5 for each in tiny]
        cuts.append(
            replace(
                cut,
                slope=np.where(is_some[0], tiny[0] * shape.money, cut.slope),
                resource_price=np.where(is_some[1], tiny[1], cut.resource_price),
            )
        )
    matrix, upper = cut_rows(shape, cuts)
    assert np.all(np.abs(matrix.data) >= smallest)
    for _ in range(20):
        point = rng.uniform(strategic.lower, strategic.upper)
        weights, room = prepared.rooms(point)
        value = np.array([cut.at(weights, room) for cut in cuts]) / shape.money
        whole = np.concatenate([point, weights, room / shape.room_unit, value])
        left = matrix @ whole - upper
        for cut, over in zip(cuts, left, strict=True):
            if cut.scale > 0.0 or cut.at(weights, room) >= 0.0:  # what the cut allows
                assert over <= 1e-9 * (1.0 + abs(cut.at(weights, room)) / shape.money)
