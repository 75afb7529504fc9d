"""The engine for each classic problem: which package solves it, imported when it is first needed."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from entrepot.classics.answer import Answer, answer_of
from entrepot.location import FacilityLocation, Options, PlaneCosts, ServiceCosts, Siting, Unwatched, Watcher
from entrepot.location.capture import Capture
from entrepot.location.centre import Centre
from entrepot.location.covering import Covering, covered_in_the_plane, merged
from entrepot.location.problem import FloatArray, IntArray

CUSTOMERS_AT_ONCE = 4096


def answer_location(problem: FacilityLocation, options: Options, watcher: Watcher | None = None) -> Answer:
    """Solve UFL, p-median, CFLP or SSCFLP."""
    from entrepot.solvers.engine import locate

    return answer_of(locate(problem, options, watcher or Unwatched()), problem.n_customers)


def answer_centre(
    distances: ServiceCosts, n_open: int, options: Options, watcher: Watcher | None = None
) -> Answer:
    """Solve p-centre."""
    solve = _solver("centre")
    problem = Centre("p-centre", distances, n_open)
    return answer_of(solve(problem, options, watcher or Unwatched()), distances.n_customers)


def answer_covering(
    distances: ServiceCosts,
    reach: tuple[FloatArray, float],
    n_open: int,
    options: Options,
    watcher: Watcher | None = None,
) -> Answer:
    """Solve maximal covering; `reach` holds the customers' weights and the radius."""
    solve = _solver("covering")
    (weight, radius), name = reach, "max-covering"
    if isinstance(distances, PlaneCosts) and distances.rounding == "none":
        places = distances.customers, distances.sites
        problem = covered_in_the_plane(*places, weight, radius, n_open, threads=options.threads, name=name)
    else:
        groups = merged(*sites_within(distances, radius), weight)
        problem = Covering(name, distances.n_sites, *groups, n_open)
    siting: Siting = solve(problem, options, watcher or Unwatched())
    return answer_of(_covered(siting, distances, radius), distances.n_customers)


def answer_capture(
    market: tuple[FloatArray, FloatArray, FloatArray],
    n_open: int,
    options: Options,
    watcher: Watcher | None = None,
) -> Answer:
    """Solve maximum capture; `market` holds weights, own and rivals' attractions."""
    solve = _solver("capture")
    weight, own, rival = market
    problem = Capture("max-capture", own, rival, weight, n_open)
    return answer_of(solve(problem, options, watcher or Unwatched()), len(weight))


def sites_within(distances: ServiceCosts, radius: float) -> tuple[IntArray, IntArray]:
    """Sites within a radius of each customer: pointer (n_customers + 1,) and ascending site indices."""
    counts, sites = [np.zeros(1, dtype=np.int64)], []
    columns = np.arange(distances.n_sites)
    for first in range(0, distances.n_customers, CUSTOMERS_AT_ONCE):
        rows = np.arange(first, min(first + CUSTOMERS_AT_ONCE, distances.n_customers))
        near = distances.between(rows[:, None], columns) <= radius
        counts.append(near.sum(axis=1))
        sites.append(np.nonzero(near)[1].astype(np.int64))
    return np.cumsum(np.concatenate(counts)), np.concatenate(sites)


def _covered(siting: Siting, distances: ServiceCosts, radius: float) -> Siting:
    """The siting with its pairs: each covered customer and its nearest open site."""
    if siting.open_sites is None or not len(siting.open_sites):
        return siting
    site = np.full(distances.n_customers, -1, dtype=np.int64)
    for first in range(0, distances.n_customers, CUSTOMERS_AT_ONCE):
        rows = np.arange(first, min(first + CUSTOMERS_AT_ONCE, distances.n_customers))
        apart = distances.between(rows[:, None], siting.open_sites)
        nearest = apart.argmin(axis=1)
        is_covered = apart[np.arange(len(rows)), nearest] <= radius
        site[rows[is_covered]] = siting.open_sites[nearest[is_covered]]
    customer = np.flatnonzero(site >= 0)
    return replace(siting, customer=customer, site=site[customer], fraction=np.ones(len(customer)))


def _solver(family: str) -> Callable[[Any, Options, Watcher], Siting]:
    solve: Callable[[Any, Options, Watcher], Siting] = import_module(f"entrepot.solvers.{family}").solve
    return solve
