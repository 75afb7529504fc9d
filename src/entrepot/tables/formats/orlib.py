"""OR-Library capacitated warehouse files (cap41 ... cap134, capa, capb, capc), also used for UFL.

::

    n_sites n_customers
    capacity fixed_cost                       one pair per site
    demand  cost_1 ... cost_n_sites           per customer; a cost is that of the whole demand

In capa, capb and capc the capacity is a placeholder (the word `capacity`, in some copies 100): the twelve
published problems state one capacity for all sites, which the option `capacity` gives.

References
----------
Beasley, J. E. (1990): OR-Library: distributing test problems by electronic mail. JORS 41, 1069-1072.
"""

from pathlib import Path

import numpy as np

from entrepot.location import MatrixCosts
from entrepot.location.problem import FloatArray
from entrepot.tables.formats.numbers import Numbers
from entrepot.tables.formats.stated import Question, Reading, Stated


def read_orlib(path: Path, question: Question, reading: Reading) -> Stated:
    """Read an OR-Library file of warehouses.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    numbers = Numbers(path)
    n_sites, n_customers = numbers.count("number of sites"), numbers.count("number of customers")
    ignores_capacity = question in ("ufl", "p-median") or reading.capacity is not None
    capacity, fixed_cost = _sites(numbers, n_sites, ignores_capacity)
    demand, costs = _customers(numbers, n_customers, n_sites)
    numbers.finish()
    matrix = MatrixCosts(costs)
    return Stated(path.stem, matrix, matrix, fixed_cost, demand, capacity)


def _sites(numbers: Numbers, n_sites: int, ignores_capacity: bool) -> tuple[FloatArray, FloatArray]:
    """Capacities and fixed costs; of placeholders the first is noted."""
    capacity, fixed_cost = np.full(n_sites, np.inf), np.zeros(n_sites)
    placeholders = 0
    for site in range(n_sites):
        names = (f"capacity of site {site + 1}", f"fixed cost of site {site + 1}")
        is_word = numbers.peek().isalpha()
        if ignores_capacity or is_word:
            numbers.word(names[0])
            placeholders += is_word
        else:
            capacity[site] = numbers.take(1, lambda _, name=names[0]: name, least=0.0)[0]  # type: ignore[misc]
        if is_word and placeholders == 1 and not ignores_capacity:
            problem = "It is a placeholder, not a number."
            numbers.note_taken(1, names[0], problem, "Give the capacity of all sites with --capacity.")
        fixed_cost[site] = numbers.take(1, lambda _, name=names[1]: name)[0]  # type: ignore[misc]
    return capacity, fixed_cost


def _customers(numbers: Numbers, n_customers: int, n_sites: int) -> tuple[FloatArray, FloatArray]:
    def name(place: int) -> str:
        customer, column = divmod(place, n_sites + 1)
        if column == 0:
            return f"demand of customer {customer + 1}"
        return f"cost of customer {customer + 1} from site {column}"

    table = numbers.take(n_customers * (n_sites + 1), name).reshape(n_customers, n_sites + 1)
    for customer in np.flatnonzero(table[:, 0] < 0.0):
        problem = f"The demand of customer {customer + 1} is {table[customer, 0]:g}, less than 0."
        back = int((n_customers - customer) * (n_sites + 1))
        numbers.note_taken(back, name(int(customer) * (n_sites + 1)), problem, "Write a number from 0.")
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1:])
