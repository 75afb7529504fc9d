"""UflLib's simple format of uncapacitated facility location.

::

    FILE: name                                optional
    n_sites n_customers 0
    site fixed_cost cost_1 ... cost_n_customers         per site, numbered from 1

References
----------
Hoefer, M.: UflLib, benchmark instances of uncapacitated facility location, format "Simple".
"""

from pathlib import Path

import numpy as np

from entrepot.location import MatrixCosts
from entrepot.tables.formats.numbers import Numbers
from entrepot.tables.formats.stated import Question, Reading, Stated


def read_ufllib(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read a file of UflLib in its simple format.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    numbers = Numbers(path)
    name = path.stem
    if numbers.peek().upper().startswith("FILE:"):
        word = numbers.word("FILE:")
        name = word[5:] or numbers.word("name")
    n_sites, n_customers = numbers.count("number of sites"), numbers.count("number of customers")
    numbers.take(1, lambda _: "third number of the header")

    def field(place: int) -> str:
        site, column = divmod(place, n_customers + 2)
        words = ("number of site", "fixed cost of site")
        if column < 2:
            return f"{words[column]} {site + 1}"
        return f"cost of customer {column - 1} from site {site + 1}"

    table = numbers.take(n_sites * (n_customers + 2), field).reshape(n_sites, n_customers + 2)
    for site in np.flatnonzero(table[:, 0] != np.arange(1, n_sites + 1)):
        back = int((n_sites - site) * (n_customers + 2))
        problem = f"Line {site + 1} of the sites should begin with {site + 1}."
        numbers.note_taken(back, f"number of site {site + 1}", problem, "Check the counts in the header.")
    numbers.finish()
    matrix = MatrixCosts(np.ascontiguousarray(table[:, 2:].T))
    return Stated(name, matrix, matrix, table[:, 1].copy(), np.ones(n_customers), np.full(n_sites, np.inf))
