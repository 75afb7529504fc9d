"""The LP relaxation of the master, which HiGHS holds while cuts come and go."""

import numpy as np

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut
from entrepot.solvers.master import base_program, cut_rows, shape_of, unit_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Outcome, Vertex, add_rows, delete_rows, open_program, run, vertex_of


class RelaxedMaster:
    """The LP relaxation of the master, growing cut by cut."""

    def __init__(self, prepared: Prepared) -> None:
        self.shape = shape_of(prepared)
        self.cuts: list[Cut] = []
        self.highs = open_program(base_program(prepared))

    def add(self, cuts: list[Cut]) -> None:
        """Add cuts."""
        if cuts:
            matrix, upper = cut_rows(self.shape, cuts)
            add_rows(self.highs, matrix, np.full(len(cuts), -np.inf), upper)
            self.cuts += cuts

    def solve(self, clock: Clock) -> tuple[Outcome, Vertex | None]:
        """Solve the LP; the vertex is there when it is optimal.

        Raises
        ------
        SolverError
            If HiGHS fails even without the cuts whose coefficients span too much.
        """
        try:
            outcome = run(self.highs, clock)
        except SolverError:
            outcome = self._solve_without_wide_cuts(clock)
        if outcome == "infeasible":  # from a warm start it now and then is not
            self.highs.clearSolver()
            outcome = run(self.highs, clock)
        return outcome, vertex_of(self.highs) if outcome == "optimal" else None

    def _solve_without_wide_cuts(self, clock: Clock) -> Outcome:
        """Solve without the cuts on values that had to be scaled down: fewer cuts only raise the bound.

        The least scaled one of a group without another stays: it bounds the group's value.
        """
        unit = np.array([unit_of(self.shape, cut) for cut in self.cuts])
        is_value = np.array([cut.scale > 0.0 for cut in self.cuts])
        group = np.array([cut.group.index for cut in self.cuts])
        is_kept = ~is_value | (unit <= self.shape.money)
        for index in np.setdiff1d(group[is_value], group[is_value & is_kept]):
            mine = np.flatnonzero(is_value & (group == index))
            is_kept[mine[np.argmin(unit[mine])]] = True
        if np.all(is_kept):
            raise SolverError("HiGHS could not solve the master problem.")
        self.purge(is_kept)
        self.highs.clearSolver()
        return run(self.highs, clock)

    def cut_duals(self, vertex: Vertex) -> FloatArray:
        """Multiplier >= 0 of each cut; those of a group sum to 1."""
        return np.maximum(0.0, -vertex.row_duals[self.shape.first_cut :])

    def purge(self, keep: BoolArray) -> None:
        """Drop the cuts that are not to be kept."""
        dropped = np.flatnonzero(~keep)
        delete_rows(self.highs, dropped + self.shape.first_cut)
        self.cuts = [cut for cut, kept in zip(self.cuts, keep, strict=True) if kept]
