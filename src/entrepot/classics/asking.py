"""One function per classic problem. All minimise cost or distance, or maximise what is covered or captured.

Costs are those of serving the WHOLE demand of a customer from a site. Where a table of costs or distances is
asked for, `Points` may be handed over instead. Limits are keywords that all functions share, see `Limits`.
"""

from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from entrepot.classics.answer import Answer
from entrepot.classics.arrays import Points, count_of_sites, numbers, service_costs, table
from entrepot.classics.solving import answer_capture, answer_centre, answer_covering, answer_location
from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, Options, Watcher


class Limits(TypedDict, total=False):
    """How far to go; the run stops at whichever limit comes first.

    Attributes
    ----------
    gap : stop when |value - bound| / |value| is at most this; 0 (default) = prove the plan the best.
    seconds : wall-clock limit, s, default 60. seed : of every random choice, default 1.
    threads : default 1. watcher : told of progress and asked whether to stop, default none.
    """

    gap: float
    seconds: float
    seed: int
    threads: int
    watcher: Watcher | None


def solve_ufl(
    costs: ArrayLike | Points, fixed_cost: ArrayLike, *, n_open: int | None = None, **limits: Unpack[Limits]
) -> Answer:
    """Uncapacitated facility location: which sites to open, and who is served from where, at least cost.

    Parameters
    ----------
    costs : (n_customers, n_sites) table of serving the whole demand, or points.
    fixed_cost : (n_sites,) of opening a site. n_open : number of open sites, None = free.
    limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    served = service_costs(costs, "costs")
    fixed = numbers(fixed_cost, "fixed_cost", served.n_sites, "site")
    count = None if n_open is None else count_of_sites(n_open, served.n_sites)
    unlimited, ones = np.full(served.n_sites, np.inf), np.ones(served.n_customers)
    return answer_location(FacilityLocation("ufl", served, fixed, ones, unlimited, count), *_limits(limits))


def solve_p_median(costs: ArrayLike | Points, n_open: int, **limits: Unpack[Limits]) -> Answer:
    """p-median: open `n_open` sites so that the sum of the costs to the cheapest open site is least.

    Parameters
    ----------
    costs : (n_customers, n_sites) table, weights included, or points. n_open : p. limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    served = service_costs(costs, "costs")
    count = count_of_sites(n_open, served.n_sites)
    unlimited, ones = np.full(served.n_sites, np.inf), np.ones(served.n_customers)
    problem = FacilityLocation("p-median", served, np.zeros(served.n_sites), ones, unlimited, count)
    return answer_location(problem, *_limits(limits))


def solve_cflp(
    costs: ArrayLike | Points,
    fixed_cost: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    **limits: Unpack[Limits],
) -> Answer:
    """Capacitated facility location; a customer may be served by several sites.

    Parameters
    ----------
    costs : (n_customers, n_sites) table of serving the whole demand, or points.
    fixed_cost : (n_sites,) of opening a site. demand : (n_customers,).
    capacity : (n_sites,) largest demand that a site serves, inf = no limit; one number = of every site.
    limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    problem = _capacitated("cflp", costs, fixed_cost, demand, capacity)
    return answer_location(problem, *_limits(limits))


def solve_sscflp(
    costs: ArrayLike | Points,
    fixed_cost: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    **limits: Unpack[Limits],
) -> Answer:
    """Capacitated facility location; every customer is served by one site. Arguments as `solve_cflp`."""
    problem = _capacitated("sscflp", costs, fixed_cost, demand, capacity)
    return answer_location(problem, *_limits(limits))


def solve_p_centre(distances: ArrayLike | Points, n_open: int, **limits: Unpack[Limits]) -> Answer:
    """p-centre: open `n_open` sites so that the largest distance to the nearest open site is least.

    Parameters
    ----------
    distances : (n_customers, n_sites) table, or points. n_open : p. limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    apart = service_costs(distances, "distances")
    return answer_centre(apart, count_of_sites(n_open, apart.n_sites), *_limits(limits))


def solve_max_covering(
    distances: ArrayLike | Points,
    radius: float,
    n_open: int,
    *,
    weight: ArrayLike | None = None,
    **limits: Unpack[Limits],
) -> Answer:
    """Maximal covering: open `n_open` sites so that the weight within `radius` of one is largest.

    Parameters
    ----------
    distances : (n_customers, n_sites) table, or points (whose own weight is not used).
    radius : a customer at most this far from an open site is covered. n_open : p.
    weight : (n_customers,) >= 0, None = 1 each. limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    if isinstance(distances, Points):
        distances = Points(distances.customers, distances.sites, None, distances.rounding)
    apart = service_costs(distances, "distances")
    if not (np.isfinite(radius) and radius >= 0.0):
        raise UsageError(f"radius must be a finite number from 0, not {radius}.")
    worth = np.ones(apart.n_customers)
    if weight is not None:
        worth = numbers(weight, "weight", apart.n_customers, "customer", least=0.0)
    count = count_of_sites(n_open, apart.n_sites)
    return answer_covering(apart, (worth, float(radius)), count, *_limits(limits))


def solve_max_capture(
    attraction: ArrayLike,
    rival: ArrayLike,
    n_open: int,
    *,
    weight: ArrayLike | None = None,
    **limits: Unpack[Limits],
) -> Answer:
    """Maximum capture against rivals: open `n_open` sites so that the weight won by logit is largest.

    Parameters
    ----------
    attraction : (n_customers, n_sites) > 0, exp of the utility of each site for each customer.
    rival : (n_customers,) >= 0, summed attraction of what rivals offer; one number = of every customer.
        A customer chooses an open site with probability A / (A + rival), A = attraction of all open sites.
    n_open : p. weight : (n_customers,) >= 0, None = 1 each. limits : see `Limits`.

    Raises
    ------
    UsageError
        If an argument is wrong; the message says which and why.
    """
    own = table(attraction, "attraction", "with a row per customer and a column per site")
    if np.any(own < 0.0):
        place = ", ".join(str(int(index)) for index in np.argwhere(own < 0.0)[0])
        raise UsageError(f"attraction[{place}] is negative; it is exp of a utility.")
    other = numbers(rival, "rival", len(own), "customer", least=0.0)
    worth = (
        np.ones(len(own)) if weight is None else numbers(weight, "weight", len(own), "customer", least=0.0)
    )
    count = count_of_sites(n_open, own.shape[1])
    return answer_capture((worth, own, other), count, *_limits(limits))


def _capacitated(
    name: str, costs: ArrayLike | Points, fixed_cost: ArrayLike, demand: ArrayLike, capacity: ArrayLike
) -> FacilityLocation:
    served = service_costs(costs, "costs")
    wanted = numbers(demand, "demand", served.n_customers, "customer", least=0.0)
    if isinstance(costs, Points) and costs.weight is None:
        served = service_costs(costs, "costs", wanted)
    fixed = numbers(fixed_cost, "fixed_cost", served.n_sites, "site")
    room = numbers(capacity, "capacity", served.n_sites, "site", least=0.0, is_limit=True)
    return FacilityLocation(name, served, fixed, wanted, room, None, name == "sscflp")


def _limits(limits: Limits) -> tuple[Options, Watcher | None]:
    gap, seconds, threads = limits.get("gap", 0.0), limits.get("seconds", 60.0), limits.get("threads", 1)
    known = tuple(Limits.__annotations__)
    unknown = [name for name in limits if name not in known]
    if unknown:
        raise UsageError(f"There is no argument {unknown[0]!r}; the limits are {', '.join(known)}.")
    if not gap >= 0.0 or not seconds >= 0.0 or threads < 1:
        raise UsageError("gap and seconds must not be negative, and threads must be at least 1.")
    options = Options(gap=gap, seconds=seconds, seed=limits.get("seed", 1), threads=threads)
    return options, limits.get("watcher")
