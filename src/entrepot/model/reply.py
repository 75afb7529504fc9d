"""A rival's best reply as a canonical problem: which candidates it opens, and when.

A firm counts once per market, with its best offer there (Hakimi 1990, partially binary preferences), and what
it captures grows with the attraction of that offer. What a set of open centres captures in a market is
therefore the most that one of them captures alone, and the reply is the uncapacitated location problem of
Cornuejols, Fisher and Nemhauser (1977) with a count row, over periods as in Van Roy and Erlenkotter (1982)::

    max  sum_it sum_c g_cit x_cit - sum_cf F_cf z_cf
    s.t. sum_c x_cit <= 1                       each market i and period t
         x_cit <= sum_{f <= t} z_cf             each market, period and candidate c
         sum_f z_cf <= 1                        each candidate opens once
         sum_cf z_cf <= n                       the rival adds at most n
         x >= 0, z binary

g_cit >= 0 is what candidate c captures in market i beyond what the rival captures there anyway, F_cf what it
costs, seen from today, to open c in period f and keep it. With F = 0 and one period it is a p-median.

References
----------
S. L. Hakimi, 1990, Locations with spatial interactions: competitive locations and games, in P. B. Mirchandani
and R. L. Francis (eds.), Discrete Location Theory, chapter 9.
G. Cornuejols, M. L. Fisher, G. L. Nemhauser, 1977, Location of bank accounts to optimize float, Management
Science 23(8).
T. J. Van Roy, D. Erlenkotter, 1982, A dual-based procedure for dynamic facility location, Management Science
28(10).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.location import Cells, Enablers, LocationProblem, Resources, Solution, Strategic, Ways
from entrepot.model.row import stack_rows, sum_row


@dataclass(frozen=True, slots=True, eq=False)
class Prospects:
    """What a rival can win, and what that costs it.

    Attributes
    ----------
    rival : index. candidate : (n,) indices into `RivalCandidates`, those of the rival.
    may_open : (n, n_periods), whether the candidate may open in the period.
    cost : (n, n_periods) EUR discounted of opening in the period and staying open; 0 where volume is sought.
    volume : (n, n_markets, n_periods) parcels captured beyond those captured without the candidate, >= 0.
    value : as `volume`, in what the rival seeks: parcels, or EUR discounted.
    most : centres that it may add.
    """

    rival: int
    candidate: IntArray
    may_open: BoolArray
    cost: FloatArray
    volume: FloatArray
    value: FloatArray
    most: int


def reply_problem(instance: Instance, prospects: Prospects) -> LocationProblem:
    """State a rival's best reply as the canonical problem of the module's text.

    Notes
    -----
    One group per period; a facility is a candidate in a period, enabled by the columns that open it by then.
    Controllable cost is what the ways bring, so that a gap is relative to the gain.
    """
    candidate, first = np.nonzero(prospects.may_open)
    facility_of, enablers = _enablers(instance, prospects, candidate, first)
    cells, ways = _flows(prospects, facility_of)
    n_columns, n_ways = len(candidate), len(ways.value)
    return LocationProblem(
        name=f"reply of {instance.rivals.labels[prospects.rival]}",
        strategic=_strategic(instance, prospects, candidate, first),
        enablers=enablers,
        cells=cells,
        ways=ways,
        resources=Resources(csr_array((0, n_ways)), csr_array((0, n_columns)), np.zeros(0), ()),
    )


def added_centres(prospects: Prospects, solution: Solution) -> tuple[IntArray, IntArray]:
    """Candidates that a solution opens, and the period in which each opens: two arrays (n_added,)."""
    candidate, first = np.nonzero(prospects.may_open)
    columns = np.zeros(len(candidate)) if solution.columns is None else solution.columns
    chosen = np.flatnonzero(columns > 0.5)
    return prospects.candidate[candidate[chosen]], first[chosen].astype(np.int64)


def _enablers(
    instance: Instance, prospects: Prospects, candidate: IntArray, first: IntArray
) -> tuple[IntArray, Enablers]:
    """(n, n_periods) facility of each candidate and period, -1 where it cannot be open; and the enablers."""
    can_be_open = np.logical_or.accumulate(prospects.may_open, axis=1)
    period, owner = np.nonzero(can_be_open.T)
    facility_of = np.full(can_be_open.shape, -1, dtype=np.int64)
    facility_of[owner, period] = np.arange(len(owner))
    opens = (candidate[None, :] == owner[:, None]) & (first[None, :] <= period[:, None])
    labels, periods = instance.rival_candidates.labels, instance.periods.labels
    names = [f"{labels[prospects.candidate[c]]} {periods[t]}" for c, t in zip(owner, period, strict=True)]
    n = len(owner)
    return facility_of, Enablers(
        facility_pointer=np.arange(n + 1),
        facility_group=period.astype(np.int64),
        matrix=csr_array(opens.astype(np.float64)),
        constant=np.zeros(n),
        capacity=np.full(n, np.inf),
        shift=np.zeros((n, 1)),
        names=tuple(names),
    )


def _flows(prospects: Prospects, facility_of: IntArray) -> tuple[Cells, Ways]:
    """One cell per period and market that a candidate can win more of, one way per such candidate."""
    value = np.where(facility_of[:, None, :] >= 0, prospects.value, 0.0).transpose(2, 1, 0)
    period, market, candidate = np.nonzero(value > 0.0)
    cell, count = np.unique(period * value.shape[1] + market, return_counts=True)
    n_cells = len(cell)
    amount = value[period, market, candidate]
    cells = Cells(
        weight=np.ones(n_cells),
        group=cell // value.shape[1],
        kind=np.zeros(n_cells, dtype=np.int64),
        is_mandatory=np.zeros(n_cells, dtype=np.bool_),
        way_pointer=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        kind_load=np.ones(1),
        n_groups=value.shape[0],
    )
    return cells, Ways(
        facility=facility_of[candidate, period].astype(np.int32),
        value=amount,
        volume=prospects.volume[candidate, market, period],
        charge=amount,
    )


def _strategic(instance: Instance, prospects: Prospects, candidate: IntArray, first: IntArray) -> Strategic:
    n_columns = len(candidate)
    names = [instance.rival_candidates.labels[c] for c in prospects.candidate]
    own = [np.flatnonzero(candidate == c) for c in range(len(names))]
    rows = [sum_row(f"{name} opens once", -np.inf, 1.0, each) for name, each in zip(names, own, strict=True)]
    rival = instance.rivals.labels[prospects.rival]
    count = f"limit: {rival} adds at most {prospects.most}"
    rows.append(sum_row(count, -np.inf, float(prospects.most), np.arange(n_columns)))
    matrix, lower, upper = stack_rows(rows, n_columns)
    labels = instance.periods.labels
    return Strategic(
        cost=prospects.cost[candidate, first],
        charge=np.zeros(n_columns),
        lower=np.zeros(n_columns),
        upper=np.ones(n_columns),
        is_integer=np.ones(n_columns, dtype=np.bool_),
        matrix=matrix,
        row_lower=lower,
        row_upper=upper,
        column_names=tuple(f"{names[c]} from {labels[f]}" for c, f in zip(candidate, first, strict=True)),
        row_names=tuple(row.name for row in rows),
    )
