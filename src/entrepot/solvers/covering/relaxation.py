"""The LP over sites and covered weights of a few parts, its closed-form cuts, and bounds that need no solver.

::

    max sum_g theta_g   s.t. theta_g <= constant_c + slope_c.y   each cut c of part g
                             1.y <= p,   f.y <= B,   0 <= y <= 1

A cut is any split of the groups of a part into taken as covered (their weight is the constant) and linear
(their weight is on the slope of every site that covers them); each is valid for every plan because
d min(1, s) is at most d and at most d s.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from entrepot.kernels.covering import closed_form_cuts
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.covering.reduced import Reduced
from entrepot.solvers.status import Program, add_rows, delete_rows, open_program, run, set_bounds, vertex_of

TIE = 1e-9
WHOLE = 1e-6
"""By how much a bound on integers may exceed one and still be rounded down to it."""
IDLE = 12
"""Solves after which a cut that was slack in all of them is dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """y, its reduced gains, and the bound that the multipliers prove for the box."""

    point: FloatArray
    reduced: FloatArray
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """constant : (n,). slope : (n, n_sites). part : (n,) whose covered weight each bounds."""

    constant: FloatArray
    slope: FloatArray
    part: IntArray

    def at(self, point: FloatArray) -> FloatArray:
        """Right-hand sides at a point, (n,)."""
        value: FloatArray = self.constant + self.slope @ point
        return value

    def only(self, mask: BoolArray) -> "Cuts":
        """The cuts that a mask chooses."""
        return Cuts(self.constant[mask], self.slope[mask], self.part[mask])

    def joined(self, other: "Cuts") -> "Cuts":
        """These cuts and then others."""
        return Cuts(
            np.append(self.constant, other.constant),
            np.vstack([self.slope, other.slope]),
            np.append(self.part, other.part),
        )


@dataclass(slots=True, eq=False)
class Relaxation:
    """Cuts and the LP that HiGHS keeps warm.

    Attributes
    ----------
    cuts : in the LP, in its order of rows. idle : (n_cuts,) solves in a row in which the cut was slack.
    scale : weight per unit of theta in the LP. unit : cost per unit of the budget row.
    n_first : rows of limits. solves : LPs solved. made : cuts added.
    """

    problem: Reduced
    highs: Any = field(init=False)
    scale: float = field(init=False)
    unit: float = field(init=False)
    cuts: Cuts = field(init=False)
    idle: IntArray = field(init=False)
    n_first: int = field(init=False)
    solves: int = 0
    made: int = 0

    def __post_init__(self) -> None:
        problem, n, parts = self.problem, self.problem.n_sites, self.problem.n_parts
        self.scale = max(1.0, float(problem.weight.sum()))
        self.unit = max(float(problem.cost.max(initial=0.0)), 1e-300)
        rows, side = [np.ones(n)], [float(problem.n_open)]
        if np.isfinite(problem.budget):
            rows.append(problem.cost / self.unit)
            side.append(problem.budget / self.unit)
        self.n_first = len(rows)
        cost = np.append(np.zeros(n), -np.ones(parts))
        program = Program(
            cost=cost,
            lower=np.zeros(n + parts),
            upper=np.append(np.ones(n), np.full(parts, 2.0)),  # theta's never binds once each part has a cut
            matrix=csr_array(np.hstack([np.array(rows), np.zeros((len(rows), parts))])),
            row_lower=np.full(len(rows), -np.inf),
            row_upper=np.array(side),
            is_integer=np.zeros(n + parts, dtype=np.bool_),
        )
        self.highs = open_program(program, presolve="off")
        self.cuts = Cuts(np.zeros(0), np.zeros((0, n)), np.zeros(0, dtype=np.int64))
        self.idle = np.zeros(0, dtype=np.int64)

    def cuts_at(self, point: FloatArray, level: float = 1.0 - TIE) -> Cuts:
        """The cuts of all parts that are tight at a point."""
        problem = self.problem
        lists = (problem.pointer, problem.site, problem.weight)
        constant, slope = closed_form_cuts(lists, problem.part, problem.n_parts, point, level)
        return Cuts(constant, slope, np.arange(problem.n_parts))

    def thetas(self, point: FloatArray) -> FloatArray:
        """Largest covered weight of each part that the cuts allow at a point, (n_parts,)."""
        theta = np.full(self.problem.n_parts, np.inf)
        np.minimum.at(theta, self.cuts.part, self.cuts.at(point))
        return theta

    def add(self, cuts: Cuts) -> None:
        """Put cuts into the LP."""
        count = len(cuts.part)
        theta = np.zeros((count, self.problem.n_parts))
        theta[np.arange(count), cuts.part] = 1.0
        rows = csr_array(np.hstack([-cuts.slope / self.scale, theta]))
        add_rows(self.highs, rows, np.full(count, -np.inf), cuts.constant / self.scale)
        self.cuts = self.cuts.joined(cuts)
        self.idle = np.append(self.idle, np.zeros(count, dtype=np.int64))
        self.made += count

    def drop_idle(self) -> None:
        """Drop the cuts that have been slack for long."""
        gone = self.idle > IDLE
        if np.any(gone):
            delete_rows(self.highs, self.n_first + np.flatnonzero(gone))
            self.cuts, self.idle = self.cuts.only(~gone), self.idle[~gone]

    def solve(self, lower: FloatArray, upper: FloatArray, bracket: Bracket) -> Relaxed | None:
        """The relaxation over a box of y; None if HiGHS did not end with an optimum that has multipliers."""
        set_bounds(self.highs, lower, upper)
        self.solves += 1
        if run(self.highs, bracket, grace=1.0) != "optimal":
            return None
        vertex = vertex_of(self.highs)
        duals = np.maximum(0.0, -vertex.row_duals)
        mu = duals[self.n_first :]
        self.idle = np.where(mu > 0.0, 0, self.idle + 1)
        total = np.bincount(self.cuts.part, weights=mu, minlength=self.problem.n_parts)
        if np.any(total < 0.5):
            return None
        bound, reduced = self.bound(mu / total[self.cuts.part], duals[: self.n_first], lower, upper)
        point = np.clip(vertex.columns[: self.problem.n_sites], lower, upper)
        return Relaxed(point, reduced, bound)

    def bound(
        self, mu: FloatArray, price: FloatArray, lower: FloatArray, upper: FloatArray
    ) -> tuple[float, FloatArray]:
        """Bound on the plans of a box that a combination of cuts and priced limits proves, and reduced gains.

        Parameters
        ----------
        mu : (n_cuts,) >= 0, of each part summing to 1.
        price : of the count and the budget, as in the LP, >= 0.
        lower, upper : (n_sites,) box of y.

        Notes
        -----
        sum_g theta_g <= mu.constant + (mu.slope - price.limits).y + price.sides, largest over the box. The
        margin of one rounding error per term and step of a serial sum, on the sum of absolute terms, covers
        the sums of the cuts over the groups as well.
        """
        problem, used = self.problem, mu > 0.0
        price = price * self.scale
        slope = mu[used] @ self.cuts.slope[used]
        constant = float(mu[used] @ self.cuts.constant[used]) + price[0] * problem.n_open
        paid = np.full(problem.n_sites, price[0])
        if self.n_first > 1:
            constant += price[1] * (problem.budget / self.unit)
            paid = paid + price[1] * (problem.cost / self.unit)
        reduced = slope - paid
        total = constant + float(np.sum(np.where(reduced > 0.0, reduced * upper, reduced * lower)))
        gross = constant + float((slope + paid) @ upper)
        steps = len(problem.weight) + len(mu) + problem.n_sites + 8
        total += steps * float(np.finfo(np.float64).eps) * gross
        return (float(np.floor(total + WHOLE)) if problem.is_integral else total), reduced
