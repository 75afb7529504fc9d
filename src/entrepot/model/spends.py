"""What is paid to carriers in rates: the spend of a carrier, its discounts and its commitment.

The same forms as for volumes of operators (`model.volumes`), in euros of rates not discounted.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.block import Block, amounts, binaries, stacked
from entrepot.model.carriage import Hires
from entrepot.model.row import Row
from entrepot.model.tiers import tier_rows
from entrepot.model.volumes import ROUNDING
from entrepot.terms.carriage import NETWORK, SpendTerms, spend_terms
from entrepot.terms.time import discount, growth, middle_day

ABSENT = -1


@dataclass(frozen=True, slots=True, eq=False)
class SpendAccount:
    """The spend on one carrier in one period, in one country (or -1 = over the network), and its columns.

    Attributes
    ----------
    most : no spend is larger, EUR. shortfall : column, -1 = no commitment. It and the amounts are in units
        of `unit`.
    amount, reached : (n_tiers,) columns. threshold : (n_tiers,) EUR.
    """

    carrier: int
    country: int
    period: int
    terms: SpendTerms
    most: float
    shortfall: int
    amount: IntArray
    reached: IntArray
    threshold: FloatArray

    @property
    def unit(self) -> float:
        """What one of its columns stands for, so that its rows have coefficients of about 1."""
        return max(self.most, 1.0)


def spend_accounts(
    instance: Instance, found: Hires, start: int
) -> tuple[tuple[SpendAccount, ...], list[Block]]:
    """Accounts of all carriers with commitments or tiers, columns numbered from `start`, and their blocks."""
    factor = discount(instance, middle_day(instance))
    accounts, blocks = [], []
    for carrier, country in found.pairs:
        if (country == NETWORK) == bool(instance.carriage.counts_by_country[carrier]):
            continue
        for t in range(instance.n_periods):
            terms = spend_terms(instance, carrier, t)
            if terms.are_plain:
                continue
            account = _account(instance, (carrier, country, t), terms, start)
            block = _columns(instance, account, float(factor[t]))
            start += len(block)
            accounts.append(account)
            blocks.append(block)
    return tuple(accounts), blocks


def _account(instance: Instance, who: tuple[int, int, int], terms: SpendTerms, start: int) -> SpendAccount:
    carrier, country, period = who
    most = _largest_spend(instance, carrier, country, period)
    can = _reachable(terms, most)
    n, has_shortfall = int(can.sum()), int(terms.commitment > 0.0)
    first = start + has_shortfall
    return SpendAccount(
        carrier=carrier,
        country=country,
        period=period,
        terms=terms,
        most=most,
        shortfall=start if has_shortfall else ABSENT,
        amount=first + np.arange(n),
        reached=first + n + np.arange(n),
        threshold=terms.threshold[can],
    )


def _reachable(terms: SpendTerms, most: float) -> BoolArray:
    """Tiers that some spend up to `most` earns by; one for all units counts from its very threshold on."""
    is_within = terms.threshold * (1.0 - ROUNDING) <= most if terms.is_all_units else terms.threshold < most
    return np.asarray(is_within & (_gains(terms) > 0.0))


def _gains(terms: SpendTerms) -> FloatArray:
    """Discount that each tier adds per euro that it counts, fraction."""
    return terms.discount if terms.is_all_units else np.diff(terms.discount, prepend=0.0)


def _largest_spend(instance: Instance, carrier: int, country: int, period: int) -> float:
    """Spend if the carrier delivered the whole potential at its dearest rate there, EUR."""
    cards, products = instance.rate_cards, instance.products
    mine = cards.service_carrier[cards.service_index] == carrier
    total = 0.0
    for n in np.unique(instance.markets.country_index):
        rows = mine & (cards.to_country == n)
        if country not in (NETWORK, n) or not rows.any():
            continue
        price = cards.price[rows][:, None] + cards.price_per_kg[rows][:, None] * products.weight
        parcels = instance.demand[instance.markets.country_index == n, :, period].sum(axis=0)
        total += float(parcels @ price.max(axis=0))
    return total * float(growth(instance, instance.money.last_mile_growth, period))


def account_label(instance: Instance, account: SpendAccount) -> str:
    """Carrier, country and period of an account, for planners."""
    where = "" if account.country == NETWORK else f" in {instance.countries.labels[account.country]}"
    return f"{instance.carriers.labels[account.carrier]}{where} {instance.periods.labels[account.period]}"


def _columns(instance: Instance, account: SpendAccount, factor: float) -> Block:
    label = account_label(instance, account)
    can = _reachable(account.terms, account.most)
    gains, n, parts = _gains(account.terms)[can], len(account.amount), []
    if account.shortfall != ABSENT:
        cost = np.array([factor * account.unit])
        largest = np.array([account.terms.commitment / account.unit])
        parts.append(amounts(cost, cost, largest, (f"shortfall of {label}",)))
    above = np.zeros(n) if account.terms.is_all_units else account.threshold
    names = tuple(f"spend on {label} in tier {k + 1}" for k in range(n))
    widest = (account.most - above) / account.unit
    parts.append(amounts(-factor * account.unit * gains, np.zeros(n), widest, names))
    names = tuple(f"{label} reaches tier {k + 1}" for k in range(n))
    parts.append(binaries(np.zeros(n), np.zeros(n), names))
    return stacked(parts)


def spend_rows(instance: Instance, accounts: tuple[SpendAccount, ...]) -> list[Row]:
    """A tier counts only where it is reached; tiers are reached in order, or one of them is chosen."""
    return [
        row
        for account in accounts
        for row in tier_rows(
            f"tiers of {account_label(instance, account)}", account, is_all_units=account.terms.is_all_units
        )
    ]
