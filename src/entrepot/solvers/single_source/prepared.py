"""The single-source problem made ready: costs at hand, negative rents taken out, hopeless pairs dropped."""

import math
from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.kernels.bidding import Reach
from entrepot.location import FacilityLocation
from entrepot.location.problem import BoolArray, FloatArray, IntArray

ROUNDING = 1e-9
"""Share of a capacity by which a sum of demands may exceed it through rounding."""
LARGEST_MATRIX = 4_000_000
"""Pairs of customer and site for which computed costs are written out."""
LARGEST_TABLE = 100_000
"""Whole units of capacity up to which knapsacks are solved by dynamic programming."""
INTEGRAL_SLACK, RELATIVE_SLACK = 1e-6, 1e-8
"""Amount, and share of the costs, by which a bound may exceed an integer through rounding: it is that one."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What every step reads.

    Attributes
    ----------
    cost : (n_customers, n_sites) of the whole demand. reach : pairs that fit, site by site.
    site_of_arc : (n_arcs,). demand : (n_customers,).
    fixed_cost : (n_sites,) >= 0, after `constant` was taken out.
    capacity : (n_sites,) clipped at the total demand. total : demand. n_open : given number or None.
    constant : cost of every plan. is_always_open : (n_sites,) sites that pay for being open.
    is_whole : whether demands are whole numbers and capacities small enough to tabulate.
    is_integral : whether every plan costs a whole number.
    """

    cost: FloatArray
    reach: Reach
    site_of_arc: IntArray
    demand: FloatArray
    fixed_cost: FloatArray
    capacity: FloatArray
    total: float
    n_open: int | None
    constant: float
    is_always_open: BoolArray
    is_whole: bool
    is_integral: bool

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.fixed_cost)

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return len(self.demand)

    def slack(self, total: float) -> float:
        """Amount by which a bound of this size may be too high through rounding or a solver's tolerances."""
        return max(INTEGRAL_SLACK if self.is_integral else 0.0, RELATIVE_SLACK * abs(total))

    def rounded(self, bound: float) -> float:
        """A bound, rounded up where every plan costs a whole number; with the constant."""
        total = bound + self.constant
        if not (self.is_integral and math.isfinite(total)):
            return total
        return max(float(math.ceil(total - self.slack(total))), total)

    def claimed(self, bound: float, value: float) -> float:
        """What may be claimed where a MIP solver reports a bound and the best plan costs `value`.

        A solver's bound may be too high by its tolerances: they are taken off, unless it meets the plan.
        """
        total = bound + self.constant
        if not math.isfinite(total):
            return min(total, value)
        slack = self.slack(total)
        if total >= value - slack:
            return value
        if self.is_integral:
            return min(self.rounded(bound - slack), value)
        return total - slack

    def cutoff(self, value: float) -> float:
        """Cost, without the constant, that every plan cheaper than `value` is at or below."""
        step = 1.0 - min(1.0, self.slack(value)) if self.is_integral else 0.0
        return value - self.constant - max(step, 1e-9 * max(abs(value), 1.0))


def prepare(problem: FacilityLocation) -> Prepared:
    """Write out the costs; a site never needs more capacity than there is demand.

    Raises
    ------
    UsageError
        If costs that are computed on demand would make too large a matrix.
    """
    n_customers, n_sites = problem.n_customers, problem.n_sites
    if not hasattr(problem.costs, "matrix") and n_customers * n_sites > LARGEST_MATRIX:
        raise UsageError(
            f"Single sourcing of {n_customers} customers at {n_sites} sites needs "
            f"{n_customers * n_sites} costs in memory; at most {LARGEST_MATRIX} are written out. "
            "Drop sites that are far from all customers, or give the costs as a matrix."
        )
    customers, sites = np.arange(n_customers), np.arange(n_sites)
    cost = np.ascontiguousarray(problem.costs.between(customers[:, None], sites[None, :]), dtype=np.float64)
    total = math.fsum(problem.demand)
    capacity = np.minimum(problem.capacity, total)
    shift = np.minimum(problem.fixed_cost, 0.0)
    is_always_open = shift < 0.0
    constant = math.fsum(shift)
    if problem.n_open is not None:
        is_always_open = np.zeros(n_sites, dtype=np.bool_)
        shift = np.full(n_sites, float(problem.fixed_cost.min()))
        constant = problem.n_open * float(shift[0])
    fits = problem.demand[None, :] <= capacity[:, None] * (1.0 + ROUNDING)
    site, customer = np.nonzero(fits)
    pointer = np.concatenate([[0], np.cumsum(np.count_nonzero(fits, axis=1))]).astype(np.int64)
    numbers = (cost, problem.fixed_cost)
    return Prepared(
        cost=cost,
        reach=Reach(pointer, customer.astype(np.int32), np.ascontiguousarray(cost.T)[site, customer]),
        site_of_arc=site.astype(np.int64),
        demand=np.ascontiguousarray(problem.demand, dtype=np.float64),
        fixed_cost=problem.fixed_cost - shift,
        capacity=np.ascontiguousarray(np.floor(capacity) if _are_whole(problem.demand) else capacity),
        total=total,
        n_open=problem.n_open,
        constant=constant,
        is_always_open=is_always_open,
        is_whole=_are_whole(problem.demand)
        and total <= 1e15
        and float(capacity.max(initial=0.0)) <= LARGEST_TABLE,
        is_integral=all(_are_whole(part) for part in numbers),
    )


def _are_whole(numbers: FloatArray) -> bool:
    return bool(np.all(numbers == np.rint(numbers)))


def is_hopeless(prepared: Prepared) -> bool:
    """Whether capacity, or a customer that fits nowhere, rules out every plan."""
    count = prepared.n_sites if prepared.n_open is None else prepared.n_open
    held = math.fsum(np.sort(prepared.capacity)[::-1][:count])
    is_reached = np.zeros(prepared.n_customers, dtype=np.bool_)
    is_reached[prepared.reach.customer] = True
    return held < prepared.total * (1.0 - ROUNDING) or not bool(np.all(is_reached))
