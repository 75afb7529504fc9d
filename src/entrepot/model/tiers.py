"""Rows of price tiers, the same for every account: parcels under an offer, euros paid to a carrier."""

from typing import Protocol

import numpy as np

from entrepot.instance import FloatArray, IntArray
from entrepot.model.row import Row, sum_row


class Tiered(Protocol):
    """Columns of an account's tiers, all (n_tiers,); amounts are in units of `unit`, thresholds are not."""

    @property
    def most(self) -> float:
        """No amount is larger."""

    @property
    def unit(self) -> float:
        """What one of its columns stands for."""

    @property
    def amount(self) -> IntArray:
        """Column of what counts in each tier."""

    @property
    def reached(self) -> IntArray:
        """Column that says whether the tier is reached."""

    @property
    def threshold(self) -> FloatArray:
        """Where each tier begins."""


def tier_rows(name: str, account: Tiered, *, is_all_units: bool) -> list[Row]:
    """A tier counts only where it is reached; tiers are reached in order, or one of them is chosen."""
    rows = []
    for amount, reached, threshold in zip(account.amount, account.reached, account.threshold, strict=True):
        above = 0.0 if is_all_units else float(threshold)
        signs = np.array([1.0, (above - account.most) / account.unit])
        rows.append(Row(name, -np.inf, 0.0, np.array([amount, reached]), signs))
    if is_all_units and len(account.reached) > 1:
        rows.append(sum_row(name, -np.inf, 1.0, account.reached))
    elif not is_all_units:
        for lower, higher in zip(account.reached[:-1], account.reached[1:], strict=True):
            rows.append(Row(name, -np.inf, 0.0, np.array([higher, lower]), np.array([1.0, -1.0])))
    return rows
