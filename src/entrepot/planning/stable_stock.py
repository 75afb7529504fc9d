"""Stable sources with pooled stock: better plans from the sources of the one that was found."""

from dataclasses import replace

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.location import Options, Watcher
from entrepot.model.build import build
from entrepot.model.fixed_sources import ways_of_sources, with_ways, without_stability
from entrepot.planning.pooled_stock import improved
from entrepot.planning.stable_sources import Stable, started_from


def improved_from_its_sources(
    instance: Instance, stable: Stable, *, options: Options, watcher: Watcher
) -> Stable:
    """The plan, or one that is worth more by the exact cost of its stock; bounds stay as they are.

    Every market keeps the centre that serves it, so that whatever the rounds of slope scaling find is stable.

    Parameters
    ----------
    options : of the whole run; the rounds end with its seconds.
    """
    solution = stable.solution
    is_over = solution.stop_reason == "interrupted"
    if is_over or not instance.stock.is_pooled or solution.columns is None or solution.assignment is None:
        return stable
    marks = list(stable.built.strategy.marks.source.values())
    free = build(without_stability(instance)) if marks else stable.built
    columns, flows = _without(solution.columns, marks), solution.assignment
    kept = ways_of_sources(instance, free, columns, flows)
    narrow = with_ways(free.problem, kept)
    way = np.searchsorted(kept, flows.way)
    start = replace(
        solution,
        columns=columns,
        assignment=replace(flows, way=way),
        memory=started_from(narrow, columns),
    )
    better = improved(instance, free, narrow, start, options=options, watcher=watcher)
    found = better.assignment
    assert found is not None
    lifted = replace(better, assignment=replace(found, way=kept[found.way]), memory=None)
    return Stable(free, lifted)


def _without(columns: FloatArray, marks: list[int]) -> FloatArray:
    """The columns of a plan without those that name sources."""
    is_other = np.ones(len(columns), dtype=np.bool_)
    is_other[marks] = False
    return columns[is_other]
