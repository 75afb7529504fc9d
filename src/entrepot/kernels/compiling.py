"""The one decorator of the kernels."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from numba import njit
from numba.core.event import RecordingListener, register

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function, keep the result on disk, and let other Python threads run meanwhile."""
    forget_stale(Path(__file__).parent)
    compiled: Function = njit(cache=True, nogil=True)(function)
    return compiled


@lru_cache
def forget_stale(folder: Path) -> bool:
    """Delete compiled kernels that were made from other sources than those in a folder; say whether any were.

    numba renews what it keeps of a kernel when the kernel's own file changes, not when a kernel that it
    calls does: stale code would run with arguments of another shape.
    """
    sources = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    digest = blake2b(sources, digest_size=16).hexdigest()
    stamp = folder / "__pycache__" / "kernels.digest"
    with suppress(OSError):  # where nothing can be written, nothing is kept either
        if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
            return False
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest, encoding="ascii")
        for kept in stamp.parent.glob("*.nb?"):
            kept.unlink(missing_ok=True)
        return True
    return False


@lru_cache(maxsize=1)
def _listener() -> RecordingListener:
    listener = RecordingListener()
    register("numba:compile", listener)
    return listener


def compilations() -> int:
    """Compilations since the first call of this function; kernels loaded from disk are none."""
    return sum(1 for _, event in _listener().buffer if event.is_start)
