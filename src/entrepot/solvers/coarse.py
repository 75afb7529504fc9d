"""A coarse problem for the root: few cells, each standing for many.

Any prices make valid cuts (docs/engine.md), so they may be found where that is cheap: on a weighted sample of
the cells. The cuts themselves are made on all cells.
"""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.location import Progress
from entrepot.location.problem import FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.likeness import by_likeness
from entrepot.solvers.prepared import Prepared, network_of
from entrepot.solvers.reductions import restricted

CELLS_PER_KIND = 400
WORTH_IT = 4
"""The sample must be this many times smaller than the problem."""
GAP, PART_OF_GAP = 0.002, 0.75
"""Gap of the sample: a part of the one asked for, as a plan is a little worse on all cells; not below GAP."""
PART_OF_TIME, PART_IF_WIDE = 0.2, 0.5
"""Of the time that is left; more where masters are wide, as a plan costs much less on the sample."""
ROUNDS, NARROW_ROUNDS = 3, 6
"""Rounds on the sample, and where they begin with narrow searches, which cost little."""


@dataclass(frozen=True, slots=True)
class _Aside:
    """Watcher of a run on the sample: what it reports is no bound on the problem."""

    clock: Clock

    def report(self, progress: Progress) -> None:  # noqa: ARG002 - the protocol's name
        """Say what is done, with the bounds of the problem itself."""
        self.clock.report("planning a sample of the cells")

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.clock.watcher.should_stop()


def sampled(prepared: Prepared, cells_per_kind: int = CELLS_PER_KIND) -> Prepared | None:
    """The problem with a sample of the cells of each group and kind; None where it would not be much smaller.

    Notes
    -----
    Systematic sampling with probability proportional to weight (Madow, 1949): each drawn cell stands for an
    equal part of the weight of its group and kind, so that totals are kept. Cells that are alike
    (`solvers.likeness`) are neighbours and stand for each other.
    """
    network = prepared.network
    n_cells = sum(len(group.cells) for group in prepared.groups)
    if n_cells < WORTH_IT * cells_per_kind * len(network.kind_load) * len(prepared.groups):
        return None
    weight = np.zeros(len(network.weight))
    for group in prepared.groups:
        kinds = network.kind[group.cells]
        for kind in np.unique(kinds):
            members = by_likeness(prepared, group.cells[kinds == kind], cells_per_kind)
            total = np.cumsum(network.weight[members])
            step = total[-1] / cells_per_kind
            drawn = np.searchsorted(total, (np.arange(cells_per_kind) + 0.5) * step)
            np.add.at(weight, members[np.minimum(drawn, len(members) - 1)], step)
    return _of_cells(prepared, weight)


def _of_cells(prepared: Prepared, weight: FloatArray) -> Prepared:
    """The problem with only the cells of some weight, (n_cells,), in the units of the whole one."""
    problem, is_drawn = prepared.problem, weight > 0.0
    count = np.diff(problem.cells.way_pointer)
    way = np.flatnonzero(np.repeat(is_drawn, count))
    smaller = restricted(problem, way, is_drawn, weight[is_drawn], count[is_drawn])
    place = np.cumsum(is_drawn) - 1
    groups = tuple(
        replace(group, cells=place[group.cells[is_drawn[group.cells]]]) for group in prepared.groups
    )
    return replace(prepared, problem=smaller, groups=groups, network=network_of(smaller))


def clock_of_sample(clock: Clock, *, begins_narrow: bool) -> Clock:
    """Limits for the search on a sample: it ends early, and its bounds do not count."""
    options = clock.options
    part = PART_IF_WIDE if begins_narrow else PART_OF_TIME
    limited = replace(
        options,
        gap=max(PART_OF_GAP * options.gap, GAP),
        seconds=clock.elapsed() + part * clock.left(),
        rounds=min(options.rounds, NARROW_ROUNDS if begins_narrow else ROUNDS),
    )
    return Clock(limited, _Aside(clock), begin=clock.begin)
