"""Checks that every value of the instance shares: read-only arrays of the stated length."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def seal(value: Any, length: int) -> None:
    """Make the arrays of a dataclass read-only and check their first dimension.

    Parameters
    ----------
    value : a dataclass; its tuple and array fields must have `length` entries.
    length : expected number of entries.

    Raises
    ------
    ValueError : an array or tuple has another length.
    """
    for field in fields(value):
        content = getattr(value, field.name)
        if isinstance(content, np.ndarray):
            content.setflags(write=False)
        if isinstance(content, np.ndarray | tuple) and len(content) != length:
            raise ValueError(
                f"{type(value).__name__}.{field.name} has {len(content)} entries, expected {length}"
            )
