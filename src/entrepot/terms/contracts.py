"""What a contract with an operator costs besides its rate per parcel."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.terms.arrays import Index
from entrepot.terms.centre_life import BEFORE_HORIZON, Cash
from entrepot.terms.time import growth, middle_day
from entrepot.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class VolumeTerms:
    """How the volume of one offer over all its centres counts in one period.

    Attributes
    ----------
    rate : EUR per standard parcel, pick and pack. commitment : standard parcels to be paid for per centre.
    threshold : (n_tiers,) standard parcels from which a discount counts. discount : (n_tiers,) fraction.
    is_all_units : the discount reached counts for all parcels, not only for those above its threshold.
    """

    rate: float
    commitment: float
    threshold: FloatArray
    discount: FloatArray
    is_all_units: bool

    @property
    def are_plain(self) -> bool:
        """Whether only the parcels themselves are paid for."""
        return self.rate <= 0.0 or (self.commitment <= 0.0 and not np.any(self.discount > 0.0))


def tenure_of(instance: Instance, operator: Index) -> Index:
    """What the centre's own cost depends on: offers of one tenure can follow each other in one centre.

    Returns
    -------
    int per operator: 4 x own staff + 2 x the operator bears the rent + it bears the capital.
    """
    operators = instance.operators
    tenure: Index = (
        4 * operators.is_own[operator].astype(np.int64)
        + 2 * operators.bears_rent[operator]
        + operators.bears_capital[operator]
    )
    return tenure


def operators_of_site(instance: Instance, site: int) -> list[int]:
    """Offers that may run a site, in the order of the instance."""
    return [int(operator) for operator in np.flatnonzero(instance.sites.may_run[site])]


def contract_cash(instance: Instance, site: int, operator: int, first: int, last: int) -> tuple[Cash, ...]:
    """Every payment of one contract that does not depend on the parcels.

    Parameters
    ----------
    first : first period of the contract, -1 = it ran before the horizon, since the centre opened.
    last : its last period; n_periods - 1 = still running at the horizon's end, -1 = ended at once.

    Notes
    -----
    Fixed fee per period, in its middle. A new contract pays its onboarding and the fixed fee of the start-up
    months on the first day of its first period. Who leaves before the term is over pays the exit fee
    on the day after the last period; who leaves at once also owes the fixed fee of the notice. All grow with
    the operators' rates. Nothing falls due at the horizon's end.
    """
    terms, periods, end = instance.contracts, instance.periods, instance.n_periods - 1
    yearly = float(instance.operators.fixed_fee[operator])
    cash = []
    if first > BEFORE_HORIZON:
        start_up = yearly * float(terms.start_up[operator]) / MONTHS_PER_YEAR
        grown = _grown(instance, first)
        paid = (float(terms.onboarding[operator]) + start_up) * grown
        cash.append(Cash("operator_fees", float(periods.start_day[first]), first, -paid))
    for period in range(max(first, 0), last + 1):
        fee = yearly * _grown(instance, period) * float(periods.years[period])
        cash.append(Cash("operator_fees", float(middle_day(instance)[period]), period, -fee))
    if last < end:
        cash.append(_leaving(instance, site, operator, first, last))
    return tuple(payment for payment in cash if payment.amount != 0.0)


def volume_terms(instance: Instance, operator: int, period: int) -> VolumeTerms:
    """Commitment and tiers of an offer in a period; yearly volumes count for the years of the period."""
    terms, years = instance.contracts, float(instance.periods.years[period])
    is_tier = np.isfinite(terms.tier_from[operator])
    is_own = bool(instance.operators.is_own[operator])
    rate = 0.0 if is_own else float(instance.operators.pick_and_pack[operator]) * _grown(instance, period)
    return VolumeTerms(
        rate=rate,
        commitment=float(terms.commitment[operator]) * years,
        threshold=terms.tier_from[operator][is_tier] * years,
        discount=terms.tier_discount[operator][is_tier],
        is_all_units=bool(terms.is_all_units[operator]),
    )


def first_capacity(instance: Instance, operator: Index, period: Index) -> FloatArray:
    """Standard parcels that a centre can handle in the first period of a contract, inf = no limit."""
    operations = instance.operations
    days = operations.working_days * instance.periods.years[period]
    room: FloatArray = instance.contracts.first_capacity[operator] * days / operations.peak_factor
    return room


def _leaving(instance: Instance, site: int, operator: int, first: int, last: int) -> Cash:
    terms, periods = instance.contracts, instance.periods
    at_once = last == BEFORE_HORIZON
    day = float(instance.money.base_day if at_once else periods.end_day[last])
    begun = float(instance.sites.opened_day[site] if first == BEFORE_HORIZON else periods.start_day[first])
    age = (day - begun) / DAYS_PER_YEAR
    owed = 0.0
    if age < float(terms.term[operator]) - 1e-3:
        owed += float(terms.exit_fee[operator])
    if at_once:
        owed += float(instance.operators.fixed_fee[operator] * terms.notice[operator]) / MONTHS_PER_YEAR
    return Cash("contract_exit", day, last + 1, -owed * _grown(instance, max(last, 0)))


def _grown(instance: Instance, period: int) -> float:
    return float(growth(instance, instance.money.operator_growth, period))
