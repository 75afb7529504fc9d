"""A checksum over a whole document: finds a change to a number that nothing else can recompute."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

KEY = "checksum"


def checksum_of(document: Mapping[str, Any]) -> str:
    """Hash of every key and value but the checksum itself: 64 hexadecimal digits (SHA-256).

    Numbers count by their value, so that 1 and 1.0 are the same; the order of keys does not count.
    """
    digest = hashlib.sha256()
    _add(digest, {key: value for key, value in document.items() if key != KEY})
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", value: Any) -> None:
    if isinstance(value, Mapping):
        digest.update(b"{")
        for key in sorted(value):
            digest.update(f"{key}:".encode())
            _add(digest, value[key])
    elif isinstance(value, list | tuple):
        digest.update(f"[{len(value)}".encode())
        if value and all(type(item) in (int, float) for item in value):
            digest.update(np.array(value, dtype="<f8").tobytes())
        else:
            for item in value:
                _add(digest, item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        digest.update(f"={float(value)!r}".encode())
    else:
        digest.update(f"={value!r}".encode())
