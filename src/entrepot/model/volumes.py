"""Volumes behind contracts: what is handled under an offer in a period, its discounts and its commitment.

The loads of all centres that an offer runs in a period add up to its volume V. With rate p, commitment c
per centre and tiers (b_k, d_k):

    shortfall    s >= c (number of its centres) - V,                        costs p s
    incremental  r_k <= V - b_k where tier k is reached (u_k = 1), else 0,  earns (d_k - d_{k-1}) p r_k
    all units    g_k <= V, b_k <= V where tier k is chosen (u_k = 1),       earns d_k p g_k
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.model.block import Block, amounts, binaries, stacked
from entrepot.model.contracts import Engagements
from entrepot.model.row import Row
from entrepot.model.tiers import tier_rows
from entrepot.terms.centre import capacity
from entrepot.terms.contracts import VolumeTerms, volume_terms
from entrepot.terms.time import discount, middle_day

ABSENT = -1
ROUNDING = 1e-12
"""Part of a threshold that a volume may lack: the same that the valuation of a plan allows."""


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """The volume of one offer in one period and its columns.

    Attributes
    ----------
    operator, period : indices. terms : of the offer. most : no volume is larger, standard parcels.
    shortfall : column, -1 = no commitment. It and the amounts are in units of `unit`.
    amount, reached : (n_tiers,) columns of the tiers that can be reached.
    threshold : (n_tiers,) their volumes, standard parcels.
    """

    operator: int
    period: int
    terms: VolumeTerms
    most: float
    shortfall: int
    amount: IntArray
    reached: IntArray
    threshold: FloatArray

    @property
    def unit(self) -> float:
        """What one of its columns stands for, so that its rows have coefficients of about 1."""
        return max(self.most, 1.0)


def volume_accounts(
    instance: Instance, engagements: Engagements, start: int
) -> tuple[tuple[Account, ...], list[Block]]:
    """Accounts of all offers with commitments or tiers, columns numbered from `start`, and their blocks."""
    factor = discount(instance, middle_day(instance))
    accounts, blocks = [], []
    for t in range(instance.n_periods):
        for operator in np.unique(engagements.operator[engagements.runs_in(t)]).tolist():
            terms = volume_terms(instance, operator, t)
            if terms.are_plain:
                continue
            sites = np.unique(engagements.site[engagements.runs_in(t) & (engagements.operator == operator)])
            account, block = _account(instance, (operator, t), terms, sites, start)
            money = terms.rate * float(factor[t])
            columns = _columns(instance, account, money, len(sites))
            assert len(columns) == block
            start += len(columns)
            accounts.append(account)
            blocks.append(columns)
    return tuple(accounts), blocks


def _account(
    instance: Instance, who: tuple[int, int], terms: VolumeTerms, sites: IntArray, start: int
) -> tuple[Account, int]:
    operator, period = who
    top = np.maximum(instance.sites.max_size[sites], instance.sites.initial_size[sites])
    room = np.asarray(capacity(instance, sites, top, period, operator), dtype=float)
    handled = instance.demand[:, :, period] @ instance.products.handling_factor
    most = min(float(room.sum()), float(handled.sum()))
    can, _ = _reachable(terms, most)
    n = int(can.sum())
    has_shortfall = terms.commitment > 0.0
    first = start + int(has_shortfall)
    account = Account(
        operator=operator,
        period=period,
        terms=terms,
        most=most,
        shortfall=start if has_shortfall else ABSENT,
        amount=first + np.arange(n),
        reached=first + n + np.arange(n),
        threshold=np.minimum(terms.threshold[can], most),
    )
    return account, int(has_shortfall) + 2 * n


def _reachable(terms: VolumeTerms, most: float) -> tuple[BoolArray, FloatArray]:
    """Tiers that some volume up to `most` earns by, and the discount that each adds to what it counts.

    A tier for all units counts from its very threshold on: a volume that just fills the centres reaches it.
    """
    if terms.is_all_units:
        return (terms.threshold * (1.0 - ROUNDING) <= most) & (terms.discount > 0.0), terms.discount
    steps = np.diff(terms.discount, prepend=0.0)
    return (terms.threshold < most) & (steps > 0.0), steps


def _columns(instance: Instance, account: Account, money: float, n_sites: int) -> Block:
    label = f"{instance.operators.labels[account.operator]} {instance.periods.labels[account.period]}"
    can, gain = _reachable(account.terms, account.most)
    gains, n = gain[can], len(account.amount)
    parts = []
    if account.shortfall != ABSENT:
        cost = np.array([money * account.unit])
        largest = np.array([account.terms.commitment * n_sites / account.unit])
        parts.append(amounts(cost, cost, largest, (f"shortfall of {label}",)))
    above = np.zeros(n) if account.terms.is_all_units else account.threshold
    names = tuple(f"volume of {label} in tier {k + 1}" for k in range(n))
    widest = (account.most - above) / account.unit
    parts.append(amounts(-money * account.unit * gains, np.zeros(n), widest, names))
    names = tuple(f"{label} reaches tier {k + 1}" for k in range(n))
    parts.append(binaries(np.zeros(n), np.zeros(n), names))
    return stacked(parts)


def volume_rows(accounts: tuple[Account, ...]) -> list[Row]:
    """A tier counts only where it is reached; tiers are reached in order, or one of them is chosen."""
    return [
        row
        for account in accounts
        for row in tier_rows(
            f"tiers of offer {account.operator} in {account.period}",
            account,
            is_all_units=account.terms.is_all_units,
        )
    ]
