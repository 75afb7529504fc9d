"""Blocks of strategic columns."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Columns of one family, all (n,).

    Attributes
    ----------
    cost : EUR discounted per unit, negative = income. charge : EUR discounted, the cost lines alone.
    lower, upper : bounds. is_integer : whether only whole numbers count. names : for planners.
    """

    cost: FloatArray
    charge: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_integer: BoolArray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.cost)


def binaries(cost: FloatArray, charge: FloatArray, names: tuple[str, ...]) -> Block:
    """A block of yes-or-no columns."""
    n = len(cost)
    return Block(cost, charge, np.zeros(n), np.ones(n), np.ones(n, dtype=np.bool_), names)


def amounts(cost: FloatArray, charge: FloatArray, upper: FloatArray, names: tuple[str, ...]) -> Block:
    """A block of continuous columns from 0 to `upper`."""
    n = len(cost)
    return Block(cost, charge, np.zeros(n), upper, np.zeros(n, dtype=np.bool_), names)


def stacked(blocks: list[Block]) -> Block:
    """The columns of all blocks, one after the other."""
    return Block(
        cost=np.concatenate([block.cost for block in blocks]),
        charge=np.concatenate([block.charge for block in blocks]),
        lower=np.concatenate([block.lower for block in blocks]),
        upper=np.concatenate([block.upper for block in blocks]),
        is_integer=np.concatenate([block.is_integer for block in blocks]),
        names=tuple(name for block in blocks for name in block.names),
    )
