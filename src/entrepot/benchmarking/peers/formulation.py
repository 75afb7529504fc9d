"""Facility location as a mixed-integer program, in its strong and its weak form.

Columns: y_j, then x_ij customer by customer. Strong: x_ij <= y_j for each pair. Weak: one row per site,
sum_i x_ij <= n y_j, or the capacity row alone. Capacitated problems also state that the open capacity
holds the demand. x is continuous unless single sourcing binds: at binary y it is integral anyway.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from entrepot.benchmarking.peers.outcome import listed_costs
from entrepot.location import FacilityLocation
from entrepot.location.problem import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Mip:
    """min cost . z, row_lower <= matrix z <= row_upper, 0 <= z <= 1, some z integer."""

    cost: FloatArray
    is_integer: BoolArray
    matrix: csr_array
    row_lower: FloatArray
    row_upper: FloatArray


def mip_of(problem: FacilityLocation, is_strong: bool) -> Mip:
    """State facility location as a MIP.

    Raises
    ------
    NotApplicableError
        If there are too many pairs to write them out.
    """
    costs = listed_costs(problem)
    n, m = costs.shape
    site_of_x = csr_array(kron(np.ones((1, n)), eye_array(m, format="csr"), format="csr"))  # (m, n m)
    blocks = [hstack([csr_array((n, m)), kron(eye_array(n), np.ones((1, m)))])]
    lower, upper = [np.ones(n)], [np.ones(n)]
    if is_strong:
        blocks.append(hstack([-kron(np.ones((n, 1)), eye_array(m)), eye_array(n * m)]))
        lower.append(np.full(n * m, -np.inf))
        upper.append(np.zeros(n * m))
    room = np.minimum(problem.capacity, problem.demand.sum())
    if problem.is_capacitated:
        load = site_of_x * np.repeat(problem.demand, m)[None, :]
        blocks += [
            hstack([-_diagonal(room), load]),
            hstack([csr_array(room[None, :]), csr_array((1, n * m))]),
        ]
        lower += [np.full(m, -np.inf), np.array([problem.demand.sum()])]
        upper += [np.zeros(m), np.array([np.inf])]
    if not is_strong:
        blocks.append(hstack([-n * eye_array(m), site_of_x]))
        lower.append(np.full(m, -np.inf))
        upper.append(np.zeros(m))
    if problem.n_open is not None:
        blocks.append(hstack([csr_array(np.ones((1, m))), csr_array((1, n * m))]))
        lower.append(np.array([float(problem.n_open)]))
        upper.append(np.array([float(problem.n_open)]))
    is_integer = np.zeros(m + n * m, dtype=np.bool_)
    is_integer[: None if problem.is_single_source and problem.is_capacitated else m] = True
    return Mip(
        cost=np.concatenate([problem.fixed_cost, costs.ravel()]),
        is_integer=is_integer,
        matrix=csr_array(vstack(blocks, format="csr")),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
    )


def _diagonal(values: FloatArray) -> csr_array:
    places = np.arange(len(values))
    return csr_array((values, (places, places)), shape=(len(values), len(values)))
