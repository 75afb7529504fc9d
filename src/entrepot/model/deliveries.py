"""Rows over what carriers deliver: their capacities, and the spend that counts for commitments and tiers."""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.accounts import Account
from entrepot.model.carriage import Hires
from entrepot.model.cell_keys import CellKeys
from entrepot.model.facilities import Facilities
from entrepot.model.layout import NONE
from entrepot.model.resource_row import ResourceRow
from entrepot.model.ways import WayTable
from entrepot.terms.carriage import NETWORK, most_parcels
from entrepot.terms.last_mile import last_mile_price, rate_row


def capacities_of_carriers(
    instance: Instance, hires: Hires, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """Parcels of a carrier in a country, and in all, on the busiest day; where demand could exceed it."""
    for carrier, country in hires.pairs:
        inside = (instance.markets.country_index == country) | (country == NETWORK)
        for t, label in enumerate(instance.periods.labels):
            room = most_parcels(instance, carrier, country, t)
            if room >= float(instance.demand[inside, :, t].sum()):
                continue
            way = np.flatnonzero(_delivers(instance, cells, ways, (carrier, country, t)))
            column = hires.of(carrier, country, t)
            where = "" if country == NETWORK else f" in {instance.countries.labels[country]}"
            name = f"capacity of {instance.carriers.labels[carrier]}{where} {label}"
            yield ResourceRow(name, way, ways.volume[way], column, np.full(len(column), room), 0.0)


def spend_on_carriers(
    instance: Instance, accounts: tuple[Account, ...], places: Facilities, cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """The total of an account is at most what is paid to the carrier in rates."""
    for account in accounts:
        who = (account.party, account.country, account.period)
        way = np.flatnonzero(_delivers(instance, cells, ways, who))
        paid = -_rates(instance, places, cells, ways, way)
        column, coefficient = np.array([account.total]), np.array([-account.unit])
        yield ResourceRow(f"spend on {account.label}", way, paid, column, coefficient, 0.0)


def _delivers(instance: Instance, cells: CellKeys, ways: WayTable, who: tuple[int, int, int]) -> BoolArray:
    """Ways of a carrier in a country (or anywhere) and period, (n_ways,)."""
    carrier, country, period = who
    in_period = cells.period == period
    if country != NETWORK:
        in_period = in_period & (instance.markets.country_index[cells.market] == country)
    is_own = np.append(instance.rate_cards.service_carrier == carrier, False)
    delivers: BoolArray = is_own[ways.service] & in_period[ways.cell]
    return delivers


def _rates(
    instance: Instance, places: Facilities, cells: CellKeys, ways: WayTable, way: IntArray
) -> FloatArray:
    """Rates of some ways, EUR per potential parcel, not discounted."""
    cell, facility, gateway = ways.cell[way], ways.facility[way], ways.gateway[way]
    market, distances = cells.market[cell], instance.distances
    is_stocked = facility != NONE
    site = np.append(places.site, NONE)[facility]
    km = np.where(is_stocked, distances.site_market[site, market], distances.gateway_market[gateway, market])
    sender = np.where(
        is_stocked, instance.sites.country_index[site], instance.gateways.country_index[gateway]
    )
    weight = instance.products.weight[cells.product[cell]]
    receiver = instance.markets.country_index[market]
    row = rate_row(instance, ways.service[way].astype(np.int64), sender, receiver, km, weight)
    price: FloatArray = last_mile_price(instance, row, weight, cells.period[cell])
    return ways.volume[way] * price
