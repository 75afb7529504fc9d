"""What the referee says of plans that break a policy, one rule at a time."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance, Objective, Policies, ShareFloor, SiteRelation
from entrepot.instance.policies import no_policies
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.referee import judge
from entrepot.plans.stages import amounts_of
from instances import Shape, random_instance
from plans.random_plans import random_plan

SHAPE = Shape(sites=3, sizes=2, markets=4, products=1, periods=2)
NO_CARRIERS = np.zeros((2, SHAPE.countries, SHAPE.periods), dtype=np.bool_)


def _policies(instance: Instance, **changes: object) -> Instance:
    base: Policies = no_policies(
        instance.n_markets, instance.n_products, instance.n_sites, instance.n_periods
    )
    return replace(instance, policies=replace(base, **changes))  # type: ignore[arg-type]


def _candidates(seed: int = 3) -> Instance:
    instance = random_instance(np.random.default_rng(seed), SHAPE, assortment="choice")
    sites = replace(
        instance.sites,
        status=("candidate",) * 3,
        initial_size=np.zeros(3, dtype=np.int64),
        opened_day=np.zeros(3, dtype=np.int64),
        earliest_period=np.zeros(3, dtype=np.int64),
        latest_period=np.ones(3, dtype=np.int64),
        operator_index=np.zeros(3, dtype=np.int64),
        may_run=np.ones_like(instance.sites.may_run),
    )
    lanes = replace(instance.lanes, is_open=np.ones_like(instance.lanes.is_open))
    return replace(
        instance, sites=sites, lanes=lanes, demand=np.maximum(instance.demand, 1.0), name="candidates"
    )


def _closed(size: list[list[int]]) -> Plan:
    """Sizes without any flow."""
    none = np.zeros(0, dtype=np.int64)
    return Plan(
        np.array(size, dtype=np.int64),
        _run(size),
        NO_CARRIERS,
        Flows(none, none, none, none, none, none, np.zeros(0)),
        Inbound(none, none, none, none, none, none, np.zeros(0)),
    )


def _run(size: list[list[int]]) -> np.ndarray:
    """The retailer runs every open centre."""
    return np.where(np.array(size) > 0, 0, -1).astype(np.int64)


def _limits(instance: Instance, plan: Plan) -> set[tuple[str, str]]:
    return {(breach.limit, breach.place) for breach in judge(instance, plan).breaches}


def _served(instance: Instance, rows: list[tuple[int, int, int, float]], size: list[list[int]]) -> Plan:
    """Flows (period, market, site, fraction) by the standard service, every centre fed by air."""
    period, market, site, fraction = (np.array(each) for each in zip(*rows, strict=True))
    zero = np.zeros(len(rows), dtype=np.int64)
    lanes, inbound = instance.lanes, []
    for j, t in np.argwhere(np.array(size) > 0):
        for origin in range(instance.n_origins):
            lane = next(
                number
                for number in range(len(lanes.mode))
                if lanes.origin_index[number] == origin and lanes.mode[number] == "air"
            )
            inbound.append((t, j, 0, origin, lanes.gateway_index[lane], lane))
    flows = Flows(
        period.astype(np.int64),
        market.astype(np.int64),
        zero,
        site.astype(np.int64),
        np.full(len(rows), -1, dtype=np.int64),
        zero,
        fraction.astype(float),
    )
    columns = np.array(inbound, dtype=np.int64)
    return Plan(
        np.array(size, dtype=np.int64),
        _run(size),
        NO_CARRIERS,
        flows,
        Inbound(*(columns[:, c].copy() for c in range(6)), np.ones(len(columns))),
    )


OPEN = [[2, 2], [2, 2], [0, 0]]


@pytest.mark.parametrize(
    ("rows", "is_broken"),
    [
        ([(0, 0, 0, 1.0)], False),
        ([(0, 0, 0, 0.5), (0, 0, 1, 0.5)], True),
        ([(0, 0, 0, 0.7)], True),
        ([(0, 0, 0, 1.0), (1, 0, 1, 1.0)], False),
    ],
)
def test_a_single_source_serves_the_whole_cell(
    rows: list[tuple[int, int, int, float]], is_broken: bool
) -> None:
    instance = _policies(_candidates(), sourcing=np.ones((4, 1), dtype=np.int64))
    limits = {limit for limit, _ in _limits(instance, _served(instance, rows, OPEN))}
    assert ("one offer serves the whole cell" in limits) is is_broken
    assert "one centre serves the market in all periods" not in limits


def test_a_split_that_no_policy_forbids_is_no_breach() -> None:
    instance = _policies(_candidates())
    plan = _served(instance, [(0, 0, 0, 0.5), (0, 0, 1, 0.5)], OPEN)
    assert "one offer serves the whole cell" not in {limit for limit, _ in _limits(instance, plan)}


def test_a_stable_source_that_moves_is_named_with_both_centres() -> None:
    instance = _policies(_candidates(), sourcing=np.full((4, 1), 2, dtype=np.int64))
    moved = _served(instance, [(0, 1, 0, 1.0), (1, 1, 1, 1.0)], OPEN)
    place = "market m2, product p1: s1, s2"
    assert ("one centre serves the market in all periods", place) in _limits(instance, moved)
    stayed = _served(instance, [(0, 1, 0, 1.0), (1, 1, 0, 1.0)], OPEN)
    assert not any(limit.startswith("one c") for limit, _ in _limits(instance, stayed))


def test_a_relation_counts_only_where_it_is_in_force() -> None:
    relation = SiteRelation("rule", (0, 1), 2, (1, 2), 0.0, 1.0, -1)
    instance = _policies(_candidates(), relations=(relation,))
    assert ("most sites of a relation", "rule, 2027-01") not in _limits(
        instance, _closed([[0, 1], [1, 1], [1, 1]])
    )
    second = instance.periods.labels[1]
    assert ("most sites of a relation", f"rule, {second}") in _limits(
        instance, _closed([[0, 1], [1, 1], [1, 1]])
    )


def test_a_relation_of_one_period_leaves_the_others_alone() -> None:
    relation = SiteRelation("rule", (), 0, (0,), 1.0, np.inf, 1)
    instance = _policies(_candidates(), relations=(relation,))
    found = _limits(instance, _closed([[0, 0], [1, 1], [0, 0]]))
    broken = {place for limit, place in found if limit == "fewest sites of a relation"}
    assert broken == {f"rule, {instance.periods.labels[1]}"}


def test_openings_closings_and_expansions_are_changes_and_two_sizes_at_once_are_one() -> None:
    instance = _policies(_candidates(), max_changes=np.ones(2))
    size = [[1, 2], [2, 0], [0, 0]]  # two openings; then an expansion and a closing
    found = [each for each in judge(instance, _closed(size)).breaches if each.limit == "most changes"]
    assert [breach.amount for breach in found] == [1.0, 1.0]
    assert not any(
        breach.limit == "most changes"
        for breach in judge(instance, _closed([[2, 2], [0, 1], [0, 0]])).breaches
    )


def test_a_share_that_is_not_won_is_missed_by_the_parcels_that_lack() -> None:
    instance = _policies(_candidates(), share_floors=(ShareFloor(0.1, -1, 1),))
    (breach,) = (each for each in judge(instance, _closed(OPEN)).breaches if each.limit == "share floor")
    assert breach.amount == pytest.approx(0.1 * instance.demand[:, :, 1].sum())
    assert breach.place == f"all countries, {instance.periods.labels[1]}"


def test_the_cap_on_all_carbon_counts_every_period() -> None:
    instance = _candidates()
    emitted = judge(instance, _closed(OPEN)).measures.carbon.sum()
    below, above = (_policies(instance, carbon_total=float(emitted) * factor) for factor in (0.9, 1.1))
    assert ("carbon cap", "all periods together") in _limits(below, _closed(OPEN))
    assert ("carbon cap", "all periods together") not in _limits(above, _closed(OPEN))


def test_amounts_of_objectives_are_the_measures_of_the_plan() -> None:
    rng = np.random.default_rng(2)
    instance = random_instance(rng, SHAPE, assortment="choice")
    reference = np.ones((3, 2), dtype=np.int64)
    instance = _policies(instance, reference_size=reference)
    plan = random_plan(rng, instance)
    verdict = judge(instance, plan)
    measures = verdict.measures

    def amount(kind: str, hours: float = np.nan, country: int = -1) -> float:
        objective = Objective(kind, 0.0, 0.0, hours, country)
        return amounts_of(instance, plan, verdict, (objective,))[0]

    potential = instance.demand.sum()
    assert amount("value") == verdict.ledger.value
    assert amount("share") == pytest.approx(measures.sold.sum() / potential)
    assert amount("service", hours=72.0) == pytest.approx(measures.class_parcels[:3].sum() / potential)
    assert amount("carbon") == pytest.approx(measures.carbon.sum())
    assert amount("capital") == pytest.approx(measures.capital.sum())
    assert amount("deviation") == np.count_nonzero(plan.size != 1)
    home = instance.markets.country_index == 1
    demand = instance.demand[home].sum(axis=(0, 1))
    if demand.sum() > 0.0:
        sold = (measures.share[1] * demand).sum()
        assert amount("share", country=1) == pytest.approx(sold / demand.sum())
