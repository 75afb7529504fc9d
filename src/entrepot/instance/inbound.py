"""What the ways in can carry and cost by their use, and whether the plan chooses among them."""

from dataclasses import dataclass, fields

import numpy as np

from entrepot.instance.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class InboundTerms:
    """Limits and fees of gateways and lanes; they count only where the plan chooses the paths of its stock.

    Attributes
    ----------
    is_chosen : whether paths are chosen. Otherwise stock takes the cheapest open lane, nothing else counts.
    gateway_capacity : (n_gateways,) tonnes per working day, stock and direct parcels; inf = no limit.
    gateway_fee : (n_gateways,) EUR/year while the gateway is used.
    lane_capacity : (n_lanes,) tonnes per week, departures x what fits into one; inf = no limit.
    commitment : (n_lanes,) tonnes per year that are paid for while the lane is open.
    shortfall_fee : (n_lanes,) EUR per tonne that is missing, in the base year.
    """

    is_chosen: bool
    gateway_capacity: FloatArray
    gateway_fee: FloatArray
    lane_capacity: FloatArray
    commitment: FloatArray
    shortfall_fee: FloatArray

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name != "is_chosen":
                getattr(self, each.name).setflags(write=False)


def plain_inbound(n_gateways: int = 0, n_lanes: int = 0) -> InboundTerms:
    """Stock takes the cheapest open lane; no limit and no fee counts."""
    return InboundTerms(
        is_chosen=False,
        gateway_capacity=np.full(n_gateways, np.inf),
        gateway_fee=np.zeros(n_gateways),
        lane_capacity=np.full(n_lanes, np.inf),
        commitment=np.zeros(n_lanes),
        shortfall_fee=np.zeros(n_lanes),
    )
