"""Fixing by place leaves out no plan that is worth more than what is aimed at."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from entrepot.benchmarking.integrated import integrated
from entrepot.location import Options
from entrepot.solvers.bounds import multipliers_of
from entrepot.solvers.clock import Clock
from entrepot.solvers.fixing import box_above
from entrepot.solvers.prepared import prepare
from entrepot.solvers.root import first_relaxation, tighten
from solvers.problems import Quiet, optimum, random_problem


def boxes_at(problem, aim, keep):
    """Boxes by reduced income alone, and by place with a point to keep, at the root."""
    prepared, clock = prepare(problem), Clock(Options(seconds=120.0, threads=1), Quiet())
    relaxation = first_relaxation(prepared, clock)
    tighten(prepared, relaxation, clock)
    cuts, shape = relaxation.master.cuts, relaxation.master.shape
    multipliers = multipliers_of(prepared, shape, cuts, relaxation.vertex)
    assert multipliers is not None
    return [
        box_above(prepared, cuts, multipliers, aim=aim, keep=point, clock=clock) for point in (None, keep)
    ]


def is_worth_more_outside(problem, box, aim):
    """Whether a plan that leaves the box in some column is worth more than `aim`."""
    strategic = problem.strategic
    for column in np.flatnonzero((box[0] > strategic.lower) | (box[1] < strategic.upper)):
        for below in (True, False):
            lower, upper = strategic.lower.copy(), strategic.upper.copy()
            if below and box[0][column] > lower[column]:
                upper[column] = box[0][column] - 1.0
            elif not below and box[1][column] < upper[column]:
                lower[column] = box[1][column] + 1.0
            else:
                continue
            value, _ = optimum(replace(problem, strategic=replace(strategic, lower=lower, upper=upper)))
            if value > aim + 1e-6 * max(1.0, abs(aim)):
                return True
    return False


@pytest.mark.parametrize("below", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("seed", range(6))
def test_no_plan_outside_the_box_is_worth_more_than_the_aim(seed, below):
    problem = random_problem(np.random.default_rng(seed), n_sites=4, is_mandatory=seed % 2 == 1)
    best, columns = optimum(problem)
    if not np.isfinite(best):
        pytest.skip("no plan exists")
    aim = best - below * abs(best)
    for box in boxes_at(problem, aim, np.rint(columns)):
        assert not is_worth_more_outside(problem, box, aim)


def test_places_fix_more_than_reduced_income_and_no_better_plan():
    problem = integrated(15, 6, 2, 3)
    best, columns = optimum(problem)
    columns = np.rint(columns)
    alone, by_place = boxes_at(problem, best, columns)
    is_open = [box[1] > box[0] for box in (alone, by_place)]
    assert np.all(is_open[1] <= is_open[0])
    assert is_open[1].sum() < is_open[0].sum()
    assert not is_worth_more_outside(problem, by_place, best)
    assert_array_equal(np.clip(columns, *by_place), columns)


def test_a_point_that_is_to_be_kept_lies_in_the_box():
    problem = integrated(15, 6, 2, 3)
    best, _ = optimum(problem)
    nothing = problem.strategic.lower
    box = boxes_at(problem, best, nothing)[1]
    assert_array_equal(np.clip(nothing, *box), nothing)


def test_zeros_that_are_stored_in_the_rows_stay_where_they_are():
    problem = with_stored_zeros(integrated(10, 4, 2, 1))
    kept = [each.copy() for each in arrays_of(problem)]
    best, columns = optimum(problem)
    assert not is_worth_more_outside(problem, boxes_at(problem, best, columns)[1], best)
    for before, after in zip(kept, arrays_of(problem), strict=True):
        assert_array_equal(before, after)


def with_stored_zeros(problem):
    """The problem with a zero stored for the first column of every strategic row that lacks it."""
    matrix = problem.strategic.matrix.tolil()
    lacks = np.flatnonzero(matrix[:, [0]].toarray().ravel() == 0.0)
    matrix[lacks, 0] = 1.0
    matrix = csr_array(matrix)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data[(matrix.indices == 0) & np.isin(row, lacks)] = 0.0
    return replace(problem, strategic=replace(problem.strategic, matrix=matrix))


def arrays_of(problem):
    matrix = problem.strategic.matrix
    return matrix.data, matrix.indices, matrix.indptr
