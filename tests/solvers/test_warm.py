"""Flows from the basis of the LP before are those from nothing."""

import numpy as np
import pytest

from entrepot.location import Options
from entrepot.solvers import flows
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import no_prices
from entrepot.solvers.prepared import prepare
from entrepot.solvers.valuation import value_plan
from solvers.continuous import with_bought_rooms
from solvers.problems import Quiet, random_problem


def valued(problem, columns):
    prepared = prepare(problem)
    clock = Clock(Options(gap=1e-9, seconds=600.0), Quiet())
    return value_plan(prepared, columns, [no_prices(prepared) for _ in prepared.groups], clock)


def everything_open(problem):
    strategic = problem.strategic
    return np.where(strategic.is_integer, strategic.upper, strategic.lower)


@pytest.fixture
def starts(monkeypatch):
    """How often an LP was given a basis to start from."""
    given = []
    start_from = flows.start_from

    def counted(*arguments):
        given.append(1)
        return start_from(*arguments)

    monkeypatch.setattr(flows, "start_from", counted)
    return given


def test_flows_with_free_columns_are_worth_what_they_are_from_nothing(starts, monkeypatch):
    problem = with_bought_rooms(60, 6, 2)
    columns = everything_open(problem)
    warm = valued(problem, columns)
    assert len(starts) > 3
    assert np.isfinite(warm.value)
    monkeypatch.setattr(flows, "WARM", flows.SETTINGS[0])
    monkeypatch.setattr(flows, "start_from", lambda *arguments: None)
    cold = valued(problem, columns)
    assert warm.value == pytest.approx(cold.value, rel=1e-9)
    assert warm.ceiling == pytest.approx(cold.ceiling, rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_flows_of_small_problems_are_worth_what_they_are_from_nothing(seed, monkeypatch):
    problem = random_problem(np.random.default_rng(seed), n_cells=8, is_mandatory=seed % 2 == 1)
    columns = everything_open(problem)
    warm = valued(problem, columns)
    monkeypatch.setattr(flows, "start_from", lambda *arguments: None)
    cold = valued(problem, columns)
    if not np.isfinite(cold.value):
        assert not np.isfinite(warm.value)
        return
    assert warm.value == pytest.approx(cold.value, rel=1e-9, abs=1e-6)


def test_a_basis_that_highs_cannot_use_is_only_a_start(monkeypatch):
    """Whatever the basis, the optimum is the same: a wrong one costs time."""
    problem = with_bought_rooms(40, 5, 1)
    columns = everything_open(problem)
    right = valued(problem, columns)
    start_from = flows.start_from

    def turned(highs, before, choice, cell, kept):
        start_from(highs, before, choice[::-1].copy(), cell, ~kept)

    monkeypatch.setattr(flows, "start_from", turned)
    assert valued(problem, columns).value == pytest.approx(right.value, rel=1e-9)
