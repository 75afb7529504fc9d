"""Rows over what carriers deliver: their capacities, and the spend that counts for commitments and tiers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.kernels.grouping import grouped
from entrepot.model.accounts import Account
from entrepot.model.carriage import Hires
from entrepot.model.cell_keys import CellKeys
from entrepot.model.layout import NONE
from entrepot.model.resource_row import ResourceRow
from entrepot.model.ways import WayTable
from entrepot.terms.carriage import NETWORK, most_parcels


def rows_of_carriers(
    instance: Instance, hires: Hires, accounts: tuple[Account, ...], cells: CellKeys, ways: WayTable
) -> Iterator[ResourceRow]:
    """All rows over what carriers deliver; none where no carrier is chosen."""
    if hires.pairs:
        delivered = _delivered(instance, cells, ways)
        yield from capacities_of_carriers(instance, hires, delivered, ways)
        yield from spend_on_carriers(accounts, delivered, ways)


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """Ways by who delivers them where and when.

    Attributes
    ----------
    order : (n_delivered,) ways by period, carrier and country. pointer : into it, by number of the three.
    n_carriers, n_countries : counts.
    """

    order: IntArray
    pointer: IntArray
    n_carriers: int
    n_countries: int

    def by(self, carrier: int, country: int, period: int) -> IntArray:
        """Ways of a carrier in a country (or anywhere) and period, ascending."""
        first = (period * self.n_carriers + carrier) * self.n_countries
        if country != NETWORK:
            low, high = self.pointer[[first + country, first + country + 1]]
            return self.order[low:high]
        low, high = self.pointer[[first, first + self.n_countries]]
        return np.sort(self.order[low:high], kind="stable")


def capacities_of_carriers(
    instance: Instance, hires: Hires, delivered: Delivered, ways: WayTable
) -> Iterator[ResourceRow]:
    """Parcels of a carrier in a country, and in all, on the busiest day; where demand could exceed it."""
    for carrier, country in hires.pairs:
        inside = (instance.markets.country_index == country) | (country == NETWORK)
        for t, label in enumerate(instance.periods.labels):
            room = most_parcels(instance, carrier, country, t)
            if room >= float(instance.demand[inside, :, t].sum()):
                continue
            way = delivered.by(carrier, country, t)
            column = hires.of(carrier, country, t)
            where = "" if country == NETWORK else f" in {instance.countries.labels[country]}"
            name = f"capacity of {instance.carriers.labels[carrier]}{where} {label}"
            yield ResourceRow(name, way, ways.volume[way], column, np.full(len(column), room), 0.0)


def spend_on_carriers(
    accounts: tuple[Account, ...], delivered: Delivered, ways: WayTable
) -> Iterator[ResourceRow]:
    """The total of an account is at most what is paid to the carrier in rates."""
    for account in accounts:
        way = delivered.by(account.party, account.country, account.period)
        column, coefficient = np.array([account.total]), np.array([-account.unit])
        yield ResourceRow(f"spend on {account.label}", way, -ways.paid[way], column, coefficient, 0.0)


def _delivered(instance: Instance, cells: CellKeys, ways: WayTable) -> Delivered:
    n_carriers, n_countries = instance.carriage.onboarding_in.shape
    n_groups = instance.n_periods * n_carriers * n_countries
    of_cell = cells.period * (n_carriers * n_countries) + instance.markets.country_index[cells.market]
    of_service = np.append(instance.rate_cards.service_carrier * n_countries, NONE * n_groups)
    group = of_cell.astype(np.int32)[ways.cell] + of_service.astype(np.int32)[ways.service]
    return Delivered(*grouped(group, n_groups), n_carriers, n_countries)
