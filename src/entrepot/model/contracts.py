"""Who runs which centre when: contracts, sizes by operator, and the limits on partners."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, Instance, IntArray
from entrepot.model.block import Block, binaries
from entrepot.model.columns import BEFORE, Columns, net_present, tenures_of
from entrepot.model.row import Row, sum_row
from entrepot.terms.contracts import contract_cash, tenure_of


@dataclass(frozen=True, slots=True, eq=False)
class Engagements:
    """Intervals in which an offer runs a site, all (n,). A centre is run by one offer at a time.

    Attributes
    ----------
    site, operator : indices. first, last : periods as in `Columns`.
    column : its strategic column: the life of the first module where a tenure has one offer, a column of its
        own elsewhere.
    """

    site: IntArray
    operator: IntArray
    first: IntArray
    last: IntArray
    column: IntArray

    def runs_in(self, period: int) -> BoolArray:
        """Engagements that run in a period, (n,)."""
        running: BoolArray = (self.first <= period) & (period <= self.last)
        return running


@dataclass(frozen=True, slots=True, eq=False)
class Pairings:
    """Columns "size level c run by offer q in period t" of tenures with several offers, all (n,)."""

    site: IntArray
    operator: IntArray
    size: IntArray
    period: IntArray
    column: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Partnerships:
    """Columns "third-party firm works (in a country) in period t", all (n,); country -1 = anywhere."""

    firm: IntArray
    country: IntArray
    period: IntArray
    column: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ContractFamily:
    """All columns that contracts with operators bring."""

    engagements: Engagements
    pairings: Pairings
    partnerships: Partnerships


def contract_family(instance: Instance, lives: Columns, start: int) -> tuple[ContractFamily, list[Block]]:
    """The columns of contracts, numbered from `start`, and their blocks in order."""
    engagements, contracts = _engagements(instance, lives, start)
    pairings, sizes = _pairings(instance, lives, start + len(contracts))
    partnerships, firms = _partnerships(instance, engagements, start + len(contracts) + len(sizes))
    return ContractFamily(engagements, pairings, partnerships), [contracts, sizes, firms]


def _engagements(instance: Instance, lives: Columns, start: int) -> tuple[Engagements, Block]:
    shared: list[IntArray] = []
    rows: list[tuple[int, int, int, int]] = []
    for j in range(instance.n_sites):
        for offers in tenures_of(instance, j).values():
            mine = np.flatnonzero((lives.site == j) & (lives.module == 1) & (lives.operator == offers[0]))
            if len(offers) == 1:
                shared.append(mine)
                continue
            latest = int(lives.last[mine].max(initial=BEFORE))
            if BEFORE in lives.first[mine]:
                today = int(instance.sites.operator_index[j])
                rows += [(j, today, BEFORE, last) for last in range(BEFORE, latest + 1)]
            earliest = max(int(lives.first[mine].min(initial=latest + 1)), 0)
            rows += [
                (j, operator, first, last)
                for operator in offers
                for first in range(earliest, latest + 1)
                for last in range(first, latest + 1)
            ]
    old = np.concatenate([np.zeros(0, dtype=np.int64), *shared])
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    engagements = Engagements(
        site=np.concatenate([lives.site[old], table[:, 0]]),
        operator=np.concatenate([lives.operator[old], table[:, 1]]),
        first=np.concatenate([lives.first[old], table[:, 2]]),
        last=np.concatenate([lives.last[old], table[:, 3]]),
        column=np.concatenate([old, start + np.arange(len(rows))]),
    )
    cost, charge = net_present(instance, [contract_cash(instance, *row) for row in rows])
    names = tuple(
        f"{instance.sites.labels[j]} by {instance.operators.labels[q]} {_span(instance, first, last)}"
        for j, q, first, last in rows
    )
    return engagements, binaries(cost, charge, names)


def _span(instance: Instance, first: int, last: int) -> str:
    if last == BEFORE:
        return "ends at once"
    start = "before" if first == BEFORE else instance.periods.labels[first]
    return f"from {start} to {instance.periods.labels[last]}"


def _pairings(instance: Instance, lives: Columns, start: int) -> tuple[Pairings, Block]:
    rows = []
    for j in range(instance.n_sites):
        for offers in tenures_of(instance, j).values():
            if len(offers) < 2:
                continue
            mine = np.flatnonzero((lives.site == j) & (lives.operator == offers[0]))
            least = max(1, int(instance.sites.initial_size[j]))
            for t in range(instance.n_periods):
                active = mine[lives.is_open_in(t)[mine]]
                for size in range(least, int(lives.module[active].max(initial=0)) + 1):
                    rows += [(j, operator, size, t) for operator in offers]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    number = start + np.arange(len(rows))
    pairings = Pairings(table[:, 0], table[:, 1], table[:, 2], table[:, 3], number)
    names = tuple(
        f"{instance.sites.labels[j]} size {instance.sizes.labels[size - 1]} "
        f"by {instance.operators.labels[q]} {instance.periods.labels[t]}"
        for j, q, size, t in rows
    )
    return pairings, binaries(np.zeros(len(rows)), np.zeros(len(rows)), names)


def _partnerships(instance: Instance, engagements: Engagements, start: int) -> tuple[Partnerships, Block]:
    """Columns of the firms where their number is limited, and of exclusive firms by country."""
    firm = instance.contracts.firm_index
    third = ~instance.operators.is_own[engagements.operator]
    rows: list[tuple[int, int, int]] = []
    for t in range(instance.n_periods):
        running = engagements.operator[third & engagements.runs_in(t)]
        if np.isfinite(instance.limits.max_partners[t]):
            rows += [(int(f), -1, t) for f in np.unique(firm[running])]
        at = np.flatnonzero(third & engagements.runs_in(t))
        at = at[instance.contracts.is_exclusive[engagements.operator[at]]]
        country = instance.sites.country_index[engagements.site[at]]
        pairs = set(zip(firm[engagements.operator[at]].tolist(), country.tolist(), strict=True))
        rows += [(f, n, t) for f, n in sorted(pairs)]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    columns = Partnerships(table[:, 0], table[:, 1], table[:, 2], start + np.arange(len(rows)))
    labels = list(dict.fromkeys(instance.contracts.firm))
    names = tuple(
        f"{labels[f]} works {'' if n < 0 else f'in {instance.countries.labels[n]} '}in "
        f"{instance.periods.labels[t]}"
        for f, n, t in rows
    )
    return columns, binaries(np.zeros(len(rows)), np.zeros(len(rows)), names)


def contract_rows(instance: Instance, lives: Columns, family: ContractFamily) -> list[Row]:
    """All rows over the columns of contracts."""
    return [
        *somebody_runs_what_is_open(instance, lives, family.engagements),
        *a_contract_is_not_renewed_at_once(instance, lives, family.engagements),
        *pairings_follow_size_and_operator(instance, lives, family),
        *partners(instance, family),
        *exclusive_partners(instance, family),
    ]


def _own_columns(engagements: Engagements, lives: Columns) -> IntArray:
    """Engagements that have a column of their own."""
    return np.flatnonzero(engagements.column >= len(lives.site))


def somebody_runs_what_is_open(instance: Instance, lives: Columns, engagements: Engagements) -> list[Row]:
    """In every period in which a centre of several offers is open, exactly one of them runs it."""
    own, rows = _own_columns(engagements, lives), []
    tenure = np.asarray(tenure_of(instance, engagements.operator))
    of_life = np.asarray(tenure_of(instance, lives.operator))
    for j, kind in sorted(set(zip(engagements.site[own].tolist(), tenure[own].tolist(), strict=True))):
        mine = own[(engagements.site[own] == j) & (tenure[own] == kind)]
        life = np.flatnonzero((lives.site == j) & (lives.module == 1) & (of_life == kind))
        label = instance.sites.labels[j]
        for t, period in enumerate(instance.periods.labels):
            run = engagements.column[mine[engagements.runs_in(t)[mine]]]
            is_open = life[lives.is_open_in(t)[life]]
            signs = np.concatenate([np.ones(len(run)), -np.ones(len(is_open))])
            rows.append(Row(f"{label} is run in {period}", 0.0, 0.0, np.concatenate([run, is_open]), signs))
        before = engagements.column[mine[engagements.first[mine] == BEFORE]]
        if len(before):
            rows.append(sum_row(f"contract of {label} has one end", 1.0, 1.0, before))
    return rows


def a_contract_is_not_renewed_at_once(
    instance: Instance, lives: Columns, engagements: Engagements
) -> list[Row]:
    """An offer does not follow itself: that would be one longer contract."""
    own, rows = _own_columns(engagements, lives), []
    keys = sorted(set(zip(engagements.site[own].tolist(), engagements.operator[own].tolist(), strict=True)))
    for j, operator in keys:
        mine = own[(engagements.site[own] == j) & (engagements.operator[own] == operator)]
        for t in range(BEFORE, instance.n_periods - 1):
            ending, beginning = mine[engagements.last[mine] == t], mine[engagements.first[mine] == t + 1]
            if len(ending) and len(beginning):
                name = (
                    f"{instance.sites.labels[j]} by {instance.operators.labels[operator]} goes on after {t}"
                )
                column = engagements.column[np.concatenate([ending, beginning])]
                rows.append(sum_row(name, -np.inf, 1.0, column))
    return rows


def pairings_follow_size_and_operator(
    instance: Instance, lives: Columns, family: ContractFamily
) -> list[Row]:
    """The pairings of a centre add up to its size on one side and to its operator on the other."""
    pairings, engagements, rows = family.pairings, family.engagements, []
    tenure = np.asarray(tenure_of(instance, pairings.operator))
    of_life = np.asarray(tenure_of(instance, lives.operator))
    keys = sorted(set(zip(pairings.site.tolist(), tenure.tolist(), pairings.period.tolist(), strict=True)))
    for j, kind, t in keys:
        here = np.flatnonzero((pairings.site == j) & (tenure == kind) & (pairings.period == t))
        life = np.flatnonzero((lives.site == j) & (of_life == kind) & lives.is_open_in(t))
        where = f"{instance.sites.labels[j]} {instance.periods.labels[t]}"
        for size in np.unique(pairings.size[here]):
            chosen = pairings.column[here[pairings.size[here] == size]]
            plus, minus = life[lives.module[life] == size], life[lives.module[life] == size + 1]
            signs = np.concatenate([np.ones(len(chosen)), -np.ones(len(plus)), np.ones(len(minus))])
            column = np.concatenate([chosen, plus, minus])
            rows.append(Row(f"{where} size {size} is run by one", 0.0, 0.0, column, signs))
        for operator in np.unique(pairings.operator[here]):
            chosen = pairings.column[here[pairings.operator[here] == operator]]
            is_mine = (engagements.site == j) & (engagements.operator == operator) & engagements.runs_in(t)
            run = engagements.column[is_mine]
            signs = np.concatenate([np.ones(len(chosen)), -np.ones(len(run))])
            name = f"{where} by {instance.operators.labels[operator]} has one size"
            rows.append(Row(name, 0.0, 0.0, np.concatenate([chosen, run]), signs))
    return rows


def partners(instance: Instance, family: ContractFamily) -> list[Row]:
    """Third-party firms that run centres in a period, at most so many."""
    firms, engagements, rows = family.partnerships, family.engagements, []
    firm = instance.contracts.firm_index[engagements.operator]
    third = ~instance.operators.is_own[engagements.operator]
    for t, label in enumerate(instance.periods.labels):
        counted = np.flatnonzero((firms.period == t) & (firms.country < 0))
        for entry in counted:
            mine = np.flatnonzero(third & engagements.runs_in(t) & (firm == firms.firm[entry]))
            rows += _implied(engagements.column[mine], int(firms.column[entry]), f"partner in {label}")
        most = float(instance.limits.max_partners[t])
        if len(counted):
            name = f"limit: partners in {label}, at most {most:g}"
            rows.append(sum_row(name, -np.inf, most, firms.column[counted]))
    return rows


def exclusive_partners(instance: Instance, family: ContractFamily) -> list[Row]:
    """Where an exclusive firm runs a centre, no other third party does in that country and period."""
    firms, engagements, rows = family.partnerships, family.engagements, []
    firm = instance.contracts.firm_index[engagements.operator]
    third = ~instance.operators.is_own[engagements.operator]
    exclusive = instance.contracts.is_exclusive[engagements.operator]
    country = instance.sites.country_index[engagements.site]
    for entry in np.flatnonzero(firms.country >= 0):
        t, column = int(firms.period[entry]), int(firms.column[entry])
        here = third & engagements.runs_in(t) & (country == firms.country[entry])
        mine = here & (firm == firms.firm[entry])
        label = f"limit: exclusive partner in {instance.countries.labels[firms.country[entry]]}"
        rows += _implied(engagements.column[mine & exclusive], column, label)
        for other in engagements.column[here & (firm != firms.firm[entry])]:
            rows.append(sum_row(f"{label} is alone", -np.inf, 1.0, np.array([other, column])))
    return rows


def _implied(causes: IntArray, column: int, name: str) -> list[Row]:
    """Each cause needs the column."""
    signs = np.array([1.0, -1.0])
    return [Row(name, -np.inf, 0.0, np.array([cause, column]), signs) for cause in causes]
