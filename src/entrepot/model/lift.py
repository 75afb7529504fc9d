"""Solution -> plan: what the canonical numbers mean to the planner."""

import numpy as np

from entrepot.errors import SolverError
from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.location import Assignment, Solution
from entrepot.model.layout import NONE, Layout
from entrepot.plans.plan import Flows, Inbound, Plan, inbound_rows
from entrepot.terms.inbound import inbound_paths

SMALLEST_FRACTION = 1e-10
SMALLEST_PART = 1e-9
"""Part of an origin's goods that is taken for rounding."""


def lift_plan(instance: Instance, layout: Layout, solution: Solution) -> Plan:
    """Read the plan out of a solution.

    Raises
    ------
    SolverError : the solution holds no plan.
    """
    if solution.columns is None or solution.assignment is None:
        raise SolverError("There is no plan to read: the solver ended without one.")
    size = _sizes(instance, layout, solution.columns[: len(layout.column_site)] > 0.5)
    operator = _operators(instance, layout, solution.columns)
    carrier = _carriers(instance, layout, solution.columns)
    inbound = _inbound(instance, layout, size, solution.columns)
    return Plan(size, operator, carrier, _flows(layout, solution.assignment), inbound)


def _sizes(instance: Instance, layout: Layout, is_chosen: np.ndarray) -> IntArray:
    """Size level = number of active modules, (n_sites, n_periods)."""
    size = np.zeros((instance.n_sites, instance.n_periods), dtype=np.int64)
    for column in np.flatnonzero(is_chosen):
        first, last = max(int(layout.column_first[column]), 0), int(layout.column_last[column])
        size[layout.column_site[column], first : last + 1] += 1
    return size


def _operators(instance: Instance, layout: Layout, columns: np.ndarray) -> IntArray:
    """Who runs each centre, (n_sites, n_periods), -1 where it is closed."""
    operator = np.full((instance.n_sites, instance.n_periods), NONE, dtype=np.int64)
    for i in np.flatnonzero(columns[layout.engagement_column] > 0.5):
        first, last = max(int(layout.engagement_first[i]), 0), int(layout.engagement_last[i])
        operator[layout.engagement_site[i], first : last + 1] = layout.engagement_operator[i]
    return operator


def _carriers(instance: Instance, layout: Layout, columns: np.ndarray) -> BoolArray:
    """Where each carrier is contracted, (n_carriers, n_countries, n_periods)."""
    shape = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    carrier = np.zeros(shape, dtype=np.bool_)
    for i in np.flatnonzero(columns[layout.hire_column] > 0.5):
        first, last = int(layout.hire_first[i]), int(layout.hire_last[i])
        carrier[layout.hire_carrier[i], layout.hire_country[i], first : last + 1] = True
    return carrier


def _flows(layout: Layout, assignment: Assignment) -> Flows:
    """One row per used way that serves somebody; ways are in the order of period, market, product."""
    way, position = np.unique(assignment.way, return_inverse=True)
    fraction = np.bincount(position, weights=assignment.fraction, minlength=len(way))
    is_used = (fraction > SMALLEST_FRACTION) & (layout.way_service[way] != NONE)
    way, fraction = way[is_used], np.minimum(fraction[is_used], 1.0)
    cell = np.searchsorted(layout.way_pointer, way, side="right") - 1
    facility = layout.way_facility[way]
    site = np.full(len(way), NONE, dtype=np.int64)
    site[facility != NONE] = layout.facility_site[facility[facility != NONE]]
    return Flows(
        period=layout.cell_period[cell].astype(np.int64),
        market=layout.cell_market[cell].astype(np.int64),
        product=layout.cell_product[cell].astype(np.int64),
        site=site,
        gateway=layout.way_gateway[way].astype(np.int64),
        service=layout.way_service[way].astype(np.int64),
        fraction=fraction,
    )


def _inbound(instance: Instance, layout: Layout, size: IntArray, columns: FloatArray) -> Inbound:
    """The paths of every origin's goods into every open centre, for all products that can reach it.

    By the lanes that the plan chose where something comes by them, else by the cheapest one.
    """
    paths = inbound_paths(instance)
    lane, is_open = paths.lane.transpose(2, 0, 1, 3), paths.is_open.transpose(2, 0, 1)
    is_fed = (lane != NONE) & (is_open & (size.T > 0)[:, :, None])[..., None]
    chosen, part = _chosen_paths(layout, lane.shape, columns)
    chosen_key = tuple(
        each[chosen].astype(np.int64)
        for each in (layout.path_period, layout.path_site, layout.path_product, layout.path_origin)
    )
    by_rule = is_fed.copy()
    by_rule[chosen_key] = False
    is_kept = is_fed[chosen_key]
    rule_key = np.nonzero(by_rule)
    key = [np.concatenate([a, b[is_kept]]) for a, b in zip(rule_key, chosen_key, strict=True)]
    used = np.concatenate([lane[rule_key], layout.path_lane[chosen][is_kept].astype(np.int64)])
    fraction = np.concatenate([np.ones(len(rule_key[0])), part[is_kept]])
    return inbound_rows(instance, key, used, fraction)


def _chosen_paths(layout: Layout, shape: tuple[int, ...], columns: FloatArray) -> tuple[IntArray, FloatArray]:
    """Paths by which something comes, and which part of their origin's goods; rounding is left out."""
    amount = np.maximum(columns[layout.path_column], 0.0)
    key = np.ravel_multi_index(
        tuple(
            each.astype(np.int64)
            for each in (layout.path_period, layout.path_site, layout.path_product, layout.path_origin)
        ),
        shape,
    )
    for _ in range(2):
        total = np.bincount(key, weights=amount, minlength=1)[key]
        part = np.divide(amount, total, out=np.zeros(len(amount)), where=total > 0.0)
        amount = np.where(part > SMALLEST_PART, part, 0.0)
    chosen = np.flatnonzero(amount)
    return chosen, np.minimum(part[chosen], 1.0)
