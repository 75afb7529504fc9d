"""The paths of stock that are best for a plan as it is: fees, commitments and rooms at given flows.

What leaves a centre is known, so the ways in are a small problem of their own. A part x of an origin's goods
of a key (site, product, period) comes by each lane, u says that a gateway is used, z is what a commitment
lacks:

    min  sum cost x + sum fee u + sum price z
    s.t. sum over the lanes of an origin   x = 1
         tonnes through a gateway        <= room,  <= room u where it has a fee
         tonnes on a lane                <= room,  >= commitment - z

Tonnes of direct parcels are given. No path changes what a parcel else costs or when it arrives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.model.rooms import exceeded, no_rooms
from entrepot.model.row import Row, stack_rows
from entrepot.plans.hauls import kilograms_by_lane, tonnes_by_gateway
from entrepot.plans.plan import Inbound, Plan, inbound_rows
from entrepot.plans.sales import Sales, sales_of
from entrepot.plans.sums import cube
from entrepot.plans.supply import supply_of
from entrepot.solvers.clock import Clock, Grace
from entrepot.solvers.status import Program, has_point, open_program, run, vertex_of
from entrepot.terms.inbound import path_cost, path_terms
from entrepot.terms.linehaul import (
    LEAST_USE,
    gateway_fee,
    gateway_room,
    lane_commitment,
    lane_room,
    shortfall_price,
    tonnes,
)
from entrepot.terms.offers import context
from entrepot.terms.time import discount, middle_day

GAP = 1e-7
MOST_SECONDS, GRACE = 20.0, 2.0
"""Seconds that the paths of a plan may take at most, and where no time is left for them."""
SMALLEST_PART = 1e-9
TIGHT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class BestPaths:
    """A plan with the best paths for its flows.

    Attributes
    ----------
    plan : with these paths. cost : EUR discounted, with fees and commitments, beyond what the cheapest lanes
        cost without.
    """

    plan: Plan
    cost: float


def best_paths(instance: Instance, plan: Plan, clock: Clock) -> BestPaths | None:
    """The best paths for the flows of a plan; None where no paths that keep all rooms are found.

    Parameters
    ----------
    plan : its own paths are possible, whatever rooms they keep. clock : of the run; where it is over, what
        is found within a small grace counts, or else the cheapest lanes if they have room.
    """
    supply, around = supply_of(instance, plan), context(instance)
    sales, _ = sales_of(instance, plan, supply, around)
    direct = np.where(sales.site < 0, sales.sold, 0.0)
    known = kilograms_by_lane(instance, sales, direct, supply, around.direct)
    problem = _Problem(instance, _parts(instance, sales), known)
    part = problem.solved(Grace(clock, most=MOST_SECONDS, least=GRACE))
    if part is None or not problem.keeps_rooms(part):
        return None
    found = replace(plan, inbound=_inbound(instance, plan.inbound, problem.parts, part))
    return BestPaths(found, problem.cost(part))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Lanes by which goods can come, all (n,), sorted by what they bring: site, product, period, origin.

    Attributes
    ----------
    group : number of what they bring. tonnes : of all of it. cost : EUR discounted if all of it came by the
        lane.
    """

    site: IntArray
    product: IntArray
    period: IntArray
    origin: IntArray
    lane: IntArray
    group: IntArray
    tonnes: FloatArray
    cost: FloatArray

    @property
    def first(self) -> IntArray:
        """First lane of every group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))


def _parts(instance: Instance, sales: Sales) -> _Parts:
    """Every open lane for stock of what centres send."""
    stocked = sales.site >= 0
    shape = (instance.n_sites, instance.n_products, instance.n_periods)
    key = (sales.site[stocked], sales.product[stocked], sales.period[stocked])
    sent, share = cube(key, sales.sold[stocked], shape), instance.origins.supply_share
    is_usable = (instance.lanes.is_open & instance.lanes.carries_stock[:, None]).T[:, None, :]
    from_origin = instance.lanes.origin_index == np.arange(instance.n_origins)[:, None]
    may = (sent > 0.0)[..., None, None] & is_usable & from_origin & (share > 0.0)[:, None]
    site, product, period, origin, lane = (each.astype(np.int64) for each in np.nonzero(may))
    named = np.ravel_multi_index((site, product, period, origin), (*shape, instance.n_origins))
    parcels = sent[site, product, period] * share[origin]
    each = path_cost(instance, path_terms(instance, lane, site, product, period))
    return _Parts(
        site,
        product,
        period,
        origin,
        lane,
        group=np.unique(named, return_inverse=True)[1].astype(np.int64),
        tonnes=tonnes(parcels * instance.products.weight[product]),
        cost=parcels * each * discount(instance, middle_day(instance))[period],
    )


class _Problem:
    """The small problem: columns are the parts, then the use of gateways, then what commitments lack.

    Uses stand for pairs (gateway, period), shortfalls, in units of what is due, for pairs (lane, period).
    """

    def __init__(self, instance: Instance, parts: _Parts, known: FloatArray) -> None:
        """`known` are the kg of direct parcels by lane, (n_lanes, n_periods)."""
        self.instance, self.parts = instance, parts
        self.by_lane, self.by_gateway = tonnes(known), tonnes_by_gateway(instance, known)
        self.period = np.arange(instance.n_periods)
        self.factor = discount(instance, middle_day(instance))
        self.gateway = instance.lanes.gateway_index[parts.lane]
        self.due = lane_commitment(instance, np.arange(len(known))[:, None], self.period)
        self.fee = gateway_fee(instance, np.arange(instance.n_gateways)[:, None], self.period)
        self.use, self.lack = np.argwhere(self.fee > 0.0), np.argwhere(self.due > 0.0)
        stock = np.bincount(parts.period[parts.first], parts.tonnes[parts.first], instance.n_periods)
        self.all = self.by_lane.sum(axis=0) + stock

    def solved(self, timer: Grace) -> FloatArray | None:
        """The best parts, or the best ones found in time; None where there are none."""
        program = self.program()
        if len(program.cost) == 0:
            return np.zeros(0)
        highs = open_program(
            program, mip_rel_gap=GAP, mip_feasibility_tolerance=TIGHT, primal_feasibility_tolerance=TIGHT
        )
        outcome = run(highs, timer, phase="finding the best paths")
        if outcome == "infeasible":
            return None
        return _whole(self.parts, vertex_of(highs).columns) if has_point(highs) else self.cheapest()

    def cheapest(self) -> FloatArray:
        """All of every group by its cheapest lane."""
        parts = self.parts
        part = np.zeros(len(parts.lane))
        by_cost = np.lexsort((parts.cost, parts.group))
        part[by_cost[parts.first]] = 1.0
        return part

    def tonnes_with(self, part: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Tonnes by lane and by gateway, direct parcels included, (n_lanes, T) and (n_gateways, T)."""
        amount, (by_lane, by_gateway) = (
            self.parts.tonnes * part,
            (self.by_lane.copy(), self.by_gateway.copy()),
        )
        np.add.at(by_lane, (self.parts.lane, self.parts.period), amount)
        np.add.at(by_gateway, (self.gateway, self.parts.period), amount)
        return by_lane, by_gateway

    def keeps_rooms(self, part: FloatArray) -> bool:
        """Whether no room of a lane or gateway is exceeded."""
        by_lane, by_gateway = self.tonnes_with(part)
        return exceeded(self.instance, no_rooms(self.instance), by_gateway, by_lane) is None

    def program(self) -> Program:
        """As HiGHS takes it, money in units of the largest cost."""
        n, n_uses, n_lacks = len(self.parts.lane), len(self.use), len(self.lack)
        rows = [*self._whole(), *self._of_gateways(), *self._of_lanes()]
        matrix, lower, upper = stack_rows(rows, n + n_uses + n_lacks)
        gateway, period = self.use.T
        must = self.by_gateway[gateway, period] > LEAST_USE * np.maximum(self.all[period], 1.0)
        cost = np.concatenate([self.parts.cost, *self._dues()])
        return Program(
            cost=cost / np.max(np.abs(cost), initial=1.0),
            lower=np.concatenate([np.zeros(n), must.astype(np.float64), np.zeros(n_lacks)]),
            upper=np.ones(len(cost)),
            matrix=matrix,
            row_lower=lower,
            row_upper=upper,
            is_integer=np.repeat([False, True, False], [n, n_uses, n_lacks]),
        )

    def cost(self, part: FloatArray) -> float:
        """What parts cost beyond the cheapest lanes, with the fees and commitments that follow, EUR."""
        parts = self.parts
        cheapest = np.minimum.reduceat(parts.cost, parts.first) if len(parts.first) else np.zeros(0)
        by_lane, by_gateway = self.tonnes_with(part)
        fee, price = self._dues()
        is_used = by_gateway > LEAST_USE * np.maximum(self.all, 1.0)
        missing = np.maximum(0.0, 1.0 - by_lane[*self.lack.T] / self.due[*self.lack.T])
        return float(parts.cost @ part - cheapest.sum() + fee @ is_used[*self.use.T] + price @ missing)

    def _dues(self) -> tuple[FloatArray, FloatArray]:
        """Fees of gateways and what is paid where nothing comes of a commitment, EUR discounted."""
        (gateway, at), (lane, when) = self.use.T, self.lack.T
        price = shortfall_price(self.instance, lane, when) * self.due[lane, when]
        return self.fee[gateway, at] * self.factor[at], price * self.factor[when]

    def _whole(self) -> Iterator[Row]:
        """All of a group comes."""
        for begin, end in pairwise(np.append(self.parts.first, len(self.parts.lane)).tolist()):
            yield Row("", 1.0, 1.0, np.arange(begin, end), np.ones(end - begin))

    def _of_gateways(self) -> Iterator[Row]:
        """Rooms and use; tonnes as parts of all tonnes of the period."""
        n, column = len(self.parts.lane), {tuple(pair): i for i, pair in enumerate(self.use.tolist())}
        for g, t in np.ndindex(self.by_gateway.shape):
            unit = max(float(self.all[t]), 1e-9)
            mine = np.flatnonzero((self.gateway == g) & (self.parts.period == t))
            share, given = self.parts.tonnes[mine] / unit, float(self.by_gateway[g, t]) / unit
            room = float(gateway_room(self.instance, g, t)) / unit
            if np.isfinite(room):
                scale = _scale(room)
                yield Row("", -np.inf, (room - given) * scale, mine, share * scale)
            if (g, t) in column:
                use = n + column[g, t]
                yield Row("", -np.inf, 0.0, np.append(mine, use), np.append(share, -float(share.sum())))

    def _of_lanes(self) -> Iterator[Row]:
        """Rooms and commitments; tonnes as parts of all tonnes of the period, and of what is due."""
        first = len(self.parts.lane) + len(self.use)
        column = {tuple(pair): first + i for i, pair in enumerate(self.lack.tolist())}
        for lane, t in np.ndindex(self.by_lane.shape):
            unit = max(float(self.all[t]), 1e-9)
            mine = np.flatnonzero((self.parts.lane == lane) & (self.parts.period == t))
            amount, given = self.parts.tonnes[mine], float(self.by_lane[lane, t])
            room = float(lane_room(self.instance, lane, t)) / unit
            if np.isfinite(room):
                scale = _scale(room)
                yield Row("", -np.inf, (room - given / unit) * scale, mine, amount / unit * scale)
            if (lane, t) in column:
                due = float(self.due[lane, t])
                yield Row(
                    "",
                    1.0 - given / due,
                    np.inf,
                    np.append(mine, column[lane, t]),
                    np.append(amount / due, 1.0),
                )


def _scale(room: float) -> float:
    """Factor of a row over tonnes, so that a room smaller than all tonnes is kept to its own size."""
    return 1.0 / room if 1e-6 < room < 1.0 else 1.0


def _whole(parts: _Parts, columns: FloatArray) -> FloatArray:
    """Parts without rounding: none below the smallest, those of a group add up to 1."""
    part = columns[: len(parts.lane)]
    part = np.where(part > SMALLEST_PART, part, 0.0)
    whole: FloatArray = part / np.bincount(parts.group, part)[parts.group]
    return whole


def _inbound(instance: Instance, known: Inbound, parts: _Parts, part: FloatArray) -> Inbound:
    """The inbound rows with those of what is sent replaced."""
    shape = (instance.n_periods, instance.n_sites, instance.n_products, instance.n_origins)
    used = np.flatnonzero(part)
    mine = (parts.period[used], parts.site[used], parts.product[used], parts.origin[used])
    is_sent = np.zeros(shape, dtype=np.bool_)
    is_sent[mine] = True
    others = (known.period, known.site, known.product, known.origin)
    kept = np.flatnonzero(~is_sent[others])
    key = [np.concatenate([old[kept], new]) for old, new in zip(others, mine, strict=True)]
    lane = np.concatenate([known.lane[kept], parts.lane[used]])
    fraction = np.concatenate([known.fraction[kept], part[used]])
    return inbound_rows(instance, key, lane, fraction)
