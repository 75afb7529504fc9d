import itertools
from collections.abc import Callable

import numpy as np
import pytest

import entrepot
from entrepot import Answer, Points, UsageError
from entrepot.location import Progress

RNG = np.random.default_rng(5)
XY = RNG.integers(0, 30, (9, 2)).astype(float)
COSTS = RNG.integers(1, 60, (8, 5)).astype(float)
FIXED = RNG.integers(10, 90, 5).astype(float)
DEMAND, CAPACITY = RNG.integers(1, 9, 8).astype(float), np.full(5, 18.0)


@pytest.fixture(scope="module", autouse=True)
def _compiled_kernels() -> None:
    """Compile before the default limits count: a loaded machine may need longer than they allow."""
    capacity = np.full(5, float(DEMAND.sum()))
    entrepot.solve_ufl(COSTS, FIXED, seconds=900.0)
    entrepot.solve_cflp(COSTS, FIXED, DEMAND, capacity, seconds=900.0)
    entrepot.solve_sscflp(COSTS, FIXED, DEMAND, CAPACITY, seconds=900.0)


def plans(n_sites: int, n_open: int | None = None) -> list[list[int]]:
    sizes = range(1, n_sites + 1) if n_open is None else [n_open]
    return [list(plan) for size in sizes for plan in itertools.combinations(range(n_sites), size)]


def single_source(plan: list[int]) -> float:
    """Least cost of serving each customer from one site of the plan."""
    best = np.inf
    for choice in itertools.product(plan, repeat=len(DEMAND)):
        site = np.array(choice)
        if np.all(np.bincount(site, DEMAND, minlength=5) <= CAPACITY):
            best = min(best, float(COSTS[np.arange(len(site)), site].sum()))
    return best + float(FIXED[plan].sum())


def agrees(answer: Answer, expected: float) -> None:
    assert answer.is_proved
    assert answer.value == pytest.approx(expected)
    assert answer.bound == pytest.approx(expected)
    assert np.all(np.isin(answer.site, answer.open_sites))
    for array in (answer.open_sites, answer.site_of_customer, answer.customer, answer.site, answer.fraction):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_ufl_is_solved_from_a_table() -> None:
    expected = min(float(COSTS[:, plan].min(axis=1).sum() + FIXED[plan].sum()) for plan in plans(5))
    answer = entrepot.solve_ufl(COSTS, FIXED)
    agrees(answer, expected)
    np.testing.assert_array_equal(answer.site_of_customer, answer.site)
    paid = COSTS[np.arange(8), answer.site_of_customer].sum() + FIXED[answer.open_sites].sum()
    assert paid == pytest.approx(expected)


def test_p_median_is_solved_from_points_as_from_their_distances() -> None:
    weight = np.arange(1.0, 10.0)
    apart = np.hypot(*(XY[:, None] - XY[None]).transpose(2, 0, 1)) * weight[:, None]
    expected = min(float(apart[:, plan].min(axis=1).sum()) for plan in plans(9, 3))
    agrees(entrepot.solve_p_median(Points(XY, weight=weight), 3), expected)
    agrees(entrepot.solve_p_median(apart.tolist(), 3), expected)


def test_a_capacity_without_limit_leaves_the_uncapacitated_problem() -> None:
    free = entrepot.solve_ufl(COSTS, FIXED)
    agrees(entrepot.solve_cflp(COSTS, FIXED, DEMAND, np.inf), free.value)
    agrees(entrepot.solve_sscflp(COSTS, FIXED, DEMAND, np.inf), free.value)


def test_cflp_splits_a_customer_only_where_that_is_cheaper() -> None:
    answer = entrepot.solve_cflp(COSTS, FIXED, DEMAND, CAPACITY)
    assert answer.is_proved
    load = np.bincount(answer.site, DEMAND[answer.customer] * answer.fraction, minlength=5)
    assert np.all(load <= CAPACITY + 1e-6)
    np.testing.assert_allclose(np.bincount(answer.customer, answer.fraction), 1.0)
    paid = (COSTS[answer.customer, answer.site] * answer.fraction).sum() + FIXED[answer.open_sites].sum()
    assert paid == pytest.approx(answer.value)
    assert answer.value <= min(single_source(plan) for plan in plans(5) if len(plan) < 4) + 1e-6


def test_sscflp_serves_every_customer_from_one_site() -> None:
    agrees(
        entrepot.solve_sscflp(COSTS, FIXED, DEMAND, CAPACITY), min(single_source(plan) for plan in plans(5))
    )


def test_p_centre_makes_the_largest_distance_least() -> None:
    expected = min(float(COSTS[:, plan].min(axis=1).max()) for plan in plans(5, 2))
    agrees(entrepot.solve_p_centre(COSTS, 2), expected)


def test_maximal_covering_is_solved_from_a_table_and_from_points() -> None:
    weight = np.arange(1.0, 10.0)
    apart = np.hypot(*(XY[:, None] - XY[None]).transpose(2, 0, 1))
    expected = max(float(weight[(apart[:, plan] <= 9.0).any(axis=1)].sum()) for plan in plans(9, 2))
    for given in (apart, Points(XY)):
        answer = entrepot.solve_max_covering(given, 9.0, 2, weight=weight)
        agrees(answer, expected)
        covered = answer.site_of_customer >= 0
        assert weight[covered].sum() == pytest.approx(expected)
        assert np.all(apart[np.flatnonzero(covered), answer.site_of_customer[covered]] <= 9.0)


def test_maximum_capture_wins_the_most_weight() -> None:
    own, rival, weight = np.exp(-COSTS / 10.0), np.exp(-DEMAND), np.arange(1.0, 9.0)
    won = [own[:, plan].sum(axis=1) for plan in plans(5, 2)]
    expected = max(float((weight * share / (share + rival)).sum()) for share in won)
    agrees(entrepot.solve_max_capture(own, rival, 2, weight=weight), expected)


def test_limits_and_a_watcher_are_passed_on() -> None:
    class Watcher:
        lines: list[Progress] = []  # noqa: RUF012

        def report(self, progress: Progress) -> None:
            self.lines.append(progress)

        def should_stop(self) -> bool:
            return False

    watcher = Watcher()
    answer = entrepot.solve_ufl(COSTS, FIXED, gap=0.5, seconds=10.0, seed=2, threads=1, watcher=watcher)
    assert watcher.lines
    assert answer.gap <= 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: entrepot.solve_ufl([1.0, 2.0], 3.0), r"costs must be a table .* it has the shape \(2,\)"),
        (lambda: entrepot.solve_ufl([[1.0], [2.0, 3.0]], 3.0), "costs must be made of numbers"),
        (lambda: entrepot.solve_ufl([[1.0, np.nan]], 3.0), r"costs\[0, 1\] is nan; every"),
        (lambda: entrepot.solve_ufl(COSTS, [1.0, 2.0]), r"fixed_cost must hold one number per site \(5\)"),
        (lambda: entrepot.solve_ufl(COSTS, FIXED, gap=-1.0), "gap and seconds must not be negative"),
        (lambda: entrepot.solve_ufl(COSTS, FIXED, gaps=0.1), "no argument 'gaps'; the limits are gap"),
        (lambda: entrepot.solve_p_median(COSTS, 6), r"a whole number between 1 and 5 \(sites\), not 6"),
        (lambda: entrepot.solve_p_median(COSTS, 2.5), "not 2.5"),
        (lambda: entrepot.solve_p_median(Points(XY[:, :1]), 2), "customers must be a table with two"),
        (lambda: entrepot.solve_p_median(Points(XY, rounding="up"), 2), "rounding must be 'none', 'down'"),
        (lambda: entrepot.solve_p_median(Points(XY, weight=[-1.0] * 9), 2), r"weight\[0\] is -1; it must be"),
        (lambda: entrepot.solve_cflp(COSTS, FIXED, DEMAND[:3], 9.0), r"demand must hold one number per cust"),
        (lambda: entrepot.solve_cflp(COSTS, FIXED, DEMAND, -1.0), r"capacity\[0\] is -1"),
        (lambda: entrepot.solve_max_covering(COSTS, np.nan, 2), "radius must be a finite number"),
        (lambda: entrepot.solve_max_capture(-COSTS, 1.0, 2), r"attraction\[0, 0\] is negative"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_told_in_the_callers_words(call: Callable[[], Answer], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
