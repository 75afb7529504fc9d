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
    row_room, column_room : what is left of the weights. used : (n_rows,) the rows with flow.
    next_row : (n_columns,) best row with room for a column, -1 = none.
    rank : (n_columns,) longest distance from the source in the residual network. came_from : column before it
        on that path, -1 = none. by_row : row that takes the step.
    gain : (n_columns, n_columns) most that a row with flow gains by leaving one column for another, 0 on the
        diagonal where a column has flow. mover : that row.
    rent : (n_enablers,) what an enabler earns with the partners that are on; zeros between cells.
    """

    worth: FloatArray
    way: IntArray
    flow: FloatArray
    row_of: IntArray
    enabler: IntArray
    row_room: FloatArray
    column_room: FloatArray
    used: IntArray
    next_row: IntArray
    rank: FloatArray
    came_from: IntArray
    by_row: IntArray
    gain: FloatArray
    mover: IntArray
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
        np.empty(rows, np.int64),
        np.empty(columns, np.int64),
        np.empty(columns),
        np.empty(columns, np.int64),
        np.empty(columns, np.int64),
        np.empty((columns, columns)),
        np.empty((columns, columns), np.int64),
        np.zeros(n_enablers),
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
        if place < 0 or memory.column_room[column] <= 0.0 or rates.top_adder[place, kind] == -np.inf:
            continue
        base = rates.scale * network.value[way] - price_of_resources(network, rates, way)
        if base + network.volume[way] * rates.top_adder[place, kind] <= floor[0]:
            continue
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
def _largest(memory: Transport, rows: int, columns: int) -> float:
    """Largest absolute worth in the table."""
    largest = 0.0
    for row in range(rows):
        for column in range(columns):
            if memory.worth[row, column] > -np.inf:
                largest = max(largest, abs(memory.worth[row, column]))
    return largest


@kernel
def _find_next_row(memory: Transport, rows: int, column: int) -> None:
    """Best row with room for a column."""
    best, best_row = -np.inf, -1
    for row in range(rows):
        if memory.row_room[row] > 0.0 and memory.worth[row, column] > best:
            best, best_row = memory.worth[row, column], row
    memory.next_row[column] = best_row


@kernel
def _find_gains(memory: Transport, n_used: int, columns: int) -> None:
    """Most that some row with flow gains by leaving one column for another."""
    memory.gain[:columns, :columns] = -np.inf
    for index in range(n_used):
        row = memory.used[index]
        for column in range(columns):
            if memory.flow[row, column] <= 0.0:
                continue
            memory.gain[column, column] = 0.0
            for other in range(columns):
                gain = memory.worth[row, other] - memory.worth[row, column]
                if other != column and gain > memory.gain[column, other]:
                    memory.gain[column, other] = gain
                    memory.mover[column, other] = row


@kernel
def _raise_ranks(memory: Transport, columns: int, tie: float) -> None:
    """Carry the ranks of columns on along the moves between them.

    A rank rises by more than `tie` or not at all: rounding of the worths must not close a circle.
    """
    for _ in range(columns):
        has_risen = False
        for column in range(columns):
            for other in range(columns):
                rank = memory.rank[column] + memory.gain[column, other]
                if rank > memory.rank[other] + tie:
                    memory.rank[other] = rank
                    memory.came_from[other] = column
                    memory.by_row[other] = memory.mover[column, other]
                    has_risen = True
        if not has_risen:
            return


@kernel
def _rank(memory: Transport, columns: int, tie: float) -> int:
    """Longest distances from the source to the columns; the column with room that is farthest."""
    for column in range(columns):
        row = memory.next_row[column]
        memory.rank[column] = memory.worth[row, column] if row >= 0 else -np.inf
        memory.came_from[column] = -1
        memory.by_row[column] = row
    _raise_ranks(memory, columns, tie)
    best = 0
    for column in range(columns):
        if memory.column_room[column] > 0.0 and memory.rank[column] > memory.rank[best]:
            best = column
    return best


@kernel
def _fits(memory: Transport, end: int, left: float, columns: int) -> float:
    """How much fits along the path that ends in a column.

    Nothing where rounding closed the path to a circle: what is left goes to the floor, and prices that are
    not the best ones still make a valid cut.
    """
    amount: float = min(left, memory.column_room[end])
    column = end
    for _ in range(columns):
        before, row = memory.came_from[column], memory.by_row[column]
        if before < 0:
            fits: float = min(amount, memory.row_room[row])
            return fits
        amount = min(amount, memory.flow[row, before])
        column = before
    return 0.0


@kernel
def _augment(memory: Transport, end: int, amount: float, n_used: int) -> int:
    """Send an amount along the path that ends in a column; the number of rows with flow."""
    memory.column_room[end] -= amount
    column = end
    while memory.came_from[column] >= 0:
        before, row = memory.came_from[column], memory.by_row[column]
        memory.flow[row, column] += amount
        memory.flow[row, before] -= amount
        column = before
    row = memory.by_row[column]
    is_new = True
    for other in range(n_used):
        is_new = is_new and memory.used[other] != row
    memory.flow[row, column] += amount
    memory.row_room[row] -= amount
    if is_new:
        memory.used[n_used] = row
        n_used += 1
    return n_used


@kernel
def _price(memory: Transport, columns: int, marginal: float, tie: float, price: FloatArray) -> None:
    """Prices of the partners that are on, by the last ranks; what flows to the sink may come back from it."""
    for column in range(columns):
        if memory.gain[column, column] == 0.0:
            memory.rank[column] = max(memory.rank[column], marginal)
    _raise_ranks(memory, columns, tie)
    for slot in range(columns - 1):
        if price[slot] < np.inf:
            price[slot] = max(0.0, memory.rank[slot + 1] - marginal)


@kernel
def transport(
    network: Network, rates: Rates, cell: int, floor: tuple[float, int], memory: Transport, price: FloatArray
) -> tuple[int, int, float]:
    """Best use of a cell's enablers and partners by successive longest paths.

    A path enters by the best row with room for some column, and goes on from column to column by the row with
    flow that gains most by the move: the few columns are the only nodes that have to be ranked.

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
    left, marginal, n_used = 1.0, floor[0], 0
    tie = TIE * _largest(memory, rows, columns)
    for column in range(columns):
        _find_next_row(memory, rows, column)
    for _ in range(4 * (rows + columns)):
        _find_gains(memory, n_used, columns)
        end = _rank(memory, columns, tie)
        marginal = memory.rank[end]
        amount = _fits(memory, end, left, columns)
        if amount <= 0.0:
            break
        n_used = _augment(memory, end, amount, n_used)
        left -= amount
        if left <= LEFT_OVER:
            break
        for column in range(columns):
            if memory.next_row[column] >= 0 and memory.row_room[memory.next_row[column]] <= 0.0:
                _find_next_row(memory, rows, column)
    _price(memory, columns, marginal, tie, price)
    if left > 0.0:
        memory.flow[0, 0] += left
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
def _gain(network: Network, rates: Rates, way: int, kind: int, price: float) -> tuple[float, bool]:
    """Worth of a way beyond a price, before its enabler's adder, and whether any open enabler could gain."""
    base: float = rates.scale * network.value[way] - price_of_resources(network, rates, way) - price
    return base, base + network.volume[way] * rates.top_adder[network.facility[way], kind] > 0.0


@kernel
def _compare(
    network: Network, rates: Rates, way: int, at: tuple[int, float, int], rent: FloatArray, price: FloatArray
) -> None:
    """One way in one step of `price_absent_partners`; `at` is the cell's kind, the way's worth, the step."""
    kind, base, step = at
    slot, place = network.partner[way], network.facility[way]
    for enabler in range(network.facility_pointer[place], network.facility_pointer[place + 1]):
        if rates.weight[enabler] <= 0.0:
            continue
        gain = base + network.volume[way] * rates.adder[enabler, kind]
        if step == 0:
            rent[enabler] = max(rent[enabler], gain)
        elif step == 1:
            price[slot] = max(price[slot], gain - rent[enabler])
        else:
            rent[enabler] = 0.0


@kernel
def price_absent_partners(
    network: Network, rates: Rates, cell: int, marginal: float, rent: FloatArray, price: FloatArray
) -> None:
    """Least price of each partner that is off (infinite on entry), so that no open enabler gains by it.

    Parameters
    ----------
    marginal : price of the cell. rent : (n_enablers,) working memory, zeros on entry and on return.
    price : (n of the cell's slots,), read and written.
    """
    if np.max(price) < np.inf:
        return
    for slot in range(len(price)):
        if price[slot] == np.inf:
            price[slot] = 0.0
    kind = network.kind[cell]
    for step in range(3):  # what enablers earn without these partners; what is beyond it; clear
        for way in range(network.way_pointer[cell], network.way_pointer[cell + 1]):
            place = network.facility[way]
            is_off = place >= 0 and misses_partner(network, rates, cell, way)
            if place < 0 or is_off != (step == 1) or rates.top_adder[place, kind] == -np.inf:
                continue
            slot = network.partner[way]
            of_partner = price[slot] if slot >= 0 and not is_off else 0.0
            base, may_gain = _gain(network, rates, way, kind, marginal + of_partner)
            if not may_gain:
                continue
            _compare(network, rates, way, (kind, base, step), rent, price)
