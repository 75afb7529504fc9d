"""What a solver is allowed, and what it comes back with."""

from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation
from entrepot.location.problem import FloatArray

MOST_PAIRS = 4_000_000
"""Pairs of customer and site that are written out for a peer: the strong formulation has a row for each."""


class NotApplicableError(UsageError):
    """The peer has no formulation for this problem, or it does not fit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far to go: relative gap, seconds by the clock, seed, threads (of Entrepot; peers take one)."""

    gap: float
    seconds: float
    seed: int = 1
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Value and bound, +-inf where there is none, and why it stopped; certified where it is recomputed."""

    value: float
    bound: float
    reason: str
    certified: float | None = None


def listed_costs(problem: FacilityLocation) -> FloatArray:
    """(n_customers, n_sites) all costs.

    Raises
    ------
    NotApplicableError
        If there are more than `MOST_PAIRS`.
    """
    pairs = problem.n_customers * problem.n_sites
    if pairs > MOST_PAIRS:
        raise NotApplicableError(f"{pairs:,} pairs of customer and site are not written out.")
    return problem.costs.between(np.arange(problem.n_customers)[:, None], np.arange(problem.n_sites))


def as_location(instance: object, name: str) -> FacilityLocation:
    """The instance where it is facility location.

    Raises
    ------
    NotApplicableError
        Where it is none.
    """
    if not isinstance(instance, FacilityLocation):
        raise NotApplicableError(f"{name} is not given this kind of problem.")
    return instance
