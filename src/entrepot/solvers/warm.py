"""A basis of one LP of flows as the start of the next, which knows more choices."""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from entrepot.location.problem import IntArray
from entrepot.solvers.flow_program import Choices

LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(highspy.HighsBasisStatus.kBasic)
_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
PRIMAL = 4
"""HiGHS's number for the primal simplex: the last basis is feasible, and new choices price in."""

Statuses = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Statuses of an LP of flows.

    Attributes
    ----------
    choice : (n_open,) codes of the opened choices, ascending. of_choice : their statuses.
    cell : (n_cells,) positions of the opened cells, ascending. of_cell : statuses of their rows.
    others : statuses of the columns behind the choices; coupling, last : of the first and the last rows.
    """

    choice: IntArray
    of_choice: Statuses
    cell: IntArray
    of_cell: Statuses
    others: Statuses
    coupling: Statuses
    last: Statuses


def codes_of(known: Choices, n_ways: int, n_enablers: int) -> IntArray:
    """One number for each choice: of way and configuration, or of the cell that takes none."""
    way = np.where(known.way >= 0, known.way, n_ways + known.position)
    code: IntArray = way * (n_enablers + 1) + known.enabler + 1
    return code


def basis_of(highs: Any, choice: IntArray, cell: IntArray, n_coupling: int) -> Basis:
    """The basis that HiGHS ended with.

    Parameters
    ----------
    choice : (n_open,) codes, in the order of the columns. cell : positions, in the order of the rows.
    """
    basis = highs.getBasis()
    columns = np.array([int(status) for status in basis.col_status], dtype=np.int8)
    rows = np.array([int(status) for status in basis.row_status], dtype=np.int8)
    order = np.argsort(choice, kind="stable")
    first, end = n_coupling, n_coupling + len(cell)
    return Basis(
        choice=choice[order],
        of_choice=columns[: len(choice)][order],
        cell=cell,
        of_cell=rows[first:end],
        others=columns[len(choice) :],
        coupling=rows[:first],
        last=rows[end:],
    )


def start_from(highs: Any, before: Basis, choice: IntArray, cell: IntArray, kept: NDArray[np.bool_]) -> None:
    """Give HiGHS the last basis: new choices are out, of newly opened cells the choice known before is in.

    Parameters
    ----------
    choice, cell : as for `basis_of`. kept : (n_open,) choices that were known before.
    """
    at = np.minimum(np.searchsorted(before.choice, choice), max(len(before.choice) - 1, 0))
    is_old = np.zeros(len(choice), dtype=np.bool_)
    columns = np.full(len(choice), LOWER, dtype=np.int8)
    if len(before.choice):
        is_old = before.choice[at] == choice
        columns[is_old] = before.of_choice[at[is_old]]
    columns[kept & ~is_old] = BASIC
    place = np.minimum(np.searchsorted(before.cell, cell), max(len(before.cell) - 1, 0))
    rows = np.full(len(cell), LOWER, dtype=np.int8)
    if len(before.cell):
        was = before.cell[place] == cell
        rows[was] = before.of_cell[place[was]]
    basis = highspy.HighsBasis()
    basis.col_status = [_STATUS[s] for s in np.concatenate([columns, before.others]).tolist()]
    basis.row_status = [_STATUS[s] for s in np.concatenate([before.coupling, rows, before.last]).tolist()]
    basis.valid = True
    highs.setBasis(basis)
