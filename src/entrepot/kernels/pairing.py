"""Cells whose ways need two enablers, a configuration and a partner: a small transport problem each.

With fractional weights on both sides, filling by worth is not optimal: at weights .5/.5 on either side and
worths [[10, 9], [9, 0]] it takes 10 and 0, where 9 and 9 are there to be had.
"""

from typing import NamedTuple

import numpy as np

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray, Network, Rates
from entrepot.kernels.pricing import price_of_resources

LEFT_OVER = 1e-9
TIE = 1e-12
"""Of the largest worth in a table: differences below it are rounding."""


class Transport(NamedTuple):
    """Working memory of one cell: row 0 is the floor, other rows its enablers; column 0 is no partner.

    Attributes
    ----------
    worth : (n_rows, n_slots + 1), -inf where there is no way. way : its way. flow : its fraction.
    row_of : (n_enablers,) row of an enabler in the cell at hand, -1 = none. enabler : (n_rows,) the inverse.
    row_room, column_room : what is left of the weights. row_rank, column_rank : longest distance from the
        source in the residual network. row_from, column_from : predecessor on that path.
    rent : (n_enablers,) what an enabler earns with the partners that are on.
    """

    worth: FloatArray
    way: IntArray
    flow: FloatArray
    row_of: IntArray
    enabler: IntArray
    row_room: FloatArray
    column_room: FloatArray
    row_rank: FloatArray
    column_rank: FloatArray
    row_from: IntArray
    column_from: IntArray
    rent: FloatArray


@kernel
def new_transport(n_enablers: int, n_slots: int) -> Transport:
    """Clean working memory for cells of at most `n_slots` partners; none at all where there are none."""
    rows, columns = (n_enablers + 1, n_slots + 1) if n_slots > 0 else (0, 0)
    return Transport(
        np.empty((rows, columns)),
        np.empty((rows, columns), np.int64),
        np.empty((rows, columns)),
        np.full(n_enablers, -1),
        np.empty(rows, np.int64),
        np.empty(rows),
        np.empty(columns),
        np.empty(rows),
        np.empty(columns),
        np.empty(rows, np.int64),
        np.empty(columns, np.int64),
        np.empty(n_enablers),
    )


@kernel
def slots_of(network: Network, cell: int) -> int:
    """Number of partners that the ways of a cell may need."""
    if len(network.partner) == 0:
        return 0
    count: int = network.slot_pointer[cell + 1] - network.slot_pointer[cell]
    return count


@kernel
def count_slots(network: Network, cells: IntArray) -> tuple[int, int]:
    """Partners of the cells in all, and the most that one cell has."""
    total = 0
    widest = 0
    for cell in cells:
        width = slots_of(network, cell)
        total += width
        widest = max(widest, width)
    return total, widest


@kernel
def enable_partners(network: Network, rates: Rates, cell: int, slot_price: FloatArray) -> None:
    """Price of each partner of the cell: none where it is on, infinite where it is off."""
    first = network.slot_pointer[cell]
    for slot in range(slots_of(network, cell)):
        weight = rates.weight[network.slot_enabler[first + slot]]
        slot_price[slot] = 0.0 if weight > 0.0 else np.inf


@kernel
def _set_up(
    network: Network, rates: Rates, cell: int, floor: tuple[float, int], memory: Transport
) -> tuple[int, int]:
    """Write the cell's table; returns its numbers of rows and columns."""
    first = network.slot_pointer[cell]
    columns = network.slot_pointer[cell + 1] - first + 1
    kind = network.kind[cell]
    rows = 1
    memory.column_room[0] = np.inf
    for slot in range(columns - 1):
        memory.column_room[slot + 1] = rates.weight[network.slot_enabler[first + slot]]
    memory.row_room[0] = np.inf
    memory.worth[0, :columns] = -np.inf
    memory.flow[0, :columns] = 0.0
    memory.worth[0, 0] = floor[0]
    memory.way[0, 0] = floor[1]
    memory.enabler[0] = -1
    for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
        place = network.facility[way]
        column = network.partner[way] + 1
        if place < 0 or memory.column_room[column] <= 0.0:
            continue
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
            worth = base + network.volume[way] * rates.adder[enabler, kind]
            if rates.weight[enabler] <= 0.0 or not worth > floor[0]:
                continue
            row = memory.row_of[enabler]
            if row < 0:
                row = rows
                rows += 1
                memory.row_of[enabler] = row
                memory.enabler[row] = enabler
                memory.row_room[row] = rates.weight[enabler]
                memory.worth[row, :columns] = -np.inf
                memory.flow[row, :columns] = 0.0
            if worth > memory.worth[row, column]:
                memory.worth[row, column] = worth
                memory.way[row, column] = way
    return rows, columns


@kernel
def _relax(memory: Transport, rows: int, columns: int, tie: float) -> bool:
    """One pass over the arcs between enablers and partners, both ways; whether a rank has risen."""
    has_risen = False
    for row in range(rows):
        for column in range(columns):
            worth = memory.worth[row, column]
            if worth == -np.inf:
                continue
            rank = memory.row_rank[row] + worth
            if rank > memory.column_rank[column] + tie:
                memory.column_rank[column] = rank
                memory.column_from[column] = row
                has_risen = True
            rank = memory.column_rank[column] - worth
            if memory.flow[row, column] > 0.0 and rank > memory.row_rank[row] + tie:
                memory.row_rank[row] = rank
                memory.row_from[row] = column
                has_risen = True
    return has_risen


@kernel
def _rank(memory: Transport, rows: int, columns: int, tie: float) -> tuple[float, int]:
    """Longest distances from the source in the residual network; that of the sink, and its column.

    A rank rises by more than `tie` or not at all: rounding of the worths must not close a circle.
    """
    memory.column_rank[:columns] = -np.inf
    for row in range(rows):
        memory.row_rank[row] = 0.0 if memory.row_room[row] > 0.0 else -np.inf
        memory.row_from[row] = -1
    best, best_column = -np.inf, 0
    for _ in range(2 * (rows + columns)):
        has_risen = _relax(memory, rows, columns, tie)
        for column in range(columns):
            if memory.column_room[column] > 0.0 and memory.column_rank[column] > best:
                best, best_column = memory.column_rank[column], column
        for column in range(columns):  # back from the sink, along what flows there
            flows = np.max(memory.flow[:rows, column]) > 0.0
            if flows and best > memory.column_rank[column] + tie:
                memory.column_rank[column] = best
                has_risen = True
        if not has_risen:
            break
    return best, best_column


@kernel
def _largest(memory: Transport, rows: int, columns: int) -> float:
    """Largest absolute worth in the table."""
    largest = 0.0
    for row in range(rows):
        for column in range(columns):
            if memory.worth[row, column] > -np.inf:
                largest = max(largest, abs(memory.worth[row, column]))
    return largest


@kernel
def _augment(memory: Transport, column: int, left: float) -> float:
    """Send as much as fits along the path that ends in a column; returns the amount.

    Nothing where rounding closed the path to a circle: what is left goes to the floor, and prices that are
    not the best ones still make a valid cut.
    """
    amount: float = min(left, memory.column_room[column])
    row = memory.column_from[column]
    steps = 0
    while memory.row_from[row] >= 0:
        steps += 1
        if steps > len(memory.row_from):
            return 0.0
        end = memory.row_from[row]
        amount = min(amount, memory.flow[row, end])
        row = memory.column_from[end]
    amount = min(amount, memory.row_room[row])
    memory.row_room[row] -= amount
    memory.column_room[column] -= amount
    row = memory.column_from[column]
    memory.flow[row, column] += amount
    while memory.row_from[row] >= 0:
        end = memory.row_from[row]
        memory.flow[row, end] -= amount
        row = memory.column_from[end]
        memory.flow[row, end] += amount
    return amount


@kernel
def transport(
    network: Network, rates: Rates, cell: int, floor: tuple[float, int], memory: Transport, price: FloatArray
) -> tuple[int, int, float]:
    """Best use of a cell's enablers and partners by successive longest paths.

    Parameters
    ----------
    floor : worth and way of what is always there. memory : holds the flows on return.
    price : (n of the cell's slots,) prices of the partners that are on, written; infinite ones stay.

    Returns
    -------
    tuple
        rows, columns of the table; price of the cell.

    References
    ----------
    Ahuja, Magnanti, Orlin (1993), Network Flows, section 9.7: the ranks before the last augmentation are
    optimal node potentials after it.
    """
    rows, columns = _set_up(network, rates, cell, floor, memory)
    left, marginal = 1.0, floor[0]
    tie = TIE * _largest(memory, rows, columns)
    for _ in range(4 * (rows + columns)):
        marginal, column = _rank(memory, rows, columns, tie)
        amount = _augment(memory, column, left)
        left -= amount
        if left <= LEFT_OVER or amount <= 0.0:
            break
    if left > 0.0:
        memory.flow[0, 0] += left
    for slot in range(columns - 1):
        if price[slot] < np.inf:
            price[slot] = max(0.0, memory.column_rank[slot + 1] - marginal)
    return rows, columns, marginal


@kernel
def misses_partner(network: Network, rates: Rates, cell: int, way: int) -> bool:
    """Whether a way needs a partner that is off."""
    if len(network.partner) == 0 or network.partner[way] < 0:
        return False
    enabler = network.slot_enabler[network.slot_pointer[cell] + network.partner[way]]
    is_off: bool = rates.weight[enabler] <= 0.0
    return is_off


@kernel
def _compare(
    network: Network, rates: Rates, way: int, at: tuple[int, float, int], rent: FloatArray, price: FloatArray
) -> None:
    """One way in one step of `price_absent_partners`; `at` is the cell's kind, its price, and the step."""
    kind, marginal, step = at
    slot, place = network.partner[way], network.facility[way]
    base = rates.scale * network.value[way] - price_of_resources(network, rates, way) - marginal
    if step == 1 and slot >= 0:
        base -= price[slot]
    if step == 0 and slot >= 0 and price[slot] == np.inf:
        price[slot] = 0.0
    for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
        gain = -np.inf
        if rates.adder[enabler, kind] > -np.inf:
            gain = base + network.volume[way] * rates.adder[enabler, kind]
        if step == 0:
            rent[enabler] = 0.0
        elif step == 1:
            rent[enabler] = max(rent[enabler], gain)
        elif rates.weight[enabler] > 0.0:
            price[slot] = max(price[slot], gain - rent[enabler])


@kernel
def price_absent_partners(
    network: Network, rates: Rates, cell: int, marginal: float, rent: FloatArray, price: FloatArray
) -> None:
    """Least price of each partner that is off (infinite on entry), so that no open enabler gains by it.

    Parameters
    ----------
    marginal : price of the cell. rent : (n_enablers,) working memory, any content.
    price : (n of the cell's slots,), read and written.
    """
    for step in range(3):  # clear; what enablers earn without these partners; what is beyond it
        for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
            if network.facility[way] < 0:
                continue
            is_off = misses_partner(network, rates, cell, way)
            if step == 0 or is_off == (step == 2):
                _compare(network, rates, way, (network.kind[cell], marginal, step), rent, price)
