"""Tiers as the tables write them: lists of thresholds and of discounts."""

from collections.abc import Sequence

import numpy as np

from entrepot.instance import FloatArray

Cell = Sequence[str] | None


def tiers_of(thresholds: Sequence[Cell], discounts: Sequence[Cell]) -> tuple[FloatArray, FloatArray]:
    """Thresholds (inf where there is no tier) and discounts (0), padded: (n_rows, n_tiers) each."""
    starts, parts = [list(cell or ()) for cell in thresholds], [list(cell or ()) for cell in discounts]
    width = max((len(row) for row in starts), default=0)
    start, discount = np.full((len(starts), width), np.inf), np.zeros((len(starts), width))
    for row, (from_amount, part) in enumerate(zip(starts, parts, strict=True)):
        start[row, : len(from_amount)] = [float(text) for text in from_amount]
        discount[row, : len(part)] = [float(text) for text in part]
    return start, discount
