"""Maximum capture against rivals: every customer spreads his demand over our open sites and the rivals.

::

    max  sum_i d_i A_i(y) / (r_i + A_i(y)) - sum_j f_j y_j,   A_i(y) = sum_j a_ij y_j
    s.t. sum_j y_j = p  (where a count is given),  y_j = 1 for forced sites,  y binary
"""

from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.location.problem import BoolArray, FloatArray, IntArray

HIGHEST = 1e30
"""Attraction relative to the rivals beyond which it is cut: the share is 1 in float64 from 1e17 on."""


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """Where to open so that most demand, less the cost of the sites, is drawn from rivals.

    Attributes
    ----------
    name : of the instance.
    attraction : (n_customers, n_sites) a >= 0, in the unit of `rival`. rival : (n_customers,) r > 0.
    demand : (n_customers,) d >= 0. n_open : p, or None where the number is free (then a cost should bind).
    cost : (n_sites,) f in the unit of demand, any sign, or None for 0.
    is_forced : (n_sites,) sites that must open, or None for none.

    Raises
    ------
    UsageError
        If lengths disagree, a number is not finite or has the wrong sign, or p is out of range.
    """

    name: str
    attraction: FloatArray
    rival: FloatArray
    demand: FloatArray
    n_open: int | None
    cost: FloatArray | None = None
    is_forced: BoolArray | None = None

    def __post_init__(self) -> None:
        if self.attraction.ndim != 2 or self.attraction.shape[1] == 0:
            raise UsageError("Attractions must be a table of customers x sites with at least one site.")
        customers, sites = self.attraction.shape
        if not (len(self.rival) == len(self.demand) == customers):
            raise UsageError(
                f"Attractions state {customers} customers, but there are {len(self.rival)} rival "
                f"attractions and {len(self.demand)} demands."
            )
        for given, what in ((self.cost, "costs"), (self.is_forced, "forced marks")):
            if given is not None and len(given) != sites:
                raise UsageError(f"Attractions state {sites} sites, but there are {len(given)} {what}.")
        if not np.all(np.isfinite(self.attraction)) or np.any(self.attraction < 0.0):
            raise UsageError("Attractions must be finite and not negative.")
        if not np.all(np.isfinite(self.rival)) or np.any(self.rival <= 0.0):
            raise UsageError("The rivals' attraction must be finite and positive for every customer.")
        if not np.all(np.isfinite(self.demand)) or np.any(self.demand < 0.0):
            raise UsageError("Demands must be finite and not negative.")
        if self.cost is not None and not np.all(np.isfinite(self.cost)):
            raise UsageError("Costs of sites must be finite.")
        if self.n_open is not None and not 1 <= self.n_open <= sites:
            raise UsageError(f"The number of open sites must lie between 1 and {sites}, not {self.n_open}.")

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return int(self.attraction.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.attraction.shape[1])

    def shares(self, open_sites: IntArray) -> FloatArray:
        """(n_customers, n_open) share of each customer's demand that each open site draws."""
        drawn = self.attraction[:, open_sites]
        share: FloatArray = drawn / (self.rival + drawn.sum(axis=1))[:, None]
        return share

    def value(self, open_sites: IntArray) -> float:
        """Captured demand less cost of the open sites."""
        drawn = self.attraction[:, open_sites].sum(axis=1)
        captured = float(np.sum(self.demand * (drawn / (self.rival + drawn))))
        return captured - (0.0 if self.cost is None else float(np.sum(self.cost[open_sites])))


def logit_capture(
    name: str, utility: FloatArray, rival_utility: FloatArray, demand: FloatArray, n_open: int | None
) -> Capture:
    """Multinomial logit: a site draws exp(utility), relative to the sum over the rivals' sites.

    Parameters
    ----------
    utility : (n_customers, n_sites). rival_utility : (n_customers, n_rivals), n_rivals >= 1.
    demand : (n_customers,). n_open : number of sites to open.

    Notes
    -----
    The instances of Haase and Mueller (2014) state negative costs c; their (alpha, beta) cases are
    utility = beta * c and rival_utility = alpha * beta * c_rival.
    """
    top = np.max(rival_utility, axis=1)
    mass = top + np.log(np.sum(np.exp(rival_utility - top[:, None]), axis=1))
    relative = np.exp(np.minimum(utility - mass[:, None], np.log(HIGHEST)))
    return Capture(name, relative, np.ones(len(relative)), demand, n_open)


def huff_capture(
    name: str,
    size: FloatArray,
    distance: FloatArray,
    rival: FloatArray,
    demand: FloatArray,
    *,
    n_open: int | None,
) -> Capture:
    """Huff: a site draws size / distance**2.

    Parameters
    ----------
    size : (n_sites,) > 0. distance : (n_customers, n_sites) > 0, in one unit. n_open : p or None.
    rival : (n_customers,) the same sum over the rivals' sites. demand : (n_customers,).

    Raises
    ------
    UsageError
        If a distance is not positive: the share would not be defined.
    """
    if np.any(distance <= 0.0):
        raise UsageError(
            "Huff's attraction needs positive distances; state a least distance for customers at a site."
        )
    return Capture(name, size / distance**2, rival, demand, n_open)
