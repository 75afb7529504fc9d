"""What a run of the engine leaves behind for the next one: prices, cuts and a plan, by name."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from entrepot.errors import UsageError
from entrepot.location.problem import FloatArray, LocationProblem

VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class KeptCut:
    """A cut and the prices that prove it; enablers and resources in the order of the memory's names.

    Attributes
    ----------
    group : index of the group. scale : 1, or 0 for a cut on feasibility. constant : EUR.
    slope, capacity_price : (n_enablers,) EUR, 0 outside the group. resource_price : (n_resources,).
    cell_price : (n of the group's cells,). partner_price : (slots of the group's cells,).
    is_proved : its numbers were recomputed from its prices; never so when read from disk.
    """

    group: int
    scale: float
    constant: float
    slope: FloatArray
    capacity_price: FloatArray
    resource_price: FloatArray
    cell_price: FloatArray
    partner_price: NDArray[np.float32]
    is_proved: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Prices, cuts and plan of a run. Where a number that cuts rest on has changed, they are proved again.

    Attributes
    ----------
    digest : of all numbers that cuts rest on; where it is unchanged the cuts hold as they are.
    shape : (n_groups, 2) cells and partner slots of each group.
    column_names : of `columns` and `core`. columns : (n_columns,) y of the best plan, nan without one.
    core : (n_columns,) inner point of the root. enabler_names, resource_names : order of the cuts' prices.
    capacity_price, resource_price : (n_enablers,), (n_resources,) of the best plan's flows, 0 without one.
    cuts : those that carried the bound, and those of the best plan.
    """

    digest: str
    shape: NDArray[np.int64]
    column_names: tuple[str, ...]
    columns: FloatArray
    core: FloatArray
    enabler_names: tuple[str, ...]
    resource_names: tuple[str, ...]
    capacity_price: FloatArray
    resource_price: FloatArray
    cuts: tuple[KeptCut, ...]


def digest_of(problem: LocationProblem) -> str:
    """Digest of the numbers that cuts rest on: cells, ways, capacities, shifts and resource use.

    What the strategic columns cost, how they are limited and which weights and rooms they lend may change
    without a cut losing its truth.
    """
    cells, ways, enablers = problem.cells, problem.ways, problem.enablers
    usage, load = problem.resources.usage, problem.resources.load
    partner = np.zeros(0, dtype=np.int32) if ways.partner is None else ways.partner
    arrays = [
        *(cells.weight, cells.group, cells.kind, cells.is_mandatory, cells.way_pointer, cells.kind_load),
        *(ways.facility, ways.value, ways.volume, partner),
        *(enablers.facility_pointer, enablers.facility_group, enablers.capacity, enablers.shift),
        *(usage.indptr, usage.indices, usage.data),
        *(() if load is None else (load.indptr, load.indices, load.data)),
    ]
    digest = blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    digest.update("\0".join((*enablers.names, "\1", *problem.resources.names)).encode())
    return digest.hexdigest()


def save_memory(path: Path, memory: Memory) -> Path:
    """Write a memory as an uncompressed NumPy archive (.npz)."""
    cuts = memory.cuts
    np.savez(
        path,
        version=np.array(VERSION),
        digest=np.array(memory.digest),
        shape=memory.shape,
        column_names=np.array(memory.column_names, dtype=np.str_),
        columns=memory.columns,
        core=memory.core,
        enabler_names=np.array(memory.enabler_names, dtype=np.str_),
        resource_names=np.array(memory.resource_names, dtype=np.str_),
        numbers=np.array([(cut.group, cut.scale, cut.constant) for cut in cuts]).reshape(-1, 3),
        plan_capacity_price=memory.capacity_price,
        plan_resource_price=memory.resource_price,
        slope=_stacked([cut.slope for cut in cuts]),
        capacity_price=_stacked([cut.capacity_price for cut in cuts]),
        resource_price=_stacked([cut.resource_price for cut in cuts]),
        cell_price=_joined([cut.cell_price for cut in cuts]),
        partner_price=_joined([cut.partner_price for cut in cuts]).astype(np.float32),
    )
    return path


def load_memory(path: Path) -> Memory:
    """Read a memory.

    Raises
    ------
    UsageError
        If there is no memory at the path, or it is damaged or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            kept = {name: archive[name] for name in archive.files}
        if int(kept["version"]) != VERSION:
            raise UsageError(f"{path} was written by another version; plan again with --remember.")
        return _memory_of(kept)
    except FileNotFoundError as error:
        raise UsageError(f"There is no {path}; plan with --remember first.") from error
    except (BadZipFile, KeyError, ValueError, EOFError) as error:
        raise UsageError(f"{path} is damaged ({error}); plan again with --remember.") from error


def _memory_of(kept: dict[str, NDArray[np.generic]]) -> Memory:
    shape = np.asarray(kept["shape"], dtype=np.int64)
    numbers = np.asarray(kept["numbers"], dtype=np.float64)
    group = numbers[:, 0].astype(np.int64)
    cell_price = np.split(np.asarray(kept["cell_price"], dtype=np.float64), np.cumsum(shape[group, 0])[:-1])
    partner = np.split(np.asarray(kept["partner_price"], dtype=np.float32), np.cumsum(shape[group, 1])[:-1])
    slope, capacity, resource = (
        np.asarray(kept[name], dtype=np.float64) for name in ("slope", "capacity_price", "resource_price")
    )
    return Memory(
        digest=str(kept["digest"]),
        shape=shape,
        column_names=tuple(str(name) for name in kept["column_names"]),
        columns=np.asarray(kept["columns"], dtype=np.float64),
        core=np.asarray(kept["core"], dtype=np.float64),
        enabler_names=tuple(str(name) for name in kept["enabler_names"]),
        resource_names=tuple(str(name) for name in kept["resource_names"]),
        capacity_price=np.asarray(kept["plan_capacity_price"], dtype=np.float64),
        resource_price=np.asarray(kept["plan_resource_price"], dtype=np.float64),
        cuts=tuple(
            KeptCut(
                group=int(group[i]),
                scale=float(numbers[i, 1]),
                constant=float(numbers[i, 2]),
                slope=slope[i],
                capacity_price=capacity[i],
                resource_price=resource[i],
                cell_price=cell_price[i],
                partner_price=partner[i],
            )
            for i in range(len(numbers))
        ),
    )


def _stacked(rows: list[FloatArray]) -> FloatArray:
    return np.array(rows).reshape(len(rows), -1) if rows else np.zeros((0, 0))


def _joined(parts: list[NDArray[np.floating]]) -> FloatArray:
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)
