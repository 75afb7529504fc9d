"""Paths of stock as columns: what comes in by which lane, which gateways are used, what commitments lack.

For a key (site j, product k, period t) with its throughput L (parcels) and an origin o with share s_o of the
supply, q_l is what comes by lane l, u_gt says that gateway g is used, z_lt is what a commitment lacks:

    sum over the lanes l of o    q_l = s_o L
    tonnes through g in t        <= room_g u_gt   (u = 1 where the gateway has no fee)
    tonnes on l in t             <= room_l
    tonnes on l in t + z_lt      >= commitment_l

Tonnes count stock by the paths (also where they are not columns, see `model.path_choice`) and direct parcels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.block import Block, amounts, binaries, stacked
from entrepot.model.columns import Columns
from entrepot.model.path_choice import PathChoice
from entrepot.model.rooms import Rooms
from entrepot.model.row import Row
from entrepot.model.throughput import Throughput, throughput_label
from entrepot.terms.linehaul import (
    gateway_fee,
    lane_commitment,
    shortfall_price,
    tonnes,
)
from entrepot.terms.time import discount, middle_day

ABSENT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Columns of the ways in.

    Attributes
    ----------
    choice : the paths that have columns. column : (n_paths,) strategic column. unit : (n_paths,) parcels that
        one unit of it stands for. key : (n_paths,) position of its throughput.
    use : (n_gateways, n_periods) column "the gateway is used", -1 = without a fee.
    shortfall : (n_lanes, n_periods) column of what a commitment lacks, in units of the commitment, -1 = none.
    """

    choice: PathChoice
    column: IntArray
    unit: FloatArray
    key: IntArray
    use: IntArray
    shortfall: IntArray

    @property
    def tonnes(self) -> FloatArray:
        """Tonnes that one unit of each path's column weighs, (n_paths,)."""
        return tonnes(self.unit * self.choice.weight)


def sites_that_can_open(instance: Instance, lives: Columns) -> BoolArray:
    """Whether some column has the centre open, (n_sites, n_periods)."""
    can = np.zeros((instance.n_sites, instance.n_periods), dtype=np.bool_)
    for t in range(instance.n_periods):
        can[lives.site[lives.is_open_in(t)], t] = True
    return can


def paths_of(
    instance: Instance, choice: PathChoice, throughput: Throughput, start: int
) -> tuple[Paths, Block]:
    """Columns of the paths, of the use of gateways and of shortfalls, numbered from `start`."""
    factor = discount(instance, middle_day(instance))
    key = throughput.position[choice.site, choice.product, choice.period]
    unit = instance.origins.supply_share[choice.origin] * throughput.most[key]
    n = len(choice)
    cost = choice.cost * unit * factor[choice.period]
    blocks = [amounts(cost, cost, np.ones(n), _path_names(instance, choice))]
    use, of_use = _uses(instance, factor, start + n)
    blocks.append(of_use)
    shortfall, of_shortfalls = _shortfalls(instance, factor, start + n + len(of_use))
    blocks.append(of_shortfalls)
    return Paths(choice, start + np.arange(n), unit, key, use, shortfall), stacked(blocks)


def _uses(instance: Instance, factor: FloatArray, start: int) -> tuple[IntArray, Block]:
    """Whether each gateway with a fee is used in each period."""
    use = np.full((instance.n_gateways, instance.n_periods), ABSENT, dtype=np.int64)
    if not instance.inbound.is_chosen:
        return use, binaries(np.zeros(0), np.zeros(0), ())
    gateway, period = np.nonzero(np.repeat(instance.inbound.gateway_fee[:, None] > 0.0, use.shape[1], axis=1))
    use[gateway, period] = start + np.arange(len(gateway))
    cost = np.asarray(gateway_fee(instance, gateway, period) * factor[period])
    names = tuple(
        f"use of {gateway_label(instance, g, t)}"
        for g, t in zip(gateway.tolist(), period.tolist(), strict=True)
    )
    return use, binaries(cost, cost, names)


def _shortfalls(instance: Instance, factor: FloatArray, start: int) -> tuple[IntArray, Block]:
    """What every commitment lacks in each period in which its lane is open."""
    n_lanes = len(instance.lanes.mode)
    shortfall = np.full((n_lanes, instance.n_periods), ABSENT, dtype=np.int64)
    if not instance.inbound.is_chosen:
        return shortfall, amounts(np.zeros(0), np.zeros(0), np.zeros(0), ())
    every, periods = np.arange(n_lanes)[:, None], np.arange(instance.n_periods)[None, :]
    due = lane_commitment(instance, every, periods)
    lane, period = np.nonzero(due > 0.0)
    shortfall[lane, period] = start + np.arange(len(lane))
    cost = shortfall_price(instance, lane, period) * due[lane, period] * factor[period]
    names = tuple(
        f"shortfall of {lane_label(instance, a, t)}"
        for a, t in zip(lane.tolist(), period.tolist(), strict=True)
    )
    return shortfall, amounts(cost, cost, np.ones(len(lane)), names)


def path_rows(instance: Instance, paths: Paths, throughput: Throughput) -> Iterator[Row]:
    """What comes in by the lanes of an origin is the origin's share of what leaves."""
    choice = paths.choice
    if len(choice) == 0:
        return
    group = paths.key * instance.n_origins + choice.origin
    first = np.flatnonzero(np.diff(group, prepend=-1))
    for begin, end in zip(first, np.append(first[1:], len(choice)), strict=True):
        column = np.append(paths.column[begin:end], throughput.column[paths.key[begin]])
        signs = np.append(np.ones(end - begin), -1.0)
        key = (int(choice.site[begin]), int(choice.product[begin]), int(choice.period[begin]))
        origin = instance.origins.labels[choice.origin[begin]]
        yield Row(f"{origin} supplies {throughput_label(instance, *key)}", 0.0, 0.0, column, signs)


@dataclass(frozen=True, slots=True, eq=False)
class Haul:
    """A row over the tonnes through a gateway or on a lane in a period.

    tonnes of paths and direct parcels <= sum of coefficient x column + constant, or with `sign` -1
    -tonnes <= ... (a commitment).

    Attributes
    ----------
    name : for planners. period : index. gateway, lane : index of what is counted, the other one -1.
    sign : 1 or -1. column, coefficient : (n,) strategic columns besides the paths. constant : tonnes.
    """

    name: str
    period: int
    gateway: int
    lane: int
    sign: float
    column: IntArray
    coefficient: FloatArray
    constant: float


NO_COLUMN, NO_FACTOR = np.zeros(0, dtype=np.int64), np.zeros(0)


def hauls(instance: Instance, paths: Paths, rooms: Rooms | None = None) -> Iterator[Haul]:
    """All rows over tonnes: capacities and use of gateways, sailings and commitments of lanes.

    `rooms` are those to state; None = those that the paths were chosen for.
    """
    if not instance.inbound.is_chosen:
        return
    stated = paths.choice.rooms if rooms is None else rooms
    for t in range(instance.n_periods):
        limit = float(paths.choice.tonnes[t])
        yield from _of_gateways(instance, paths, t, (limit, stated))
        room = stated.room_of_lanes(instance, t)
        for lane in np.flatnonzero(instance.lanes.is_open[:, t]).tolist():
            yield from _of_lane(instance, paths, (lane, t), (limit, float(room[lane])))


def _of_gateways(
    instance: Instance, paths: Paths, period: int, limits: tuple[float, Rooms]
) -> Iterator[Haul]:
    limit, stated = limits
    rooms = stated.room_of_gateways(instance, period)
    for gateway in range(instance.n_gateways):
        room, use = float(rooms[gateway]), int(paths.use[gateway, period])
        label = gateway_label(instance, gateway, period)
        if use != ABSENT:
            name = f"limit: capacity of {label}" if room < limit else f"only a used gateway: {label}"
            factor = np.array([max(min(room, limit), 0.0)])
            yield Haul(name, period, gateway, ABSENT, 1.0, np.array([use]), factor, 0.0)
        elif room <= limit:
            yield Haul(
                f"limit: capacity of {label}", period, gateway, ABSENT, 1.0, NO_COLUMN, NO_FACTOR, room
            )


def _of_lane(
    instance: Instance, paths: Paths, who: tuple[int, int], limits: tuple[float, float]
) -> Iterator[Haul]:
    (lane, period), (limit, room) = who, limits
    label = lane_label(instance, lane, period)
    if room <= limit * float(instance.origins.supply_share[instance.lanes.origin_index[lane]]):
        yield Haul(f"limit: sailings of {label}", period, ABSENT, lane, 1.0, NO_COLUMN, NO_FACTOR, room)
    missing = int(paths.shortfall[lane, period])
    if missing != ABSENT:
        due = float(lane_commitment(instance, lane, period))
        yield Haul(
            f"commitment on {label}", period, ABSENT, lane, -1.0, np.array([missing]), np.array([due]), -due
        )


def counted_paths(instance: Instance, paths: Paths, haul: Haul) -> IntArray:
    """Paths whose tonnes a row counts."""
    mine = paths.choice.period == haul.period
    lane = paths.choice.lane
    if haul.lane == ABSENT:
        found: IntArray = np.flatnonzero(mine & (instance.lanes.gateway_index[lane] == haul.gateway))
        return found
    return np.flatnonzero(mine & (lane == haul.lane))


def gateway_label(instance: Instance, gateway: int, period: int) -> str:
    """Gateway and period, for planners."""
    return f"{instance.gateways.labels[gateway]} {instance.periods.labels[period]}"


def lane_label(instance: Instance, lane: int, period: int) -> str:
    """Ends, mode, route and period of a lane, for planners."""
    lanes = instance.lanes
    start = instance.origins.labels[lanes.origin_index[lane]]
    end = instance.gateways.labels[lanes.gateway_index[lane]]
    how = f"{lanes.mode[lane]} {lanes.route[lane]}".rstrip()
    return f"{start} > {end}, {how} {instance.periods.labels[period]}"


def _path_names(instance: Instance, choice: PathChoice) -> tuple[str, ...]:
    keys = zip(*(a.tolist() for a in (choice.site, choice.product, choice.period, choice.lane)), strict=True)
    return tuple(
        f"{instance.products.labels[k]} to {instance.sites.labels[j]} by {lane_label(instance, lane, t)}"
        for j, k, t, lane in keys
    )
