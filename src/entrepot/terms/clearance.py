"""What a parcel pays at the borders it crosses: into free circulation, and into another territory."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.arrays import Index
from entrepot.terms.centre import stock_days
from entrepot.terms.customs import CustomsCharges
from entrepot.terms.import_vat import VatTerms
from entrepot.terms.time import growth
from entrepot.units import DAYS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Clearance:
    """Costs at the borders, EUR/parcel, positive; shapes broadcast against each other.

    Attributes
    ----------
    duty : of bulk release and of clearing again, less what is refunded.
    duty_cash : capital cost of duty paid on goods that are still in stock.
    customs_fees : fees of customs rules and of import VAT. bonded_handling : of parcels out of bonded stock.
    vat_cash : capital cost of import VAT that is paid ahead.
    """

    duty: FloatArray
    duty_cash: FloatArray
    customs_fees: FloatArray
    bonded_handling: FloatArray
    vat_cash: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """Where the goods of a stocked parcel pass: indices and masks that broadcast."""

    country: IntArray
    territory: IntArray
    to_country: IntArray
    crosses: BoolArray
    is_bonded: BoolArray

    @property
    def is_released(self) -> BoolArray:
        """Goods enter free circulation where the centre stands: all but bonded goods that leave again."""
        return ~(self.is_bonded & self.crosses)


def stocked_clearance(  # noqa: PLR0917 - the indices of a way
    instance: Instance,
    charges: tuple[CustomsCharges, VatTerms],
    site: Index,
    market: Index,
    product: Index,
    period: Index,
) -> Clearance:
    """Clearance of a parcel out of the stock of a centre.

    Parameters
    ----------
    charges : customs and import VAT of the instance. site, market, product, period : indices; all broadcast.

    Notes
    -----
    Stock of an ordinary centre is in free circulation: bulk duty, fees and VAT of its territory are paid on
    import, and a parcel to another territory is cleared there once more; of the bulk duty it gets back what
    the rules refund. Out of a customs warehouse goods are released as they are sold: the same bulk charges
    for customers in the territory, none for parcels that leave it.
    """
    customs, vat = charges
    way = _way(instance, site, market)
    fees = np.where(way.is_released, customs.bulk_fee[way.territory, product, period], 0.0)
    fees = fees + customs.recleared_fee[way.territory, way.to_country, product, period]
    return Clearance(
        duty=_duty(customs, way, product, period),
        duty_cash=_duty_cash(instance, customs, way, (product, period)),
        customs_fees=_with_vat_fees(vat, way, fees, (product, period)),
        bonded_handling=_bonded_handling(instance, site, period),
        vat_cash=_vat_cash(instance, vat, way, (product, period)),
    )


def direct_clearance(
    instance: Instance,
    charges: tuple[CustomsCharges, VatTerms],
    to_country: Index,
    product: Index,
    period: Index,
) -> Clearance:
    """Clearance of a parcel sent direct from the origins to a country; see `stocked_clearance`."""
    customs, vat = charges
    nothing = np.zeros(())
    fees = customs.direct_fee[to_country, product, period]
    if vat.parcel_fee.any():
        fees = fees + vat.parcel_fee[to_country, product, period]
    cash = nothing
    if vat.parcel_days.any():
        cash = _tied_up(instance, to_country, product, vat.parcel_days[to_country, product, period])
    return Clearance(
        duty=customs.direct_duty[to_country, product, period],
        duty_cash=nothing,
        customs_fees=fees,
        bonded_handling=nothing,
        vat_cash=cash,
    )


def _way(instance: Instance, site: Index, market: Index) -> _Way:
    country, to_country = instance.sites.country_index[site], instance.markets.country_index[market]
    territory_of = instance.countries.territory_index
    return _Way(
        country=np.asarray(country),
        territory=np.asarray(territory_of[country]),
        to_country=np.asarray(to_country),
        crosses=np.asarray(territory_of[country] != territory_of[to_country]),
        is_bonded=np.asarray(instance.sites.is_bonded[site] > 0),
    )


def _duty(customs: CustomsCharges, way: _Way, product: Index, period: Index) -> FloatArray:
    duty = np.where(way.is_released, customs.bulk_duty[way.territory, product, period], 0.0)
    if customs.bulk_refund.any():
        refund = customs.bulk_refund[way.territory, product, period]
        duty = duty - np.where(way.crosses & ~way.is_bonded, refund, 0.0)
    again: FloatArray = customs.recleared_duty[way.territory, way.to_country, product, period]
    return duty + again


def _duty_cash(
    instance: Instance, customs: CustomsCharges, way: _Way, when: tuple[Index, Index]
) -> FloatArray:
    """Capital cost of the duty on stock that is not bonded: from its payment until the goods are sold."""
    product, period = when
    if np.isinf(instance.operations.duty_deferral):
        return np.zeros(())
    ahead = np.maximum(0.0, stock_days(instance, product) - instance.operations.duty_deferral)
    years = ahead / DAYS_PER_YEAR * instance.money.capital_rate
    return np.where(way.is_bonded, 0.0, customs.bulk_duty[way.territory, product, period] * years)


def _with_vat_fees(vat: VatTerms, way: _Way, fees: FloatArray, when: tuple[Index, Index]) -> FloatArray:
    product, period = when
    if vat.stock_fee.any():
        fees = fees + np.where(way.is_released, vat.stock_fee[way.country, product, period], 0.0)
    if vat.parcel_fee.any():
        fees = fees + np.where(way.crosses, vat.parcel_fee[way.to_country, product, period], 0.0)
    return fees


def _bonded_handling(instance: Instance, site: Index, period: Index) -> FloatArray:
    sites = instance.sites
    fee = np.where(sites.is_bonded[site] > 0, sites.bonded_fee[site], 0.0)
    if not fee.any():
        return np.zeros(())
    return np.asarray(fee * growth(instance, instance.money.operator_growth, period))


def _vat_cash(instance: Instance, vat: VatTerms, way: _Way, when: tuple[Index, Index]) -> FloatArray:
    product, period = when
    days = np.asarray(instance.operations.vat_days)
    if len(instance.import_vat.days):
        days = vat.stock_days[way.country, product, period]
    cash = _tied_up(instance, way.country, product, days)
    if way.is_bonded.any():
        cash = np.where(way.is_released, cash, 0.0)
    if vat.parcel_days.any():
        again = _tied_up(instance, way.to_country, product, vat.parcel_days[way.to_country, product, period])
        cash = cash + np.where(way.crosses, again, 0.0)
    return cash


def _tied_up(instance: Instance, country: Index, product: Index, days: FloatArray) -> FloatArray:
    """Capital cost of a country's VAT that is paid some days ahead, EUR/parcel."""
    vat = instance.countries.vat_rate[country] * instance.products.value[product]
    cost: FloatArray = vat * (days / DAYS_PER_YEAR) * instance.money.capital_rate
    return cost
