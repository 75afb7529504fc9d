"""A whole offer to a market: every line of its landed cost, its promise, its share."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.arrays import Amount, Index
from entrepot.terms.centre import handling_cost, stock_holding_cost, storage_cost
from entrepot.terms.clearance import Clearance, direct_clearance, stocked_clearance
from entrepot.terms.customs import CustomsCharges, customs_charges
from entrepot.terms.import_vat import VatTerms, vat_terms
from entrepot.terms.inbound import DirectPaths, InboundPaths, direct_paths, inbound_paths
from entrepot.terms.last_mile import NO_RATE, last_mile_price, rate_row
from entrepot.terms.promise import direct_promise, service_class, stocked_promise
from entrepot.terms.share import attraction_in_class, market_share, rival_attraction
from entrepot.units import KG_PER_TONNE


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What all offers of an instance share, computed once.

    Attributes
    ----------
    customs, vat : charges at the borders. inbound, direct : the cheapest ways in.
    rival_attraction : (n_rivals, n_markets, n_periods). rivals_total : (n_markets, n_periods), their sum.
    """

    customs: CustomsCharges
    vat: VatTerms
    inbound: InboundPaths
    direct: DirectPaths
    rival_attraction: FloatArray
    rivals_total: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Offers to customers. Arrays have shapes that broadcast to the shape of all indices together.

    What does not depend on an index keeps a length of 1 along it, so that the lines of one product at all
    sites and markets are not all full matrices. Where `is_available` is False the other numbers mean
    nothing.

    Attributes
    ----------
    lines : EUR/parcel by line of the ledger, revenue to carbon; income positive, costs negative; not
        discounted.
    hours : promise, calendar hours. class_index : its service class.
    share : fraction of the cell's potential that buys.
    carbon : kg CO2e/parcel.
    is_available : a way in is open and the service has a rate.
    """

    lines: dict[str, FloatArray]
    hours: FloatArray
    class_index: IntArray
    share: FloatArray
    carbon: FloatArray
    is_available: BoolArray

    @property
    def margin(self) -> FloatArray:
        """Sum of the lines, EUR/parcel."""
        small_first = sorted(self.lines.values(), key=np.size)
        return np.asarray(sum(small_first))


def context(instance: Instance) -> Context:
    """Compute what all offers of an instance share."""
    attraction = rival_attraction(instance)
    return Context(
        customs=customs_charges(instance),
        vat=vat_terms(instance),
        inbound=inbound_paths(instance),
        direct=direct_paths(instance),
        rival_attraction=attraction,
        rivals_total=attraction.sum(axis=0),
    )


def stocked_offer(  # noqa: PLR0913, PLR0917 - the indices of a way
    instance: Instance,
    context: Context,
    period: Index,
    market: Index,
    product: Index,
    site: Index,
    service: Index,
    size_level: Index,
    operator: Index | None = None,
) -> Offer:
    """Offer out of the stock of a centre.

    Parameters
    ----------
    period, market, product, site, service : indices. size_level : 1 ... n_sizes, size of the centre, on
        which its handling cost depends. operator : who runs it, None = the first that may. All broadcast.

    Notes
    -----
    The formulas stand in docs/landed-cost.md, one section per line.
    """
    products, inbound = instance.products, context.inbound
    from_country, to_country = instance.sites.country_index[site], instance.markets.country_index[market]
    weight = products.weight[product]
    km = instance.distances.site_market[site, market]
    row = rate_row(instance, service, from_country, to_country, km, weight)
    hours = stocked_promise(instance, site, market, row, km)
    borders = stocked_clearance(instance, (context.customs, context.vat), site, market, product, period)
    price = last_mile_price(instance, row, weight, period)
    carbon = inbound.carbon_weight[site, product, period] + _parcel_carbon(instance, km, weight)
    lines = _income(instance, product) | {
        "linehaul": -inbound.linehaul[site, product, period],
        "gateway_handling": -inbound.gateway_handling[site, product, period],
        "drayage": -inbound.drayage[site, product, period],
        **_at_borders(borders),
        "pipeline_stock": -inbound.pipeline_stock[site, product, period],
        "stock_holding": -stock_holding_cost(instance, product),
        "storage": -storage_cost(instance, site, product, period, operator),
        "pick_and_pack": -handling_cost(instance, site, size_level, product, period, operator),
        "last_mile": -price,
        "returns": -_returns(instance, product, price),
        "carbon": -instance.carbon.price * carbon,
    }
    is_available = inbound.is_open[site, product, period] & (row != NO_RATE)
    return _offer(instance, context, (period, market, product), (lines, hours, carbon, is_available))


def direct_offer(  # noqa: PLR0917 - the indices of a way
    instance: Instance,
    context: Context,
    period: Index,
    market: Index,
    product: Index,
    gateway: Index,
    service: Index,
) -> Offer:
    """Offer of parcels sent direct from the origins and injected at a gateway.

    Parameters
    ----------
    period, market, product, gateway, service : indices that broadcast.

    Notes
    -----
    The formulas stand in docs/landed-cost.md, one section per line.
    """
    products, direct = instance.products, context.direct
    from_country = instance.gateways.country_index[gateway]
    to_country = instance.markets.country_index[market]
    weight = products.weight[product]
    km = instance.distances.gateway_market[gateway, market]
    row = rate_row(instance, service, from_country, to_country, km, weight)
    hours = direct_promise(instance, direct.days[gateway, product, period], market, row, km)
    price = last_mile_price(instance, row, weight, period)
    carbon = direct.carbon_weight[gateway, product, period] + _parcel_carbon(instance, km, weight)
    borders = direct_clearance(instance, (context.customs, context.vat), to_country, product, period)
    nothing = np.zeros(())
    lines = _income(instance, product) | {
        "linehaul": -direct.linehaul[gateway, product, period],
        "gateway_handling": -direct.gateway_handling[gateway, product, period],
        "drayage": nothing,
        **_at_borders(borders),
        "pipeline_stock": -direct.pipeline_stock[gateway, product, period],
        "stock_holding": nothing,
        "storage": nothing,
        "pick_and_pack": np.asarray(-instance.operations.direct_handling_cost),
        "last_mile": -price,
        "returns": -_returns(instance, product, price),
        "carbon": -instance.carbon.price * carbon,
    }
    is_available = direct.is_open[gateway, product, period] & (row != NO_RATE)
    return _offer(instance, context, (period, market, product), (lines, hours, carbon, is_available))


def fastest_direct_promise(instance: Instance, period: int) -> FloatArray:
    """Hours of the fastest direct offer to each market, (n_markets,); inf where there is none."""
    shared = context(instance)
    market = np.arange(instance.n_markets)[:, None]
    gateway = np.arange(instance.n_gateways)
    fastest = np.full(instance.n_markets, np.inf)
    for product in range(instance.n_products):
        for service in range(instance.n_services):
            offer = direct_offer(instance, shared, period, market, product, gateway, service)
            hours = np.where(offer.is_available, offer.hours, np.inf)
            fastest = np.minimum(fastest, np.broadcast_to(hours, (len(market), len(gateway))).min(axis=1))
    return fastest


def _offer(
    instance: Instance,
    context: Context,
    cell: tuple[Index, Index, Index],
    parts: tuple[dict[str, FloatArray], FloatArray, FloatArray, BoolArray],
) -> Offer:
    """Add class and share to the lines, hours, carbon and availability of a way of (cell)."""
    period, market, product = cell
    lines, hours, carbon, is_available = parts
    class_index = service_class(instance, hours)
    own = attraction_in_class(instance, class_index, hours, instance.products.delivery_fee[product])
    share = market_share(instance, own, context.rivals_total[market, period])
    return Offer(lines, hours, class_index, share, carbon, is_available)


def _income(instance: Instance, product: Index) -> dict[str, FloatArray]:
    """Revenue, delivery fee and the goods themselves, signed EUR/parcel."""
    products = instance.products
    return {
        "revenue": products.price[product],
        "delivery_fee": products.delivery_fee[product],
        "goods": -products.goods_cost[product],
    }


def _at_borders(borders: Clearance) -> dict[str, FloatArray]:
    """Lines of duty to VAT, signed EUR/parcel."""
    return {
        "duty": -borders.duty,
        "duty_cash": -borders.duty_cash,
        "customs_fees": -borders.customs_fees,
        "bonded_handling": -borders.bonded_handling,
        "vat_cash": -borders.vat_cash,
    }


def _returns(instance: Instance, product: Index, last_mile: FloatArray) -> FloatArray:
    """Cost of the parcels that come back, EUR per parcel sold."""
    operations, products = instance.operations, instance.products
    rate = products.return_rate[product]
    loss = operations.return_handling + operations.return_value_loss * products.value[product]
    cost: FloatArray = last_mile * (rate * operations.return_mile_factor) + rate * loss
    return cost


def _parcel_carbon(instance: Instance, km: Amount, weight: Amount) -> FloatArray:
    """Emissions of the parcel's road transport and last mile, kg CO2e/parcel."""
    carbon = instance.carbon
    kilograms: FloatArray = np.asarray(km) * (weight * carbon.truck / KG_PER_TONNE) + carbon.last_mile
    return kilograms
