"""Sea distances between ports (extra ``sea``)."""

import importlib.util
import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from entrepot.errors import UsageError

PASSAGES = ("babalmandab", "bosporus", "gibraltar", "suez", "panama", "ormuz", "northwest")


def sea_km(
    lat1: npt.ArrayLike,
    lon1: npt.ArrayLike,
    lat2: npt.ArrayLike,
    lon2: npt.ArrayLike,
    closed: Sequence[str] = (),
) -> npt.NDArray[np.float64]:
    """Measure shipping routes between points at or near the sea.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    lat2, lon2 : (n2,) degrees.
    closed : passages that ships avoid, of PASSAGES. The northwest passage is always closed; closing "suez"
        (or "babalmandab", which cuts it off) closes "panama" too, else ships from Asia reach Europe through
        Panama instead of around the Cape.

    Returns
    -------
    (n1, n2) float64, km; inf where no open route exists.

    Raises
    ------
    UsageError
        The package searoute is not installed, or a passage has an unknown name.

    Notes
    -----
    Shortest paths in the marine network that searoute ships, from the network's nearest node to each point.
    Within 2 % of published port distances, see docs/geography.md. About 0.03 s a pair.
    """
    unknown = [name for name in closed if name not in PASSAGES]
    if unknown:
        raise UsageError(f"Unknown sea passage {unknown[0]!r}. Known are {', '.join(PASSAGES)}.")
    if importlib.util.find_spec("searoute") is None:
        raise UsageError(
            "Sea distances need the package searoute, which is not installed. "
            'Install it with: pip install "entrepot[sea]" - or give the kilometres in the lanes table.'
        )
    starts = np.column_stack([np.atleast_1d(lon1), np.atleast_1d(lat1)])
    ends = np.column_stack([np.atleast_1d(lon2), np.atleast_1d(lat2)])
    avoided = _avoided(closed)
    rows = [[_route_km(start.tolist(), end.tolist(), avoided) for end in ends] for start in starts]
    return np.array(rows, dtype=np.float64).reshape(len(starts), len(ends))


def _avoided(closed: Sequence[str]) -> list[str]:
    implied = {"panama"} if {"suez", "babalmandab"} & set(closed) else set()
    return sorted({"northwest", *closed, *implied})


def _route_km(start: list[float], end: list[float], avoided: list[str]) -> float:
    from searoute import searoute

    with warnings.catch_warnings():
        # It warns, and gives an empty route, where every way is closed.
        warnings.simplefilter("ignore")
        route = searoute(start, end, units="km", restrictions=avoided)
    if not route["geometry"]["coordinates"]:
        return float("inf")
    return float(route["properties"]["length"])
