"""What a contract with a carrier costs besides the rates of its parcels."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.terms.centre_life import Cash
from entrepot.terms.time import growth, middle_day

NETWORK = -1
"""Stands for all countries together."""


@dataclass(frozen=True, slots=True, eq=False)
class SpendTerms:
    """How the rates paid to a carrier count in one period.

    Attributes
    ----------
    commitment : EUR that must be paid for while it is contracted.
    threshold : (n_tiers,) EUR from which a discount counts. discount : (n_tiers,) fraction.
    is_all_units : the discount reached counts for the whole spend.
    """

    commitment: float
    threshold: FloatArray
    discount: FloatArray
    is_all_units: bool

    @property
    def are_plain(self) -> bool:
        """Whether only the parcels themselves are paid for."""
        return self.commitment <= 0.0 and not np.any(self.discount > 0.0)

    @property
    def largest_gain(self) -> float:
        """The most that a euro of rates saves in commitments and earns in discounts; inf for all units."""
        if self.is_all_units and np.any(self.discount > 0.0):
            return float("inf")
        return float(self.commitment > 0.0) + float(self.discount.max(initial=0.0))


def spend_terms(instance: Instance, carrier: int, period: int) -> SpendTerms:
    """Commitment and tiers of a carrier in a period; yearly amounts count for the years of the period."""
    terms, years = instance.carriage, float(instance.periods.years[period])
    is_tier = np.isfinite(terms.tier_from[carrier])
    return SpendTerms(
        commitment=float(terms.commitment[carrier]) * years,
        threshold=terms.tier_from[carrier][is_tier] * years,
        discount=terms.tier_discount[carrier][is_tier],
        is_all_units=bool(terms.is_all_units[carrier]),
    )


def countries_served(instance: Instance, carrier: int) -> IntArray:
    """Countries with markets to which a carrier has rates, ascending indices."""
    cards = instance.rate_cards
    mine = cards.service_carrier[cards.service_index] == carrier
    known: IntArray = np.intersect1d(cards.to_country[mine], instance.markets.country_index).astype(np.int64)
    return known


def carrier_cash(instance: Instance, carrier: int, country: int, first: int, last: int) -> tuple[Cash, ...]:
    """Fees of a carrier in a country (or, for `NETWORK`, anywhere) from period `first` to `last`.

    Notes
    -----
    Onboarding on the first day of the first period; the country's fixed fee in the middle of each period.
    Both grow with the last-mile rates.
    """
    terms, periods = instance.carriage, instance.periods
    is_network = country == NETWORK
    once = float(terms.onboarding[carrier] if is_network else terms.onboarding_in[carrier, country])
    cash = [Cash("carrier_fees", float(periods.start_day[first]), first, -once * _grown(instance, first))]
    if not is_network:
        yearly = float(terms.fixed_fee_in[carrier, country])
        for period in range(first, last + 1):
            fee = yearly * float(periods.years[period]) * _grown(instance, period)
            cash.append(Cash("carrier_fees", float(middle_day(instance)[period]), period, -fee))
    return tuple(payment for payment in cash if payment.amount != 0.0)


def periods_of_term(instance: Instance, carrier: int, first: int) -> int:
    """Last period that a contract which begins in `first` must reach at least."""
    years = np.cumsum(instance.periods.years[first:])
    return first + int(np.searchsorted(years, float(instance.carriage.term[carrier]) - 1e-3))


def most_parcels(instance: Instance, carrier: int, country: int, period: int) -> float:
    """Parcels that a carrier can take in a period in a country (or, for `NETWORK`, in all)."""
    a_day = float(instance.carriers.capacity[carrier])
    if country != NETWORK:
        a_day = float(instance.carriage.capacity_in[carrier, country])
    operations = instance.operations
    days = operations.working_days * float(instance.periods.years[period])
    return a_day * days / operations.peak_factor


def _grown(instance: Instance, period: int) -> float:
    return float(growth(instance, instance.money.last_mile_growth, period))
