"""Prices of resources that free columns draw on."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.location import Options
from entrepot.model.build import build
from entrepot.solvers.clock import Clock
from entrepot.solvers.drawn import earned_prices
from entrepot.solvers.prepared import prepare
from entrepot.solvers.root import first_relaxation
from instances import random_instance, with_carriers, with_contracts
from solvers.problems import Quiet


def _with_tiers(seed, *, is_all_units):
    rng = np.random.default_rng([seed, 61])
    instance = with_carriers(rng, with_contracts(rng, random_instance(rng, assortment="choice")))
    contracts = replace(
        instance.contracts, is_all_units=np.full(len(instance.contracts.firm), is_all_units, dtype=bool)
    )
    return build(replace(instance, contracts=contracts))


@pytest.mark.parametrize("is_all_units", [True, False])
@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_volumes_earn_the_chord_under_their_tiers(seed: int, is_all_units: bool) -> None:
    built = _with_tiers(seed, is_all_units=is_all_units)
    prepared = prepare(built.problem)
    cost, resources = built.problem.strategic.cost, built.problem.resources
    earned = earned_prices(built.problem, prepared.highest_price, Clock(Options(), Quiet()))
    accounts = [account for account in built.strategy.volumes if len(account.tiers.gain)]
    assert accounts
    for account in accounts:
        resource = int(resources.matrix.tocsc()[:, [account.total]].indices[0])
        above = 0.0 if account.tiers.is_all_units else account.tiers.threshold
        gains = -cost[account.amount] / account.unit * (account.most - above)
        most = gains.max() if account.tiers.is_all_units else gains.sum()
        assert earned[resource] == pytest.approx(most / account.most, rel=1e-6)
    assert np.all(earned <= prepared.highest_price)
    assert not np.any(earned[np.isinf(prepared.highest_price)])


@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_a_relaxation_starts_with_a_cut_at_what_is_earned(seed: int) -> None:
    built = _with_tiers(seed, is_all_units=False)
    prepared, clock = prepare(built.problem), Clock(Options(), Quiet())
    earned = earned_prices(built.problem, prepared.highest_price, clock)
    relaxation = first_relaxation(prepared, clock)
    for group in prepared.groups:
        drawn = np.isfinite(prepared.highest_price[group.resources])
        found = [cut.resource_price[drawn] for cut in relaxation.master.cuts if cut.group is group]
        assert drawn.any()
        assert any(np.array_equal(prices, earned[group.resources][drawn]) for prices in found)
