"""What gateways and lanes can take in a period, and what their use costs besides the price per kg.

All of it counts only where the plan chooses its paths (`InboundTerms.is_chosen`).
"""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.terms.arrays import Index
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_WEEK, KG_PER_TONNE

LEAST_USE = 1e-7
"""Part of all tonnes of a period that a gateway may handle and still count as not used."""


def gateway_room(instance: Instance, gateway: Index, period: Index) -> FloatArray:
    """Tonnes that a gateway can handle for us in a period: capacity x working days x years; inf = any."""
    days = instance.operations.working_days * instance.periods.years[period]
    room: FloatArray = instance.inbound.gateway_capacity[gateway] * days
    return room


def gateway_fee(instance: Instance, gateway: Index, period: Index) -> FloatArray:
    """Fee for using a gateway in a period at all, EUR: yearly fee x years."""
    fee: FloatArray = instance.inbound.gateway_fee[gateway] * instance.periods.years[period]
    return fee


def lane_room(instance: Instance, lane: Index, period: Index) -> FloatArray:
    """Tonnes that a lane can carry in a period: tonnes per week x days / 7; inf = any."""
    days = instance.periods.end_day[period] - instance.periods.start_day[period]
    room: FloatArray = instance.inbound.lane_capacity[lane] * (days / DAYS_PER_WEEK)
    return room


def lane_commitment(instance: Instance, lane: Index, period: Index) -> FloatArray:
    """Tonnes that are paid for on a lane in a period; 0 where it is closed."""
    due = instance.inbound.commitment[lane] * instance.periods.years[period]
    return np.where(instance.lanes.is_open[lane, period], due, 0.0)


def shortfall_price(instance: Instance, lane: Index, period: Index) -> FloatArray:
    """Price of a committed tonne that is not shipped, EUR/t; it grows with the linehaul rates."""
    grown = growth(instance, instance.money.linehaul_growth, period)
    price: FloatArray = instance.inbound.shortfall_fee[lane] * grown
    return price


def tonnes(kilograms: FloatArray) -> FloatArray:
    """Kilograms as tonnes."""
    converted: FloatArray = kilograms / KG_PER_TONNE
    return converted
