"""All offers of one product into one country, as arrays over (period, service, facility, market)."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.ledger import KINDS, LINES
from entrepot.terms.offers import Context, Offer, direct_offer, stocked_offer

BY_CONFIGURATION = ("pick_and_pack", "storage")
"""Lines that depend on the size of the centre and on who runs it: the shift of a configuration."""


@dataclass(frozen=True, slots=True, eq=False)
class OfferBlock:
    """Offers of one product, all (T, A, F, M) contiguous: period, alternative, facility, market.

    Attributes
    ----------
    margin : EUR/parcel, undiscounted, all lines but those of the configuration.
    charge : EUR/parcel, the cost lines within the margin, positive.
    share : fraction of the potential that buys. service_class : int8. carbon : kg CO2e/parcel.
    rates : EUR/parcel of the carrier, undiscounted, within the margin.
    is_available : whether path and rate exist.
    """

    margin: FloatArray
    charge: FloatArray
    share: FloatArray
    service_class: NDArray[np.int8]
    carbon: FloatArray
    rates: FloatArray
    is_available: BoolArray


def services_into(instance: Instance, country: int) -> IntArray:
    """Services with any rate into a country, ascending."""
    cards = instance.rate_cards
    services: IntArray = np.unique(cards.service_index[cards.to_country == country]).astype(np.int64)
    return services


def stocked_block(
    instance: Instance, context: Context, market: IntArray, product: int, services: IntArray
) -> OfferBlock:
    """Offers out of stock: alternatives are services, facilities are sites. Without what depends on the
    configuration."""
    period = np.arange(instance.n_periods)[:, None, None, None]
    site = np.arange(instance.n_sites)[None, None, :, None]
    offer = stocked_offer(instance, context, period, market, product, site, services[None, :, None, None], 1)
    shape = (instance.n_periods, len(services), instance.n_sites, len(market))
    return _block(offer, shape, frozenset(BY_CONFIGURATION))


def direct_block(
    instance: Instance, context: Context, market: IntArray, product: int, services: IntArray
) -> OfferBlock:
    """Direct offers: alternatives are (gateway, service) pairs in this order; one facility, always open."""
    period = np.arange(instance.n_periods)[:, None, None, None]
    gateway = np.repeat(np.arange(instance.n_gateways), len(services))[None, :, None, None]
    service = np.tile(services, instance.n_gateways)[None, :, None, None]
    offer = direct_offer(instance, context, period, market, product, gateway, service)
    shape = (instance.n_periods, gateway.shape[1], 1, len(market))
    return _block(offer, shape, frozenset())


def by_gateway(direct: OfferBlock, n_gateways: int) -> OfferBlock:
    """Direct offers with gateways as facilities: alternatives are services."""

    def turned(array: NDArray[Any]) -> NDArray[Any]:
        n_periods, n_alternatives, _, n_markets = array.shape
        shape = (n_periods, n_gateways, n_alternatives // n_gateways, n_markets)
        return np.ascontiguousarray(array.reshape(shape).transpose(0, 2, 1, 3))

    return OfferBlock(*(turned(getattr(direct, field.name)) for field in fields(direct)))


def _block(offer: Offer, shape: tuple[int, ...], left_out: frozenset[str]) -> OfferBlock:
    is_cost = {line: kind == "cost" for line, kind in zip(LINES, KINDS, strict=True)}
    lines = {line: amount for line, amount in offer.lines.items() if line not in left_out}
    cost = _sum([amount for line, amount in lines.items() if is_cost[line]])
    rest = _sum([amount for line, amount in lines.items() if not is_cost[line]])
    return OfferBlock(
        margin=_whole(cost + rest, shape),
        charge=_whole(-cost, shape),
        share=_whole(offer.share, shape),
        service_class=_whole(offer.class_index.astype(np.int8), shape),
        carbon=_whole(offer.carbon, shape),
        rates=_whole(-offer.lines["last_mile"], shape),
        is_available=_whole(offer.is_available, shape),
    )


def _whole(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The array in a shape that it broadcasts to, contiguous and free to be written, as kernels take it."""
    whole = array if array.shape == shape else np.broadcast_to(array, shape)
    return np.require(whole, requirements=("C", "W"))


def _sum(amounts: list[FloatArray]) -> FloatArray:
    """Sum of arrays that broadcast, the small ones first."""
    total = np.zeros(())
    for amount in sorted(amounts, key=np.size):
        total = total + amount
    return total
