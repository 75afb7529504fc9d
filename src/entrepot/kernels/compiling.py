"""The one decorator of the kernels."""

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function, keep the result on disk, and let other Python threads run meanwhile."""
    compiled: Function = njit(cache=True, nogil=True)(function)
    return compiled
