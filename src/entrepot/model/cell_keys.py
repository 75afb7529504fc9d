"""Which market, product and period a cell is."""

from dataclasses import dataclass

from entrepot.instance import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CellKeys:
    """Cells, all (n_cells,), sorted by (period, market, product)."""

    market: IntArray
    product: IntArray
    period: IntArray
