"""The exact value of a plan: flows and free columns, the prices that prove them, or cuts that forbid it."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.location import Assignment, charge_of, value_of
from entrepot.location.problem import BoolArray, FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.clusters import Cluster
from entrepot.solvers.cuts import Cut, Prices, no_prices
from entrepot.solvers.flows import Flows, solve_flows
from entrepot.solvers.oracle import Point, improve_prices, make_cut, sharpen_prices
from entrepot.solvers.prepared import Group, Prepared, for_each
from entrepot.solvers.recourse import NoRecourseError, recourse_at
from entrepot.solvers.whole_flows import whole_flows

FEASIBLE = 1e-8
PENALTIES = (0.5, 1e1, 1e3, 1e5)
PRICE_CALLS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """A plan and what its flows are worth.

    Attributes
    ----------
    columns : (n_columns,) y, the free ones at their best. assignment : flows, or None where none is feasible.
    value, charge : EUR. ceiling : nothing with the same integers is worth more, EUR.
    cuts : one per group, tight at the plan; where infeasible, cuts that forbid the plan.
    prices : per group.
    """

    columns: FloatArray
    assignment: Assignment | None
    value: float
    charge: float
    cuts: list[Cut]
    prices: list[Prices]
    ceiling: float


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A cluster at a plan.

    Attributes
    ----------
    joined : cells, enablers and resources of its groups as one group.
    point : without free columns, and what those may lend.
    """

    cluster: Cluster
    joined: Group
    point: Point


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What was found for a part.

    Attributes
    ----------
    flows : the best ones, None where there are none. cuts : a cut per group; where infeasible, they forbid.
    prices : per group. bound : no flows are worth more, EUR. bought : of its free columns.
    """

    flows: Flows | None
    cuts: list[Cut]
    prices: list[Prices]
    is_feasible: bool
    bound: float
    bought: FloatArray


def value_plan(
    prepared: Prepared, columns: FloatArray, start: list[Prices], clock: Clock, is_close: bool = False
) -> Valuation:
    """Value a plan exactly: its integer columns (and those of weights) as they are, the free ones at best.

    `start` are prices of each group; they are improved first unless they are known to be close to the best.
    """
    bare = prepared.bare(columns)
    point = Point(*prepared.rooms(bare))

    def answer_of(part: Part) -> _Answer:
        if not part.cluster.groups:
            return _without_flows(prepared, part)
        prices = joined_prices([start[group] for group in part.cluster.groups])
        if not is_close and part.point.recourse is None:
            prices = improve_prices(prepared, part.joined, point, prices, PRICE_CALLS)
        if not is_close:
            prices = sharpen_prices(prepared, part.joined, part.point, prices, clock)
        return _part_flows(prepared, part, prices, clock)

    def whole_of(pair: tuple[Part, _Answer]) -> _Answer:
        part, answer = pair
        if answer.flows is None:
            return answer
        whole = whole_flows(prepared, part.joined, part.point, answer.flows, clock)
        bought = answer.bought if whole.flows is None else whole.flows.bought
        return replace(answer, flows=whole.flows, bound=whole.bound, bought=bought)

    forbidden = Valuation(columns, None, -np.inf, 0.0, [], start, -np.inf)
    parts = [part_at(prepared, cluster, point, bare, clock) for cluster in prepared.clusters]
    if not all(_has_recourse(prepared, part) for part in parts):
        return forbidden
    try:
        lps = for_each(parts, answer_of, prepared.threads, lambda: clock.report("evaluating a plan"))
    except NoRecourseError:
        return forbidden
    forbidding = [cut for answer in lps if not answer.is_feasible for cut in answer.cuts]
    if forbidding:
        return replace(forbidden, cuts=forbidding)
    found = for_each(list(zip(parts, lps, strict=True)), whole_of, prepared.threads)
    ceiling = sum(answer.bound for answer in found) - float(prepared.problem.strategic.cost @ bare)
    return _valued(prepared, columns, parts, found, ceiling)


def _valued(
    prepared: Prepared, columns: FloatArray, parts: list[Part], found: list[_Answer], ceiling: float
) -> Valuation:
    """The answers of all parts as one."""
    cuts, prices = _by_group(parts, found)
    if any(answer.flows is None for answer in found if answer.cuts):
        return Valuation(columns, None, -np.inf, 0.0, cuts, prices, ceiling)
    settled = columns.copy()
    for part, answer in zip(parts, found, strict=True):
        settled[part.cluster.columns] = answer.bought
    assignment = _joined([answer.flows for answer in found if answer.flows is not None])
    return Valuation(
        columns=settled,
        assignment=assignment,
        value=value_of(prepared.problem, settled, assignment),
        charge=charge_of(prepared.problem, settled, assignment),
        cuts=cuts,
        prices=prices,
        ceiling=ceiling,
    )


def part_at(
    prepared: Prepared,
    cluster: Cluster,
    point: Point,
    bare: FloatArray,
    clock: Clock,
    *,
    slack: tuple[FloatArray, FloatArray] | None = None,
) -> Part:
    """A cluster at a strategic point without free columns; see `recourse_at` for `slack`."""
    groups = [prepared.groups[index] for index in cluster.groups]
    if len(groups) == 1:
        joined = groups[0]
    else:
        nothing = np.zeros(0, dtype=np.int64)
        joined = Group(
            index=-1,
            cells=np.concatenate([nothing, *(group.cells for group in groups)]),
            enablers=np.concatenate([nothing, *(group.enablers for group in groups)]),
            resources=np.concatenate([nothing, *(group.resources for group in groups)]),
        )
    return Part(cluster, joined, replace(point, recourse=recourse_at(prepared, cluster, bare, clock, slack)))


def joined_prices(prices: list[Prices]) -> Prices:
    """Prices of several groups as one."""
    if len(prices) == 1:
        return prices[0]
    return Prices(
        np.sum([each.capacity for each in prices], axis=0), np.sum([each.resource for each in prices], axis=0)
    )


def forbidding_cuts(prepared: Prepared, part: Part, clock: Clock) -> list[Cut]:
    """Cuts, one a group, that every feasible point meets and these integers do not, whatever is bought.

    Empty where the flows are feasible.
    """
    flows = solve_flows(
        prepared,
        part.joined,
        part.point,
        no_prices(prepared),
        clock,
        scale=0.0,
        penalty=1.0,
    )
    if flows.shortfall <= FEASIBLE:
        return []
    return _cuts(prepared, part, _of_groups(prepared, part, flows.prices), 0.0)


def _has_recourse(prepared: Prepared, part: Part) -> bool:
    """Whether some amounts of the free columns meet the strategic rows."""
    if part.point.recourse is None:
        return True
    try:
        part.point.recourse.reply(np.zeros(prepared.problem.n_resources), 1.0)
    except NoRecourseError:
        return False
    return True


def _without_flows(prepared: Prepared, part: Part) -> _Answer:
    """Free columns that lend room to nobody."""
    assert part.point.recourse is not None
    reply = part.point.recourse.reply(np.zeros(prepared.problem.n_resources), 1.0)
    return _Answer(None, [], [], is_feasible=True, bound=reply.worth, bought=reply.amount)


def _part_flows(prepared: Prepared, part: Part, start: Prices, clock: Clock) -> _Answer:
    """Flows of a part, the cuts from their prices, and whether they are feasible (else the cuts forbid).

    Where neither flows within the rooms are found nor prices that forbid them, what the penalties say
    is kept: valid cuts and a valid bound, and no flows.
    """
    prices, bound, bought, known_feasible = start, np.inf, np.zeros(0), False
    for penalty in PENALTIES:
        flows = solve_flows(
            prepared,
            part.joined,
            part.point,
            prices,
            clock,
            scale=1.0,
            penalty=penalty,
        )
        if flows.shortfall <= FEASIBLE:
            split = _of_groups(prepared, part, _with_idle(prepared, part, flows.prices, start))
            return _Answer(flows, _cuts(prepared, part, split, 1.0), split, True, flows.bound, flows.bought)
        prices, bound, bought = flows.prices, min(bound, flows.bound), flows.bought
        if penalty >= 1.0 and not known_feasible:
            forbidding = forbidding_cuts(prepared, part, clock)
            if forbidding:
                return _Answer(flows, forbidding, [], False, -np.inf, flows.bought)
            known_feasible = True
    split = _of_groups(prepared, part, prices)
    return _Answer(None, _cuts(prepared, part, split, 1.0), split, True, bound, bought)


def _with_idle(prepared: Prepared, part: Part, prices: Prices, start: Prices) -> Prices:
    """The prices, with resources that no flow of the plan can use priced as they were before, if they may be.

    The flows say nothing about them, and at no price the cut would give their room away to other plans.
    """
    if part.point.recourse is None:
        return prices
    resources = part.point.recourse.resources
    is_idle = ~_can_use(prepared, part.point)[resources]
    raised = prices.resource.copy()
    raised[resources] = part.point.recourse.raised(
        prices.resource[resources],
        np.maximum(prices.resource, start.resource)[resources],
        is_idle,
        room=part.point.room[resources],
        unit=prepared.resource_price_unit[resources],
    )
    return Prices(prices.capacity, raised)


def _can_use(prepared: Prepared, point: Point) -> BoolArray:
    """Resources that a flow could use at a point, directly or by the load that it brings, (n_resources,)."""
    problem, is_enabled = prepared.problem, point.weights > 0.0
    is_on = np.zeros(problem.n_facilities + 1, dtype=np.bool_)
    is_on[prepared.facility_of_enabler[is_enabled]] = True
    is_on[-1] = True  # ways without a facility
    can: BoolArray = np.any(prepared.is_used_at & is_on, axis=1)
    if problem.resources.load is not None:
        can |= abs(problem.resources.load) @ is_enabled.astype(np.float64) > 0.0
    return can


def _of_groups(prepared: Prepared, part: Part, prices: Prices) -> list[Prices]:
    """Prices of each group of a part, 0 outside the group."""
    if len(part.cluster.groups) == 1:
        return [prices]
    found = []
    for index in part.cluster.groups:
        group, mine = prepared.groups[index], no_prices(prepared)
        mine.capacity[group.enablers] = prices.capacity[group.enablers]
        mine.resource[group.resources] = prices.resource[group.resources]
        found.append(mine)
    return found


def _cuts(prepared: Prepared, part: Part, prices: list[Prices], scale: float) -> list[Cut]:
    return [
        make_cut(prepared, prepared.groups[index], part.point, mine, scale)
        for index, mine in zip(part.cluster.groups, prices, strict=True)
    ]


def _by_group(parts: list[Part], found: list[_Answer]) -> tuple[list[Cut], list[Prices]]:
    """Cuts and prices in the order of the groups."""
    place = [index for part in parts for index in part.cluster.groups]
    cuts = [cut for answer in found for cut in answer.cuts]
    prices = [mine for answer in found for mine in answer.prices]
    order = np.argsort(place, kind="stable")
    return [cuts[i] for i in order], [prices[i] for i in order]


def _joined(flows: list[Flows]) -> Assignment:
    nothing = np.zeros(0, dtype=np.int64)
    way = np.concatenate([nothing, *(found.known.way for found in flows)])
    enabler = np.concatenate([nothing, *(found.known.enabler for found in flows)])
    fraction = np.concatenate([np.zeros(0), *(found.fraction for found in flows)])
    used = np.flatnonzero((way >= 0) & (fraction > 0.0))
    order = used[np.lexsort((enabler[used], way[used]))]
    return Assignment(way[order], enabler[order], fraction[order])
