"""Figures of the ways in: what gateways and lanes take, how full they are, and what their use costs."""

import numpy as np
import polars as pl

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.plans.hauls import used_gateways
from entrepot.plans.result import Measures
from entrepot.report.customers import label_series
from entrepot.report.deliveries import Deliveries
from entrepot.terms.linehaul import (
    LEAST_USE,
    gateway_fee,
    lane_commitment,
    lane_room,
    shortfall_price,
    tonnes,
)
from entrepot.units import DAYS_PER_WEEK, KG_PER_TONNE


def gateways_frame(instance: Instance, measures: Measures) -> pl.DataFrame:
    """One row per used gateway and period.

    Returns
    -------
    polars.DataFrame
        Parcels; tonnes per working day, the capacity where one is stated, and the part of it that is used
        (where paths are not chosen it may be above 1: the capacity is no limit then); yearly fee for the
        period, EUR, 0 where paths are not chosen.
    """
    gateways = instance.gateways
    gateway, period = np.nonzero(measures.gateway_parcels > 0.5)
    days = instance.operations.working_days * instance.periods.years
    a_day = (measures.gateway_weight / KG_PER_TONNE / days)[gateway, period]
    capacity = gateways.capacity[gateway]
    is_limited = np.isfinite(capacity) & (capacity > 0)
    fees = np.zeros(len(gateway))
    if instance.inbound.is_chosen:
        is_used = used_gateways(measures.gateway_weight / KG_PER_TONNE)[gateway, period]
        fees = np.where(is_used, gateway_fee(instance, gateway, period), 0.0)
    return pl.DataFrame(
        {
            "gateway": label_series(gateways.labels, gateway),
            "country": label_series(instance.countries.ids, gateways.country_index[gateway]),
            "mode": label_series(gateways.mode, gateway),
            "period": label_series(instance.periods.labels, period),
            "parcels": measures.gateway_parcels[gateway, period],
            "tonnes_per_day": a_day,
            "capacity_tonnes_per_day": _known(capacity, is_limited),
            "used_share": _known(a_day / np.where(is_limited, capacity, 1.0), is_limited),
            "fees_eur": fees,
        }
    )


def lanes_frame(instance: Instance, deliveries: Deliveries) -> pl.DataFrame:
    """One row per lane and period in which something comes by it, or is committed.

    Returns
    -------
    polars.DataFrame
        Tonnes of stock and direct parcels; sailings of the period; tonnes that they can carry where that is
        stated, and the part of them that is used; tonnes committed, tonnes that are missing to them and what
        is paid for these, EUR. Rooms and commitments count only where paths are chosen.
    """
    lanes, carried = instance.lanes, tonnes(deliveries.kilograms)
    due, room, price = _terms(instance, carried.shape)
    at = np.nonzero((carried > LEAST_USE * np.maximum(carried.sum(axis=0), 1.0)) | (due > 0.0))
    lane, period = at
    missing = np.maximum(due[at] - carried[at], 0.0)
    room = room[at]
    is_limited = np.isfinite(room) & (room > 0.0)
    days = instance.periods.end_day - instance.periods.start_day
    return pl.DataFrame(
        {
            "origin": label_series(instance.origins.labels, lanes.origin_index[lane]),
            "gateway": label_series(instance.gateways.labels, lanes.gateway_index[lane]),
            "mode": label_series(lanes.mode, lane),
            "route": label_series(lanes.route, lane),
            "period": label_series(instance.periods.labels, period),
            "moved_tonnes": carried[at],
            "sailings": lanes.sailings[lane] * days[period] / DAYS_PER_WEEK,
            "room_tonnes": _known(room, is_limited),
            "used_share": _known(carried[at] / np.where(is_limited, room, 1.0), is_limited),
            "committed_tonnes": due[at],
            "missing_tonnes": missing,
            "shortfall_eur": missing * price[at],
        }
    )


def _terms(instance: Instance, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tonnes committed, room in tonnes and EUR per missing tonne: (n_lanes, n_periods) each."""
    if not instance.inbound.is_chosen:
        return np.zeros(shape), np.full(shape, np.inf), np.zeros(shape)
    lane, period = np.indices(shape)
    return (
        lane_commitment(instance, lane, period),
        lane_room(instance, lane, period),
        shortfall_price(instance, lane, period),
    )


def _known(amount: FloatArray, is_known: BoolArray) -> pl.Series:
    """Amounts, null where there is none."""
    return pl.Series(np.where(is_known, amount, 0.0), dtype=pl.Float64).set(pl.Series(~is_known), None)
