"""The LP relaxation of the master."""

from dataclasses import replace

import numpy as np

from entrepot.location import Options
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Prices
from entrepot.solvers.oracle import make_cut, point_at
from entrepot.solvers.prepared import prepare
from entrepot.solvers.relaxed_master import RelaxedMaster
from solvers.problems import Quiet, random_problem


def test_every_group_keeps_a_bound_on_its_value_when_wide_cuts_are_dropped() -> None:
    rng = np.random.default_rng(7)
    prepared = prepare(random_problem(rng))
    relaxed = RelaxedMaster(prepared)
    n_enablers, n_resources = prepared.problem.n_enablers, prepared.problem.n_resources
    somewhere = point_at(prepared, prepared.problem.strategic.upper)
    for group in prepared.groups:
        plain = make_cut(prepared, group, somewhere, Prices(np.zeros(n_enablers), np.zeros(n_resources)))
        for factor in (1e7, 1e6):  # so wide that each row is scaled down
            relaxed.add([replace(plain, slope=np.maximum(plain.slope, 1.0) * factor * relaxed.shape.money)])
    assert relaxed._solve_without_wide_cuts(Clock(Options(), Quiet())) == "optimal"
    assert len(relaxed.cuts) == len(prepared.groups)
    assert {cut.group.index for cut in relaxed.cuts} == {group.index for group in prepared.groups}
