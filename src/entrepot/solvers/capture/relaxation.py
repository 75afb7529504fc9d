"""The linear program of lifted tangents: one column of captured demand per group of customers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.capture.certificate import Points, Weights
from entrepot.solvers.capture.scaled import Scaled
from entrepot.solvers.clock import Clock
from entrepot.solvers.status import Program, add_rows, delete_rows, open_program, run, vertex_of

PRECISE = 1e-9
SUPPORT = 1e-9  # smaller levels are zero when a tangent point is sought; any point is valid


@dataclass(frozen=True, slots=True, eq=False)
class Tangent:
    """Lifted tangents of all groups: (n_groups,) constant, (n_groups, n_sites) slope."""

    constant: FloatArray
    slope: FloatArray

    def at(self, level: FloatArray) -> FloatArray:
        """(n_groups,) values at y."""
        value: FloatArray = self.constant + self.slope @ level
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """Answer of the program.

    Attributes
    ----------
    level : (n_sites,) y. captured : (n_groups,). weights : duals of the rows.
    constant, slope : of the line that the weights make of the rows: an upper bound on the value of any plan.
    """

    level: FloatArray
    captured: FloatArray
    weights: Weights
    constant: float
    slope: FloatArray


@dataclass(slots=True, eq=False)
class Relaxation:
    """The program as HiGHS holds it, and the cuts behind its rows.

    Attributes
    ----------
    points : tangent points of every cut ever made, float32.
    row_cut, row_group, row_constant, row_slope : per row.
    """

    scaled: Scaled
    clock: Clock
    highs: Any = field(init=False)
    points: list[Points] = field(default_factory=list)
    row_cut: list[int] = field(default_factory=list)
    row_group: list[int] = field(default_factory=list)
    row_constant: list[float] = field(default_factory=list)
    row_slope: list[FloatArray] = field(default_factory=list)
    n_programs: int = 0

    def __post_init__(self) -> None:
        scaled = self.scaled
        n, groups = scaled.n_sites, len(scaled.pointer) - 1
        count = np.inf if scaled.n_open is None else float(scaled.n_open)
        self.highs = open_program(
            Program(
                cost=np.concatenate([scaled.cost, -np.ones(groups)]),
                lower=np.concatenate([scaled.is_forced.astype(float), np.full(groups, -np.inf)]),
                upper=np.concatenate([np.ones(n), np.full(groups, np.inf)]),
                matrix=csr_array(np.concatenate([np.ones(n), np.zeros(groups)])[None, :]),
                row_lower=np.array([0.0 if scaled.n_open is None else count]),
                row_upper=np.array([count]),
                is_integer=np.zeros(n + groups, dtype=bool),
            ),
            presolve="off",
            primal_feasibility_tolerance=PRECISE,
            dual_feasibility_tolerance=PRECISE,
        )

    def tangent(self, level: FloatArray, is_open: BoolArray) -> tuple[int, Tangent]:
        """Index of a new cut, and the lifted tangents that are tight at y, some sites taken as open."""
        site = np.flatnonzero((level > SUPPORT) & ~is_open)
        opened = np.flatnonzero(is_open)
        points = self.scaled.tangent_points(level, site)
        constant, slope = self.scaled.lifted_tangents(points, opened)
        slope[:, opened] = 0.0
        self.points.append(Points(points.astype(np.float32), opened))
        return len(self.points) - 1, Tangent(constant, slope)

    def add(self, cut: int, tangent: Tangent, groups: IntArray) -> None:
        """Add captured_h - slope_h.y <= constant_h for some groups."""
        eye = np.zeros((len(groups), len(self.scaled.pointer) - 1))
        eye[np.arange(len(groups)), groups] = 1.0
        rows = csr_array(np.hstack([-tangent.slope[groups], eye]))
        add_rows(self.highs, rows, np.full(len(groups), -np.inf), tangent.constant[groups])
        self.row_cut += [cut] * len(groups)
        self.row_group += groups.tolist()
        self.row_constant += tangent.constant[groups].tolist()
        self.row_slope += list(tangent.slope[groups])

    def solve(self, is_open: BoolArray, is_closed: BoolArray) -> Relaxed | None:
        """Solve over a box; None where the clock or HiGHS gave up."""
        n = self.scaled.n_sites
        self.highs.changeColsBounds(
            n, np.arange(n, dtype=np.int32), is_open.astype(float), 1.0 - is_closed.astype(float)
        )
        self.n_programs += 1
        try:
            if run(self.highs, self.clock) != "optimal":
                return None
        except SolverError:  # numerical trouble: the tree goes on with the bound that it has
            return None
        vertex = vertex_of(self.highs)
        weight = np.maximum(-vertex.row_duals[1:], 0.0)
        used = np.flatnonzero(weight > 0.0)
        group = np.array(self.row_group, dtype=np.int64)[used]
        total = np.bincount(group, weights=weight[used], minlength=len(self.scaled.pointer) - 1)
        if np.any(total <= 0.5):
            return None
        part = weight[used] / total[group]
        weights = Weights(np.array(self.row_cut, dtype=np.int64)[used], group, part)
        constant = float(np.array(self.row_constant)[used] @ part)
        slope = part @ np.array([self.row_slope[k] for k in used]) - self.scaled.cost
        level = np.clip(vertex.columns[:n], 0.0, 1.0)
        return Relaxed(level, vertex.columns[n:], weights, constant, slope)

    def purge(self, relaxed: Relaxed) -> None:
        """Delete the rows of largest slack at an answer, down to half of the number that is held."""
        slope = np.array(self.row_slope)
        group = np.array(self.row_group, dtype=np.int64)
        slack = np.array(self.row_constant) + slope @ relaxed.level - relaxed.captured[group]
        is_kept = slack <= np.partition(slack, len(slack) // 2)[len(slack) // 2]
        delete_rows(self.highs, np.flatnonzero(~is_kept) + 1)
        keep = np.flatnonzero(is_kept)
        self.row_cut = [self.row_cut[k] for k in keep]
        self.row_group = [self.row_group[k] for k in keep]
        self.row_constant = [self.row_constant[k] for k in keep]
        self.row_slope = [self.row_slope[k] for k in keep]
