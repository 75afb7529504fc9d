import numpy as np
import pytest

from entrepot.benchmarking.integrated import integrated
from entrepot.location import Options
from entrepot.solvers.clock import Clock
from entrepot.solvers.coarse import sampled
from entrepot.solvers.oracle import Point, make_cut, prices_of
from entrepot.solvers.pool import levels, needed, worth_at
from entrepot.solvers.prepared import prepare
from entrepot.solvers.root import first_relaxation, lift_cuts, separate, tighten
from entrepot.solvers.valuation import forbidding_cuts, part_at, value_plan
from solvers.problems import Quiet, random_problem

CLOCK = Clock(Options(threads=1), Quiet())


def pool_of(prepared, rng, count=6):
    relaxation = first_relaxation(prepared, CLOCK)
    cuts = list(relaxation.master.cuts)
    for _ in range(count):
        cuts += separate(prepared, relaxation.prices, rng.random(prepared.problem.n_columns))
    return cuts


@pytest.mark.parametrize("seed", range(6))
def test_the_worth_of_a_point_is_the_lowest_cut_of_each_group(seed):
    rng = np.random.default_rng(seed)
    prepared = prepare(random_problem(rng))
    cuts, columns = pool_of(prepared, rng), rng.random(prepared.problem.n_columns).round()
    point = Point(*prepared.rooms(columns))
    least = [
        min(cut.at(point.weights, point.room) for cut in cuts if cut.group.index == group.index)
        for group in prepared.groups
    ]
    worth, lowest = worth_at(prepared, cuts, columns)
    assert worth == pytest.approx(sum(least) - prepared.problem.strategic.cost @ columns, rel=1e-12)
    assert [cuts[i].at(point.weights, point.room) for i in lowest] == pytest.approx(least, rel=1e-12)
    heights = levels(prepared, cuts, [columns])[:, 0]
    assert heights == pytest.approx([cut.at(point.weights, point.room) for cut in cuts], rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_needed_holds_the_lowest_cuts_at_both_ends(seed):
    rng = np.random.default_rng(seed)
    prepared = prepare(random_problem(rng))
    cuts = pool_of(prepared, rng, 20)
    plan, vertex = rng.random(prepared.problem.n_columns).round(), rng.random(prepared.problem.n_columns)
    kept = needed(prepared, cuts, plan, vertex)
    assert len(kept) < len(cuts)
    for columns in (plan, vertex):
        everything = worth_at(prepared, cuts, columns)[0]
        assert worth_at(prepared, [cuts[i] for i in kept], columns)[0] == pytest.approx(everything, rel=1e-12)


def test_a_point_that_a_cut_forbids_is_worth_nothing():
    for seed in range(60):
        prepared = prepare(random_problem(np.random.default_rng(seed), is_mandatory=True))
        nothing = np.zeros(prepared.problem.n_columns)
        point = Point(*prepared.rooms(nothing))
        parts = [part_at(prepared, cluster, point, nothing, CLOCK) for cluster in prepared.clusters]
        forbids = [cut for part in parts for cut in forbidding_cuts(prepared, part, CLOCK)]
        if forbids:
            cuts = pool_of(prepared, np.random.default_rng(seed), 1) + forbids
            assert worth_at(prepared, cuts, nothing)[0] == -np.inf
            assert set(np.arange(len(cuts) - len(forbids), len(cuts))) <= set(
                needed(prepared, cuts, nothing, nothing)
            )
            return
    pytest.fail("no random problem forbids the empty plan")


def test_cuts_of_a_sample_made_on_all_cells_bound_the_value_of_plans():
    prepared = prepare(integrated(40, 5, 2, 2))
    rough_problem = sampled(prepared, cells_per_kind=10)
    relaxation, rough = first_relaxation(prepared, CLOCK), first_relaxation(rough_problem, CLOCK)
    tighten(rough_problem, rough, CLOCK)
    before = relaxation.bound()
    lift_cuts(prepared, relaxation, rough, CLOCK)
    assert relaxation.bound() < before
    columns = np.zeros(prepared.problem.n_columns)
    columns[[0, 15]] = 1.0  # the first module of the first site in both periods
    valuation = value_plan(prepared, columns, relaxation.prices, CLOCK)
    worth = valuation.value + float(prepared.problem.strategic.cost @ columns)
    point = Point(*prepared.rooms(columns))
    made = [
        make_cut(prepared, prepared.groups[cut.group.index], point, prices_of(prepared, cut))
        for cut in rough.master.cuts
    ]
    for first in range(0, len(made) - 1, 2):
        pair = {cut.group.index: cut.at(point.weights, point.room) for cut in made[first : first + 2]}
        if len(pair) == 2:
            assert sum(pair.values()) >= worth * (1.0 - 1e-9)
