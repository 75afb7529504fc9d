"""Pooled stock by pieces: the chord of a key is split at throughputs where plans lie.

The key of a configuration and a product charges its parcels the chord c V up to the most, M. Split at
0 = b_0 < b_1 < ... < b_n = M, its cost g lies nowhere below the line through (b_i, g(b_i)) and
(b_i+1, g(b_i+1)) between these two, as g is concave there (where duty paid ahead bends it, the bend is one of
the b_i). A yes-or-no column says in which piece the throughput lies, and a continuous one, X >= 0, pays what
that piece's line lies above the chord:

    X >= F_i + (s_i - c) V   where piece i is chosen and the configuration is on.

A plan may choose the piece that its throughput lies in and is then charged no more than g(V): values are no
lower than exact ones, and bounds hold for exact values. A piece that its throughput does not lie in charges
more than need be, as g is concave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack, vstack

from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.location import Assignment, LocationProblem, cell_of_way
from entrepot.location.problem import Resources, Strategic
from entrepot.model.stock import StockChords, bend_of, exact_cost, sent_by_key

Splits = Mapping[tuple[int, int], FloatArray]
"""By configuration and product: throughputs inside its range, parcels, ascending."""
NEAR = 0.03
"""Part of the range by which throughputs of a split have to differ."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """The pieces of a key.

    Attributes
    ----------
    enabler, product : the key. end : (n + 1,) b, parcels. above : (n,) F, EUR, and slope : (n,) s - c,
    EUR per parcel, of what the lines charge beyond the chord.
    """

    enabler: int
    product: int
    end: FloatArray
    above: FloatArray
    slope: FloatArray

    def most(self, upto: float) -> FloatArray:
        """Largest charge of each line between 0 and a throughput, (n,) EUR."""
        found: FloatArray = np.maximum(0.0, self.above + np.maximum(0.0, self.slope * upto))
        return found


def split_at(  # noqa: PLR0917 - what is split, where and how far
    instance: Instance,
    problem: LocationProblem,
    chords: StockChords,
    splits: Splits,
    flows: Assignment,
    least: float,
) -> Splits:
    """The splits, with one more at each throughput of a plan undercharged by more than `least` EUR."""
    sent = sent_by_key(problem, flows, chords.slope.shape)
    exact = exact_cost(instance, chords.around, chords.rule, chords.where, sent)
    found = dict(splits)
    for enabler, product in np.argwhere(exact - chords.slope * sent > least).tolist():
        key = enabler, product
        end, cost = _ends(instance, chords, key, splits)
        load = float(sent[key])
        missing = float(exact[key]) - float(np.interp(load, end, cost))
        if missing > least and np.min(np.abs(end - load)) > NEAR * end[-1]:
            found[key] = np.sort(np.append(end[1:-1], load))
    return found


def with_pieces(
    instance: Instance, problem: LocationProblem, chords: StockChords, splits: Splits
) -> LocationProblem:
    """The problem with the chords of some keys split; its first columns are those of the problem."""
    keys = [_pieces(instance, chords, key, splits) for key in splits]
    columns = _Columns(problem, keys)
    return replace(
        problem,
        strategic=columns.strategic(),
        enablers=replace(problem.enablers, matrix=columns.wider(problem.enablers.matrix)),
        resources=_resources(problem, chords, keys, columns),
    )


def _ends(
    instance: Instance, chords: StockChords, key: tuple[int, int], splits: Splits
) -> tuple[FloatArray, FloatArray]:
    """Ends of the pieces of a key, parcels, and the exact cost there, EUR."""
    enabler, product = key
    inside = splits.get(key, bend_of(instance, chords, enabler, product))
    end = np.concatenate([[0.0], inside, [chords.most[key]]])
    sent = np.zeros((len(end), instance.n_products))
    sent[:, product] = end
    site, level, period, operator = (np.full(len(end), each[enabler]) for each in chords.where)
    cost = exact_cost(instance, chords.around, chords.rule, (site, level, period, operator), sent)
    return end, cost[:, product]


def _pieces(instance: Instance, chords: StockChords, key: tuple[int, int], splits: Splits) -> _Pieces:
    end, cost = _ends(instance, chords, key, splits)
    slope = np.diff(cost) / np.diff(end)
    above = cost[1:] - slope * end[1:]
    above[0] = 0.0
    return _Pieces(*key, end, above, slope - chords.slope[key])


class _Columns:
    """Columns of the pieces behind those of the problem: of each key X, then a mark for all but the first."""

    def __init__(self, problem: LocationProblem, keys: list[_Pieces]) -> None:
        self.problem, self.keys = problem, keys
        count = np.array([len(pieces.slope) for pieces in keys], dtype=np.int64)
        self.first = problem.n_columns + np.cumsum(count) - count
        self.n_new = int(count.sum())

    def wider(self, matrix: csr_array) -> csr_array:
        """A matrix over the columns of the problem with the new ones, empty."""
        return csr_array(hstack([matrix, csr_array((matrix.shape[0], self.n_new))], format="csr"))

    def rows(self, entries: list[dict[int, float]]) -> csr_array:
        """Rows over all columns."""
        row = np.repeat(np.arange(len(entries)), [len(each) for each in entries])
        column = [column for each in entries for column in each]
        value = [value for each in entries for value in each.values()]
        return csr_array(
            coo_array((value, (row, column)), (len(entries), self.problem.n_columns + self.n_new))
        )

    def on(self, enabler: int) -> tuple[dict[int, float], float]:
        """Weight of a configuration: coefficients of its columns, and the constant."""
        matrix = self.problem.enablers.matrix
        entries = slice(matrix.indptr[enabler], matrix.indptr[enabler + 1])
        named = zip(matrix.indices[entries].tolist(), matrix.data[entries].tolist(), strict=True)
        return dict(named), float(self.problem.enablers.constant[enabler])

    def strategic(self) -> Strategic:
        """The strategic part: a piece other than the first is chosen only where the configuration is on."""
        known, is_charge = self.problem.strategic, np.zeros(self.n_new, dtype=np.bool_)
        is_charge[self.first - self.problem.n_columns] = True
        upper, names, entries, side = np.ones(self.n_new), [], [], []
        for first, pieces in zip(self.first.tolist(), self.keys, strict=True):
            upper[first - self.problem.n_columns] = float(pieces.most(pieces.end[-1]).max(initial=0.0))
            name = f"{self.problem.enablers.names[pieces.enabler]}, product {pieces.product}"
            names += [f"stock: {name}", *(f"stock from {b:.9g}: {name}" for b in pieces.end[1:-1].tolist())]
            weight, constant = self.on(pieces.enabler)
            marks = dict.fromkeys(range(first + 1, first + len(pieces.slope)), 1.0)
            entries.append({**marks, **{column: -value for column, value in weight.items()}})
            side.append(constant)
        return replace(
            known,
            cost=np.append(known.cost, is_charge.astype(np.float64)),
            charge=np.append(known.charge, is_charge.astype(np.float64)),
            lower=np.append(known.lower, np.zeros(self.n_new)),
            upper=np.append(known.upper, upper),
            is_integer=np.append(known.is_integer, ~is_charge),
            matrix=csr_array(vstack([self.wider(known.matrix), self.rows(entries)], format="csr")),
            row_lower=np.append(known.row_lower, np.full(len(side), -np.inf)),
            row_upper=np.append(known.row_upper, side),
            column_names=(*known.column_names, *names),
            row_names=(
                *known.row_names,
                *(f"one piece: {name}" for name in names if name.startswith("stock: ")),
            ),
        )


def _resources(
    problem: LocationProblem, chords: StockChords, keys: list[_Pieces], columns: _Columns
) -> Resources:
    """The resources, and one a piece: (s_i - c) V + F_i - X <= what is enough where it does not count."""
    site, _, period, _ = chords.where
    facility_of = np.repeat(np.arange(problem.n_facilities), np.diff(problem.enablers.facility_pointer))
    kind = problem.cells.kind[cell_of_way(problem, np.arange(problem.n_ways))]
    usage, entries, constant, names = [], [], [], []
    for first, pieces in zip(columns.first.tolist(), keys, strict=True):
        e, k = pieces.enabler, pieces.product
        sent = np.flatnonzero((problem.ways.facility == facility_of[e]) & (kind == k))
        beside = (site == site[e]) & (period == period[e])
        inside, anywhere = pieces.most(pieces.end[-1]), pieces.most(float(chords.most[beside, k].max()))
        weight, always = columns.on(e)
        for i, (slope, above) in enumerate(zip(pieces.slope.tolist(), pieces.above.tolist(), strict=True)):
            off = float(anywhere[i]) if i == 0 else float(max(0.0, anywhere[i] - inside[i]))
            own = {first: 1.0, **{column: -off * value for column, value in weight.items()}}
            marks = range(first + 1, first + len(pieces.slope)) if i == 0 else (first + i,)
            own |= dict.fromkeys(marks, float(inside[i]) if i == 0 else -float(inside[i]))
            entries.append(own)
            constant.append(-above + off * (1.0 - always) + (0.0 if i == 0 else float(inside[i])))
            usage.append(_row(slope * problem.ways.volume[sent], sent, problem.n_ways))
            names.append(f"stock: {problem.enablers.names[e]}, product {k}, piece {i + 1}")
    known = problem.resources
    n_new = len(names)
    load = known.load
    if load is not None:
        load = csr_array(vstack([load, csr_array((n_new, problem.n_enablers))], format="csr"))
    return Resources(
        usage=csr_array(vstack([known.usage, *usage], format="csr")),
        matrix=csr_array(vstack([columns.wider(known.matrix), columns.rows(entries)], format="csr")),
        constant=np.append(known.constant, constant),
        names=(*known.names, *names),
        load=load,
        price=None if known.price is None else np.append(known.price, np.zeros(n_new)),
    )


def _row(value: FloatArray, column: IntArray, width: int) -> csr_array:
    return csr_array((value, (np.zeros(len(column), dtype=np.int64), column)), shape=(1, width))
