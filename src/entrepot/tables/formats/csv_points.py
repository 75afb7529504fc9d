"""A table of points as CSV: every point is a customer, a site, or both.

::

    name, x, y, demand, fixed_cost, capacity, role

`x` and `y` are plane coordinates in one unit (project longitudes and latitudes first). `demand` (1 where the
column is missing) is also the cost per unit of distance; `fixed_cost` (0) and `capacity` (no limit) belong to
the site. `role` is customer, site or both; without the column every point is both.
"""

from pathlib import Path

import numpy as np

from entrepot.location import PlaneCosts
from entrepot.location.problem import FloatArray
from entrepot.tables.formats.csv_grid import Grid, read_grid
from entrepot.tables.formats.stated import Question, Reading, Stated
from entrepot.tables.names import did_you_mean

COLUMNS = ("name", "x", "y", "demand", "fixed_cost", "capacity", "role")
ROLES = ("customer", "site", "both")


def read_csv_points(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a table of points.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    grid = read_grid(path)
    _check_columns(grid)
    grid.finish()
    roles = _roles(grid)
    points = np.column_stack([_values(grid, "x", np.nan), _values(grid, "y", np.nan)])
    demand = _values(grid, "demand", 1.0, least=0.0)
    fixed_cost = _values(grid, "fixed_cost", 0.0)
    capacity = _values(grid, "capacity", np.inf, least=0.0)
    is_customer, is_site = roles != "site", roles != "customer"
    if not is_customer.any() or not is_site.any():
        grid.note(None, "role", "", "There is no customer or no site.", "Give points the role both.")
    grid.finish()
    names = np.array(_names(grid))
    customers, sites, weight = points[is_customer], points[is_site], demand[is_customer]
    costs = PlaneCosts(customers, sites, weight, reading.rounding)
    distances = PlaneCosts(customers, sites, np.ones(len(weight)), reading.rounding)
    return Stated(
        path.stem, costs, distances, fixed_cost[is_site], weight, capacity[is_site], None,
        tuple(names[is_customer].tolist()), tuple(names[is_site].tolist()),
    )  # fmt: skip


def _check_columns(grid: Grid) -> None:
    for key, name in zip(grid.keys, grid.header, strict=True):
        if key not in COLUMNS:
            remedy = did_you_mean(key, COLUMNS, f"Known columns: {', '.join(COLUMNS)}.")
            grid.note(1, name, name, "This column is not known.", remedy)
    for key in ("x", "y"):
        if grid.column_of(key) is None:
            grid.note(1, key, "", "This column is missing.", "Give every point two plane coordinates.")


def _roles(grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    column = grid.column_of("role")
    if column is None:
        return np.full(len(grid.rows), "both")
    roles = []
    for line, cells in grid.rows:
        role = cells[column].casefold() or "both"
        if role not in ROLES:
            remedy = did_you_mean(role, ROLES, "Write customer, site or both.")
            grid.note(line, "role", cells[column], "This role is not known.", remedy)
        roles.append(role)
    return np.array(roles)


def _values(grid: Grid, key: str, default: float, least: float = -np.inf) -> FloatArray:
    column = grid.column_of(key)
    if column is None:
        return np.full(len(grid.rows), default)
    return np.array(
        [
            default
            if not cells[column] and not np.isnan(default)
            else grid.number(line, column, cells[column], least)
            for line, cells in grid.rows
        ]
    )


def _names(grid: Grid) -> list[str]:
    column = grid.column_of("name")
    return [
        cells[column] if column is not None and cells[column] else str(place + 1)
        for place, (_, cells) in enumerate(grid.rows)
    ]
