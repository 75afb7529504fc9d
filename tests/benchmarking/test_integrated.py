"""The integrated synthetic study is repeatable, of the stated size, and a problem like any other."""

import numpy as np
import pytest

from entrepot.benchmarking.integrated import FLOORS, KINDS, MODULES, POTENTIAL, integrated


def test_the_same_seed_gives_the_same_study_and_another_one_does_not() -> None:
    first, again, other = integrated(30, 5, 2, 1), integrated(30, 5, 2, 1), integrated(30, 5, 2, 2)
    assert np.array_equal(first.ways.value, again.ways.value)
    assert np.array_equal(first.strategic.cost, again.strategic.cost)
    assert not np.array_equal(first.strategic.cost, other.strategic.cost)


@pytest.mark.parametrize(("markets", "sites", "periods"), [(10, 3, 1), (40, 8, 3)])
def test_sizes_follow_from_the_arguments(markets: int, sites: int, periods: int) -> None:
    problem = integrated(markets, sites, periods, 7)
    assert problem.n_cells == markets * KINDS * periods
    assert problem.n_enablers == sites * MODULES * periods
    assert problem.n_columns == 2 * problem.n_enablers
    assert problem.n_resources == len(FLOORS) * periods
    first = problem.cells.weight[problem.cells.group == 0]
    assert first.sum() == pytest.approx(POTENTIAL, rel=1e-12)


def test_no_way_is_dominated_by_a_faster_one_of_the_same_site() -> None:
    problem = integrated(40, 8, 1, 3)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(problem.cells.way_pointer))
    key = cell * problem.n_facilities + problem.ways.facility
    assert np.all(np.diff(key) >= 0)
    same = np.flatnonzero(np.diff(key) == 0)
    assert len(same) > 0
    assert np.all(problem.ways.value[same + 1] > problem.ways.value[same])
    assert np.all(problem.ways.value > 0.0)


def test_configurations_of_a_site_are_its_modules_told_apart() -> None:
    problem = integrated(10, 3, 2, 1)
    columns = np.zeros(problem.n_columns)
    columns[[0, 1]] = 1.0  # two modules of the first site in the first period
    weights = problem.enablers.matrix @ columns
    assert np.flatnonzero(weights).tolist() == [1]
    assert weights[1] == 1.0
