"""Several futures side by side in one canonical problem: decisions in common, flows in each.

::

    max  sum_s w_s (value of future s)    over decisions that all futures share and flows of each
    s.t. the rows of every future

A future is a problem of its own, with cells, facilities and resources that no other future touches; the
groups of the engine are (future, period), so every cut belongs to one future. Only strategic columns are
shared: those that `model.decided` names. Other columns (volumes behind contracts, ways in, and what is
decided later) exist once per future.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import block_diag, csr_array, vstack

from entrepot.instance import FloatArray, Future, IntArray
from entrepot.location import (
    Assignment,
    Cells,
    Enablers,
    LocationProblem,
    Resources,
    Solution,
    Strategic,
    Ways,
    charge_of,
    relative_gap,
    value_of,
)
from entrepot.model.build import Built
from entrepot.model.decided import decided_sums
from entrepot.model.joint_rows import joint_rows


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """The joint problem and its parts.

    Attributes
    ----------
    problem : canonical; its value is the weighted sum of the values of the futures.
    parts : built problem of each future. weights : (n_futures,).
    columns : for each future, joint column of each of its columns.
    first_way, first_enabler : (n_futures + 1,) where the ways and configurations of each future begin.
    decided : for each sum that is decided now, the joint column that stands for it, and per future the
        future's own columns that add up to it.
    """

    problem: LocationProblem
    parts: tuple[Built, ...]
    weights: FloatArray
    columns: tuple[IntArray, ...]
    first_way: IntArray
    first_enabler: IntArray
    decided: tuple[tuple[int, tuple[IntArray, ...]], ...]


def joint_problem(
    futures: Sequence[Future], parts: Sequence[Built], weights: FloatArray, n_decided: int
) -> Joint:
    """State several futures as one problem.

    Parameters
    ----------
    futures : with the same sites, markets and periods. parts : built problem of each.
    weights : (n_futures,) of their values, >= 0.
    n_decided : first periods whose decisions are common; n_periods = the whole plan.

    Raises
    ------
    ValueError : the futures do not decide about the same things.
    """
    groups = _common_sums(futures, parts, n_decided)
    numbering = _numbered(parts, groups)
    problems = [part.problem for part in parts]
    labels = [future.label for future in futures]
    problem = LocationProblem(
        name=" and ".join(labels),
        strategic=_strategic(problems, labels, weights, numbering),
        enablers=_enablers(problems, labels, weights, numbering),
        cells=_cells(problems),
        ways=_ways(problems, weights),
        resources=_resources(problems, labels, numbering),
    )
    return Joint(
        problem=problem,
        parts=tuple(parts),
        weights=np.asarray(weights, dtype=np.float64),
        columns=numbering.columns,
        first_way=_starts([each.n_ways for each in problems]),
        first_enabler=_starts([each.n_enablers for each in problems]),
        decided=numbering.decided,
    )


def part_of(joint: Joint, number: int, solution: Solution) -> Solution:
    """What a joint solution says of one future, in the terms and the money of that future."""
    assert solution.columns is not None
    assert solution.assignment is not None
    problem, flows = joint.parts[number].problem, solution.assignment
    columns = solution.columns[joint.columns[number]]
    low, high = np.searchsorted(flows.way, joint.first_way[number : number + 2])
    enabler = flows.enabler[low:high]
    own = Assignment(
        way=flows.way[low:high] - joint.first_way[number],
        enabler=np.where(enabler >= 0, enabler - joint.first_enabler[number], -1),
        fraction=flows.fraction[low:high],
    )
    value = value_of(problem, columns, own)
    charge = charge_of(problem, columns, own)
    return replace(
        solution,
        columns=columns,
        assignment=own,
        value=value,
        claimed_bound=np.inf,
        certified_bound=np.inf,
        gap=relative_gap(value, np.inf, charge),
        memory=None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Numbering:
    """Joint columns: those that futures share, those of each, and one per decided sum of several columns.

    `links` are the sums that have a column of their own.
    """

    width: int
    columns: tuple[IntArray, ...]
    decided: tuple[tuple[int, tuple[IntArray, ...]], ...]
    links: tuple[tuple[int, tuple[IntArray, ...]], ...]


def _common_sums(
    futures: Sequence[Future], parts: Sequence[Built], n_decided: int
) -> list[tuple[IntArray, ...]]:
    """For each sum that is decided now, its columns in every future."""
    found = [
        decided_sums(future.instance, part.strategy, n_decided)
        for future, part in zip(futures, parts, strict=True)
    ]
    names = [
        [[part.problem.strategic.column_names[c] for c in group] for group in groups]
        for groups, part in zip(found, parts, strict=True)
    ]
    if any(each != names[0] for each in names):
        raise ValueError("The futures do not decide about the same sites, contracts and carriers.")
    return list(zip(*found, strict=True))


def _numbered(parts: Sequence[Built], groups: list[tuple[IntArray, ...]]) -> _Numbering:
    columns = [np.full(part.problem.n_columns, -1, dtype=np.int64) for part in parts]
    width = 0
    decided: list[tuple[int, tuple[IntArray, ...]]] = []
    several = []
    for group in groups:
        if len(group[0]) > 1:
            several.append(group)
            continue
        for own, members in zip(columns, group, strict=True):
            own[members] = width
        decided.append((width, group))
        width += 1
    for own in columns:
        free = np.flatnonzero(own < 0)
        own[free] = width + np.arange(len(free))
        width += len(free)
    links = [(width + number, group) for number, group in enumerate(several)]
    return _Numbering(width + len(links), tuple(columns), (*decided, *links), tuple(links))


def _strategic(
    problems: list[LocationProblem], labels: list[str], weights: FloatArray, numbering: _Numbering
) -> Strategic:
    n = numbering.width
    cost, charge = np.zeros(n), np.zeros(n)
    lower, upper = np.full(n, -np.inf), np.full(n, np.inf)
    is_integer = np.ones(n, dtype=np.bool_)
    names = [""] * n
    owners = np.zeros(n, dtype=np.int64)
    for problem, weight, column in zip(problems, weights, numbering.columns, strict=True):
        own = problem.strategic
        cost[column] += weight * own.cost
        charge[column] += weight * own.charge
        lower[column] = np.maximum(lower[column], own.lower)
        upper[column] = np.minimum(upper[column], own.upper)
        is_integer[column] = own.is_integer
        owners[column] += 1
    for problem, label, column in zip(problems, labels, numbering.columns, strict=True):
        for name, at in zip(problem.strategic.column_names, column.tolist(), strict=True):
            names[at] = name if owners[at] > 1 else f"{name}, {label}"
    for at, group in numbering.links:
        lower[at], upper[at] = 0.0, 1.0
        names[at] = f"now: {problems[0].strategic.column_names[group[0][0]]} or longer"
    rows = joint_rows(problems, labels, numbering.columns, numbering.links)
    return Strategic(
        cost=cost,
        charge=charge,
        lower=lower,
        upper=upper,
        is_integer=is_integer,
        matrix=rows.matrix(n),
        row_lower=rows.lower,
        row_upper=rows.upper,
        column_names=tuple(names),
        row_names=rows.names,
    )


def _mapped(matrix: csr_array, column: IntArray, width: int) -> csr_array:
    """The matrix over joint columns."""
    return csr_array((matrix.data, column[matrix.indices], matrix.indptr), shape=(matrix.shape[0], width))


def _enablers(
    problems: list[LocationProblem], labels: list[str], weights: FloatArray, numbering: _Numbering
) -> Enablers:
    parts = [problem.enablers for problem in problems]
    first = _starts([problem.n_enablers for problem in problems])
    group = _starts([problem.cells.n_groups for problem in problems])
    matrices = [
        _mapped(part.matrix, column, numbering.width)
        for part, column in zip(parts, numbering.columns, strict=True)
    ]
    return Enablers(
        facility_pointer=np.concatenate(
            [
                *(part.facility_pointer[:-1] + at for part, at in zip(parts, first[:-1], strict=True)),
                first[-1:],
            ]
        ),
        facility_group=np.concatenate(
            [part.facility_group + at for part, at in zip(parts, group[:-1], strict=True)]
        ),
        matrix=csr_array(vstack(matrices, format="csr")),
        constant=np.concatenate([part.constant for part in parts]),
        capacity=np.concatenate([part.capacity for part in parts]),
        shift=np.concatenate([_times(w, part.shift) for w, part in zip(weights, parts, strict=True)]),
        names=tuple(
            f"{name}, {label}" for part, label in zip(parts, labels, strict=True) for name in part.names
        ),
    )


def _times(weight: float, shift: FloatArray) -> FloatArray:
    """Shifts in weighted money; what cannot be served stays so at any weight."""
    return np.where(np.isneginf(shift), shift, weight * np.where(np.isneginf(shift), 0.0, shift))


def _cells(problems: list[LocationProblem]) -> Cells:
    parts = [problem.cells for problem in problems]
    if any(not np.array_equal(part.kind_load, parts[0].kind_load) for part in parts):
        raise ValueError("The futures do not have the same products.")
    group = _starts([part.n_groups for part in parts])
    way = _starts([problem.n_ways for problem in problems])
    none = all(part.is_single is None for part in parts)
    single = [np.zeros(len(p.weight), dtype=np.bool_) if p.is_single is None else p.is_single for p in parts]
    return Cells(
        weight=np.concatenate([part.weight for part in parts]),
        group=np.concatenate([part.group + at for part, at in zip(parts, group[:-1], strict=True)]),
        kind=np.concatenate([part.kind for part in parts]),
        is_mandatory=np.concatenate([part.is_mandatory for part in parts]),
        way_pointer=np.concatenate(
            [*(part.way_pointer[:-1] + at for part, at in zip(parts, way[:-1], strict=True)), way[-1:]]
        ),
        kind_load=parts[0].kind_load,
        n_groups=int(group[-1]),
        is_single=None if none else np.concatenate(single),
    )


def _ways(problems: list[LocationProblem], weights: FloatArray) -> Ways:
    parts = [problem.ways for problem in problems]
    place = _starts([problem.n_facilities for problem in problems])
    facilities = [_moved(part.facility, at) for part, at in zip(parts, place[:-1], strict=True)]
    partner = None
    if any(part.partner is not None for part in parts):
        partner = np.concatenate(
            [
                np.full(len(part.value), -1, dtype=np.int32)
                if part.partner is None
                else _moved(part.partner, at)
                for part, at in zip(parts, place[:-1], strict=True)
            ]
        )
    pairs = list(zip(weights, parts, strict=True))
    return Ways(
        facility=np.concatenate(facilities),
        value=np.concatenate([weight * part.value for weight, part in pairs]),
        volume=np.concatenate([part.volume for part in parts]),
        charge=np.concatenate([weight * part.charge for weight, part in pairs]),
        partner=partner,
    )


def _moved(
    index: np.ndarray[tuple[int, ...], np.dtype[np.int32]], start: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.where(index >= 0, index + start, -1).astype(np.int32)


def _resources(problems: list[LocationProblem], labels: list[str], numbering: _Numbering) -> Resources:
    parts = [problem.resources for problem in problems]
    load = None
    if any(part.load is not None for part in parts):
        load = csr_array(
            block_diag(
                [
                    csr_array((problem.n_resources, problem.n_enablers)) if part.load is None else part.load
                    for problem, part in zip(problems, parts, strict=True)
                ],
                format="csr",
            )
        )
    matrices = [
        _mapped(part.matrix, column, numbering.width)
        for part, column in zip(parts, numbering.columns, strict=True)
    ]
    return Resources(
        usage=csr_array(block_diag([part.usage for part in parts], format="csr")),
        matrix=csr_array(vstack(matrices, format="csr")),
        constant=np.concatenate([part.constant for part in parts]),
        names=tuple(
            f"{name}, {label}" for part, label in zip(parts, labels, strict=True) for name in part.names
        ),
        load=load,
    )


def _starts(counts: list[int]) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
