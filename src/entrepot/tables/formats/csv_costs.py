"""A table of costs as CSV: customers in rows, sites in columns.

::

    customer, demand, Lyon, Genoa, Bonn       demand may be left out (1 each)
    fixed_cost,     , 1200,  900,   1500      a row of this name states the sites' fixed costs (else 0)
    capacity,       ,  400,  400,    600      a row of this name states their capacities (else no limit)
    Paris,       120,  240,  610,    400      cost of serving the whole demand; an empty capacity = no limit

The first column holds names, whatever its header says. Costs are of the whole demand, never per unit.
"""

from pathlib import Path

import numpy as np

from entrepot.location import MatrixCosts
from entrepot.location.problem import FloatArray
from entrepot.tables.formats.csv_grid import Grid, read_grid
from entrepot.tables.formats.stated import Question, Reading, Stated
from entrepot.tables.names import plain_name

SITE_ROWS = ("fixed_cost", "capacity")


def read_csv_costs(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a table of costs.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    grid = read_grid(path)
    demand_column = grid.column_of("demand")
    sites = [place for place in range(1, len(grid.header)) if place != demand_column]
    rows = {
        plain_name(cells[0]): (line, cells) for line, cells in grid.rows if plain_name(cells[0]) in SITE_ROWS
    }
    customers = [(line, cells) for line, cells in grid.rows if plain_name(cells[0]) not in SITE_ROWS]
    if not sites or not customers:
        grid.note(None, "", "", "It has no site or no customer.", "Sites are columns, customers are rows.")
    grid.finish()
    fixed_cost = _of_sites(grid, rows.get("fixed_cost"), sites, 0.0)
    capacity = _of_sites(grid, rows.get("capacity"), sites, np.inf)
    costs = np.array([[grid.number(line, site, cells[site]) for site in sites] for line, cells in customers])
    demand = np.ones(len(customers))
    if demand_column is not None:
        demand = np.array(
            [grid.number(n, demand_column, cells[demand_column], 0.0) for n, cells in customers]
        )
    grid.finish()
    matrix = MatrixCosts(costs)
    return Stated(
        path.stem, matrix, matrix, fixed_cost, demand, capacity, None,
        tuple(cells[0] for _, cells in customers), tuple(grid.header[site] for site in sites),
    )  # fmt: skip


def _of_sites(grid: Grid, row: tuple[int, list[str]] | None, sites: list[int], default: float) -> FloatArray:
    values = np.full(len(sites), default)
    if row is None:
        return values
    line, cells = row
    least = 0.0 if np.isinf(default) else -np.inf
    for place, site in enumerate(sites):
        if cells[site]:
            values[place] = grid.number(line, site, cells[site], least)
    return values
