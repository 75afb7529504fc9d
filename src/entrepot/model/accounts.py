"""Accounts: what is bought under a contract in a period, its commitment and its tiers.

The total S of an account (parcels handled under an offer, euros of rates paid to a carrier) is a column that
the flows fill: one row over flows, S <= what they use. With commitment c per unit held, tiers (b_k, d_k) and
rate p, all else are rows over columns:

    shortfall    s >= c (units held) - S,                                   costs p s
    incremental  r_k <= S - b_k where tier k is reached (u_k = 1), else 0,  earns (d_k - d_{k-1}) p r_k
    all units    g_k <= S, b_k <= S where tier k is chosen (u_k = 1),       earns d_k p g_k
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, IntArray
from entrepot.model.block import Block, amounts, binaries, stacked
from entrepot.model.row import Row, sum_row

ABSENT = -1
ROUNDING = 1e-12
"""Part of a threshold that a total may lack: the same that the valuation of a plan allows."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiers:
    """Tiers that some total reaches and earns by, all (n_tiers,).

    Attributes
    ----------
    threshold : where each begins, units of the account. gain : discount that it adds to what it counts.
    is_all_units : what counts is the whole total, in one tier, not what exceeds each threshold.
    """

    threshold: FloatArray
    gain: FloatArray
    is_all_units: bool


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """One account and its columns.

    Attributes
    ----------
    party, country, period : who is paid, where (-1 = anywhere), when. label : the same for planners.
    most : no total is larger, parcels or EUR. commitment : what is paid for in any case per holder.
    tiers : those that count. holders : columns of contracts under which the commitment is made.
    total, shortfall : columns, in units of `unit`; shortfall -1 = no commitment.
    amount, reached : (n_tiers,) columns, the amounts in units of `unit`.
    """

    party: int
    country: int
    period: int
    label: str
    most: float
    commitment: float
    tiers: Tiers
    holders: IntArray
    total: int
    shortfall: int
    amount: IntArray
    reached: IntArray

    @property
    def unit(self) -> float:
        """What one of its columns stands for, so that its rows have coefficients of about 1."""
        return max(self.most, 1.0)


def tiers_within(threshold: FloatArray, discount: FloatArray, *, is_all_units: bool, most: float) -> Tiers:
    """The tiers that some total up to `most` reaches and earns by.

    A tier for all units counts from its very threshold on: a total that is just `most` reaches it.
    """
    gain = discount if is_all_units else np.diff(discount, prepend=0.0)
    within = threshold * (1.0 - ROUNDING) <= most if is_all_units else threshold < most
    counts: BoolArray = within & (gain > 0.0)
    return Tiers(np.minimum(threshold[counts], most), gain[counts], is_all_units)


def open_account(
    who: tuple[int, int, int],
    label: str,
    terms: tuple[float, float, Tiers],
    holders: IntArray,
    *,
    most_held: int,
    money: float,
    start: int,
) -> tuple[Account, Block]:
    """An account with its columns numbered from `start`, and their block.

    Parameters
    ----------
    who : party, country, period. terms : most, commitment, tiers. holders : columns that make the commitment.
    most_held : holders at the same time. money : EUR discounted per unit of the account.
    """
    most, commitment, tiers = terms
    n, has_shortfall = len(tiers.gain), int(commitment > 0.0)
    first = start + 1 + has_shortfall
    account = Account(
        *who,
        label=label,
        most=most,
        commitment=commitment,
        tiers=tiers,
        holders=holders,
        total=start,
        shortfall=start + 1 if has_shortfall else ABSENT,
        amount=first + np.arange(n),
        reached=first + n + np.arange(n),
    )
    return account, _columns(account, most_held, money)


def _columns(account: Account, most_held: int, money: float) -> Block:
    label, unit, tiers = account.label, account.unit, account.tiers
    nothing = np.zeros(1)
    parts = [amounts(nothing, nothing, np.array([account.most / unit]), (f"total of {label}",))]
    if account.shortfall != ABSENT:
        cost = np.array([money * unit])
        largest = np.array([account.commitment * most_held / unit])
        parts.append(amounts(cost, cost, largest, (f"shortfall of {label}",)))
    n = len(tiers.gain)
    names = tuple(f"{label} in tier {k + 1}" for k in range(n))
    widest = (account.most - _above(tiers)) / unit
    parts.append(amounts(-money * unit * tiers.gain, np.zeros(n), widest, names))
    names = tuple(f"{label} reaches tier {k + 1}" for k in range(n))
    parts.append(binaries(np.zeros(n), np.zeros(n), names))
    return stacked(parts)


def _above(tiers: Tiers) -> FloatArray:
    """What a tier does not count, (n_tiers,)."""
    return np.zeros(len(tiers.threshold)) if tiers.is_all_units else tiers.threshold


def account_rows(accounts: tuple[Account, ...]) -> list[Row]:
    """Commitments and tiers of accounts, over their columns alone."""
    return [row for account in accounts for row in (*_commitment(account), *_tiers(account))]


def _commitment(account: Account) -> list[Row]:
    """commitment x holders - total <= shortfall."""
    if account.shortfall == ABSENT:
        return []
    held = np.full(len(account.holders), account.commitment / account.unit)
    column = np.append(account.holders, [account.total, account.shortfall])
    return [Row(f"commitment of {account.label}", -np.inf, 0.0, column, np.append(held, [-1.0, -1.0]))]


def _tiers(account: Account) -> list[Row]:
    """A tier counts only where it is reached; tiers are reached in order, or one of them is chosen."""
    name, tiers, total = f"tiers of {account.label}", account.tiers, account.total
    threshold, widest = tiers.threshold / account.unit, (account.most - _above(tiers)) / account.unit
    if len(threshold) == 0:
        return []
    rows = [
        Row(name, -np.inf, 0.0, np.array([amount, reached]), np.array([1.0, -width]))
        for amount, reached, width in zip(account.amount, account.reached, widest, strict=True)
    ]
    if tiers.is_all_units:
        for column, weight in ((account.amount, np.ones(len(threshold))), (account.reached, threshold)):
            rows.append(Row(name, -np.inf, 0.0, np.append(column, total), np.append(weight, -1.0)))
        return [*rows, sum_row(name, -np.inf, 1.0, account.reached)]
    for amount, reached, least in zip(account.amount, account.reached, threshold, strict=True):
        rows.append(Row(name, -np.inf, 0.0, np.array([amount, reached, total]), np.array([1.0, least, -1.0])))
    for lower, higher in zip(account.reached[:-1], account.reached[1:], strict=True):
        rows.append(Row(name, -np.inf, 0.0, np.array([higher, lower]), np.array([1.0, -1.0])))
    return rows
