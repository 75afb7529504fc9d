"""How names are compared: tolerant of case, spaces and hyphens, with the nearest known name for a typo."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_GAP = re.compile(r"[\s\-_/.]+")
_LONGEST_TYPO = 80


def plain_name(text: str) -> str:
    """A header, sheet or file name as the schema writes it: "Fit out (EUR/m2)" becomes "fit_out"."""
    return _GAP.sub("_", _ASIDE.sub(" ", text).strip().casefold()).strip("_")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like `name`, or "" where none does."""
    if not name or len(name) > _LONGEST_TYPO:
        return ""
    names = list(known)
    folded = {other.casefold(): other for other in reversed(names)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy that names the nearest known name, or else the one given."""
    close = nearest(name, known)
    return f"Did you mean {close!r}?" if close else otherwise


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names in a sentence, cut after `most`."""
    shown = list(names)
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
