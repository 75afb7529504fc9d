"""Which carriers are contracted in which country when: columns, partners of ways, rows.

A way whose carrier must be contracted needs the carrier's facility in its country and period: beside the
centre as its partner, or alone for a direct parcel.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from entrepot.instance import BoolArray, Instance, IntArray
from entrepot.location import Enablers
from entrepot.model.block import Block, binaries
from entrepot.model.cell_keys import CellKeys
from entrepot.model.columns import net_present
from entrepot.model.row import Row, sum_row
from entrepot.terms.carriage import NETWORK, carrier_cash, countries_served, periods_of_term

NONE = -1
Numbers = NDArray[np.int16] | NDArray[np.int32] | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hires:
    """Columns "carrier works in a country (or anywhere) from first to last period", all (n,).

    Attributes
    ----------
    carrier, country : indices, country -1 = anywhere. first, last : periods. column : strategic column.
    """

    carrier: IntArray
    country: IntArray
    first: IntArray
    last: IntArray
    column: IntArray

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Every carrier and country (or -1 = anywhere) with columns, ascending."""
        return sorted(set(zip(self.carrier.tolist(), self.country.tolist(), strict=True)))

    def works_in(self, period: int) -> BoolArray:
        """Hires that cover a period, (n,)."""
        covered: BoolArray = (self.first <= period) & (period <= self.last)
        return covered

    def of(self, carrier: int, country: int, period: int) -> IntArray:
        """Columns that say that a carrier works in a country (or anywhere) in a period."""
        mine = (self.carrier == carrier) & (self.country == country) & self.works_in(period)
        found: IntArray = self.column[mine]
        return found


def hires(instance: Instance, start: int) -> tuple[Hires, Block]:
    """All hires of carriers that must be contracted, their columns numbered from `start`."""
    rows: list[tuple[int, int, int, int]] = []
    for carrier in np.flatnonzero(instance.carriage.is_chosen).tolist():
        for country in [NETWORK, *countries_served(instance, carrier).tolist()]:
            rows += [(carrier, country, *span) for span in _spans(instance, carrier, country)]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    cost, charge = net_present(instance, [carrier_cash(instance, *row) for row in rows])
    names = tuple(_name(instance, *row) for row in rows)
    columns = start + np.arange(len(rows))
    found = Hires(table[:, 0], table[:, 1], table[:, 2], table[:, 3], columns)
    return found, binaries(cost, charge, names)


def _spans(instance: Instance, carrier: int, country: int) -> list[tuple[int, int]]:
    """(first, last) of the contracts that the term allows; presence in the network has no term."""
    end = instance.n_periods - 1
    spans = []
    for first in range(end + 1):
        least = first if country == NETWORK else min(periods_of_term(instance, carrier, first), end)
        spans += [(first, last) for last in range(least, end + 1)]
    return spans


@dataclass(frozen=True, slots=True, eq=False)
class CarrierPlaces:
    """Facilities of the carriers, behind those of the sites.

    Attributes
    ----------
    index : (n_carriers, n_countries, n_periods) facility, -1 = none needed, or the carrier has no rates.
    enablers : those of the sites, then those of the carriers, one each.
    """

    index: IntArray
    enablers: Enablers


def carrier_places(instance: Instance, found: Hires, sites: Enablers) -> CarrierPlaces:
    """Add a facility for every carrier, country and period to the enablers of the sites."""
    n_carriers, n_countries = instance.carriage.onboarding_in.shape
    index = np.full((n_carriers, n_countries, instance.n_periods), NONE, dtype=np.int64)
    pairs = [pair for pair in found.pairs if pair[1] != NETWORK]
    first = len(sites.facility_group)
    rows: list[IntArray] = []
    names: list[str] = []
    group: list[int] = []
    for t in range(instance.n_periods):
        for carrier, country in pairs:
            index[carrier, country, t] = first + len(rows)
            rows.append(found.of(carrier, country, t))
            group.append(t)
            names.append(f"{_who(instance, carrier, country)} {instance.periods.labels[t]}")
    if not rows:
        return CarrierPlaces(index, sites)
    width, n = sites.matrix.shape[1], len(rows)
    pointer = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    weights = csr_array((np.ones(pointer[-1]), np.concatenate(rows), pointer), shape=(n, width))
    enablers = replace(
        sites,
        facility_pointer=np.concatenate(
            [sites.facility_pointer, sites.facility_pointer[-1] + 1 + np.arange(n)]
        ),
        facility_group=np.concatenate([sites.facility_group, np.array(group, dtype=np.int64)]),
        matrix=csr_array(vstack([sites.matrix, weights], format="csr")),
        constant=np.concatenate([sites.constant, np.zeros(n)]),
        capacity=np.concatenate([sites.capacity, np.full(n, np.inf)]),
        shift=np.concatenate([sites.shift, np.zeros((n, sites.shift.shape[1]))]),
        names=(*sites.names, *names),
    )
    return CarrierPlaces(index, enablers)


def hired_facilities(
    instance: Instance, index: IntArray, cells: CellKeys, cell: Numbers, service: Numbers
) -> NDArray[np.int32]:
    """Facility of the carrier that each way needs, -1 = none, (n_ways,) int32.

    Parameters
    ----------
    index : as in `CarrierPlaces`. cell, service : (n_ways,), service -1 = nobody delivers.
    """
    n_carriers, n_countries, n_periods = index.shape
    of_cell = instance.markets.country_index[cells.market] * n_periods + cells.period
    of_service = np.append(instance.rate_cards.service_carrier, n_carriers) * (n_countries * n_periods)
    known = np.append(index, np.full(n_countries * n_periods, NONE)).astype(np.int32)
    facility: NDArray[np.int32] = known.take(of_cell.take(cell) + of_service[service])
    return facility


def hire_rows(instance: Instance, found: Hires) -> list[Row]:
    """All rows over the columns of carriers."""
    return [
        *one_contract_each(instance, found),
        *network_covers_countries(instance, found),
        *network_begins_and_ends_with_a_country(instance, found),
        *enough_carriers(instance, found),
    ]


def one_contract_each(instance: Instance, found: Hires) -> list[Row]:
    """A carrier works in a country in one unbroken run of periods, and so it does anywhere."""
    return [
        sum_row(
            f"{_who(instance, carrier, country)} has one contract",
            -np.inf,
            1.0,
            found.column[(found.carrier == carrier) & (found.country == country)],
        )
        for carrier, country in found.pairs
    ]


def network_covers_countries(instance: Instance, found: Hires) -> list[Row]:
    """Who works in a country works in the network."""
    rows = []
    for carrier, country in found.pairs:
        if country == NETWORK:
            continue
        for t, label in enumerate(instance.periods.labels):
            here, anywhere = found.of(carrier, country, t), found.of(carrier, NETWORK, t)
            signs = np.concatenate([np.ones(len(here)), -np.ones(len(anywhere))])
            name = f"{_who(instance, carrier, country)} is in the network {label}"
            rows.append(Row(name, -np.inf, 0.0, np.concatenate([here, anywhere]), signs))
    return rows


def network_begins_and_ends_with_a_country(instance: Instance, found: Hires) -> list[Row]:
    """Who begins or ends in the network in a period does so in some country."""
    rows = []
    for carrier in np.unique(found.carrier).tolist():
        mine = found.carrier == carrier
        for word, day in (("begins", found.first), ("ends", found.last)):
            for t, label in enumerate(instance.periods.labels):
                network = found.column[mine & (found.country == NETWORK) & (day == t)]
                countries = found.column[mine & (found.country != NETWORK) & (day == t)]
                signs = np.concatenate([np.ones(len(network)), -np.ones(len(countries))])
                name = f"{instance.carriers.labels[carrier]} {word} in a country {label}"
                rows.append(Row(name, -np.inf, 0.0, np.concatenate([network, countries]), signs))
    return rows


def enough_carriers(instance: Instance, found: Hires) -> list[Row]:
    """Where one carrier works in a country, so many do."""
    rows = []
    for t, label in enumerate(instance.periods.labels):
        least = float(instance.limits.min_carriers[t])
        if least <= 1.0:
            continue
        in_country = (found.country != NETWORK) & found.works_in(t)
        for carrier, country in found.pairs:
            if country == NETWORK:
                continue
            mine = found.of(carrier, country, t)
            others = found.column[in_country & (found.country == country) & (found.carrier != carrier)]
            signs = np.concatenate([np.full(len(mine), least - 1.0), -np.ones(len(others))])
            where = instance.countries.labels[country]
            name = f"limit: carriers in {where} {label}, at least {least:g}"
            rows.append(Row(name, -np.inf, 0.0, np.concatenate([mine, others]), signs))
    return rows


def _who(instance: Instance, carrier: int, country: int) -> str:
    where = "the network" if country == NETWORK else instance.countries.labels[country]
    return f"{instance.carriers.labels[carrier]} in {where}"


def _name(instance: Instance, carrier: int, country: int, first: int, last: int) -> str:
    labels = instance.periods.labels
    return f"{_who(instance, carrier, country)} from {labels[first]} to {labels[last]}"
