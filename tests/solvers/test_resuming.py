from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.location import Options
from entrepot.location.memory import load_memory, save_memory
from entrepot.solvers.prepared import prepare
from entrepot.solvers.price_cut_plan import solve
from entrepot.solvers.resuming import recall
from solvers.problems import Quiet, optimum, random_problem, with_partners, with_whole_cells

EXACT = Options(gap=1e-9, seconds=120.0, threads=1)


def a_problem(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1)
    problem = problem if seed % 3 else with_partners(problem, rng)
    return problem if seed % 5 else with_whole_cells(problem, rng)


def dearer_sites(problem, rng):
    factor = rng.uniform(0.7, 1.3, problem.n_columns)
    return replace(problem, strategic=replace(problem.strategic, cost=problem.strategic.cost * factor))


def other_demand(problem, rng):
    weight = problem.cells.weight * rng.uniform(0.7, 1.4, problem.n_cells)
    return replace(problem, cells=replace(problem.cells, weight=weight))


def a_closed_site(problem, rng):
    upper = problem.strategic.upper.copy()
    upper[rng.integers(problem.n_columns)] = 0.0
    return replace(problem, strategic=replace(problem.strategic, upper=upper))


def other_rates(problem, rng):
    value = problem.ways.value + rng.uniform(-0.5, 0.5, problem.n_ways)
    return replace(problem, ways=replace(problem.ways, value=value))


def another_problem(problem, rng):
    return random_problem(rng, n_sites=4, n_cells=5, is_mandatory=False)


def no_more_capacities(problem, rng):
    capacity = np.where(rng.random(problem.n_enablers) < 0.6, np.inf, problem.enablers.capacity)
    return replace(problem, enablers=replace(problem.enablers, capacity=capacity))


CHANGES = [no_more_capacities, dearer_sites, other_demand, a_closed_site, other_rates, another_problem]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_problem_is_solved_to_its_own_optimum(change):
    for seed in range(12):
        problem = a_problem(seed)
        memory = solve(problem, EXACT, Quiet()).memory
        changed = change(problem, np.random.default_rng(100 + seed))
        best, _ = optimum(changed)
        solution = solve(changed, EXACT, Quiet(), memory)
        if not np.isfinite(best):
            assert solution.stop_reason == "infeasible"
            continue
        tolerance = 1e-6 * max(1.0, abs(best))
        assert solution.value == pytest.approx(best, abs=tolerance)
        assert best - tolerance <= solution.claimed_bound <= best + tolerance
        assert solution.certified_bound >= solution.claimed_bound


def test_an_unchanged_problem_is_proved_without_a_new_round():
    problem = random_problem(np.random.default_rng(5), n_sites=6, n_sizes=3, n_groups=3, n_cells=25)
    loose = Options(gap=0.02, seconds=120.0, threads=1)
    first = solve(problem, loose, Quiet())
    again = solve(problem, loose, Quiet(), first.memory)
    assert again.value >= first.value - 1e-9 * abs(first.value)
    assert again.gap <= 0.02
    assert again.statistics["rounds"] <= first.statistics["rounds"]


@pytest.mark.parametrize("seed", range(6))
def test_cuts_taken_over_hold_at_the_optimum(seed):
    problem = a_problem(seed)
    memory = solve(problem, EXACT, Quiet()).memory
    rng = np.random.default_rng(seed)
    changed = other_rates(other_demand(problem, rng), rng)
    best, columns = optimum(changed)
    if columns is None:
        return
    prepared = prepare(changed)
    weights, room = prepared.rooms(np.rint(columns))
    cuts = [cut for cut in recall(prepared, memory)[0] if cut.scale > 0.0]
    flows = best + float(changed.strategic.cost @ np.rint(columns))
    least = sum(
        min((cut.at(weights, room) for cut in cuts if cut.group.index == group.index), default=np.inf)
        for group in prepared.groups
    )
    assert least >= flows - 1e-6 * max(1.0, abs(flows))


def test_a_memory_survives_the_disk(tmp_path):
    problem = a_problem(3)
    memory = solve(problem, EXACT, Quiet()).memory
    read = load_memory(save_memory(tmp_path / "memory.npz", memory))
    assert read.digest == memory.digest
    assert read.column_names == memory.column_names
    np.testing.assert_array_equal(read.columns, memory.columns)
    assert len(read.cuts) == len(memory.cuts)
    for left, right in zip(read.cuts, memory.cuts, strict=True):
        assert (left.group, left.scale, left.constant) == (right.group, right.scale, right.constant)
        np.testing.assert_array_equal(left.cell_price, right.cell_price)
        np.testing.assert_array_equal(left.slope, right.slope)


def test_a_memory_that_is_missing_or_damaged_is_refused(tmp_path):
    with pytest.raises(UsageError, match="plan with --remember first"):
        load_memory(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"not an archive")
    with pytest.raises(UsageError, match="is damaged"):
        load_memory(tmp_path / "bad.npz")
