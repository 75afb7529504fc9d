"""Value, charge and feasibility of a point of the canonical problem, computed without a solver."""

import numpy as np

from entrepot.location.problem import FloatArray, IntArray, LocationProblem
from entrepot.location.solution import Assignment


def cell_of_way(problem: LocationProblem, way: IntArray) -> IntArray:
    """Cell that owns each way, (n,) index."""
    position: IntArray = np.searchsorted(problem.cells.way_pointer, way, side="right").astype(np.int64)
    return position - 1


def value_of(problem: LocationProblem, columns: FloatArray, assignment: Assignment) -> float:
    """Objective of a point, EUR."""
    return float(-problem.strategic.cost @ columns + np.sum(flow_value(problem, assignment)))


def charge_of(problem: LocationProblem, columns: FloatArray, assignment: Assignment) -> float:
    """Controllable cost of a point, EUR: the denominator of the gap."""
    way, scale, shift = _scaled(problem, assignment)
    flow = scale * (problem.ways.charge[way] - problem.ways.volume[way] * np.minimum(shift, 0.0))
    return float(problem.strategic.charge @ columns + np.sum(flow))


def usage_of(problem: LocationProblem, assignment: Assignment) -> FloatArray:
    """Use of every resource by flows, their loads included, (n_resources,)."""
    way, scale, _ = _scaled(problem, assignment)
    full, load = np.zeros(problem.n_ways), np.zeros(problem.n_enablers)
    np.add.at(full, way, scale)
    on = assignment.enabler >= 0
    kind = problem.cells.kind[cell_of_way(problem, way[on])]
    amount = scale[on] * problem.ways.volume[way[on]] * problem.cells.kind_load[kind]
    np.add.at(load, assignment.enabler[on], amount)
    usage: FloatArray = problem.resources.usage @ full + problem.resources.used_by_load(load)
    return usage


def violation_of(problem: LocationProblem, columns: FloatArray, assignment: Assignment) -> dict[str, float]:
    """Largest violation of each family of rows, relative to max(1, |right-hand side|); all ~0 = feasible."""
    strategic = problem.strategic
    activity = strategic.matrix @ columns
    on = problem.enablers.matrix @ columns + problem.enablers.constant
    way, fraction, enabler = assignment.way, assignment.fraction, assignment.enabler
    cell = cell_of_way(problem, way)
    served = np.bincount(cell, weights=fraction, minlength=problem.n_cells)
    enabled = enabler >= 0
    with_partner, partner = _partners(problem, way)
    link = _excess_of_links(problem, cell[enabled], enabler[enabled], fraction[enabled], on)
    load = problem.cells.weight[cell] * fraction * problem.ways.volume[way]
    load = load * problem.cells.kind_load[problem.cells.kind[cell]]
    used = np.zeros(problem.n_enablers)
    np.add.at(used, enabler[enabled], load[enabled])
    with np.errstate(invalid="ignore"):
        room = np.where(np.isinf(problem.enablers.capacity), np.inf, problem.enablers.capacity * on)
    mandatory = problem.cells.is_mandatory
    return {
        "strategic rows": _worst(
            activity - strategic.row_upper,
            strategic.row_upper,
            strategic.row_lower - activity,
            strategic.row_lower,
        ),
        "bounds": _worst(
            columns - strategic.upper, strategic.upper, strategic.lower - columns, strategic.lower
        ),
        "integrality": float(np.max(np.abs(columns - np.rint(columns))[strategic.is_integer], initial=0.0)),
        "cells": max(
            float(np.max(served - 1.0, initial=0.0)), float(np.max(1.0 - served[mandatory], initial=0.0))
        ),
        "links": link,
        "partners": _excess_of_links(problem, cell[with_partner], partner, fraction[with_partner], on),
        "capacity": _worst(used - room, room),
        "resources": _resource_excess(problem, columns, way, problem.cells.weight[cell] * fraction, used),
        "single sourcing": _split_of_single(problem, cell, fraction),
        "negative flow": float(np.max(-fraction, initial=0.0)),
    }


def _scaled(problem: LocationProblem, assignment: Assignment) -> tuple[IntArray, FloatArray, FloatArray]:
    way, enabler = assignment.way, assignment.enabler
    cell = cell_of_way(problem, way)
    shift = np.zeros(len(way))
    on = enabler >= 0
    shift[on] = problem.enablers.shift[enabler[on], problem.cells.kind[cell[on]]]
    return way, problem.cells.weight[cell] * assignment.fraction, shift


def flow_value(problem: LocationProblem, assignment: Assignment) -> FloatArray:
    """Value of every flow, (n_used,) EUR."""
    way, scale, shift = _scaled(problem, assignment)
    return scale * (problem.ways.value[way] + problem.ways.volume[way] * shift)


def _split_of_single(problem: LocationProblem, cell: IntArray, fraction: FloatArray) -> float:
    """Largest distance from 0 and 1 of a fraction of a single-sourced cell."""
    if problem.cells.is_single is None:
        return 0.0
    mine = fraction[problem.cells.is_single[cell]]
    return float(np.max(np.minimum(np.abs(mine), np.abs(1.0 - mine)), initial=0.0))


def _partners(problem: LocationProblem, way: IntArray) -> tuple[IntArray, IntArray]:
    """Positions of the ways that need a partner, and its enabler."""
    if problem.ways.partner is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    partner = problem.ways.partner[way].astype(np.int64)
    with_one = np.flatnonzero(partner >= 0)
    return with_one, problem.enablers.facility_pointer[partner[with_one]]


def _excess_of_links(
    problem: LocationProblem, cell: IntArray, enabler: IntArray, fraction: FloatArray, on: FloatArray
) -> float:
    key = cell * problem.n_enablers + enabler
    unique, inverse = np.unique(key, return_inverse=True)
    total = np.bincount(inverse, weights=fraction)
    return float(np.max(total - on[unique % problem.n_enablers], initial=0.0)) if len(key) else 0.0


def _resource_excess(
    problem: LocationProblem, columns: FloatArray, way: IntArray, amount: FloatArray, load: FloatArray
) -> float:
    if problem.n_resources == 0:
        return 0.0
    full = np.zeros(problem.n_ways)
    np.add.at(full, way, amount)
    used = problem.resources.usage @ full + problem.resources.used_by_load(load)
    room = problem.resources.matrix @ columns + problem.resources.constant
    return _worst(used - room, room, scale=np.abs(problem.resources.usage) @ full)


def _worst(*pairs: FloatArray, scale: FloatArray | None = None) -> float:
    worst = 0.0
    for excess, side in zip(pairs[0::2], pairs[1::2], strict=True):
        finite = np.isfinite(side)
        if not np.any(finite):
            continue
        size = np.maximum(1.0, np.abs(side[finite]))
        if scale is not None:
            size = np.maximum(size, scale[finite])
        worst = max(worst, float(np.max(excess[finite] / size)))
    return worst
