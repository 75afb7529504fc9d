"""A covering problem without what cannot matter, and the way back."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.location.covering import Covering, merged
from entrepot.location.problem import BoolArray, FloatArray, IntArray

SITES_TO_COMPARE = 2000
PARTS = 64
"""With one part a case in the plane (1,000 groups, 100 sites) took 4175 nodes, with 10 parts 13."""


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """Groups with different covering sets and the sites that a best plan needs.

    Attributes
    ----------
    pointer, site, weight : as in `Covering`, over the sites kept.
    cost : (n_kept,) f, zeros where there is no budget. budget : inf where there is none.
    n_open : p, at most the number of sites kept. kept : (n_kept,) their indices in the problem.
    part : (n_groups,) part of the groups, 0 ... n_parts - 1, whose covered weight one variable stands for.
    is_integral : every weight is an integer and their sum is exact in float64.
    """

    pointer: IntArray
    site: IntArray
    weight: FloatArray
    cost: FloatArray
    budget: float
    n_open: int
    kept: IntArray
    part: IntArray
    is_integral: bool

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return int(self.part.max(initial=-1)) + 1

    @property
    def n_sites(self) -> int:
        """Number of sites kept."""
        return len(self.kept)


def reduce(problem: Covering) -> Reduced:
    """Merge equal groups; leave out sites that cover nothing, cost too much, or are dominated.

    Site j is dominated by site k if k covers whatever j covers and costs no more: a plan with j and without k
    is no better than with k in its place, and a plan with both no better than without j.
    """
    cost = np.zeros(problem.n_sites) if problem.site_cost is None else problem.site_cost
    budget = np.inf if problem.budget is None else problem.budget
    pointer, site, weight = merged(problem.pointer, problem.site, problem.weight)
    is_kept = (np.bincount(site, minlength=problem.n_sites) > 0) & (cost <= budget)
    if problem.n_sites <= SITES_TO_COMPARE:
        is_kept &= ~_is_dominated(pointer, site, cost, is_kept)
    kept = np.flatnonzero(is_kept)
    if len(kept) < problem.n_sites:
        rank = np.cumsum(is_kept) - 1
        stays = is_kept[site]
        length = np.bincount(
            np.repeat(np.arange(len(weight)), np.diff(pointer))[stays], minlength=len(weight)
        )
        shorter = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        pointer, site, weight = merged(shorter, rank[site[stays]], weight)
    integral = bool(np.all(weight == np.rint(weight)) and weight.sum() < 2.0**52)
    n_open = len(kept) if problem.n_open is None else min(problem.n_open, len(kept))
    return Reduced(
        pointer, site, weight, cost[kept], budget, n_open, kept, _parts(pointer, site, weight), integral
    )


def _parts(pointer: IntArray, site: IntArray, weight: FloatArray) -> IntArray:
    """Neighbouring groups (same first site) in parts of about the same weight."""
    if not len(weight):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(site[pointer[:-1]], kind="stable")
    below = np.cumsum(weight[order]) - weight[order]
    part = np.zeros(len(weight), dtype=np.int64)
    part[order] = np.minimum(PARTS - 1, below / max(float(weight.sum()), 1e-300) * PARTS).astype(np.int64)
    return part


def _is_dominated(pointer: IntArray, site: IntArray, cost: FloatArray, is_kept: BoolArray) -> BoolArray:
    covers = csr_array((np.ones(len(site)), site, pointer), shape=(len(pointer) - 1, len(cost)))
    shared = (covers.T @ covers).toarray()
    size = np.diag(shared)
    within = (shared == size[:, None]) & (cost[None, :] <= cost[:, None]) & is_kept[None, :]
    is_same = (size[None, :] == size[:, None]) & (cost[None, :] == cost[:, None])
    later = np.arange(len(cost))[None, :] > np.arange(len(cost))[:, None]
    np.fill_diagonal(within, False)
    dominated: BoolArray = np.any(within & ~(is_same & later), axis=1)  # of equal sites the first stays
    return dominated
