"""What commitments, tiers and paths come to at given flows: columns that follow, set without a search.

A search may end with a plan whose flows reach a tier that its columns do not claim. The flows decide what is
paid and what comes back, so the columns follow them; the value can only rise.
"""

from dataclasses import replace

import numpy as np

from entrepot.location import (
    Assignment,
    LocationProblem,
    Solution,
    cell_of_way,
    charge_of,
    relative_gap,
    value_of,
)
from entrepot.location.problem import FloatArray
from entrepot.model.accounts import ABSENT, Account
from entrepot.model.path_settling import settle_paths
from entrepot.model.strategy import Strategy

ROUNDING = 1e-9
"""Part of a plan's money by which scaling its paths may move the value."""


def settled(problem: LocationProblem, strategy: Strategy, solution: Solution) -> Solution:
    """The solution with all accounts and paths as its flows make them; itself where that gains nothing."""
    accounts = [*strategy.volumes, *strategy.spends]
    has_paths = len(strategy.throughput) > 0
    if not (accounts or has_paths) or solution.columns is None or solution.assignment is None:
        return solution
    columns, used = solution.columns.copy(), _used(problem, solution.assignment)
    for account in accounts:
        _settle(problem, account, used, columns)
    settle_paths(problem, strategy.paths, strategy.throughput, solution.assignment, columns)
    value = value_of(problem, columns, solution.assignment)
    lost = ROUNDING * (abs(value) + charge_of(problem, columns, solution.assignment)) if has_paths else 0.0
    if value <= solution.value - lost:
        return solution
    gap = relative_gap(value, solution.claimed_bound, charge_of(problem, columns, solution.assignment))
    return replace(solution, columns=columns, value=value, gap=gap)


def _used(problem: LocationProblem, flows: Assignment) -> FloatArray:
    """Use of every resource by flows and loads, (n_resources,)."""
    cells = problem.cells
    cell = cell_of_way(problem, flows.way)
    scale = cells.weight[cell] * flows.fraction
    by_way = np.bincount(flows.way, weights=scale, minlength=problem.n_ways)
    load = scale * problem.ways.volume[flows.way] * cells.kind_load[cells.kind[cell]]
    on = flows.enabler >= 0
    loads = np.zeros(problem.n_enablers)
    np.add.at(loads, flows.enabler[on], load[on])
    used: FloatArray = problem.resources.usage @ by_way + problem.resources.used_by_load(loads)
    return used


def _settle(problem: LocationProblem, account: Account, used: FloatArray, columns: FloatArray) -> None:
    """Set total, shortfall, amounts and marks of one account in place."""
    rows, tiers = problem.resources.matrix.tocsc(), account.tiers
    total = -float(used[int(rows.indices[rows.indptr[account.total]])])
    columns[account.total] = total / account.unit
    if account.shortfall != ABSENT:
        due = account.commitment * float(columns[account.holders].sum())
        columns[account.shortfall] = max(0.0, due - total) / account.unit
    is_reached = total >= tiers.threshold
    if tiers.is_all_units:
        is_reached &= np.arange(len(is_reached)) == int(is_reached.sum()) - 1
    above = np.zeros(len(is_reached)) if tiers.is_all_units else tiers.threshold
    columns[account.reached] = is_reached
    columns[account.amount] = np.where(is_reached, total - above, 0.0) / account.unit
