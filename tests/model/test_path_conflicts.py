"""Rooms of the ways in that contradict shares to be won are named, with the least tonnes that are missing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from entrepot.errors import InfeasibleError
from entrepot.instance import Instance, ShareFloor
from entrepot.location import LocationProblem, Options, Solution, Unwatched
from entrepot.model.build import build_problem
from entrepot.model.monolith import solve_monolith
from entrepot.planning import plan
from entrepot.solvers.price_cut_plan import solve
from model.tiny import plain

PORT = 0
SHARE = 0.05
ROOM = 0.6
"""Part of the tonnes needed for which there is room: below it, all floors must give way by more."""

Solver = Callable[[LocationProblem, Options], Solution]
SOLVERS = pytest.mark.parametrize(
    "solver", [solve_monolith, lambda problem, options: solve(problem, options, Unwatched())]
)


def by_one_port(capacity: float, by_lane: float) -> Instance:
    """Everything comes from stock and through one port; our share is asked for by four floors at once.

    Parameters
    ----------
    capacity : tonnes a working day through the port. by_lane : tonnes a week on the first origin's lane.
    """
    instance = plain(periods=1)
    lanes, country = instance.lanes, int(instance.markets.country_index[0])
    to_port, from_first = lanes.gateway_index == PORT, lanes.origin_index == 0
    first = int(np.flatnonzero(to_port & from_first)[0])
    n = len(lanes.mode)
    inbound = replace(
        instance.inbound,
        is_chosen=True,
        gateway_capacity=np.array([capacity, np.inf, np.inf]),
        gateway_fee=np.zeros(3),
        lane_capacity=np.where(np.arange(n) == first, by_lane, np.inf),
        commitment=np.zeros(n),
        shortfall_fee=np.zeros(n),
    )
    floors = tuple(ShareFloor(SHARE, where, when) for where in (-1, country) for when in (-1, 0))
    return replace(
        instance,
        lanes=replace(
            lanes,
            is_open=np.ones((n, 1), dtype=np.bool_),
            carries_stock=to_port & (~from_first | (np.arange(n) == first)),
            carries_direct=np.zeros(n, dtype=np.bool_),
        ),
        inbound=inbound,
        policies=replace(instance.policies, share_floors=floors),
    )


def needed(instance: Instance) -> float:
    """Tonnes of the parcels that the floors ask for."""
    return SHARE * float(instance.demand.sum()) * float(instance.products.weight[0]) / 1000.0


def days(instance: Instance) -> float:
    return instance.operations.working_days * float(instance.periods.years[0])


def weeks(instance: Instance) -> float:
    return float(instance.periods.end_day[0] - instance.periods.start_day[0]) / 7.0


def named(solution: Solution) -> tuple[str, float]:
    assert solution.stop_reason == "infeasible"
    assert solution.columns is None
    ((name, amount),) = solution.conflict
    return name.removeprefix("limit: "), amount


def tight_port() -> Instance:
    asked = by_one_port(np.inf, np.inf)
    return by_one_port(ROOM * needed(asked) / days(asked), np.inf)


def tight_lane() -> Instance:
    asked = by_one_port(np.inf, np.inf)
    share = float(asked.origins.supply_share[0])
    return by_one_port(np.inf, ROOM * share * needed(asked) / weeks(asked))


def test_without_rooms_there_is_a_plan() -> None:
    solution = solve_monolith(build_problem(by_one_port(np.inf, np.inf))[0], Options())
    assert solution.columns is not None


@SOLVERS
def test_a_gateway_that_is_too_small_is_named_with_the_tonnes_that_lack(solver: Solver) -> None:
    instance = tight_port()
    name, amount = named(solver(build_problem(instance)[0], Options()))
    assert name == f"capacity of {instance.gateways.labels[PORT]} 2027"
    assert amount == pytest.approx((1.0 - ROOM) * needed(instance), rel=1e-5)


@SOLVERS
def test_a_lane_that_is_too_small_is_named_with_the_tonnes_that_lack(solver: Solver) -> None:
    instance = tight_lane()
    share = float(instance.origins.supply_share[0])
    name, amount = named(solver(build_problem(instance)[0], Options()))
    assert name.startswith(f"sailings of {instance.origins.labels[0]} > {instance.gateways.labels[PORT]}, ")
    assert amount == pytest.approx((1.0 - ROOM) * share * needed(instance), rel=1e-5)


@pytest.mark.parametrize(
    ("case", "name"), [(tight_port, "capacity of"), (tight_lane, "sailings of")], ids=["gateway", "lane"]
)
def test_a_planner_is_told_the_limit_though_rooms_are_stated_late(
    case: Callable[[], Instance], name: str
) -> None:
    with pytest.raises(InfeasibleError, match=name) as caught:
        plan(case(), seconds=30.0)
    ((_, amount),) = caught.value.limits
    assert amount > 0.0
