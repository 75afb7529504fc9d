"""What a file states about sites and customers, before it is known which question is asked of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, ServiceCosts
from entrepot.location.problem import FloatArray
from entrepot.location.service_costs import Rounding

Question = Literal["ufl", "cflp", "sscflp", "p-median", "p-centre", "max-covering", "max-capture"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file where its format leaves it open.

    Attributes
    ----------
    capacity : of every site, instead of what the file says; None = as the file says.
    n_open : number of open sites, instead of what the file says; None = as the file says.
    radius : of covering, in the unit of the distances. rounding : of distances between points.
    beta, alpha : of maximum capture, see `hm14`. part : which of several instances in one file.
    """

    capacity: float | None = None
    n_open: int | None = None
    radius: float | None = None
    rounding: Rounding = "none"
    beta: float = 1.0
    alpha: float = 1.0
    part: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """What a file states.

    Attributes
    ----------
    name : of the instance. costs : of serving the whole demand of a customer from a site.
    distances : of a customer from a site, whatever its demand.
    fixed_cost : (n_sites,). demand : (n_customers,). capacity : (n_sites,), inf = no limit.
    n_open : number of open sites, None where the file leaves it free.
    customer_names, site_names : (n_customers,), (n_sites,) names, or empty where the file has none.
    """

    name: str
    costs: ServiceCosts
    distances: ServiceCosts
    fixed_cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    n_open: int | None = None
    customer_names: tuple[str, ...] = ()
    site_names: tuple[str, ...] = ()


def located(stated: Stated, question: Question, reading: Reading) -> FacilityLocation:
    """The question as a problem of facility location.

    Raises
    ------
    UsageError
        If the file lacks what the question needs.
    """
    n_sites = len(stated.fixed_cost)
    unlimited = np.full(n_sites, np.inf)
    n_open = reading.n_open if reading.n_open is not None else stated.n_open
    if question == "p-median":
        return FacilityLocation(
            stated.name,
            stated.costs,
            np.zeros(n_sites),
            stated.demand,
            unlimited,
            needed_count(stated, reading),
        )
    if question == "ufl":
        return FacilityLocation(
            stated.name, stated.costs, stated.fixed_cost, stated.demand, unlimited, n_open
        )
    capacity = stated.capacity if reading.capacity is None else np.full(n_sites, reading.capacity)
    if not np.any(np.isfinite(capacity)):
        raise UsageError(f"{stated.name} states no capacity; give --capacity, or ask for ufl.")
    return FacilityLocation(
        stated.name, stated.costs, stated.fixed_cost, stated.demand, capacity, n_open, question == "sscflp"
    )


def needed_count(stated: Stated, reading: Reading) -> int:
    """The number of open sites where the question cannot do without.

    Raises
    ------
    UsageError
        If neither the file nor the call states it.
    """
    n_open = reading.n_open if reading.n_open is not None else stated.n_open
    if n_open is None:
        raise UsageError(f"{stated.name} does not state how many sites to open; give --p.")
    return n_open
