import numpy as np
import pytest

from entrepot.kernels.choosing import choices
from entrepot.kernels.filling import fill
from entrepot.kernels.gaining import gainers
from entrepot.kernels.lifting import lift
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import rates_at
from entrepot.solvers.prepared import prepare
from solvers.problems import random_problem


def setting(seed):
    rng = np.random.default_rng(seed)
    prepared = prepare(random_problem(rng, is_mandatory=seed % 2 == 1))
    n, r = prepared.problem.n_enablers, prepared.problem.n_resources
    capacity = rng.uniform(0.0, 2.0, n) * prepared.has_capacity
    prices = Prices(capacity, rng.uniform(0.0, 2.0, r))
    weight = np.where(rng.random(n) < 0.3, 0.0, rng.choice([0.2, 0.5, 1.0], n))
    return rng, prepared, prices, rates_at(prepared, prices, 1.0, weight)


def table_of(prepared, prices, weight, cell):
    """Rows (worth, way, enabler) of one cell by plain Python, best first; -1 = none."""
    problem = prepared.problem
    kind, q = problem.cells.kind[cell], problem.cells.kind_load
    usage = problem.resources.usage.toarray()
    rows = [] if problem.cells.is_mandatory[cell] else [(0.0, -1, -1)]
    for way in range(problem.cells.way_pointer[cell], problem.cells.way_pointer[cell + 1]):
        base = problem.ways.value[way] - prices.resource @ usage[:, way]
        facility = problem.ways.facility[way]
        if facility < 0:
            rows.append((base, way, -1))
            continue
        pointer = problem.enablers.facility_pointer
        for e in range(pointer[facility], pointer[facility + 1]):
            added = problem.ways.volume[way] * (
                problem.enablers.shift[e, kind] - prices.capacity[e] * q[kind]
            )
            if weight[e] > 0.0:
                rows.append((base + added, way, e))
    return sorted(rows, key=lambda row: -row[0])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_fill_equals_sorting_in_plain_python(seed, compiled):
    _, prepared, prices, rates = setting(seed)
    problem = prepared.problem
    cells = np.arange(problem.n_cells)
    filled = (fill if compiled else fill.py_func)(prepared.network, rates, cells, True)
    worth, cell_price, load, usage, _ = filled
    total, loads, used = 0.0, np.zeros(problem.n_enablers), np.zeros(problem.n_resources)
    for cell in cells:
        left, marginal, seen = 1.0, None, set()
        for value, way, e in table_of(prepared, prices, rates.weight, cell):
            if e in seen or left <= 1e-9:
                continue
            seen.add(e)
            part = left if e < 0 else min(left, rates.weight[e])
            scale = part * problem.cells.weight[cell]
            total += scale * value
            if e >= 0:
                loads[e] += (
                    scale * problem.ways.volume[way] * problem.cells.kind_load[problem.cells.kind[cell]]
                )
            if way >= 0:
                used += scale * problem.resources.usage.toarray()[:, way]
            left -= part
            marginal = value
        assert cell_price[cell] == pytest.approx(marginal, abs=1e-12)
    assert worth == pytest.approx(total, rel=1e-12)
    np.testing.assert_allclose(load, loads, atol=1e-12)
    np.testing.assert_allclose(usage, used, atol=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_lift_equals_the_sum_of_surpluses(seed, compiled):
    rng, prepared, prices, rates = setting(seed)
    problem = prepared.problem
    cells = np.arange(problem.n_cells)
    cell_price = rng.uniform(-1.0, 3.0, problem.n_cells)
    free = rates_at(prepared, Prices(np.zeros_like(prices.capacity), prices.resource), 1.0, rates.weight)
    find, add = (gainers, lift) if compiled else (gainers.py_func, lift.py_func)
    surplus, load = add(prepared.network, rates, find(prepared.network, free, cells, cell_price, np.zeros(0)))
    expected, loads = np.zeros(problem.n_enablers), np.zeros(problem.n_enablers)
    for cell in cells:
        seen = set()
        for value, way, e in table_of(prepared, prices, rates.weight, cell):
            if e >= 0 and e not in seen and value > cell_price[cell]:
                seen.add(e)
                weight = problem.cells.weight[cell]
                expected[e] += weight * (value - cell_price[cell])
                q = problem.cells.kind_load[problem.cells.kind[cell]]
                loads[e] += weight * problem.ways.volume[way] * q
    np.testing.assert_allclose(surplus, expected, atol=1e-12)
    np.testing.assert_allclose(load, loads, atol=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("slack", [0.0, 0.7, np.inf])
def test_choices_are_those_within_the_slack(slack, compiled):
    _, prepared, prices, rates = setting(3)
    cells = np.arange(prepared.problem.n_cells)
    pointer, way, enabler = (choices if compiled else choices.py_func)(prepared.network, rates, cells, slack)
    for cell in cells:
        rows = table_of(prepared, prices, rates.weight, cell)
        expected = {(w, e) for value, w, e in rows if value >= rows[0][0] - slack}
        mine = slice(pointer[cell], pointer[cell + 1])
        assert set(zip(way[mine].tolist(), enabler[mine].tolist(), strict=True)) == expected
