"""Numbers of a size that solvers can tell apart: what is far from 1 is scaled, and the answer scaled back.

HiGHS and every stop rule know absolute tolerances: a problem whose costs, or whose demands, are all below
1e-6 would be solved to within its own size. The factors are powers of two, so that no digit changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from entrepot.location import FacilityLocation, MatrixCosts, Options, PlaneCosts, Progress, Siting, Watcher
from entrepot.location.service_costs import ServiceCosts

LOW, HIGH, AIM = 1e-1, 1e9, 10
"""Largest numbers between LOW and HIGH stay; others come to about 2 ** AIM."""

SitingSolver = Callable[[FacilityLocation, Options, Watcher], Siting]


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Watcher of a scaled run, told in the problem's own money."""

    watcher: Watcher
    factor: float

    def report(self, progress: Progress) -> None:
        """Pass on in the problem's own money."""
        back = replace(progress, value=progress.value / self.factor, bound=progress.bound / self.factor)
        self.watcher.report(back)

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.watcher.should_stop()


def solve_at_size(
    solve: SitingSolver, problem: FacilityLocation, options: Options, watcher: Watcher
) -> Siting:
    """Solve a problem with its costs and its demands scaled to a size that solvers can tell apart."""
    money = 1.0
    if isinstance(problem.costs, MatrixCosts | PlaneCosts):
        money = _factor(max(_largest(problem.costs), float(np.max(np.abs(problem.fixed_cost), initial=0.0))))
    load = _factor(float(np.max(problem.demand, initial=0.0))) if problem.is_capacitated else 1.0
    if money == 1.0 and load == 1.0:
        return solve(problem, options, watcher)
    scaled = replace(
        problem,
        costs=_times(problem.costs, money),
        fixed_cost=problem.fixed_cost * money,
        demand=problem.demand * load,
        capacity=problem.capacity * load,
    )
    siting = solve(scaled, options, _Scaled(watcher, money))
    return replace(
        siting,
        value=siting.value / money,
        certified_bound=siting.certified_bound / money,
        claimed_bound=siting.claimed_bound / money,
        trace=tuple(
            replace(step, value=step.value / money, bound=step.bound / money) for step in siting.trace
        ),
    )


def _factor(largest: float) -> float:
    if largest == 0.0 or LOW <= largest <= HIGH:
        return 1.0
    return float(2.0 ** (AIM - np.floor(np.log2(largest))))


def _largest(costs: MatrixCosts | PlaneCosts) -> float:
    """Largest absolute cost, or a little more."""
    if isinstance(costs, MatrixCosts):
        return float(np.max(np.abs(costs.matrix), initial=0.0))
    points = np.concatenate([costs.customers, costs.sites])
    return float(np.max(costs.weight) * np.sum(np.ptp(points, axis=0)))


def _times(costs: ServiceCosts, factor: float) -> ServiceCosts:
    if isinstance(costs, MatrixCosts):
        return MatrixCosts(costs.matrix * factor)
    if isinstance(costs, PlaneCosts):
        return replace(costs, weight=costs.weight * factor)
    return costs
