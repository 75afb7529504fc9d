"""Accounts follow the flows: what a MIP buys in commitments and tiers is found again from its flows alone."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.location import Options, violation_of
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.model.settling import settled
from instances import Shape, varied_instance, with_carriers


@pytest.mark.parametrize("seed", range(12))
def test_columns_of_accounts_are_found_again_from_the_flows(seed: int) -> None:
    rng = np.random.default_rng([seed, 12])
    shape = Shape(sites=2, sizes=2, markets=4, products=2, periods=2, countries=2)
    built = build(with_carriers(rng, varied_instance(rng, shape)))
    best = solve_monolith(built.problem, Options(gap=0.0))
    if best.columns is None or best.assignment is None:
        return
    columns = best.columns.copy()
    for account in (*built.strategy.spends, *built.strategy.volumes):
        columns[account.amount] = 0.0
        columns[account.reached] = 0.0
        if account.shortfall >= 0:
            columns[account.shortfall] = account.commitment * built.problem.n_enablers
    found = settled(built.problem, built.strategy, replace(best, columns=columns, value=-np.inf))
    assert found.columns is not None
    assert found.value == pytest.approx(best.value, rel=1e-6, abs=1e-2)
    assert max(violation_of(built.problem, found.columns, best.assignment).values()) <= 1e-7
