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
from entrepot.planning.best_paths import best_paths
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Flows
from entrepot.plans.referee import judge
from planning.with_paths import some


def pathless(instance: Instance) -> Instance:
    return replace(instance, inbound=replace(instance.inbound, is_chosen=False))


@pytest.mark.parametrize("seed", range(25))
def test_an_optimal_plan_has_the_best_paths_for_its_flows(seed: int) -> None:
    instance = some(seed)
    built = build(instance)
    whole = solve_monolith(built.problem, Options(gap=0.0))
    if whole.columns is None:
        assert whole.stop_reason == "infeasible"
        return
    known = lift_plan(instance, built.layout, settled(built.problem, built.strategy, whole))
    best = best_paths(instance, known)
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
    best, relaxed = best_paths(instance, known), judge(plain, known).ledger
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
        assert best_paths(replace(instance, inbound=terms), replace(known, flows=flows)) is None
    assert found
