"""Facility location in textbook form: one configuration per site, no rows but capacities and a count.

::

    min  sum_j f_j y_j + sum_ij c_ij x_ij
    s.t. sum_j x_ij = 1                      each customer i
         x_ij <= y_j                         each customer and site
         sum_i d_i x_ij <= q_j y_j           each site of finite capacity
         sum_j y_j = p                       where a count is given
         y binary, x >= 0                    (x binary where single sourcing is asked)

It is the canonical problem of `location.problem` with one enabler per site and without resources. The
form is kept beside it because its costs need never exist as a list of ways: 100,000 customers that are
sites at the same time have 10,000,000,000 of them.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import ServiceCosts
from entrepot.location.solution import Progress, StopReason


@dataclass(frozen=True, slots=True, eq=False)
class FacilityLocation:
    """UFL, p-median, CFLP or SSCFLP: which one follows from what is finite and what is asked.

    Attributes
    ----------
    name : of the instance. costs : of serving the whole demand of a customer from a site.
    fixed_cost : (n_sites,) f, any sign. demand : (n_customers,) d >= 0.
    capacity : (n_sites,) q >= 0, inf = no limit. n_open : p, or None where the number is free.
    is_single_source : each customer is served by one site.

    Raises
    ------
    UsageError
        If lengths disagree, a number is not finite or has the wrong sign, or p is out of range.
    """

    name: str
    costs: ServiceCosts
    fixed_cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    n_open: int | None = None
    is_single_source: bool = False

    def __post_init__(self) -> None:
        sites, customers = self.costs.n_sites, self.costs.n_customers
        if not (len(self.fixed_cost) == len(self.capacity) == sites and len(self.demand) == customers):
            raise UsageError(
                f"Costs state {customers} customers and {sites} sites, but there are {len(self.demand)} "
                f"demands, {len(self.fixed_cost)} fixed costs and {len(self.capacity)} capacities."
            )
        if not np.all(np.isfinite(self.fixed_cost)) or not np.isfinite(np.sum(self.demand)):
            raise UsageError("Fixed costs and demands, and their sum, must be finite numbers.")
        if np.any(self.demand < 0.0) or np.any(np.isnan(self.capacity)) or np.any(self.capacity < 0.0):
            raise UsageError("Demands and capacities must not be negative.")
        if self.n_open is not None and not 1 <= self.n_open <= sites:
            raise UsageError(f"The number of open sites must lie between 1 and {sites}, not {self.n_open}.")

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.costs.n_sites

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return self.costs.n_customers

    @property
    def is_capacitated(self) -> bool:
        """Whether a capacity is finite."""
        return bool(np.any(np.isfinite(self.capacity)))


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """Answer to a classic problem: open sites, who is served from where, and what is proved.

    Attributes
    ----------
    open_sites : (n_open,) ascending site indices, or None where no plan was found.
    customer, site, fraction : (n_used,) pairs that are used, sorted by customer, and the part served.
    value : of the plan: cost, inf where none, to be minimised; or gain, -inf where none, to be maximised.
    certified_bound : proved by weak duality or by leaves of a tree whose duals are recomputed.
    claimed_bound : also trusts a MIP solver's status; at least as tight as the certified one.
    gap : |value - claimed_bound| / max(|value|, 1e-10), inf where either is missing.
    stop_reason : why it stopped. seconds : wall clock.
    trace : progress over time. statistics : counts worth knowing.
    """

    open_sites: IntArray | None
    customer: IntArray
    site: IntArray
    fraction: FloatArray
    value: float
    certified_bound: float
    claimed_bound: float
    gap: float
    stop_reason: StopReason
    seconds: float
    trace: tuple[Progress, ...]
    statistics: dict[str, float]


def gap_between(value: float, bound: float) -> float:
    """|value - bound| / max(|value|, 1e-10); inf where either is not finite."""
    if not (np.isfinite(value) and np.isfinite(bound)):
        return float("inf")
    return float(abs(value - bound) / max(abs(value), 1e-10))
