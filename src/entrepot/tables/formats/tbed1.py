"""TBED1 files of Avella and Boccia: large capacitated facility location, with or without single sourcing.

::

    n_sites n_customers
    demand_1 ... demand_n_customers
    capacity_1 ... capacity_n_sites
    fixed_cost_1 ... fixed_cost_n_sites
    cost_1 ... cost_n_customers               per site, of ONE unit of demand: times the demand here

References
----------
Avella, P., Boccia, M. (2009): A cutting plane algorithm for the capacitated facility location problem.
Computational Optimization and Applications 43, 39-65.
"""

from pathlib import Path

import numpy as np

from entrepot.location import MatrixCosts
from entrepot.tables.formats.numbers import Numbers
from entrepot.tables.formats.stated import Question, Reading, Stated


def read_tbed1(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a TBED1 file.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    numbers = Numbers(path)
    n_sites, n_customers = numbers.count("number of sites"), numbers.count("number of customers")

    def cost_field(place: int) -> str:
        site, customer = divmod(place, n_customers)
        return f"unit cost of customer {customer + 1} from site {site + 1}"

    demand = numbers.take(n_customers, lambda place: f"demand of customer {place + 1}", least=0.0)
    capacity = numbers.take(n_sites, lambda place: f"capacity of site {place + 1}", least=0.0)
    fixed_cost = numbers.take(n_sites, lambda place: f"fixed cost of site {place + 1}")
    unit = numbers.take(n_sites * n_customers, cost_field).reshape(n_sites, n_customers)
    numbers.finish()
    per_unit = np.ascontiguousarray(unit.T)
    costs = MatrixCosts(per_unit * demand[:, None])
    return Stated(path.stem, costs, MatrixCosts(per_unit), fixed_cost, demand, capacity)
