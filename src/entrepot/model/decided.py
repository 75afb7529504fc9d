"""What is decided before the futures part: sums of strategic columns that are the same in all of them.

With the first D periods decided now,

* what stands, who runs it and which carriers work in these periods is the same in every future: an interval
  that ends before the last decided period as it is; of intervals that begin by then and go on, their sum over
  the ends, for when they end is decided later;
* an opening or expansion in a later period is decided now if it has to be begun before period D does: its
  lead time reaches back into the decided periods. So is money that is paid by then.

With D = all periods every sum is a single column: the plan is the same in every future, but for its flows and
what follows from them. With D = 0 nothing is decided: every future has a plan of its own.
"""

from collections.abc import Iterator

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.model.strategy import Strategy

Key = tuple[int, ...]


def decided_sums(instance: Instance, strategy: Strategy, n_decided: int) -> list[IntArray]:
    """Groups of strategic columns whose sums are decided now, in an order that the numbers do not change.

    Parameters
    ----------
    n_decided : first periods that are decided before the futures part, 0 ... n_periods.
    """
    if n_decided <= 0:
        return []
    return [
        *_of_intervals(_lives(instance, strategy, n_decided), n_decided),
        *_of_intervals(_engagements(strategy, n_decided), n_decided),
        *_of_intervals(_hires(strategy, n_decided), n_decided),
        *(np.array([column], dtype=np.int64) for column in _of_periods(strategy, n_decided)),
    ]


def begins_before(instance: Instance, site: int, first: int, n_decided: int) -> bool:
    """Whether what opens at a site in period `first` has to be begun in the first `n_decided` periods."""
    if first < n_decided:
        return True
    if n_decided >= instance.n_periods:
        return True
    day = float(instance.periods.start_day[first] - instance.sites.lead_time[site])
    return day < float(instance.periods.start_day[n_decided])


def _lives(instance: Instance, strategy: Strategy, n_decided: int) -> Iterator[tuple[Key, int, int, int]]:
    """(key, column, first, last) of the lives that begin by then, or have to be begun."""
    lives = strategy.lives
    for column in range(len(lives.site)):
        site, first = int(lives.site[column]), int(lives.first[column])
        if begins_before(instance, site, first, n_decided):
            key = (site, int(lives.operator[column]), int(lives.module[column]), first)
            yield key, column, first, int(lives.last[column])


def _engagements(strategy: Strategy, n_decided: int) -> Iterator[tuple[Key, int, int, int]]:
    engagements, n_lives = strategy.contracts.engagements, len(strategy.lives.site)
    for i in np.flatnonzero((engagements.column >= n_lives) & (engagements.first < n_decided)).tolist():
        first = int(engagements.first[i])
        key = (int(engagements.site[i]), int(engagements.operator[i]), first)
        yield key, int(engagements.column[i]), first, int(engagements.last[i])


def _hires(strategy: Strategy, n_decided: int) -> Iterator[tuple[Key, int, int, int]]:
    hires = strategy.hires
    for i in np.flatnonzero(hires.first < n_decided).tolist():
        first = int(hires.first[i])
        key = (int(hires.carrier[i]), int(hires.country[i]), first)
        yield key, int(hires.column[i]), first, int(hires.last[i])


def _of_intervals(rows: Iterator[tuple[Key, int, int, int]], n_decided: int) -> list[IntArray]:
    """Columns of each key that end before the last decided period, one by one, and all others together."""
    groups: dict[tuple[Key, int], list[int]] = {}
    for key, column, first, last in rows:
        ends = min(last, n_decided - 1) if first < n_decided else n_decided - 1
        groups.setdefault((key, ends), []).append(column)
    return [np.array(columns, dtype=np.int64) for columns in groups.values()]


def _of_periods(strategy: Strategy, n_decided: int) -> Iterator[int]:
    """Columns that say something of one decided period."""
    contracts, marks = strategy.contracts, strategy.marks
    for family in (contracts.pairings, contracts.partnerships):
        yield from family.column[family.period < n_decided].tolist()
    for column_of in (marks.in_force, marks.expands):
        yield from (column for (_, period), column in column_of.items() if period < n_decided)
