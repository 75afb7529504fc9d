"""What the formulas take: single values or arrays that broadcast against each other."""

from typing import Any, TypeAlias

import numpy as np

from entrepot.instance import FloatArray, IntArray

Index: TypeAlias = int | np.integer[Any] | IntArray
"""One index or an int64 array of them."""

Amount: TypeAlias = float | np.floating[Any] | FloatArray
"""One number or a float64 array of them."""
