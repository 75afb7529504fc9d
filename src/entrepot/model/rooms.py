"""Which rooms of gateways and lanes are stated as rows, and which a plan has yet to exceed.

Leaving out a room is a relaxation: its bound holds for the whole problem, and a plan of it that exceeds none
of the rooms left out is a plan of the whole problem. Most rooms of a study never bind.
"""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.terms.linehaul import gateway_room, lane_room

TOLERANCE = 1e-7
NEARLY_FULL = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Rooms:
    """Rooms that are stated: gateway (n_gateways, n_periods), lane (n_lanes, n_periods)."""

    gateway: BoolArray
    lane: BoolArray

    def room_of_gateways(self, instance: Instance, period: int) -> FloatArray:
        """Tonnes that each gateway takes in a period, (n_gateways,), inf where left out."""
        room = gateway_room(instance, np.arange(instance.n_gateways), period)
        return np.where(self.gateway[:, period], room, np.inf)

    def room_of_lanes(self, instance: Instance, period: int) -> FloatArray:
        """Tonnes that each lane takes in a period, (n_lanes,), inf where left out."""
        room = lane_room(instance, np.arange(len(instance.lanes.mode)), period)
        return np.where(self.lane[:, period], room, np.inf)


def all_rooms(instance: Instance) -> Rooms:
    """Every room is stated."""
    n = instance.n_periods
    return Rooms(
        np.ones((instance.n_gateways, n), dtype=np.bool_),
        np.ones((len(instance.lanes.mode), n), dtype=np.bool_),
    )


def no_rooms(instance: Instance) -> Rooms:
    """No room is stated yet."""
    every = all_rooms(instance)
    return Rooms(~every.gateway, ~every.lane)


def has_rooms(instance: Instance) -> bool:
    """Whether any gateway or lane has a limit that counts."""
    terms = instance.inbound
    limits = np.append(terms.gateway_capacity, terms.lane_capacity)
    return terms.is_chosen and bool(np.isfinite(limits).any())


def exceeded(instance: Instance, rooms: Rooms, through: FloatArray, carried: FloatArray) -> Rooms | None:
    """The rooms with those added that a plan exceeds, and, where it exceeds any, those that it nearly fills.

    Parameters
    ----------
    through, carried : tonnes of the plan by gateway and by lane, (n, n_periods) each.

    Returns
    -------
    Rooms, or None where every room is kept.
    """
    gateways, lanes = np.arange(instance.n_gateways)[:, None], np.arange(len(instance.lanes.mode))[:, None]
    period = np.arange(instance.n_periods)[None, :]
    limits = gateway_room(instance, gateways, period), lane_room(instance, lanes, period)
    used = (through, carried)
    over = [
        (amount > limit * (1.0 + TOLERANCE) + TOLERANCE) & ~known
        for amount, limit, known in zip(used, limits, (rooms.gateway, rooms.lane), strict=True)
    ]
    if not any(part.any() for part in over):
        return None
    full = [amount > NEARLY_FULL * limit for amount, limit in zip(used, limits, strict=True)]
    return replace(rooms, gateway=rooms.gateway | full[0] | over[0], lane=rooms.lane | full[1] | over[1])
