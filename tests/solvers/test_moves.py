from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array, hstack, vstack

from entrepot.benchmarking.integrated import integrated
from entrepot.location import Options, violation_of
from entrepot.solvers import moves
from entrepot.solvers.clock import Clock
from entrepot.solvers.incumbent import Plans, try_point
from entrepot.solvers.moves import core_box, move_plan
from entrepot.solvers.places import places_of
from entrepot.solvers.prepared import prepare
from entrepot.solvers.root import first_relaxation, tighten
from entrepot.solvers.rounds import search_once
from solvers.problems import Quiet, optimum, random_problem


def at_root(problem):
    prepared, clock = prepare(problem), Clock(Options(seconds=120.0, threads=1), Quiet())
    relaxation = first_relaxation(prepared, clock)
    tighten(prepared, relaxation, clock)
    return prepared, relaxation, clock


def test_the_columns_of_a_site_are_one_place_over_sizes_and_periods():
    problem = integrated(10, 4, 2, 1)
    places = places_of(problem)
    assert places.count == 4
    site = np.array([int(name.split(".")[1]) for name in problem.strategic.column_names])
    for place in range(places.count):
        assert len(np.unique(site[places.label == place])) == 1


def with_account(problem, part):
    """The problem with the volume of an account, and a row that holds a part of it to what is active."""
    strategic, n = problem.strategic, problem.n_columns
    active = np.array([name.startswith("active") for name in strategic.column_names], dtype=np.float64)
    rows = vstack([strategic.matrix, csr_array(active[None, :])])
    n_rows = rows.shape[0]
    free = csr_array(([-part], ([n_rows - 1], [0])), shape=(n_rows, 1))

    def widened(matrix):
        return csr_array(hstack([matrix, csr_array((matrix.shape[0], 1))]))

    return replace(
        problem,
        strategic=replace(
            strategic,
            cost=np.append(strategic.cost, 1.0),
            charge=np.append(strategic.charge, 1.0),
            lower=np.append(strategic.lower, 0.0),
            upper=np.append(strategic.upper, float(n)),
            is_integer=np.append(strategic.is_integer, False),
            matrix=csr_array(hstack([rows, free])),
            row_lower=np.append(strategic.row_lower, -np.inf),
            row_upper=np.append(strategic.row_upper, 0.0),
            column_names=(*strategic.column_names, "volume of the account"),
            row_names=(*strategic.row_names, "account"),
        ),
        enablers=replace(problem.enablers, matrix=widened(problem.enablers.matrix)),
        resources=replace(problem.resources, matrix=widened(problem.resources.matrix)),
    )


@pytest.mark.parametrize("part", [1.0, 0.0])
def test_a_row_over_all_sites_makes_no_place_of_them(part):
    problem = integrated(10, 4, 2, 1)
    places = places_of(with_account(problem, part))
    assert places.count == 4
    assert places.label[-1] == -1
    np.testing.assert_array_equal(places.label[:-1], places_of(problem).label)


def test_moves_lead_from_the_empty_plan_to_one_near_the_optimum():
    problem = integrated(15, 6, 2, 3)
    best, _ = optimum(problem)
    prepared, relaxation, clock = at_root(problem)
    plans = Plans()
    try_point(prepared, relaxation, plans, np.zeros(problem.n_columns), clock)
    assert plans.best.value == pytest.approx(0.0, abs=1.0)
    move_plan(prepared, relaxation, plans, clock)
    assert 0.97 * best <= plans.best.value <= best * (1.0 + 1e-7)
    worst = max(violation_of(problem, plans.best.columns, plans.best.assignment).values())
    assert worst <= 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_moves_never_lose_a_plan_and_never_pass_the_optimum(seed):
    problem = random_problem(np.random.default_rng(seed), n_sites=5, is_mandatory=seed % 2 == 1)
    best, _ = optimum(problem)
    if not np.isfinite(best):
        pytest.skip("no plan exists")
    prepared, relaxation, clock = at_root(problem)
    plans = Plans()
    for _ in range(20):
        search_once(prepared, relaxation, plans, clock)
        if plans.best is not None:
            break
    before = plans.best.value
    move_plan(prepared, relaxation, plans, clock)
    assert before <= plans.best.value <= best + 1e-6 * max(1.0, abs(best))


def test_moves_are_repeatable(monkeypatch):
    monkeypatch.setattr(moves, "FAILURES", 2)
    problem = integrated(15, 6, 2, 3)
    found = []
    for _ in range(2):
        prepared, relaxation, clock = at_root(problem)
        plans = Plans(rng=np.random.default_rng(5))
        try_point(prepared, relaxation, plans, np.zeros(problem.n_columns), clock)
        move_plan(prepared, relaxation, plans, clock)
        found.append((plans.best.value, plans.best.columns.tobytes(), len(relaxation.master.cuts)))
    assert found[0] == found[1]


@pytest.mark.parametrize("wide", [False, True])
def test_neighbourhoods_grow_while_they_hold_nothing_better(wide, monkeypatch):
    problem = integrated(15, 20, 1, 3)
    prepared, relaxation, clock = at_root(problem)
    plans = Plans()
    try_point(prepared, relaxation, plans, np.zeros(problem.n_columns), clock)
    counts = []

    def looked(_, __, ___, free, *____, look):
        if look is moves.FINE:
            counts.append(len(np.unique(places_of(problem).label[free])))

    monkeypatch.setattr(moves, "is_wide", lambda _: wide)
    monkeypatch.setattr(moves, "_search_around", looked)
    move_plan(prepared, relaxation, plans, clock)
    assert len(counts) == (15 if wide else 5)
    assert all(count <= 7 for count in counts[:5]) if wide else max(counts) <= 4
    assert np.all(np.diff([max(counts[at : at + 5]) for at in range(0, len(counts), 5)]) > 0)


def test_the_core_box_keeps_the_places_of_the_core_point_free():
    problem = integrated(15, 6, 2, 3)
    prepared, relaxation, _ = at_root(problem)
    lower, upper = core_box(prepared, relaxation)
    label = places_of(problem).label
    for place in range(6):
        mass = relaxation.core[label == place].sum()
        assert np.all(upper[label == place] == (1.0 if mass > 0.02 else 0.0))
    assert np.all(lower == 0.0)
