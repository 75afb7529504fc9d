import highspy
import numpy as np
import pytest

from entrepot.errors import SolverError, UsageError
from entrepot.location import Options, violation_of
from entrepot.solvers import flows
from entrepot.solvers.price_cut_plan import solve
from solvers.problems import (
    Quiet,
    optimum,
    random_problem,
    with_empty_ways,
    with_loads,
    with_partners,
    with_whole_cells,
)

EXACT = Options(gap=1e-9, seconds=120.0, threads=1)


def small(seed):
    return random_problem(np.random.default_rng(seed), is_mandatory=seed % 2 == 1)


@pytest.mark.parametrize("block", range(12))
def test_bound_and_plan_meet_at_the_optimum_of_the_monolith(block):
    for seed in range(10 * block, 10 * block + 10):
        problem = small(seed)
        best, _ = optimum(problem)
        solution = solve(problem, EXACT, Quiet())
        if not np.isfinite(best):
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("block", range(6))
def test_bound_and_plan_meet_where_ways_need_partners(block):
    for seed in range(10 * block, 10 * block + 10):
        problem = with_partners(small(seed), np.random.default_rng(seed))
        best, _ = optimum(problem)
        solution = solve(problem, EXACT, Quiet())
        if not np.isfinite(best):
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("block", range(6))
def test_bound_and_plan_meet_where_cells_are_served_whole(block):
    for seed in range(10 * block, 10 * block + 10):
        rng = np.random.default_rng(seed)
        problem = with_whole_cells(small(seed) if seed % 3 else with_partners(small(seed), rng), rng)
        best, _ = optimum(problem)
        solution = solve(problem, EXACT, Quiet())
        if not np.isfinite(best):
            assert solution.columns is None
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("block", range(10))
def test_bound_and_plan_meet_where_rows_count_loads(block):
    for seed in range(10 * block, 10 * block + 10):
        rng = np.random.default_rng(seed)
        problem = with_loads(with_partners(small(seed), rng) if seed % 3 == 0 else small(seed), rng)
        best, _ = optimum(problem)
        solution = solve(problem, EXACT, Quiet())
        if not np.isfinite(best):
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("block", range(4))
def test_bound_and_plan_meet_where_loads_partners_and_whole_cells_come_together(block):
    for seed in range(10 * block, 10 * block + 10):
        rng = np.random.default_rng([seed, 77])
        problem = with_loads(with_partners(small(seed), rng), rng)
        problem = with_whole_cells(with_empty_ways(problem, rng), rng)
        best, _ = optimum(problem)
        solution = solve(problem, EXACT, Quiet())
        if not np.isfinite(best):
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound
        assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


@pytest.mark.parametrize("gap", [0.05, 0.3])
def test_a_loose_gap_keeps_the_bound_of_whole_cells_valid(gap):
    for seed in range(30):
        rng = np.random.default_rng(seed)
        problem = with_whole_cells(small(seed), rng)
        best, _ = optimum(problem)
        solution = solve(problem, Options(gap=gap, seconds=60.0, threads=1), Quiet())
        assert solution.claimed_bound >= best - 1e-6 * max(1.0, abs(best))


def test_a_larger_problem_is_bracketed():
    problem = random_problem(np.random.default_rng(5), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    best, _ = optimum(problem)
    solution = solve(problem, EXACT, Quiet())
    assert solution.value == pytest.approx(best, rel=1e-6)
    assert solution.claimed_bound == pytest.approx(best, rel=1e-6)


def test_the_number_of_threads_changes_no_bit():
    problem = random_problem(np.random.default_rng(5), n_sites=5, n_groups=3, n_cells=20)
    one = solve(problem, Options(gap=1e-6, threads=1), Quiet())
    two = solve(problem, Options(gap=1e-6, threads=2), Quiet())
    assert one.value == two.value
    assert one.claimed_bound == two.claimed_bound
    assert one.certified_bound == two.certified_bound
    assert np.array_equal(one.columns, two.columns)
    assert np.array_equal(one.assignment.fraction, two.assignment.fraction)


def test_limits_that_contradict_each_other_are_named_with_their_amount():
    problem = small(3)
    solution = solve(problem, EXACT, Quiet())
    assert solution.stop_reason == "infeasible"
    assert solution.columns is None
    assert solution.conflict
    for name, amount in solution.conflict:
        assert name.startswith("limit:")
        assert amount > 0.0


def test_an_interrupt_keeps_the_best_plan_and_a_valid_bound():
    problem = random_problem(np.random.default_rng(9), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    best, _ = optimum(problem)
    watcher = Quiet(stop_after=2)
    solution = solve(problem, Options(gap=0.0, threads=1), watcher)
    assert solution.stop_reason == "interrupted"
    assert solution.value <= best + 1e-6 * abs(best)
    assert solution.claimed_bound >= best - 1e-6 * abs(best)


def test_a_keyboard_interrupt_ends_like_a_stop():
    class Impatient(Quiet):
        def report(self, progress):
            if progress.phase == "better plan" and not self.lines:
                self.lines.append(progress)
                raise KeyboardInterrupt

    problem = random_problem(np.random.default_rng(9), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    solution = solve(problem, Options(gap=0.0, threads=1), Impatient())
    assert solution.stop_reason == "interrupted"
    assert solution.columns is not None


def test_no_round_after_the_root_is_a_round_limit_or_better():
    problem = random_problem(np.random.default_rng(11), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    best, _ = optimum(problem)
    solution = solve(problem, Options(gap=0.0, rounds=0, threads=1), Quiet())
    assert solution.value <= best + 1e-6 * abs(best)
    assert best - 1e-6 * abs(best) <= solution.certified_bound < np.inf
    assert solution.stop_reason in {"round limit", "proved"}


def test_the_time_limit_ends_the_run_with_a_valid_bound():
    problem = random_problem(np.random.default_rng(9), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    best, _ = optimum(problem)
    solution = solve(problem, Options(gap=0.0, seconds=0.2, threads=1), Quiet())
    assert solution.seconds < 20.0
    assert solution.claimed_bound >= best - 1e-6 * abs(best)


def test_a_mandatory_cell_without_an_always_enabled_way_is_refused():
    problem = small(1)
    problem.ways.facility[:] = 0
    with pytest.raises(UsageError, match="must be served but"):
        solve(problem, EXACT, Quiet())


def test_a_partner_with_several_configurations_is_refused():
    problem = with_partners(small(0), np.random.default_rng(0))
    problem.ways.partner[problem.ways.partner >= 0] = 0
    with pytest.raises(UsageError, match="its partner one configuration"):
        solve(problem, EXACT, Quiet())


def test_a_plan_and_its_bound_survive_a_failure_of_the_solver(monkeypatch):
    def fail(*_):
        raise SolverError("HiGHS ended with status 'Solve error'.")

    problem = random_problem(np.random.default_rng(5), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    best, _ = optimum(problem)
    monkeypatch.setattr("entrepot.solvers.price_cut_plan.search_once", fail)
    solution = solve(problem, EXACT, Quiet())
    assert solution.stop_reason == "solver failed"
    assert solution.columns is not None
    assert solution.value <= best + 1e-6
    assert solution.claimed_bound >= best - 1e-6


def test_another_use_of_highs_in_the_process_does_no_harm():
    other = highspy.Highs()
    other.silent()
    other.setOptionValue("threads", 2)
    other.addVar(0.0, 1.0)
    other.run()
    problem = small(0)
    best, _ = optimum(problem)
    assert solve(problem, EXACT, Quiet()).value == pytest.approx(best, abs=1e-6 * max(1.0, abs(best)))


class Hurried(Quiet):
    """Asks for the end from the beginning."""

    def should_stop(self):
        return True


@pytest.mark.parametrize("seed", range(20))
def test_a_run_without_time_ends_with_the_plan_that_was_known(seed):
    problem = small(seed)
    best = solve(problem, EXACT, Quiet())
    if best.columns is None:
        return
    known = best.columns, best.assignment
    solution = solve(problem, EXACT, Hurried(), None, known)
    assert solution.stop_reason == "interrupted"
    assert solution.value == pytest.approx(best.value, rel=1e-9, abs=1e-9)
    assert solution.claimed_bound >= best.value - 1e-6 * max(1.0, abs(best.value))
    assert max(violation_of(problem, solution.columns, solution.assignment).values()) <= 1e-7


def test_a_known_plan_that_breaks_a_row_is_left_alone():
    problem = small(2)
    best = solve(problem, EXACT, Quiet())
    nowhere = np.zeros(problem.n_columns), best.assignment
    assert np.any(best.assignment.enabler >= 0)
    solution = solve(problem, EXACT, Quiet(), None, nowhere)
    assert solution.value == pytest.approx(best.value, rel=1e-9)
    assert solve(problem, EXACT, Hurried(), None, nowhere).columns is None


def test_the_flows_of_a_plan_have_grace_only_while_there_is_no_plan(monkeypatch):
    asked = []
    whole = flows.run

    def noted(highs, clock, grace=0.05, phase=""):
        asked.append((np.isfinite(clock.value), grace))
        return whole(highs, clock, grace, phase)

    monkeypatch.setattr(flows, "run", noted)
    solve(random_problem(np.random.default_rng(5), n_sites=4, n_cells=20), EXACT, Quiet())
    assert {has_plan for has_plan, _ in asked} == {False, True}
    assert all(grace == (0.05 if has_plan else flows.GRACE) for has_plan, grace in asked)
