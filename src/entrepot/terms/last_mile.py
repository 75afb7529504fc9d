"""The carrier's rate of a parcel: which row, what price, how long."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray, RateCards
from entrepot.terms.arrays import Amount, Index
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_WEEK, HOURS_PER_DAY

NO_RATE = -1
ANY_COUNTRY = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Card:
    """The rate card of one service, cut into cells that hold one row each.

    Attributes
    ----------
    km_limits, weight_limits : sorted limits of all zones and bands; cell c lies below limit c.
    slot : (n_countries,) row of `cells` of each sending country; 0 = none that the card names.
    cells : (n_slots * n_countries * n_zones * n_bands,) row of the rate card, -1 = no rate.
    shape : (n_slots, n_countries, n_zones, n_bands).
    """

    km_limits: FloatArray
    weight_limits: FloatArray
    slot: IntArray
    cells: IntArray
    shape: tuple[int, int, int, int]


def rate_row(  # noqa: PLR0917 - the keys of a rate card
    instance: Instance, service: Index, from_country: Index, to_country: Index, km: Amount, weight: Amount
) -> IntArray:
    """Row of the rate cards that holds for a parcel.

    Parameters
    ----------
    service, from_country, to_country : indices. km : road km. weight : kg. All broadcast.

    Returns
    -------
    int64 of the broadcast shape, index into `RateCards`; -1 where the service has no rate.

    Notes
    -----
    A row holds where km_from <= km < km_to and weight_from < weight <= weight_to. A row that names the
    sending country wins over one that does not; of equal ones the first in the table.
    """
    cards = _cards(instance.rate_cards, len(instance.countries.ids))
    if np.ndim(service) == 0:
        return _row_of_service(cards[int(service)], from_country, to_country, km, weight)
    if np.size(service) == 1:
        row = _row_of_service(cards[int(np.ravel(service)[0])], from_country, to_country, km, weight)
        return np.broadcast_to(row, np.broadcast_shapes(np.shape(service), row.shape))
    services, *others = np.broadcast_arrays(service, from_country, to_country, km, weight)
    row = np.full(services.shape, NO_RATE)
    for each in np.unique(services):
        here = services == each
        sender, receiver, distance, kilograms = (other[here] for other in others)
        row[here] = _row_of_service(cards[int(each)], sender, receiver, distance, kilograms)
    return row


def last_mile_price(instance: Instance, row: Index, weight: Amount, period: Index) -> FloatArray:
    """Carrier's price of a parcel, EUR/parcel.

    Parameters
    ----------
    row : from `rate_row`; the result means nothing where it is -1. weight : kg. period : index.

    Notes
    -----
    (price + price per kg x weight) x (1 + last-mile growth) ** years.
    """
    cards = instance.rate_cards
    price = cards.price[row] + cards.price_per_kg[row] * weight
    grown: FloatArray = price * growth(instance, instance.money.last_mile_growth, period)
    return grown


def transit_hours(instance: Instance, row: Index, km: Amount) -> FloatArray:
    """Calendar hours of a parcel with the carrier.

    Parameters
    ----------
    row : from `rate_row`; the result means nothing where it is -1. km : road km.

    Notes
    -----
    24 x (transit + km / daily distance) x 7 / working days per week: working days become calendar days.
    """
    cards = instance.rate_cards
    working = cards.transit[row] + km / cards.daily_distance[row]
    hours: FloatArray = working * (HOURS_PER_DAY * DAYS_PER_WEEK / cards.working_days[row])
    return hours


def _row_of_service(
    card: _Card, from_country: Index, to_country: Index, km: Amount, weight: Amount
) -> IntArray:
    _, n_countries, n_zones, n_bands = card.shape
    zone = np.searchsorted(card.km_limits, km, side="right")
    band = np.searchsorted(card.weight_limits, weight, side="left")
    pair = card.slot[from_country] * n_countries + to_country
    row: IntArray = card.cells[pair * (n_zones * n_bands) + band + zone * n_bands]
    return row


@lru_cache(maxsize=4)
def _cards(rates: RateCards, n_countries: int) -> tuple[_Card, ...]:
    """One card per service. Rate cards never change, so the cells are cut once."""
    services = range(len(rates.service_names))
    return tuple(
        _card(rates, np.flatnonzero(rates.service_index == service), n_countries) for service in services
    )


def _card(rates: RateCards, rows: IntArray, n_countries: int) -> _Card:
    km_limits = np.unique(np.concatenate([rates.km_from[rows], rates.km_to[rows]]))
    weight_limits = np.unique(np.concatenate([rates.weight_from[rows], rates.weight_to[rows]]))
    named = np.unique(rates.from_country[rows])
    named = named[named != ANY_COUNTRY]
    slot = np.zeros(n_countries, dtype=np.int64)
    slot[named] = np.arange(1, len(named) + 1)
    shape = (len(named) + 1, n_countries, len(km_limits) + 1, len(weight_limits) + 1)
    cells = np.full(shape, NO_RATE)
    names_sender = rates.from_country[rows] != ANY_COUNTRY
    for row in np.concatenate([rows[~names_sender][::-1], rows[names_sender][::-1]]):
        sender = rates.from_country[row]
        slots = slice(None) if sender == ANY_COUNTRY else slot[sender]
        zones = _cells_between(km_limits, rates.km_from[row], rates.km_to[row])
        bands = _cells_between(weight_limits, rates.weight_from[row], rates.weight_to[row])
        cells[slots, rates.to_country[row], zones, bands] = row
    return _Card(km_limits, weight_limits, slot, cells.ravel(), shape)


def _cells_between(limits: FloatArray, start: float, end: float) -> slice:
    """Cells of the interval between two of the limits; cell c lies between limits c - 1 and c."""
    first, last = np.searchsorted(limits, [start, end])
    return slice(int(first) + 1, int(last) + 1)
