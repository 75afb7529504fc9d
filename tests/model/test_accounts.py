"""Accounts as the engine sees them: what their totals can earn, and claims that flows need not meet."""

import numpy as np
import pytest

from entrepot.location import Options
from entrepot.model.build import Built, build
from entrepot.model.monolith import solve_monolith
from entrepot.solvers.prepared import prepare
from entrepot.solvers.settling import loosened
from entrepot.terms.time import discount, middle_day
from instances import Shape, varied_instance, with_carriers

SHAPE = Shape(sites=2, sizes=2, markets=4, products=2, periods=2, countries=2)


def built_of(seed: int) -> tuple[Built, np.ndarray]:
    rng = np.random.default_rng([seed, 12])
    instance = with_carriers(rng, varied_instance(rng, SHAPE))
    return build(instance), discount(instance, middle_day(instance))


@pytest.mark.parametrize("seed", range(8))
def test_a_total_earns_at_most_its_commitment_and_all_its_discounts(seed: int) -> None:
    built, factor = built_of(seed)
    prepared = prepare(built.problem)
    rows = built.problem.resources.matrix.tocsc()
    for account in built.strategy.spends:
        row = rows.indices[rows.indptr[account.total]]
        a_unit = float(account.shortfall >= 0) + float(account.tiers.gain.sum())
        assert prepared.highest_price[row] == pytest.approx(factor[account.period] * a_unit)
    drawn = np.flatnonzero(np.isfinite(prepared.highest_price))
    assert len(drawn) == len(built.strategy.spends) + len(built.strategy.volumes)


@pytest.mark.parametrize("seed", range(8))
def test_tiers_that_flows_may_miss_are_no_longer_claimed_and_all_else_stays(seed: int) -> None:
    built, _ = built_of(seed)
    prepared = prepare(built.problem)
    columns = solve_monolith(built.problem, Options(gap=0.0)).columns
    assert columns is not None
    accounts = (*built.strategy.spends, *built.strategy.volumes)
    marks = np.concatenate([np.zeros(0, dtype=np.int64), *(account.reached for account in accounts)])
    claimed = columns.copy()
    claimed[marks] = 1.0
    found = loosened(prepared, claimed)
    if len(marks) == 0:
        assert found is None
        return
    assert found is not None
    others = np.setdiff1d(np.arange(len(columns)), marks)
    assert np.all(found[marks] == 0.0)
    np.testing.assert_array_equal(found[others], claimed[others])
    assert loosened(prepared, found) is None
