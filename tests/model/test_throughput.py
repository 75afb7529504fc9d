"""Columns of what leaves a centre."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.location import LocationProblem, Options, Solution, cell_of_way
from entrepot.model import strategy as strategy_module
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.model.path_choice import PathChoice
from entrepot.model.throughput import largest_throughput
from instances import random_instance
from model import tiny

EXACT = Options(gap=1e-9, seconds=60.0)


@pytest.fixture
def ask_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def every_key(choice: PathChoice) -> np.ndarray:
        return np.ones(choice.asked.shape, dtype=np.bool_)

    monkeypatch.setattr(strategy_module, "asked_throughput", every_key)


def sent(problem: LocationProblem, solution: Solution) -> np.ndarray:
    """Parcels by way."""
    flows = solution.assignment
    assert flows is not None
    parcels = problem.cells.weight[cell_of_way(problem, flows.way)] * problem.ways.volume[flows.way]
    return np.bincount(flows.way, weights=parcels * flows.fraction, minlength=problem.n_ways)


def test_a_problem_has_no_such_columns_where_nobody_asks() -> None:
    built = build(tiny.plain())
    assert len(built.strategy.throughput) == 0
    assert not any(name.startswith("throughput") for name in built.problem.resources.names)
    assert built.strategy.throughput.column_of(0, 0, 0) == -1


@pytest.mark.parametrize("seed", range(8))
def test_columns_without_cost_change_no_optimum(seed: int, ask_for_all: None) -> None:
    instance = random_instance(np.random.default_rng([seed, 41]))
    built = build(instance)
    problem, found = built.problem, built.strategy.throughput
    solution = solve_monolith(problem, EXACT)
    shut = problem.strategic.upper.copy()
    shut[found.column] = 0.0
    closed = replace(problem, strategic=replace(problem.strategic, upper=shut))
    without = replace(problem, resources=replace(problem.resources, constant=_roomy(problem)))
    assert solution.value == pytest.approx(solve_monolith(without, EXACT).value, rel=1e-7, abs=1e-3)
    nobody = solve_monolith(closed, EXACT)
    assert nobody.stop_reason == "infeasible" or nobody.value <= solution.value + 1e-3
    if nobody.columns is not None:
        assert sent(closed, nobody)[problem.ways.facility >= 0].sum() == pytest.approx(0.0, abs=1e-6)


def _roomy(problem: LocationProblem) -> np.ndarray:
    constant = problem.resources.constant.copy()
    rows = [i for i, name in enumerate(problem.resources.names) if name.startswith("throughput")]
    assert rows
    constant[rows] = 1e12
    return constant


def test_every_stocked_way_stands_in_the_row_of_its_own_key_alone(ask_for_all: None) -> None:
    instance = random_instance(np.random.default_rng(3))
    built = build(instance)
    problem, layout, found = built.problem, built.layout, built.strategy.throughput
    rows = [i for i, name in enumerate(problem.resources.names) if name.startswith("throughput")]
    usage = problem.resources.usage[rows]
    stocked = layout.way_facility >= 0
    times = np.bincount(usage.indices, minlength=problem.n_ways)
    assert (times[stocked] == 1).all()
    assert (times[~stocked] == 0).all()
    cell = cell_of_way(problem, np.arange(problem.n_ways))
    for row, at in zip(rows, range(len(found)), strict=True):
        way = problem.resources.usage[[row]].indices
        assert (layout.facility_site[layout.way_facility[way]] == found.site[at]).all()
        assert (layout.cell_product[cell[way]] == found.product[at]).all()
        assert (layout.cell_period[cell[way]] == found.period[at]).all()
        assert problem.resources.matrix[[row]].indices.tolist() == [found.column[at]]


def test_no_more_leaves_a_site_than_the_markets_ask_for_or_its_largest_size_handles() -> None:
    instance = tiny.plain()
    most = largest_throughput(instance)
    operations = instance.operations
    days = operations.working_days * instance.periods.years
    handled = 900.0 * days / operations.peak_factor / instance.products.handling_factor[0]
    np.testing.assert_allclose(most[0, 0], np.minimum(100_000.0, handled))
