"""The promise: hours from order to delivery, and the service class that they fall into."""

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.terms.arrays import Amount, Index
from entrepot.terms.customs import OUTSIDE
from entrepot.terms.last_mile import transit_hours
from entrepot.units import HOURS_PER_DAY

ROUNDING_HOURS = 1e-6
"""A promise that exceeds a class limit by less than this still counts as on the limit."""


def stocked_promise(instance: Instance, site: Index, market: Index, row: Index, km: Amount) -> FloatArray:
    """Hours from order to delivery out of a centre.

    Parameters
    ----------
    site, market : indices. row : from `last_mile.rate_row`. km : road km. All broadcast.

    Notes
    -----
    cut-off wait + handling + the carrier's calendar hours, + clearance where the customs territories of
    site and market differ.
    """
    operations, countries = instance.operations, instance.countries
    from_territory = countries.territory_index[instance.sites.country_index[site]]
    to_territory = countries.territory_index[instance.markets.country_index[market]]
    clearance = operations.clearance_time * (from_territory != to_territory)
    before = operations.cut_off_wait + operations.handling_time + clearance
    hours: FloatArray = transit_hours(instance, row, km) + before
    return hours


def direct_promise(instance: Instance, days: Amount, market: Index, row: Index, km: Amount) -> FloatArray:
    """Hours from order to delivery of a parcel sent direct from the origins.

    Parameters
    ----------
    days : linehaul and dwell at the gateway, mean over the origins (`inbound.DirectPaths.days`).
    market : index. row : from `last_mile.rate_row`. km : road km from the gateway. All broadcast.

    Notes
    -----
    direct handling + 24 x days + clearance + the carrier's calendar hours. The origins lie outside all
    customs territories, so that a parcel is cleared wherever the market lies in one.
    """
    operations = instance.operations
    territory = instance.countries.territory_index[instance.markets.country_index[market]]
    clearance = operations.clearance_time * (territory != OUTSIDE)
    before = operations.direct_handling_time + HOURS_PER_DAY * days + clearance
    hours: FloatArray = transit_hours(instance, row, km) + before
    return hours


def service_class(instance: Instance, hours: Amount) -> IntArray:
    """First service class whose limit is not below the promise: int64 of the shape of `hours`."""
    limits = instance.choice.class_hours + ROUNDING_HOURS
    return np.asarray(np.searchsorted(limits, hours, side="left"))
