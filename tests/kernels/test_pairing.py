"""Cells whose ways need two enablers, against the cell's LP by scipy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from entrepot.kernels.filling import fill
from entrepot.kernels.gaining import gainers
from entrepot.kernels.lifting import lift
from entrepot.kernels.pairing import _fits, new_transport
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import Point, make_cut, rates_at
from entrepot.solvers.prepared import prepare
from solvers.problems import random_problem, with_partners

LEVELS, WHOLE = [0.0, 0.0, 0.2, 0.5, 0.7, 1.0], [0.0, 1.0]


def setting(seed):
    rng = np.random.default_rng(seed)
    problem = with_partners(random_problem(rng, is_mandatory=seed % 2 == 1), rng, n_partners=3)
    prepared = prepare(problem)
    n, r = problem.n_enablers, problem.n_resources
    capacity = rng.uniform(0.0, 2.0, n) * prepared.has_capacity
    prices = Prices(capacity, rng.uniform(0.0, 2.0, r))
    weight = rng.choice(WHOLE if seed % 4 == 3 else LEVELS, n)
    return prepared, prices, rates_at(prepared, prices, 1.0, weight)


def pairs_of(prepared, prices, cell):
    """Rows (worth, enabler, partner's enabler) of one cell by plain Python; -1 = none."""
    problem = prepared.problem
    kind, pointer = problem.cells.kind[cell], problem.enablers.facility_pointer
    rows = [] if problem.cells.is_mandatory[cell] else [(0.0, -1, -1)]
    for way in range(problem.cells.way_pointer[cell], problem.cells.way_pointer[cell + 1]):
        base = problem.ways.value[way] - prices.resource @ problem.resources.usage[:, [way]].toarray()[:, 0]
        facility, partner = problem.ways.facility[way], problem.ways.partner[way]
        if facility < 0:
            rows.append((base, -1, -1))
            continue
        for e in range(pointer[facility], pointer[facility + 1]):
            charge = prices.capacity[e] * problem.cells.kind_load[kind]
            worth = base + problem.ways.volume[way] * (problem.enablers.shift[e, kind] - charge)
            rows.append((worth, e, pointer[partner] if partner >= 0 else -1))
    return rows


def cell_value(rows, weight):
    """Value of the cell's LP; doing nothing is a row of its own."""
    worth = np.array([row[0] for row in rows])
    matrix, room = [np.zeros(len(rows))], [0.0]
    for role in (1, 2):
        for e in {row[role] for row in rows} - {-1}:
            matrix.append([float(row[role] == e) for row in rows])
            room.append(weight[e])
    found = linprog(-worth, A_ub=np.array(matrix), b_ub=room, A_eq=np.ones((1, len(rows))), b_eq=[1.0])
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("seed", range(60))
def test_a_cell_is_worth_what_its_lp_says(seed):
    prepared, prices, rates = setting(seed)
    problem = prepared.problem
    for cell in range(problem.n_cells):
        rows = pairs_of(prepared, prices, cell)
        worth, marginal, load, _, partner_price = fill(prepared.network, rates, np.array([cell]), True)
        weight = problem.cells.weight[cell]
        expected = weight * cell_value(rows, rates.weight)
        assert worth == pytest.approx(expected, abs=1e-9)
        # The prices prove it: no row is worth more than what it pays, and together they cost no more.
        slots, partners = prepared.slots(np.array([cell]))
        price_of = dict(zip(partners.tolist(), partner_price, strict=True)) | {-1: 0.0}
        rent = np.zeros(problem.n_enablers + 1)
        for value, e, f in rows:
            rent[e] = max(rent[e], value - marginal[0] - price_of[f])
        assert rent[-1] <= 1e-9
        total = marginal[0] + rent[:-1] @ rates.weight + rates.weight[partners] @ partner_price
        assert weight * total == pytest.approx(expected, abs=1e-9)
        assert np.all(partner_price >= 0.0)
        assert len(slots) == len(partner_price)
        assert np.all(load >= 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_compiled_and_plain_kernels_agree(seed):
    prepared, prices, rates = setting(seed)
    cells = np.arange(prepared.problem.n_cells)
    compiled, plain = (each(prepared.network, rates, cells, True) for each in (fill, fill.py_func))
    for left, right in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)
    free = rates_at(prepared, Prices(np.zeros_like(prices.capacity), prices.resource), 1.0, rates.weight)
    arguments = (prepared.network, free, cells, compiled[1], compiled[4])
    ways = gainers(*arguments)
    for left, right in zip(ways, gainers.py_func(*arguments), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)
    both = (each(prepared.network, rates, ways) for each in (lift, lift.py_func))
    for left, right in zip(*both, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)


def test_filling_by_worth_would_be_a_false_bound():
    """The example of the model's text: weights .5/.5 on both sides, worths [[10, 9], [9, 0]]."""
    rows = [(10.0, 0, 2), (9.0, 0, 3), (9.0, 1, 2), (0.0, 1, 3), (0.0, -1, -1)]
    assert cell_value(rows, np.full(4, 0.5)) == pytest.approx(9.0)


@pytest.mark.parametrize("seed", range(40))
def test_a_cut_never_cuts_off_the_value_of_the_cells_at_any_weights(seed):
    prepared, prices, rates = setting(seed)
    problem, rng = prepared.problem, np.random.default_rng(seed)
    room = np.zeros(problem.n_resources)
    for group in prepared.groups:
        cut = make_cut(prepared, group, Point(rates.weight, room), prices)
        assert prepared.slots(group.cells)[0].shape == cut.partner_price.shape
        for _ in range(3):
            weight = rng.choice(LEVELS, problem.n_enablers)
            finite = np.where(prepared.has_capacity, prepared.finite_capacity, 0.0)
            full = np.zeros(problem.n_enablers)
            full[group.enablers] = cut.capacity_price
            used = Prices(full, prices.resource)
            least = sum(
                problem.cells.weight[cell] * cell_value(pairs_of(prepared, used, cell), weight)
                for cell in group.cells
            )
            least += float((full * finite)[group.enablers] @ weight[group.enablers])
            assert cut.constant + cut.slope @ weight[group.enablers] >= least - 1e-6


@pytest.mark.parametrize("small", [0.3, 1.1, 5.3])
@pytest.mark.parametrize("large", [3e4, 5e4, 1e5, 1e6, 1e7, 1e12])
def test_worths_of_very_different_size_do_not_close_a_circle(small, large):
    """Site 0 serves without a partner, site 1 with one; each is half on."""
    problem = with_partners(
        random_problem(
            np.random.default_rng(0), n_sites=2, n_sizes=1, n_groups=1, n_cells=1, with_limits=False
        ),
        np.random.default_rng(0),
        n_partners=1,
    )
    n_kinds = problem.enablers.shift.shape[1]
    cells = replace(
        problem.cells, way_pointer=np.array([0, 2]), weight=np.ones(1), is_mandatory=np.zeros(1, dtype=bool)
    )
    ways = replace(
        problem.ways,
        facility=np.array([0, 1], dtype=np.int32),
        value=np.array([small, large]),
        volume=np.ones(2),
        charge=np.zeros(2),
        partner=np.array([-1, 2], dtype=np.int32),
    )
    resources = replace(problem.resources, usage=csr_array((0, 2)))
    enablers = replace(
        problem.enablers, capacity=np.full(3, np.inf), shift=np.zeros((3, n_kinds)), constant=np.zeros(3)
    )
    prepared = prepare(replace(problem, cells=cells, ways=ways, resources=resources, enablers=enablers))
    prices = Prices(np.zeros(3), np.zeros(0))
    rates = rates_at(prepared, prices, 1.0, np.array([0.5, 0.5, 1.0]))
    worth, marginal, _, _, partner_price = fill(prepared.network, rates, np.array([0]), True)
    assert worth == pytest.approx(0.5 * (small + large), rel=1e-12)
    assert np.all(partner_price >= 0.0)
    assert marginal[0] >= 0.0


def test_a_path_that_rounding_closed_to_a_circle_carries_nothing() -> None:
    memory = new_transport(2, 2)
    memory.column_room[:] = 1.0
    memory.row_room[:] = 1.0
    memory.flow[:] = 1.0
    memory.came_from[:] = [-1, 2, 1]
    memory.by_row[:] = 0
    assert _fits(memory, 1, 1.0, 3) == 0.0
