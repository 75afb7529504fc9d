"""The exact value of a strategic point: its flows, the prices that prove them, or the cut that forbids it."""

from dataclasses import dataclass

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import Assignment, charge_of, value_of
from entrepot.location.problem import FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices, no_prices
from entrepot.solvers.flows import Flows, solve_flows
from entrepot.solvers.oracle import Point, improve_prices, make_cut, sharpen_prices
from entrepot.solvers.prepared import Group, Prepared, for_each_group
from entrepot.solvers.whole_flows import Whole, whole_flows

FEASIBLE = 1e-8
PENALTIES = (0.5, 1e1, 1e3, 1e5)
PRICE_CALLS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """A strategic point and what its flows are worth.

    Attributes
    ----------
    columns : (n_columns,) y. assignment : flows, or None where none is feasible.
    value, charge : EUR. ceiling : no flows of the point are worth more, EUR.
    cuts : one per group, tight at the point; where infeasible,
        cuts that forbid the point.
    prices : per group.
    """

    columns: FloatArray
    assignment: Assignment | None
    value: float
    charge: float
    cuts: list[Cut]
    prices: list[Prices]
    ceiling: float


def value_plan(
    prepared: Prepared, columns: FloatArray, start: list[Prices], clock: Clock, is_close: bool = False
) -> Valuation:
    """Value a strategic point exactly.

    `start` are prices of each group; they are improved first unless they are known to be close to the best.
    """
    point = Point(*prepared.rooms(columns))

    def prices_of_group(group: Group) -> Prices:
        if is_close:
            return start[group.index]
        prices = improve_prices(prepared, group, point, start[group.index], PRICE_CALLS)
        return sharpen_prices(prepared, group, point, prices, clock)

    found = for_each_group(
        prepared,
        lambda group: _group_flows(prepared, group, point, prices_of_group(group), clock),
        lambda: clock.report("evaluating a plan"),
    )
    forbidding = [cut for flows, cut, is_feasible in found if not is_feasible]
    if forbidding:
        return Valuation(columns, None, -np.inf, 0.0, forbidding, start, -np.inf)
    whole = for_each_group(prepared, lambda group: _whole(prepared, group, point, found, clock))
    flows = [answer.flows for answer in whole if answer.flows is not None]
    ceiling = sum(answer.bound for answer in whole) - float(prepared.problem.strategic.cost @ columns)
    cuts, prices = [answer[1] for answer in found], [answer[0].prices for answer in found]
    if len(flows) < len(whole):
        return Valuation(columns, None, -np.inf, 0.0, cuts, prices, ceiling)
    assignment = _joined(flows)
    return Valuation(
        columns=columns,
        assignment=assignment,
        value=value_of(prepared.problem, columns, assignment),
        charge=charge_of(prepared.problem, columns, assignment),
        cuts=cuts,
        prices=prices,
        ceiling=ceiling,
    )


def _whole(
    prepared: Prepared, group: Group, point: Point, found: list[tuple[Flows, Cut, bool]], clock: Clock
) -> Whole:
    return whole_flows(prepared, group, point, found[group.index][0], clock)


def forbidding_cut(prepared: Prepared, group: Group, point: Point, clock: Clock) -> Cut | None:
    """Cut that every feasible point meets and this one does not; None where its flows are feasible."""
    flows = solve_flows(prepared, group, point, no_prices(prepared), clock, scale=0.0, penalty=1.0)
    if flows.shortfall <= FEASIBLE:
        return None
    return make_cut(prepared, group, point, flows.prices, scale=0.0)


def _group_flows(
    prepared: Prepared, group: Group, point: Point, prices: Prices, clock: Clock
) -> tuple[Flows, Cut, bool]:
    """Flows of a group, the cut from their prices, and whether they are feasible (else the cut forbids)."""
    for penalty in PENALTIES:
        flows = solve_flows(prepared, group, point, prices, clock, scale=1.0, penalty=penalty)
        if flows.shortfall <= FEASIBLE:
            return flows, make_cut(prepared, group, point, flows.prices), True
        if penalty < 1.0:
            prices = flows.prices
            continue
        forbids = forbidding_cut(prepared, group, point, clock)
        if forbids is not None:
            return flows, forbids, False
        prices = flows.prices
    raise SolverError("The flows of a plan are feasible, but no prices were found that show it.")


def _joined(flows: list[Flows]) -> Assignment:
    way = np.concatenate([found.known.way for found in flows])
    enabler = np.concatenate([found.known.enabler for found in flows])
    fraction = np.concatenate([found.fraction for found in flows])
    used = np.flatnonzero((way >= 0) & (fraction > 0.0))
    order = used[np.lexsort((enabler[used], way[used]))]
    return Assignment(way[order], enabler[order], fraction[order])
