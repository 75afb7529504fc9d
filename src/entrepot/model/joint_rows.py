"""Strategic rows of several futures: those that are the same in all of them stand once."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from entrepot.instance import FloatArray, IntArray
from entrepot.location import LocationProblem

Links = tuple[tuple[int, tuple[IntArray, ...]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class JointRows:
    """lower <= rows <= upper over joint columns; entries (column, coefficient) of each row."""

    entries: tuple[tuple[IntArray, FloatArray], ...]
    lower: FloatArray
    upper: FloatArray
    names: tuple[str, ...]

    def matrix(self, width: int) -> csr_array:
        """(n_rows, width) csr."""
        pointer = np.concatenate([[0], np.cumsum([len(column) for column, _ in self.entries])])
        index = np.concatenate([np.zeros(0, dtype=np.int64), *(column for column, _ in self.entries)])
        data = np.concatenate([np.zeros(0), *(coefficient for _, coefficient in self.entries)])
        shape = (len(self.entries), width)
        return csr_array((data, index, pointer.astype(np.int64)), shape=shape)


def joint_rows(
    problems: list[LocationProblem], labels: list[str], columns: tuple[IntArray, ...], links: Links
) -> JointRows:
    """Rows of all futures, and one per future for each decided sum with a column of its own.

    Parameters
    ----------
    columns : for each future, joint column of each of its columns.
    links : joint column that stands for a sum, and the future's own columns of it, per future.
    """
    known: dict[bytes, int] = {}
    entries: list[tuple[IntArray, FloatArray]] = []
    sides: list[tuple[float, float]] = []
    names: list[tuple[str, str]] = []
    count: list[int] = []
    for problem, label, own in zip(problems, labels, columns, strict=True):
        strategic = problem.strategic
        pointer, index, data = strategic.matrix.indptr, own[strategic.matrix.indices], strategic.matrix.data
        for row, name in enumerate(strategic.row_names):
            part = slice(pointer[row], pointer[row + 1])
            column, coefficient = index[part], data[part]
            side = float(strategic.row_lower[row]), float(strategic.row_upper[row])
            key = b"|".join(
                [name.encode(), column.tobytes(), coefficient.tobytes(), np.array(side).tobytes()]
            )
            if key in known:
                count[known[key]] += 1
                continue
            known[key] = len(entries)
            entries.append((column, coefficient))
            sides.append(side)
            names.append((name, label))
            count.append(1)
    for at, group in links:
        for label, own, members in zip(labels, columns, group, strict=True):
            column = np.append(own[members], at)
            entries.append((column, np.append(np.ones(len(members)), -1.0)))
            sides.append((0.0, 0.0))
            names.append((f"decided now: {problems[0].strategic.column_names[group[0][0]]}", label))
            count.append(1)
    several = len(problems) > 1
    return JointRows(
        entries=tuple(entries),
        lower=np.array([low for low, _ in sides], dtype=float),
        upper=np.array([high for _, high in sides], dtype=float),
        names=tuple(
            f"{name}, {label}" if several and n < len(problems) else name
            for (name, label), n in zip(names, count, strict=True)
        ),
    )
