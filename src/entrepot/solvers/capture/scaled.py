"""A capture problem in the form that the kernels take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from entrepot.kernels.capturing import lifted_tangents, tangent_points, values_with
from entrepot.location.capture import HIGHEST, Capture
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.crew import ALONE, Crew

Part = TypeVar("Part")

N_GROUPS = 8
"""Groups of customers, one column of captured demand each; of 1, 8, 24 and 60 the fastest on HM14 files."""
ENTRIES_TO_SHARE = 1_000_000
"""Customers times sites from which a pass is shared among threads, a group of customers each."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Customers with demand, sorted by the site that draws them most, in groups of equal size.

    Attributes
    ----------
    attraction : (n_customers, n_sites) relative to the rivals, contiguous. demand : (n_customers,) > 0.
    cost : (n_sites,). is_forced : (n_sites,). n_open : p or None. pointer : (n_groups + 1,) of the groups.
    crew : threads of a pass over all attractions.
    """

    attraction: FloatArray
    demand: FloatArray
    cost: FloatArray
    is_forced: BoolArray
    n_open: int | None
    pointer: IntArray
    crew: Crew = ALONE

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.attraction.shape[1])

    def mass(self, open_sites: IntArray) -> FloatArray:
        """(n_customers,) attraction of the open sites."""
        total: FloatArray = self.attraction[:, open_sites].sum(axis=1)
        return total

    def value(self, open_sites: IntArray) -> float:
        """Captured demand less cost."""
        x = self.mass(open_sites)
        return float(np.sum(self.demand * (x / (1.0 + x))) - np.sum(self.cost[open_sites]))

    def values_with(self, open_sites: IntArray) -> FloatArray:
        """(n_sites,) value if one more site is open; of an open site meaningless."""
        mass = self.mass(open_sites)

        def group(rows: slice) -> FloatArray:
            return values_with(self.attraction[rows], self.demand[rows], mass[rows])

        captured: FloatArray = np.sum(self._in_groups(group), axis=0)
        return captured - self.cost - float(np.sum(self.cost[open_sites]))

    def tangent_points(self, level: FloatArray, support: IntArray) -> FloatArray:
        """(n_customers,) tightest tangent points at the levels (n_sites,) of the sites of the support."""
        values = level[support]
        return np.concatenate(
            self._in_groups(lambda rows: tangent_points(self.attraction[rows], support, values))
        )

    def lifted_tangents(self, points: FloatArray, open_sites: IntArray) -> tuple[FloatArray, FloatArray]:
        """(n_groups,) constants, (n_groups, n_sites) slopes of lifted tangents, some sites taken as open."""
        mass = self.mass(open_sites)

        def group(rows: slice) -> tuple[FloatArray, FloatArray]:
            inside = (self.pointer >= rows.start) & (self.pointer <= rows.stop)
            pointer = self.pointer[inside] - rows.start
            part = self.attraction[rows], self.demand[rows]
            return lifted_tangents(*part, pointer, points[rows], mass[rows])

        constant, slope = zip(*self._in_groups(group), strict=True)
        return np.concatenate(constant), np.concatenate(slope)

    def _in_groups(self, do: Callable[[slice], Part]) -> list[Part]:
        """What a pass returns for each group of customers; for all of them at once where there are few."""
        if self.attraction.size < ENTRIES_TO_SHARE:
            return [do(slice(0, len(self.demand)))]
        edges = self.pointer
        return self.crew.work(
            lambda group, _: do(slice(int(edges[group]), int(edges[group + 1]))), len(edges) - 1, 1
        )


def scale(problem: Capture, n_groups: int = N_GROUPS, crew: Crew = ALONE) -> Scaled:
    """Divide by the rivals' attraction, drop customers without demand, sort and group."""
    relative = np.minimum(problem.attraction / problem.rival[:, None], HIGHEST)
    keep = np.flatnonzero(problem.demand > 0.0)
    order = keep[np.argsort(np.argmax(relative[keep], axis=1), kind="stable")]
    groups = max(1, min(n_groups, len(order)))
    n_sites = problem.n_sites
    return Scaled(
        attraction=np.ascontiguousarray(relative[order], dtype=np.float64),
        demand=np.ascontiguousarray(problem.demand[order], dtype=np.float64),
        cost=np.zeros(n_sites) if problem.cost is None else np.asarray(problem.cost, dtype=np.float64),
        is_forced=np.zeros(n_sites, dtype=bool)
        if problem.is_forced is None
        else problem.is_forced.astype(bool),
        n_open=problem.n_open,
        pointer=np.linspace(0, len(order), groups + 1).astype(np.int64),
        crew=crew,
    )
