"""The best paths for the flows of a plan."""

from dataclasses import fields, replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.location import Options
from entrepot.model.build import build
from entrepot.model.lift import lift_plan
from entrepot.model.monolith import solve_monolith
from entrepot.model.path_choice import emissions_count
from entrepot.model.rooms import exceeded, no_rooms
from entrepot.model.settling import settled
from entrepot.planning import best_paths as searching
from entrepot.planning.best_paths import best_paths
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Flows, Plan
from entrepot.plans.referee import judge
from entrepot.solvers.clock import Clock
from planning.with_paths import some
from solvers.problems import Quiet


def pathless(instance: Instance) -> Instance:
    return replace(instance, inbound=replace(instance.inbound, is_chosen=False))


def clock(seconds: float = 60.0, stop_after: int | None = None) -> Clock:
    return Clock(Options(seconds=seconds), Quiet(stop_after))


def without_paths(seed: int) -> tuple[Instance, Plan]:
    instance = some(seed)
    plain = pathless(instance)
    built = build(plain)
    return instance, lift_plan(plain, built.layout, solve_monolith(built.problem, Options(gap=0.0)))


@pytest.mark.parametrize("seed", range(25))
def test_an_optimal_plan_has_the_best_paths_for_its_flows(seed: int) -> None:
    instance = some(seed)
    built = build(instance)
    whole = solve_monolith(built.problem, Options(gap=0.0))
    if whole.columns is None:
        assert whole.stop_reason == "infeasible"
        return
    known = lift_plan(instance, built.layout, settled(built.problem, built.strategy, whole))
    best = best_paths(instance, known, clock())
    assert best is not None
    verdict, before = judge(instance, best.plan), judge(instance, known).ledger
    assert verdict.breaches == ()
    assert verdict.ledger.value == pytest.approx(before.value, abs=1e-6 * (1.0 + before.controllable_cost))


@pytest.mark.parametrize("seed", range(25))
def test_what_paths_cost_is_what_the_referee_finds(seed: int) -> None:
    instance = some(seed)
    if emissions_count(instance):  # the cheapest lanes may then be too dirty, and are never left to the flows
        return
    plain = pathless(instance)
    built = build(plain)
    whole = solve_monolith(built.problem, Options(gap=0.0))
    assert whole.columns is not None
    known = lift_plan(plain, built.layout, whole)
    best, relaxed = best_paths(instance, known, clock()), judge(plain, known).ledger
    if best is None:  # no paths keep the rooms: then those that the plan takes exceed one, too
        through, carried = plan_tonnes(instance, known)
        assert exceeded(instance, no_rooms(instance), through, carried) is not None
        return
    verdict = judge(instance, best.plan)
    assert verdict.breaches == ()
    assert best.cost >= -1e-6 * relaxed.controllable_cost
    assert verdict.ledger.value == pytest.approx(
        relaxed.value - best.cost, abs=1e-6 * (1.0 + relaxed.controllable_cost)
    )


def test_rooms_count_where_nothing_but_direct_parcels_is_sent() -> None:
    found = 0
    for seed in range(10):
        instance = some(seed)
        plain = pathless(instance)
        built = build(plain)
        known = lift_plan(plain, built.layout, solve_monolith(built.problem, Options(gap=0.0)))
        direct = np.flatnonzero(known.flows.site < 0)
        if len(direct) == 0:
            continue
        found += 1
        flows = Flows(**{each.name: getattr(known.flows, each.name)[direct] for each in fields(Flows)})
        terms = replace(
            instance.inbound,
            gateway_fee=np.zeros(instance.n_gateways),
            gateway_capacity=np.full(instance.n_gateways, 1e-6),
            commitment=np.zeros(len(instance.lanes.mode)),
        )
        assert best_paths(replace(instance, inbound=terms), replace(known, flows=flows), clock()) is None
    assert found


@pytest.mark.parametrize("late", [clock(seconds=0.0), clock(stop_after=0)], ids=["no time", "asked to stop"])
def test_paths_are_found_where_the_run_is_over(late: Clock) -> None:
    for seed in range(10):
        instance, known = without_paths(seed)
        best, soon = best_paths(instance, known, clock()), best_paths(instance, known, late)
        assert (best is None) == (soon is None)
        if best is not None and soon is not None:
            assert soon.cost == pytest.approx(best.cost, abs=1e-6 * (1.0 + abs(best.cost)))


def test_the_cheapest_lanes_count_where_no_paths_are_found_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [without_paths(seed) for seed in range(10)]
    best = [best_paths(*each, clock()) for each in plans]
    monkeypatch.setattr(searching, "run", lambda *_, **__: "stopped")
    monkeypatch.setattr(searching, "has_point", lambda _: False)
    found = 0
    for (instance, known), optimal in zip(plans, best, strict=True):
        cheapest = best_paths(instance, known, clock())
        if cheapest is None:
            continue
        found += 1
        assert optimal is not None
        assert cheapest.cost >= optimal.cost - 1e-6 * (1.0 + abs(optimal.cost))
        if not emissions_count(instance):
            assert judge(instance, cheapest.plan).breaches == ()
    assert found
