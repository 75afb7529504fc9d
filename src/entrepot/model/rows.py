"""Strategic constraints: one function per rule. Rows named "limit: ..." are what the planner asked for."""

import numpy as np

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.model.accounts import account_rows
from entrepot.model.carriage import hire_rows
from entrepot.model.columns import BEFORE, Columns
from entrepot.model.contracts import contract_rows
from entrepot.model.paths import path_rows
from entrepot.model.policies import changes, one_source, site_relations
from entrepot.model.row import Row, sum_row
from entrepot.model.strategy import Strategy
from entrepot.terms.centre_life import budget_use


def strategic_rows(instance: Instance, strategy: Strategy) -> list[Row]:
    """All rows over the strategic columns."""
    columns = strategy.lives
    return [
        *one_life_per_module(instance, columns),
        *modules_stack_and_close_together(instance, columns),
        *budget(instance, columns),
        *centre_counts(instance, columns),
        *openings(instance, columns),
        *forced_sites(instance, columns),
        *contract_rows(instance, strategy.lives, strategy.contracts),
        *account_rows(strategy.volumes),
        *site_relations(instance, columns, strategy.marks),
        *changes(instance, columns, strategy.marks),
        *one_source(instance, strategy.marks),
        *hire_rows(instance, strategy.hires),
        *account_rows(strategy.spends),
        *path_rows(instance, strategy.paths, strategy.throughput),
    ]


def one_life_per_module(instance: Instance, columns: Columns) -> list[Row]:
    """A site opens at most once; a module that stands before the horizon has exactly one end."""
    rows = []
    for j in range(instance.n_sites):
        initial = int(instance.sites.initial_size[j])
        for module in range(1, max(initial, 1) + 1):
            chosen = np.flatnonzero((columns.site == j) & (columns.module == module))
            if len(chosen):
                stands = bool((columns.first[chosen] == BEFORE).all())
                name = f"{_size(instance, j, module)} has one life"
                rows.append(sum_row(name, 1.0 if stands else -np.inf, 1.0, chosen))
    return rows


def modules_stack_and_close_together(instance: Instance, columns: Columns) -> list[Row]:
    """Module m + 1 is active only while module m is, and both end together: a centre never shrinks.

    For every end and every period: the starts of module m + 1 up to it are at most those of module m.
    """
    rows: list[Row] = []
    for j in range(instance.n_sites):
        at_site = np.flatnonzero(columns.site == j)
        for operator in np.unique(columns.operator[at_site]):
            rows += _nesting(instance, columns, at_site[columns.operator[at_site] == operator], j)
    return rows


def _nesting(instance: Instance, columns: Columns, at_site: IntArray, site: int) -> list[Row]:
    """Nesting of the modules of one tenure of a site."""
    rows: list[Row] = []
    for module in range(2, int(columns.module[at_site].max(initial=0)) + 1):
        upper = at_site[columns.module[at_site] == module]
        lower = at_site[columns.module[at_site] == module - 1]
        for last in range(BEFORE, instance.n_periods):
            above, below = upper[columns.last[upper] == last], lower[columns.last[lower] == last]
            rows.extend(_nesting_rows(_size(instance, site, module), columns, above, below))
    return rows


def _nesting_rows(label: str, columns: Columns, above: IntArray, below: IntArray) -> list[Row]:
    starts: list[int] = np.unique(columns.first[above]).tolist()
    rows = []
    for number, start in enumerate(starts):
        following = starts[number + 1] if number + 1 < len(starts) else None
        under = below[columns.first[below] <= start]
        if following is not None and np.count_nonzero(columns.first[below] <= following) == len(under):
            continue  # the row of the next start has the same right-hand side and more on the left
        over = above[columns.first[above] <= start]
        coefficient = np.concatenate([np.ones(len(over)), -np.ones(len(under))])
        end = int(columns.last[above[0]])
        name = f"{label} stands on the size below it (start {start}, end {end})"
        rows.append(Row(name, -np.inf, 0.0, np.concatenate([over, under]), coefficient))
    return rows


def budget(instance: Instance, columns: Columns) -> list[Row]:
    """Capital net of grants paid in a period stays within its budget, or within all budgets so far."""
    limit, labels = instance.limits.budget, instance.periods.labels
    if not np.isfinite(limit).any():
        return []
    spent = spending(instance, columns)
    word = "budget"
    if instance.limits.carries_over:
        limit, spent, word = np.cumsum(limit), np.cumsum(spent, axis=1), "budget until"
    rows = []
    for t in np.flatnonzero(np.isfinite(limit)):
        used = np.flatnonzero(spent[:, t])
        rows.append(Row(f"limit: {word} {labels[t]}", -np.inf, float(limit[t]), used, spent[used, t]))
    return rows


def spending(instance: Instance, columns: Columns) -> FloatArray:
    """Capital net of grants of each column, (n_columns, n_periods) EUR."""
    spent = np.zeros((len(columns.site), instance.n_periods))
    known: dict[tuple[int, int, int, int], FloatArray] = {}
    for column in np.flatnonzero(columns.first != BEFORE):
        key = (
            int(columns.site[column]),
            int(columns.module[column]),
            int(columns.first[column]),
            int(columns.operator[column]),
        )
        if key not in known:
            known[key] = budget_use(instance, *key)
        spent[column] = known[key]
    return spent


def centre_counts(instance: Instance, columns: Columns) -> list[Row]:
    """Fewest and most centres open in a period."""
    rows = []
    for t, label in enumerate(instance.periods.labels):
        is_open = np.flatnonzero((columns.module == 1) & columns.is_open_in(t))
        least, most = float(instance.limits.min_centres[t]), float(instance.limits.max_centres[t])
        if least > 0:
            rows.append(
                sum_row(f"limit: centres open in {label}, at least {least:g}", least, np.inf, is_open)
            )
        if np.isfinite(most):
            rows.append(sum_row(f"limit: centres open in {label}, at most {most:g}", -np.inf, most, is_open))
    return rows


def openings(instance: Instance, columns: Columns) -> list[Row]:
    """Most centres that open in a period."""
    rows = []
    for t, label in enumerate(instance.periods.labels):
        most = float(instance.limits.max_openings[t])
        if np.isfinite(most):
            opens = np.flatnonzero((columns.module == 1) & (columns.first == t))
            rows.append(sum_row(f"limit: openings in {label}, at most {most:g}", -np.inf, most, opens))
    return rows


def forced_sites(instance: Instance, columns: Columns) -> list[Row]:
    """A forced site opens; its columns already start in time and last to the end."""
    rows = []
    for j, status in enumerate(instance.sites.status):
        if status == "forced":
            opens = np.flatnonzero((columns.site == j) & (columns.module == 1))
            name = f"limit: site {instance.sites.labels[j]} must open"
            rows.append(sum_row(name, 1.0, np.inf, opens))
    return rows


def _size(instance: Instance, site: int, module: int) -> str:
    return f"{instance.sites.labels[site]} size {instance.sizes.labels[module - 1]}"
