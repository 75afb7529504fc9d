"""Decisions taken already: centres of the first periods and who runs them, which a new plan keeps."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from entrepot.errors import UsageError
from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.location import LocationProblem, Strategic
from entrepot.model.layout import Layout
from entrepot.model.row import Row, stack_rows, sum_row
from entrepot.plans.plan import Plan


def keep_centres(
    instance: Instance, problem: LocationProblem, layout: Layout, kept: tuple[Plan, int]
) -> LocationProblem:
    """The problem whose plans have the centres of a plan in the first periods, run by the same.

    Parameters
    ----------
    problem, layout : of the instance. kept : a plan, and the number of first periods in which it stands.

    Returns
    -------
    LocationProblem
        Lives and engagements that contradict the plan are shut off, and a row asks for each module that it
        needs. No cut rests on either, so what the engine remembers of the problem stays true.

    Raises
    ------
    UsageError : a centre of the first periods is not possible in this study.
    """
    ours, n_kept = kept
    upper = problem.strategic.upper.copy()
    upper[layout.engagement_column[~_engagements_agree(layout, ours, n_kept)]] = 0.0
    n_lives = len(layout.column_site)
    upper[:n_lives][~_lives_agree(layout, ours, n_kept)] = 0.0
    rows = _kept_rows(instance, layout, (ours, n_kept), upper[:n_lives])
    return replace(problem, strategic=_with_rows(replace(problem.strategic, upper=upper), rows))


def _lives_agree(layout: Layout, ours: Plan, n_kept: int) -> BoolArray:
    """Lives of modules that are active in just those first periods in which the plan has them."""
    period = np.arange(n_kept)
    wanted = ours.size[layout.column_site, :n_kept] >= layout.column_module[:, None]
    is_active = (layout.column_first[:, None] <= period) & (period <= layout.column_last[:, None])
    agrees: BoolArray = np.all(wanted == is_active, axis=1)
    return agrees


def _engagements_agree(layout: Layout, ours: Plan, n_kept: int) -> BoolArray:
    """Engagements that run in just those first periods in which the plan has them."""
    period = np.arange(n_kept)
    wanted = ours.operator[layout.engagement_site, :n_kept] == layout.engagement_operator[:, None]
    runs = (layout.engagement_first[:, None] <= period) & (period <= layout.engagement_last[:, None])
    agrees: BoolArray = np.all(wanted == runs, axis=1)
    return agrees


def _kept_rows(instance: Instance, layout: Layout, kept: tuple[Plan, int], upper: FloatArray) -> list[Row]:
    """One row per module that is open in some of the first periods: a life that is left is lived."""
    ours, n_kept = kept
    rows = []
    for site, level in enumerate(ours.size[:, :n_kept].max(axis=1, initial=0)):
        for module in range(1, int(level) + 1):
            own = (layout.column_site == site) & (layout.column_module == module)
            columns = np.flatnonzero(own & (upper > 0.0))
            name = f"{instance.sites.labels[site]} keeps size {instance.sizes.labels[module - 1]}"
            if not len(columns):
                raise UsageError(f"{name} in the first periods, which this study does not allow.")
            rows.append(sum_row(name, 1.0, np.inf, columns))
    return rows


def _with_rows(strategic: Strategic, rows: list[Row]) -> Strategic:
    if not rows:
        return strategic
    matrix, lower, upper = stack_rows(rows, len(strategic.cost))
    return replace(
        strategic,
        matrix=csr_array(vstack([strategic.matrix, matrix], format="csr")),
        row_lower=np.concatenate([strategic.row_lower, lower]),
        row_upper=np.concatenate([strategic.row_upper, upper]),
        row_names=(*strategic.row_names, *(row.name for row in rows)),
    )
