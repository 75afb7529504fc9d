"""The one decorator of the kernels."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from numba import njit
from numba.core.event import RecordingListener, register

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function, keep the result on disk, and let other Python threads run meanwhile."""
    compiled: Function = njit(cache=True, nogil=True)(function)
    return compiled


@lru_cache(maxsize=1)
def _listener() -> RecordingListener:
    listener = RecordingListener()
    register("numba:compile", listener)
    return listener


def compilations() -> int:
    """Compilations since the first call of this function; kernels loaded from disk are none."""
    return sum(1 for _, event in _listener().buffer if event.is_start)
