"""Files of Holmberg, Ronnqvist and Yuan, and files of the same form (sscflp-small): single sourcing.

::

    n_sites n_customers
    capacity fixed_cost                       per site
    demand_1 ... demand_n_customers
    cost_1 ... cost_n_customers               per site; a cost is that of the whole demand

References
----------
Holmberg, K., Ronnqvist, M., Yuan, D. (1999): An exact algorithm for the capacitated facility location
problems with single sourcing. EJOR 113, 544-559.
"""

from pathlib import Path

import numpy as np

from entrepot.location import MatrixCosts
from entrepot.tables.formats.numbers import Numbers
from entrepot.tables.formats.stated import Question, Reading, Stated


def read_holmberg(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a file of Holmberg's form.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    numbers = Numbers(path)
    n_sites, n_customers = numbers.count("number of sites"), numbers.count("number of customers")

    def site_field(place: int) -> str:
        site, column = divmod(place, 2)
        return f"{('capacity', 'fixed cost')[column]} of site {site + 1}"

    def cost_field(place: int) -> str:
        site, customer = divmod(place, n_customers)
        return f"cost of customer {customer + 1} from site {site + 1}"

    sites = numbers.take(2 * n_sites, site_field, least=0.0).reshape(n_sites, 2)
    demand = numbers.take(n_customers, lambda place: f"demand of customer {place + 1}", least=0.0)
    costs = numbers.take(n_sites * n_customers, cost_field).reshape(n_sites, n_customers)
    numbers.finish()
    matrix = MatrixCosts(np.ascontiguousarray(costs.T))
    return Stated(path.stem, matrix, matrix, sites[:, 1].copy(), demand, sites[:, 0].copy())
