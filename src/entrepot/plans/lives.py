"""The strategic side of a plan: is every centre's life possible, and what is paid for it on which day."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.plans.breaches import site_place
from entrepot.plans.result import Breach
from entrepot.terms.centre_life import Cash, life_cash


@dataclass(frozen=True, slots=True)
class Interval:
    """Periods in which one module of a centre is open without a break.

    Attributes
    ----------
    site : index. module : 1 ... n_sizes, what size level `module` has more than the one below.
    first, last : periods; first -1 = open before the horizon, last -1 = closed at once.
    """

    site: int
    module: int
    first: int
    last: int


def unreadable_sizes(instance: Instance, size: IntArray) -> tuple[Breach, ...]:
    """What makes a size table impossible to read at all: shape, type or a level that does not exist."""
    expected = (instance.n_sites, instance.n_periods)
    if np.shape(size) != expected or np.asarray(size).dtype.kind not in "iu":
        place = f"sizes have shape {np.shape(size)}, expected whole numbers of shape {expected}"
        return (Breach("plan can be valued", place, 1.0, 0.0),)
    bad = (size < 0) | (size > instance.n_sizes)
    return tuple(
        Breach("size level exists", site_place(instance, int(j), int(t)), float(size[j, t]), 0.0)
        for j, t in np.argwhere(bad)
    )


def intervals_of(instance: Instance, size: IntArray) -> Iterator[Interval]:
    """The life of every module, read off the sizes.

    Parameters
    ----------
    size : (n_sites, n_periods) size levels that exist.
    """
    for site in np.flatnonzero((instance.sites.initial_size > 0) | size.any(axis=1)):
        path = np.concatenate([[instance.sites.initial_size[site]], size[site]])
        for module in range(1, int(path.max()) + 1):
            steps = np.diff(np.concatenate([[0], path >= module, [0]]).astype(np.int64))
            starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
            for start, end in zip(starts, ends, strict=True):
                yield Interval(int(site), module, int(start) - 1, int(end) - 2)


def payments_of(instance: Instance, intervals: tuple[Interval, ...], operator: IntArray) -> tuple[Cash, ...]:
    """Everything that is paid for the centres; a lease runs from the module's own opening.

    `operator` is that of the plan, (n_sites, n_periods); who runs the centre says who bears rent and capital.
    """
    paid: list[Cash] = []
    for each in intervals:
        who = operator[each.site, max(each.first, 0)]
        if each.last < 0 or who < 0:
            who = instance.sites.operator_index[each.site]
        life = (each.site, each.module, each.first, each.last, each.first)
        paid += life_cash(instance, *life, int(who))
    return tuple(paid)


def broken_lives(instance: Instance, size: IntArray) -> tuple[Breach, ...]:
    """Breaches of the rules of a centre's life and of its status."""
    found: list[Breach] = []
    for site in range(instance.n_sites):
        path = [int(level) for level in size[site]]
        for rules in (_moves, _status, _dates):
            found += rules(instance, site, path)
    return tuple(found)


def _moves(instance: Instance, site: int, path: list[int]) -> Iterator[Breach]:
    """A centre never shrinks while it is open and never opens again."""
    before = int(instance.sites.initial_size[site])
    was_open = before > 0
    largest = max(int(instance.sites.max_size[site]), before)
    for period, level in enumerate(path):
        place = site_place(instance, site, period)
        if 0 < level < before:
            yield Breach("size never shrinks while open", place, float(before - level), 0.0)
        if before == 0 and level > 0 and was_open:
            yield Breach("closed centre stays closed", place, float(level), 0.0)
        if level > largest:
            yield Breach("size is at most the largest allowed", place, float(level - largest), 0.0)
        was_open = was_open or level > 0
        before = level


def _status(instance: Instance, site: int, path: list[int]) -> Iterator[Breach]:
    status, initial = instance.sites.status[site], int(instance.sites.initial_size[site])
    due = int(instance.sites.latest_period[site])
    for period, level in enumerate(path):
        place = site_place(instance, site, period)
        if status == "forbidden" and level > 0:
            yield Breach("forbidden site stays closed", place, float(level), 0.0)
        if status == "fixed" and level != initial:
            yield Breach("fixed centre keeps its size", place, float(abs(level - initial)), 0.0)
        if status == "forced" and period >= due and level == 0:
            yield Breach("forced centre is open", place, 1.0, 0.0)


def _dates(instance: Instance, site: int, path: list[int]) -> Iterator[Breach]:
    """A new centre opens between its earliest and its latest period."""
    opened = [period for period, level in enumerate(path) if level > 0]
    if instance.sites.initial_size[site] > 0 or not opened:
        return
    first = opened[0]
    earliest, latest = int(instance.sites.earliest_period[site]), int(instance.sites.latest_period[site])
    if first < earliest:
        yield Breach(
            "opens in its earliest period or later",
            site_place(instance, site, first),
            float(earliest - first),
            0.0,
        )
    if first > latest:
        yield Breach(
            "opens in its latest period or earlier",
            site_place(instance, site, first),
            float(first - latest),
            0.0,
        )
