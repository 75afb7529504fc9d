"""Columns of what leaves a centre."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.location import LocationProblem, Options, Solution, cell_of_way
from entrepot.model import strategy as strategy_module
from entrepot.model.build import Built, build
from entrepot.model.monolith import solve_monolith
from entrepot.model.path_choice import PathChoice
from entrepot.model.throughput import largest_throughput
from entrepot.model.throughput_rows import NEARLY
from entrepot.solvers.cuts import first_prices
from entrepot.solvers.prepared import prepare
from instances import random_instance, with_paths
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


def by_offer(built: Built) -> dict[tuple[int, ...], tuple[float, float]]:
    """Value and volume of the stocked ways by market, product, period, site and service."""
    layout, problem = built.layout, built.problem
    cell = cell_of_way(problem, np.arange(problem.n_ways))
    price = problem.resources.price
    paid = np.zeros(problem.n_ways) if price is None else problem.resources.usage.T @ (price / NEARLY)
    found = {}
    for way in np.flatnonzero(layout.way_facility >= 0).tolist():
        j, at = cell[way], layout.facility_site[layout.way_facility[way]]
        key = (layout.cell_market[j], layout.cell_product[j], layout.cell_period[j], at)
        worth = float(problem.ways.value[way] - paid[way])
        found[tuple(map(int, (*key, layout.way_service[way])))] = worth, float(problem.ways.volume[way])
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_suggested_prices_are_nearly_what_ways_cost_by_the_cheapest_lanes(seed: int) -> None:
    rng = np.random.default_rng([seed, 42])
    plain = random_instance(rng, assortment="choice")
    chosen = with_paths(rng, plain)
    n_lanes = len(chosen.lanes.mode)
    committed = replace(chosen.inbound, commitment=np.full(n_lanes, 5.0))
    without, built = build(plain), build(replace(chosen, inbound=committed))
    price = built.problem.resources.price
    assert price is not None
    assert (price >= 0.0).all()
    is_throughput = [name.startswith("throughput of") for name in built.problem.resources.names]
    assert not price[~np.array(is_throughput)].any()
    one, other = by_offer(without), by_offer(built)
    shared = one.keys() & other.keys()
    assert shared
    for key in shared:
        assert other[key] == pytest.approx(one[key], rel=1e-9, abs=1e-9)


def test_nothing_is_suggested_where_the_ways_bear_the_cheapest_lanes() -> None:
    rng = np.random.default_rng(43)
    chosen = with_paths(rng, random_instance(rng, assortment="choice"))
    free = replace(chosen.inbound, commitment=np.zeros(len(chosen.lanes.mode)))
    assert build(replace(chosen, inbound=free)).problem.resources.price is None


def test_a_search_starts_at_the_suggested_prices() -> None:
    rng = np.random.default_rng([0, 42])
    chosen = with_paths(rng, random_instance(rng, assortment="choice"))
    committed = replace(chosen.inbound, commitment=np.full(len(chosen.lanes.mode), 5.0))
    problem = build(replace(chosen, inbound=committed)).problem
    prepared = prepare(problem)
    for group in prepared.groups:
        mine = first_prices(prepared, group)
        np.testing.assert_array_equal(
            mine.resource[group.resources], problem.resources.price[group.resources]
        )
        assert not np.delete(mine.resource, group.resources).any()
        assert not mine.capacity.any()
