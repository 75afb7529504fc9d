"""Maximal covering: open p sites, or what a budget pays for, so that the weight within reach is largest.

::

    max  sum_i d_i z_i
    s.t. z_i <= sum_{j in S_i} y_j          each group of customers
         sum_j y_j <= p                     where a count is given
         sum_j f_j y_j <= B                 where a budget is given
         y binary, z <= 1

Customers with the same covering set S_i are one group: only the number of different sets matters, which
for discs in the plane is the number of faces of their arrangement however many customers there are
(Cordeau, Furini, Ljubic 2019).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.errors import UsageError
from entrepot.kernels.patterns import boxes_of_discs, equals_previous, tally
from entrepot.location.problem import FloatArray, IntArray

CUSTOMERS_AT_ONCE = 1 << 20
BOXES_PER_SIDE = 128
PAIRS_OF_BOX_AND_SITE = 1 << 24
"""Most pairs of a grid box and a site that may be looked at; the grid is coarser where there are more."""


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """A maximal covering problem over groups of customers with the same covering set.

    Attributes
    ----------
    name : of the instance. n_sites : number of sites.
    pointer : (n_groups + 1,) int64; group i is covered by site[pointer[i]:pointer[i+1]], ascending.
    site : (n_pairs,) int64 site indices. weight : (n_groups,) d >= 0, total of the group's customers.
    n_open : p, most sites that may be open, or None.
    site_cost : (n_sites,) f >= 0, or None. budget : B >= 0, or None; given together with `site_cost`.

    Raises
    ------
    UsageError
        If lengths disagree, a number is out of range, or neither a count nor a budget is given.
    """

    name: str
    n_sites: int
    pointer: IntArray
    site: IntArray
    weight: FloatArray
    n_open: int | None = None
    site_cost: FloatArray | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        if len(self.pointer) != len(self.weight) + 1 or self.pointer[0] != 0:
            raise UsageError(f"{len(self.weight)} weights do not go with {len(self.pointer)} pointers.")
        if np.any(np.diff(self.pointer) < 0) or self.pointer[-1] != len(self.site):
            raise UsageError("Pointers must ascend to the number of pairs of customer and site.")
        if len(self.site) and not 0 <= self.site.min() <= self.site.max() < self.n_sites:
            raise UsageError(f"Site indices must lie between 0 and {self.n_sites - 1}.")
        inner = np.ones(len(self.site), dtype=np.bool_)
        inner[self.pointer[:-1][np.diff(self.pointer) > 0]] = False
        if np.any(np.diff(self.site, prepend=-1)[inner] <= 0):
            raise UsageError("The sites that cover a customer must ascend, each named once.")
        if not np.all(np.isfinite(self.weight)) or np.any(self.weight < 0.0):
            raise UsageError("Weights must be finite and not negative.")
        self._check_limits()

    def _check_limits(self) -> None:
        if self.n_open is None and self.budget is None:
            raise UsageError("State how many sites may open, or their costs and a budget.")
        if self.n_open is not None and not 1 <= self.n_open <= self.n_sites:
            raise UsageError(
                f"The number of open sites must lie between 1 and {self.n_sites}, not {self.n_open}."
            )
        if (self.budget is None) != (self.site_cost is None):
            raise UsageError("Site costs and a budget go together: state both or neither.")
        if self.site_cost is not None and self.budget is not None:
            if len(self.site_cost) != self.n_sites:
                raise UsageError(f"{self.n_sites} sites do not go with {len(self.site_cost)} site costs.")
            if not np.all(np.isfinite(self.site_cost)) or np.any(self.site_cost < 0.0):
                raise UsageError("Site costs must be finite and not negative.")
            if not (np.isfinite(self.budget) and self.budget >= 0.0):
                raise UsageError(f"The budget must be finite and not negative, not {self.budget}.")

    @property
    def n_groups(self) -> int:
        """Number of groups of customers."""
        return len(self.weight)


def merged(pointer: IntArray, site: IntArray, weight: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Lists of covering sites with equal lists added up and empty lists left out.

    Parameters
    ----------
    pointer, site, weight : as in `Covering`.

    Returns
    -------
    pointer, site, weight of the different lists that have a site.

    Notes
    -----
    Lists are ordered by two random 64-bit sums of their sites (fixed seed) and then compared: lists that
    happen to share both sums stay apart, so no list is ever merged with a different one.
    """
    marks = np.random.default_rng(0).integers(0, 2**63, (2, int(site.max(initial=0)) + 1), dtype=np.uint64)
    length = np.diff(pointer)
    sums = np.zeros((2, len(weight)), dtype=np.uint64)
    filled = np.flatnonzero(length > 0)
    for row in range(2):
        if len(filled):
            sums[row, filled] = np.add.reduceat(marks[row][site], pointer[:-1][filled])
    order = filled[np.lexsort((sums[1, filled], sums[0, filled]))]
    first = np.flatnonzero(~equals_previous(pointer, site, order))
    total = np.add.reduceat(weight[order], first) if len(first) else np.zeros(0)
    kept = order[first]
    new_pointer = np.concatenate([[0], np.cumsum(length[kept])]).astype(np.int64)
    taken = np.arange(new_pointer[-1]) + np.repeat(pointer[kept] - new_pointer[:-1], length[kept])
    return new_pointer, site[taken], total


def covered_in_the_plane(
    customers_xy: FloatArray,
    sites_xy: FloatArray,
    weight: FloatArray,
    radius: float | FloatArray,
    n_open: int,
    *,
    threads: int = 1,
    name: str = "covering in the plane",
) -> Covering:
    """The covering problem of customers within Euclidean distance `radius` of sites.

    Parameters
    ----------
    customers_xy : (n_customers, 2), read a block at a time (a memory map will do).
    sites_xy : (n_sites, 2). weight : (n_customers,) >= 0. radius : of all sites, or (n_sites,).
    n_open : p. threads : that work on blocks; the result is the same for any number.

    Raises
    ------
    UsageError
        If lengths disagree or a number is not finite.

    Notes
    -----
    A grid is laid over the customers. A disc contains a box, misses it, or crosses it; only crossing discs
    are tested customer by customer, and a customer's key is its box and those bits. Memory beyond the
    input grows with the number of different keys, not with the number of customers.
    """
    sites = np.ascontiguousarray(sites_xy, dtype=np.float64)
    reach = np.ascontiguousarray(np.broadcast_to(np.asarray(radius, dtype=np.float64), len(sites)))
    if len(customers_xy) != len(weight):
        raise UsageError(f"{len(customers_xy)} customers do not go with {len(weight)} weights.")
    if not (np.all(np.isfinite(sites)) and np.all(np.isfinite(reach)) and np.all(reach >= 0.0)):
        raise UsageError("Coordinates of sites and radii must be finite, radii not negative.")
    grid = _grid(customers_xy, len(sites))
    disc, box, is_inside = boxes_of_discs(sites, reach, *grid)
    n_boxes = int(grid[2][0] * grid[2][1])
    edge = _lists(box[~is_inside], disc[~is_inside], n_boxes)
    full = _lists(box[is_inside], disc[is_inside], n_boxes)
    n_words = max(1, -(-int(np.diff(edge[0]).max(initial=0)) // 64))

    def part(first: int) -> tuple[IntArray, NDArray[np.uint64], FloatArray]:
        block = slice(first, first + CUSTOMERS_AT_ONCE)
        points = np.ascontiguousarray(customers_xy[block], dtype=np.float64)
        mass = np.ascontiguousarray(weight[block], dtype=np.float64)
        return tally(points, mass, grid, (sites, reach), (edge[0], edge[1], n_words))

    with ThreadPoolExecutor(max(1, threads)) as pool:
        parts = list(pool.map(part, range(0, len(weight), CUSTOMERS_AT_ONCE)))
    boxes, bits, total = (np.concatenate(side) for side in zip(*parts, strict=True))
    return Covering(name, len(sites), *_expanded(boxes, bits, total, edge, full), n_open)


def _grid(customers_xy: FloatArray, n_sites: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Corner of the first box, sides, and numbers of boxes of a grid over the customers."""
    if len(customers_xy) == 0:
        raise UsageError("There are no customers.")
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for first in range(0, len(customers_xy), CUSTOMERS_AT_ONCE):
        block = np.asarray(customers_xy[first : first + CUSTOMERS_AT_ONCE], dtype=np.float64)
        low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
    if not (np.all(np.isfinite(low)) and np.all(np.isfinite(high))):
        raise UsageError("Coordinates of customers must be finite.")
    most = min(PAIRS_OF_BOX_AND_SITE / max(1, n_sites), 16.0 + len(customers_xy) / 8.0)
    per_side = max(1, min(BOXES_PER_SIDE, int(np.sqrt(most))))
    size = np.maximum(np.abs(low), np.abs(high)).max()
    side = np.maximum((high - low) / per_side, max(1e-6 * size, 1e-300))  # SAFE of a side > rounding
    return low, side, np.full(2, per_side, dtype=np.int64)


def _lists(key: IntArray, item: IntArray, n_keys: int) -> tuple[IntArray, IntArray]:
    """Items by key: pointer (n_keys + 1,) and items, in their order, within each key."""
    order = np.argsort(key, kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=n_keys))]).astype(np.int64)
    return pointer, item[order]


def _expanded(
    boxes: IntArray,
    bits: NDArray[np.uint64],
    total: FloatArray,
    edge: tuple[IntArray, IntArray],
    full: tuple[IntArray, IntArray],
) -> tuple[IntArray, IntArray, FloatArray]:
    """Keys of all blocks as merged lists of covering sites."""
    order = np.lexsort((*bits.T, boxes))
    boxes, bits = boxes[order], bits[order]
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = (boxes[1:] != boxes[:-1]) | np.any(bits[1:] != bits[:-1], axis=1)
    first = np.flatnonzero(is_new)
    total, boxes, bits = np.add.reduceat(total[order], first), boxes[first], bits[first]
    key, site = [], []
    for lists in (full, edge):
        count = lists[0][boxes + 1] - lists[0][boxes]
        owner = np.repeat(np.arange(len(boxes)), count)
        rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        covers = np.ones(len(owner), dtype=np.bool_)
        if lists is edge:
            shift = (rank & 63).astype(np.uint64)
            covers = ((bits[owner, rank >> 6] >> shift) & np.uint64(1)) == 1
        key.append(owner[covers])
        site.append(lists[1][lists[0][boxes[owner]] + rank][covers])
    keys, sites = np.concatenate(key), np.concatenate(site)
    by_key = np.lexsort((sites, keys))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=len(boxes)))]).astype(np.int64)
    return merged(pointer, sites[by_key], total)
