"""The point whose worst shortfall over several sides is smallest: the master with a max-min objective.

A problem falls into sides (futures) that share strategic columns alone. With the value columns eta of the
groups of side s, its strategic costs f_s and a target t_s,

    min theta   s.t.  theta >= t_s - (sum_{g in s} eta_g - f_s y)   each side,   theta >= 0,

over the strategic rows and the cuts. Cuts over-estimate values, so every optimum of it is a lower bound on
the smallest worst shortfall; points that it proposes are valued exactly, and add cuts at and around them.

References
----------
Birge, Louveaux (2011), Introduction to Stochastic Programming, section 5.1.d: one value column per scenario.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.errors import SolverError
from entrepot.location import LocationProblem, Memory, Options, Watcher, cell_of_way
from entrepot.location.measure import flow_value
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.flows import OutOfTimeError
from entrepot.solvers.master import base_program, cut_rows
from entrepot.solvers.oracle import prices_of
from entrepot.solvers.prepared import Prepared, prepare
from entrepot.solvers.resuming import meets_rows, recall, recalled_columns
from entrepot.solvers.root import Relaxation, first_relaxation, separate
from entrepot.solvers.status import Program, add_rows, claim_scheduler, open_program, run
from entrepot.solvers.valuation import Valuation, value_plan

ROOT_ROUNDS = 40
ROUNDS = 100
DEPTHS = (0.3, 0.6)
PROGRESS = 1e-3
"""Part of the open shortfall that a round of the root must win."""
VIOLATED = 1e-9
MARGIN = 1e-7
"""Safety on the bound of the integer master, relative to the size of the problem."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Which part of a problem's value belongs to which side.

    Attributes
    ----------
    owner : (n_groups of the cells,) side of each. cost : (n_sides, n_columns) EUR. target : (n_sides,) EUR.
    decisions : binary columns that make a plan; all others follow from them in each side by itself.
    """

    owner: IntArray
    cost: FloatArray
    target: FloatArray
    decisions: IntArray


Judge = Callable[[FloatArray], tuple[float, float]]
"""Columns of a plan -> its worst shortfall, all else at its best, and what that is at least, EUR."""


@dataclass(slots=True, eq=False)
class WorstCase:
    """What was found.

    Attributes
    ----------
    columns : strategic points, in the order in which they became the best. shortfall : worst one of the last
        of them, EUR, inf without one. bound : no point has a smaller worst shortfall, EUR (claimed).
    """

    columns: list[FloatArray] = field(default_factory=list)
    shortfall: float = np.inf
    bound: float = 0.0


def least_shortfall(
    problem: LocationProblem,
    sides: Sides,
    options: Options,
    watcher: Watcher,
    *,
    judge: Judge,
    memory: Memory | None = None,
    tolerance: float = 0.0,
) -> WorstCase:
    """Search for the plan of the smallest worst shortfall.

    Parameters
    ----------
    problem : all sides, each in its own money. options : seconds, seed and threads count.
    judge : values the decisions of a point where they alone do not settle the other integer columns.
    memory : cuts, core and a point to start from.
    tolerance : EUR between shortfall and bound at which to end.

    Raises
    ------
    SolverError : HiGHS failed at the first program already.
    """
    claim_scheduler()
    clock = Clock(options, watcher)
    search = _Search(problem, sides, judge, clock, memory)
    search.tighten()
    for _ in range(ROUNDS):
        if clock.is_over() or search.found.shortfall - search.found.bound <= tolerance:
            break
        if not search.propose(0.2 * tolerance):
            break
    return search.found


class _Search:
    """State of the search: cuts, the core point, and the best point."""

    def __init__(
        self,
        problem: LocationProblem,
        sides: Sides,
        judge: Judge,
        clock: Clock,
        memory: Memory | None,
    ) -> None:
        self.prepared = prepare(problem, clock.options.threads)
        self.sides, self.judge, self.clock, self.found = sides, judge, clock, WorstCase()
        self.settled: list[FloatArray] = []
        self.least_settled = np.inf
        self.relaxation = first_relaxation(self.prepared, clock)
        self.master = self.relaxation.master
        self.shape = self.master.shape
        if memory is not None:
            cuts, _ = recall(self.prepared, memory)
            self.master.add(cuts)
            self.relaxation.core = recalled_columns(self.prepared, memory, memory.core)
            for cut in cuts:
                if cut.scale > 0.0:
                    self.relaxation.prices[cut.group.index] = prices_of(self.prepared, cut)
            first = recalled_columns(self.prepared, memory, memory.columns)
            if meets_rows(self.prepared, first):
                self.value(first)

    def tighten(self) -> None:
        """Cut at in-out points until the relaxed shortfall stands still."""
        before = -np.inf
        for _ in range(ROOT_ROUNDS):
            if self.clock.is_over():
                return
            point, bound = self._solved(is_integer=False, gap=0.0)
            if point is None:
                return
            self.found.bound = max(self.found.bound, bound)
            self.clock.report("tightening the bound")
            open_part = self.found.shortfall - bound
            if np.isfinite(open_part) and bound - before < PROGRESS * max(open_part, 0.0):
                return
            before = bound
            if not self._cut_at(point):
                return

    def propose(self, gap: float) -> bool:
        """Let the integer master propose a plan, and value it; False where it proposes nothing new."""
        point, bound = self._solved(is_integer=True, gap=gap)
        reached = min(bound, self.least_settled)  # plans that are settled are left out of the master
        if np.isfinite(reached):
            self.found.bound = max(self.found.bound, reached)
        if point is None:
            return False
        before = len(self.settled)
        self.value(point[: self.shape.n_columns])
        return len(self.settled) > before

    def value(self, columns: FloatArray) -> None:
        """Value a plan and add its cuts; it is settled unless time ran out."""
        strategic = self.prepared.problem.strategic
        whole = np.where(strategic.is_integer, np.rint(columns), columns)
        try:
            valuation = value_plan(self.prepared, whole, list(self.relaxation.prices), self.clock)
        except OutOfTimeError:
            return
        worst, least = self._worst_of(whole, valuation)
        self.settled.append(whole)
        self.least_settled = min(self.least_settled, least)
        if worst < self.found.shortfall:
            self.found.shortfall = max(worst, 0.0)
            self.found.columns.append(whole)
        self.master.add(list(valuation.cuts))
        if valuation.assignment is not None:
            for depth in DEPTHS:
                if self.clock.is_over():
                    break
                mixed = (1.0 - depth) * valuation.columns + depth * self.relaxation.core
                self.master.add(separate(self.prepared, list(valuation.prices), mixed))

    def _worst_of(self, whole: FloatArray, valuation: Valuation) -> tuple[float, float]:
        """Worst shortfall of the decisions of a point, and what it is at least, EUR."""
        margin = MARGIN * self.prepared.money
        if self._has_other_integers():
            return self.judge(whole)
        if valuation.ceiling == -np.inf:
            return np.inf, np.inf
        if valuation.assignment is None or valuation.ceiling - valuation.value > margin:
            return self.judge(whole)
        worst = float((self.sides.target - self._values(valuation)).max())
        return worst, worst - margin

    def _has_other_integers(self) -> bool:
        """Whether integer columns beside the decisions can move."""
        strategic = self.prepared.problem.strategic
        moves = strategic.is_integer & (strategic.upper > strategic.lower)
        moves[self.sides.decisions] = False
        return bool(moves.any())

    def _values(self, valuation: Valuation) -> FloatArray:
        """Value of each side, EUR, (n_sides,)."""
        problem, flows = self.prepared.problem, valuation.assignment
        assert flows is not None
        side = self.sides.owner[problem.cells.group[cell_of_way(problem, flows.way)]]
        earned = np.bincount(side, weights=flow_value(problem, flows), minlength=len(self.sides.target))
        values: FloatArray = earned - self.sides.cost @ valuation.columns
        return values

    def _cut_at(self, point: FloatArray) -> bool:
        """Add cuts at the middle of core and point, or at the point; False where none is violated."""
        columns = point[: self.shape.n_columns]
        value = point[self.shape.first_value : self.shape.width] * self.shape.money
        weights, room = self.prepared.rooms(columns)
        self.relaxation.core = 0.5 * (self.relaxation.core + columns)
        for where in (self.relaxation.core, columns):
            cuts = separate(self.prepared, self.relaxation.prices, where)
            slack = VIOLATED * self.prepared.money
            mine = [cut for cut in cuts if value[cut.group.index] - cut.at(weights, room) > slack]
            if mine:
                self.master.add(mine)
                return True
        return False

    def _other_plans(self) -> tuple[csr_array, FloatArray]:
        """Rows that each leave out the decisions of a settled plan (Laporte, Louveaux, 1993)."""
        column = self.sides.decisions
        points = np.array(self.settled)[:, column]
        row = np.repeat(np.arange(len(points)), len(column))
        sign = np.where(points > 0.5, 1.0, -1.0).ravel()
        shape = (len(points), self.shape.width)
        matrix = csr_array((sign, (row, np.tile(column, len(points)))), shape=shape)
        return matrix, np.sum(points > 0.5, axis=1) - 1.0

    def _solved(self, *, is_integer: bool, gap: float) -> tuple[FloatArray | None, float]:
        """Optimum of the master with the objective of the worst shortfall, and its bound, EUR."""
        program = _program(self.prepared, self.relaxation, self.sides, is_integer)
        settings = {
            "random_seed": self.clock.options.seed,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": max(gap / self.shape.money, 1e-9),
        }
        highs = open_program(program, **settings)
        matrix, upper = cut_rows(self.shape, self.master.cuts)
        if is_integer and self.settled:
            others, side = self._other_plans()
            matrix, upper = csr_array(vstack([matrix, others], format="csr")), np.append(upper, side)
        add_rows(highs, _wider(matrix), np.full(len(upper), -np.inf), upper)
        try:
            outcome = run(highs, self.clock, phase="searching plans")
        except SolverError:
            return None, 0.0
        if outcome == "infeasible":
            return None, np.inf if is_integer else 0.0
        info = highs.getInfo()
        has_point = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        values = np.array(highs.getSolution().col_value, dtype=np.float64) if has_point else None
        if is_integer and np.any(program.is_integer):
            least = float(info.mip_dual_bound)
        else:
            least = float(info.objective_function_value) if outcome == "optimal" else 0.0
        margin = MARGIN * self.prepared.money
        return values, max(self.shape.money * least - margin, 0.0) if np.isfinite(least) else 0.0


def _program(prepared: Prepared, relaxation: Relaxation, sides: Sides, is_integer: bool) -> Program:
    """The master with one more column, the worst shortfall, and a row for every side."""
    base, shape = base_program(prepared, is_integer), relaxation.master.shape
    group_of_side: list[list[int]] = [[] for _ in sides.target]
    for group in prepared.groups:
        if len(group.cells):
            side = int(sides.owner[prepared.problem.cells.group[group.cells[0]]])
            group_of_side[side].append(shape.first_value + group.index)
    rows = np.zeros((len(sides.target), shape.width + 1))
    rows[:, : shape.n_columns] = -sides.cost / shape.money
    for side, columns in enumerate(group_of_side):
        rows[side, columns] = 1.0
    rows[:, -1] = 1.0
    n = len(sides.target)
    return Program(
        cost=np.append(np.zeros(shape.width), 1.0),
        lower=np.append(base.lower, 0.0),
        upper=np.append(base.upper, np.inf),
        matrix=csr_array(vstack([_wider(base.matrix), csr_array(rows)], format="csr")),
        row_lower=np.concatenate([base.row_lower, sides.target / shape.money]),
        row_upper=np.concatenate([base.row_upper, np.full(n, np.inf)]),
        is_integer=np.append(base.is_integer, False),
    )


def _wider(matrix: csr_array) -> csr_array:
    """The matrix with an empty last column."""
    return csr_array(hstack([matrix, csr_array((matrix.shape[0], 1))], format="csr"))
