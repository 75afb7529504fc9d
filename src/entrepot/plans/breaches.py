"""How the referee words what it finds: tolerance, places, and one breach per rule and place."""

from collections.abc import Callable

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.plans.result import Breach

TOLERANCE = 1e-6
"""Relative to max(1, |limit|), or to the volume that a floor is about."""


def over(limit: str, place: str, used: float, allowed: float, scale: float = 1.0) -> tuple[Breach, ...]:
    """A breach if `used` exceeds `allowed` by more than the tolerance, else nothing.

    Parameters
    ----------
    limit, place : what is limited and where. used, allowed : in the limit's own unit.
    scale : size of the amounts that were summed, where it exceeds the limit itself.
    """
    if not np.isfinite(allowed) and allowed > 0:
        return ()
    tolerance = TOLERANCE * max(1.0, abs(allowed), abs(scale))
    excess = used - allowed
    return () if excess <= tolerance else (Breach(limit, place, float(excess), tolerance),)


def broken(
    limit: str, is_bad: BoolArray, place: Callable[[int], str], excess: FloatArray | None = None
) -> tuple[Breach, ...]:
    """One breach for all rows that break a rule: it names the worst row and counts the others.

    Parameters
    ----------
    limit : the rule. is_bad : (n,) rows that break it. place : names a row.
    excess : (n,) by how much each row breaks the rule; without it the amount is the number of rows.
    """
    rows = np.flatnonzero(is_bad)
    if len(rows) == 0:
        return ()
    if excess is None:
        first, amount, allowed = int(rows[0]), float(len(rows)), 0.0
    else:
        size = np.nan_to_num(excess[rows], nan=np.inf)
        first = int(rows[int(np.argmax(size))])
        amount, allowed = float(size.max()), TOLERANCE
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return (Breach(limit, place(first) + others, amount, allowed),)


def site_place(instance: Instance, site: int, period: int | None = None) -> str:
    """Name of a site, with the period where one is given."""
    name = f"site {instance.sites.ids[site]}"
    return name if period is None else f"{name}, {instance.periods.labels[period]}"


def cell_place(instance: Instance, market: int, product: int, period: int) -> str:
    """Name of a cell."""
    names = (instance.markets.ids[market], instance.products.ids[product], instance.periods.labels[period])
    return "market {}, product {}, {}".format(*names)
