"""The default solver against the monolithic MIP, on instances too large for enumeration."""

import os

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.location import Options, Unwatched, charge_of
from entrepot.model.build import build
from entrepot.model.lift import lift_plan
from entrepot.model.monolith import solve_monolith
from entrepot.model.settling import settled
from entrepot.planning import referee
from entrepot.solvers import finishing
from entrepot.solvers.price_cut_plan import solve
from instances import Shape, varied_instance, with_paths

N_INSTANCES = 1000 if os.environ.get("ENTREPOT_LONG") else 40
SEEDS = sorted({*range(N_INSTANCES), 458})  # 458: a resource that nothing uses
SLACK = 1e-6


def shape_of(seed: int) -> Shape:
    rng = np.random.default_rng([seed, 1])
    return Shape(
        sites=int(rng.integers(3, 9)),
        sizes=int(rng.integers(1, 4)),
        markets=int(rng.integers(5, 31)),
        products=int(rng.integers(1, 3)),
        periods=int(rng.integers(1, 4)),
    )


@pytest.fixture
def rounds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems are not given to HiGHS whole."""
    monkeypatch.setattr(finishing, "SMALL", 0)
    monkeypatch.setattr(finishing, "TINY", 0)


@pytest.mark.usefixtures("rounds_alone")
@pytest.mark.parametrize("seed", SEEDS)
def test_plan_and_bound_bracket_the_optimum_of_the_mip(seed: int) -> None:
    _bracket(varied_instance(np.random.default_rng([seed, 2]), shape_of(seed)))


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_they_bracket_it_where_paths_are_chosen(seed: int) -> None:
    rng = np.random.default_rng([seed, 9])
    shape = Shape(sites=4, sizes=2, markets=12, products=2, periods=2)
    _bracket(with_paths(rng, varied_instance(rng, shape)))


def _bracket(instance: Instance) -> None:
    built = build(instance)
    problem, layout = built.problem, built.layout
    mip = solve_monolith(problem, Options(gap=1e-6, seconds=120.0))
    found = solve(problem, Options(gap=1e-6, seconds=120.0), Unwatched())
    if mip.stop_reason == "infeasible":
        assert found.stop_reason == "infeasible"
        assert {name for name, _ in found.conflict}
        return
    assert found.columns is not None
    assert found.assignment is not None
    slack = SLACK * (1e4 + abs(mip.value) + charge_of(problem, found.columns, found.assignment))
    assert found.value <= mip.claimed_bound + slack
    assert found.claimed_bound >= mip.value - slack
    assert found.certified_bound >= found.claimed_bound
    assert found.claimed_bound - found.value <= 2.0 * slack
    found = settled(problem, built.strategy, found)
    referee(instance, lift_plan(instance, layout, found), found.value)
