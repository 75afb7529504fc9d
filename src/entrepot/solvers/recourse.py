"""Free columns at fixed integers: what is best bought at prices, and their part in the LP of the flows.

With the integers fixed, a cluster's flows and free columns z are one LP. Its dual value at prices is what the
flows are worth with no room bought, plus the *reply*: the largest (theta C - f) z over the rows and bounds of
z.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.clusters import Cluster
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.status import Program, open_program, run, set_costs, vertex_of

GRACE = 20.0
SAME = 1e-11  # of the problem's money
UNLIMITED = 1e6
"""Bounds beyond this many typical amounts are no measure of a column's size."""


class NoRecourseError(Exception):
    """The rows of the free columns contradict each other at these integers. Never leaves the engine."""


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What is best bought at prices.

    Attributes
    ----------
    worth : EUR, an upper bound on (theta C - f) z by weak duality. amount : (n_columns of the cluster,) z.
    """

    worth: float
    amount: FloatArray


@dataclass(slots=True, eq=False)
class Recourse:
    """The free columns of a cluster at fixed integers; all arrays in units in which amounts are about 1.

    Attributes
    ----------
    columns, resources : indices in the problem. unit : (n,) amount that one unit stands for.
    cost : (n,) f, EUR per unit. lower, upper : (n,). lends : (n_resources, n) C, natural units per unit.
    rows, row_lower, row_upper : strategic rows over z alone, what the integers use taken off.
    """

    columns: IntArray
    resources: IntArray
    unit: FloatArray
    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    lends: csr_array
    rows: csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    money: float
    clock: Clock
    highs: Any = field(default=None)

    def reply(self, resource_price: FloatArray, scale: float) -> Reply:
        """Best amounts at prices of all resources of the problem, with costs counted `scale` times.

        Raises
        ------
        NoRecourseError
            If no amounts meet the rows.
        SolverError
            If the LP cannot be solved.
        """
        income = self.lends.T @ resource_price[self.resources] - scale * self.cost
        if len(self.row_lower) == 0:
            amount = np.where(income > 0.0, self.upper, self.lower)
            return Reply(float(income @ amount), amount * self.unit)
        unit = max(float(np.max(np.abs(income))), 1e-300)
        if self.highs is None:
            self.highs = open_program(self._program(), primal_feasibility_tolerance=1e-9)
        set_costs(self.highs, -income / unit)
        outcome = run(self.highs, self.clock, grace=GRACE)
        if outcome == "infeasible":
            raise NoRecourseError
        if outcome != "optimal":
            raise SolverError("The continuous columns of a plan could not be valued.")
        vertex = vertex_of(self.highs)
        amount = np.clip(vertex.columns, self.lower, self.upper) * self.unit
        return Reply(self._bound(income, -vertex.row_duals * unit), amount)

    def lent(self, resource_price: FloatArray) -> tuple[float, FloatArray]:
        """Worth of the reply to prices, EUR, and the room that it lends, (n_resources of the problem,)."""
        reply = self.reply(resource_price, 1.0)
        room = np.zeros(len(resource_price))
        room[self.resources] = self.lends @ (reply.amount / self.unit)
        return reply.worth, room

    def raised(
        self, price: FloatArray, wanted: FloatArray, is_idle: BoolArray, *, room: FloatArray, unit: FloatArray
    ) -> FloatArray:
        """Prices of idle resources, raised towards those wanted as far as the reply stays what it is.

        Parameters
        ----------
        price, wanted, is_idle, room, unit : (n_resources of the cluster,) prices, prices aimed at, whether
            no flow can use the resource, the room that is there without free columns, a typical price.

        Notes
        -----
        An LP over the prices of the idle resources and the multipliers that bound the reply. Every solution
        leaves the dual value at the plan as it is, and lowers the cut where the idle resources are used.
        """
        idle = np.flatnonzero(is_idle & (wanted > 0.0))
        if len(idle) == 0:
            return price
        full = np.zeros(int(self.resources.max()) + 1)
        full[self.resources] = price
        worth = self.reply(full, 1.0).worth + float(price[idle] @ room[idle])
        others = price.copy()
        others[idle] = 0.0
        highs = open_program(self._raising(idle, others, wanted, room=room, unit=unit, worth=worth))
        if run(highs, self.clock, grace=GRACE) != "optimal":
            return price
        found = others.copy()
        found[idle] = np.clip(vertex_of(highs).columns[: len(idle)] * unit[idle], 0.0, wanted[idle])
        full[self.resources] = found
        total = self.reply(full, 1.0).worth + float(found[idle] @ room[idle])
        return found if total <= worth + 2.0 * SAME * self.money else price

    def _raising(
        self,
        idle: IntArray,
        others: FloatArray,
        wanted: FloatArray,
        *,
        room: FloatArray,
        unit: FloatArray,
        worth: float,
    ) -> Program:
        """Columns: prices in `unit`, row multipliers above and below, box multipliers above and below."""
        money, n = self.money / 1000.0, len(self.columns)
        has = np.isfinite(self.row_upper), np.isfinite(self.row_lower)
        identity = eye_array(n, format="csr")
        lent = csr_array(self.lends[idle].multiply(unit[idle][:, None])).T / money
        rows = self.rows[np.flatnonzero(has[0])], self.rows[np.flatnonzero(has[1])]
        value = np.concatenate(
            [
                unit[idle] * room[idle] / money,
                self.row_upper[has[0]],
                -self.row_lower[has[1]],
                self.upper,
                -self.lower,
            ]
        )
        matrix = vstack(
            [
                hstack([lent, -rows[0].T, rows[1].T, -identity, identity], format="csr"),
                csr_array(value[None, :]),
            ],
            format="csr",
        )
        side = (self.cost - self.lends.T @ others) / money
        n_prices, width = len(idle), matrix.shape[1]
        return Program(
            cost=np.concatenate([-np.ones(n_prices), np.zeros(width - n_prices)]),
            lower=np.zeros(width),
            upper=np.concatenate([wanted[idle] / unit[idle], np.full(width - n_prices, np.inf)]),
            matrix=csr_array(matrix),
            row_lower=np.append(side, -np.inf),
            row_upper=np.append(side, worth / money + 1000.0 * SAME),
            is_integer=np.zeros(width, dtype=np.bool_),
        )

    def _bound(self, income: FloatArray, price: FloatArray) -> float:
        """Upper bound on income z at prices of the rows: whatever they are, it is one."""
        side = np.where(price > 0.0, self.row_upper, self.row_lower)
        price = np.where(np.isfinite(side), price, 0.0)
        side = np.where(np.isfinite(side), side, 0.0)
        left = income - self.rows.T @ price
        return float(price @ side + np.sum(np.maximum(left * self.lower, left * self.upper)))

    def _program(self) -> Program:
        n = len(self.columns)
        return Program(
            cost=np.zeros(n),
            lower=self.lower,
            upper=self.upper,
            matrix=self.rows,
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            is_integer=np.zeros(n, dtype=np.bool_),
        )

    def beside(self, flows: Program, first_row: int, room_unit: FloatArray, per_money: float) -> Program:
        """The LP of the flows with the free columns as its last columns, their rows as its last rows.

        Parameters
        ----------
        flows : its resource rows are `first_row` and the following ones, in units of `room_unit`.
        per_money : what one EUR counts in the objective; 0 where only feasibility does.
        """
        n_rows, n_columns = flows.matrix.shape
        lent = self.lends.multiply(-1.0 / room_unit[:, None]).tocoo()
        block = csr_array((lent.data, (lent.coords[0] + first_row, lent.coords[1])), (n_rows, len(self.unit)))
        below = csr_array(hstack([csr_array((self.rows.shape[0], n_columns)), self.rows], format="csr"))
        return Program(
            cost=np.concatenate([flows.cost, per_money * self.cost]),
            lower=np.concatenate([flows.lower, self.lower]),
            upper=np.concatenate([flows.upper, self.upper]),
            matrix=csr_array(vstack([hstack([flows.matrix, block], format="csr"), below], format="csr")),
            row_lower=np.concatenate([flows.row_lower, self.row_lower]),
            row_upper=np.concatenate([flows.row_upper, self.row_upper]),
            is_integer=np.concatenate([flows.is_integer, np.zeros(len(self.unit), dtype=np.bool_)]),
        )

    def settled(self, amount: FloatArray, scale: float) -> tuple[FloatArray, float]:
        """Amounts moved onto their bounds, in the problem's units, and their cost, EUR."""
        inside = np.clip(amount, self.lower, self.upper)
        return inside * self.unit, scale * float(self.cost @ inside)


def recourse_at(
    prepared: Prepared,
    cluster: Cluster,
    bare: FloatArray,
    clock: Clock,
    slack: tuple[FloatArray, FloatArray] | None = None,
) -> Recourse | None:
    """The free columns of a cluster at a strategic point without them; None where it has none.

    `slack` is how far each strategic row may be broken, below and above.
    """
    columns, rows = cluster.columns, cluster.rows
    if len(columns) == 0:
        return None
    strategic = prepared.problem.strategic
    resources = resources_of(prepared, cluster)
    lends = csr_array(prepared.problem.resources.matrix[resources][:, columns])
    all_rows = csr_array(strategic.matrix[rows])
    used = all_rows @ bare
    below, above = (np.zeros(len(rows)), np.zeros(len(rows))) if slack is None else (s[rows] for s in slack)
    matrix = csr_array(all_rows[:, columns])
    unit = _units(prepared, lends, resources, matrix, (strategic.lower[columns], strategic.upper[columns]))
    matrix = csr_array(matrix.multiply(unit[None, :]))
    row_unit = 1.0 / _power_of_two(_largest(matrix, 1))
    return Recourse(
        columns=columns,
        resources=resources,
        unit=unit,
        cost=strategic.cost[columns] * unit,
        lower=strategic.lower[columns] / unit,
        upper=strategic.upper[columns] / unit,
        lends=csr_array(lends.multiply(unit[None, :])),
        rows=csr_array(matrix.multiply(row_unit[:, None])),
        row_lower=(strategic.row_lower[rows] - used - below) * row_unit,
        row_upper=(strategic.row_upper[rows] - used + above) * row_unit,
        money=prepared.money,
        clock=clock,
    )


def resources_of(prepared: Prepared, cluster: Cluster) -> IntArray:
    """Resources of the cluster's groups, group by group."""
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *(prepared.groups[group].resources for group in cluster.groups)])


def _units(
    prepared: Prepared,
    lends: csr_array,
    resources: IntArray,
    rows: csr_array,
    box: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """A typical amount of each column: the typical room it can lend, else its bound; a power of two."""
    typical = prepared.money / prepared.resource_price_unit[resources]
    lent = _largest(csr_array(lends.multiply(1.0 / typical[:, None])), 0)
    reach = np.maximum(np.abs(box[0]), np.abs(box[1]))
    by_room = np.divide(1.0, lent, out=reach.copy(), where=lent > 0.0)
    on_rows = _largest(rows, 0)
    fallback = np.divide(1.0, on_rows, out=np.ones_like(on_rows), where=on_rows > 0.0)
    amount = np.where(lent > 0.0, by_room, np.minimum(reach, UNLIMITED * fallback))
    return _power_of_two(amount)


def _largest(matrix: csr_array, axis: int) -> FloatArray:
    """Largest absolute entry along an axis; 0 where there is none."""
    if min(matrix.shape) == 0:
        return np.zeros(matrix.shape[1 - axis])
    found: FloatArray = abs(matrix).max(axis=axis).toarray().ravel()
    return found


def _power_of_two(amount: FloatArray) -> FloatArray:
    """Nearest power of two, 1 where the amount is 0."""
    safe = np.where(amount > 0.0, amount, 1.0)
    rounded: FloatArray = np.exp2(np.round(np.log2(safe)))
    return rounded
