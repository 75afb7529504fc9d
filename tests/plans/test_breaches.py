"""Every rule that a plan can break is named when it is broken, and nothing raises."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance, ServiceFloor
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Measures
from instances import Shape, no_carriers, random_instance
from plans.random_plans import random_plan

Case = tuple[Instance, Plan]
Change = Callable[[Instance, Plan], Case]


def free(instance: Instance) -> Instance:
    """The same instance without limits; every site a candidate, the first one existing at the least size."""
    n, count = instance.n_periods, instance.n_sites
    none = np.full(n, np.inf)
    limits = replace(
        instance.limits, budget=none, min_centres=np.zeros(n), max_centres=none, max_openings=none,
        carbon_cap=none, service=(), carries_over=False,
    )  # fmt: skip
    first = np.arange(count) == 0
    sites = replace(
        instance.sites,
        status=("existing", *["candidate"] * (count - 1)),
        initial_size=first.astype(np.int64),
        opened_day=np.where(first, instance.periods.start_day[0] - 500, 0),
        earliest_period=np.zeros(count, dtype=np.int64),
        latest_period=np.full(count, n - 1),
    )
    sizes = replace(instance.sizes, capacity=np.full(instance.n_sizes, 1e9))
    operators = replace(instance.operators, capacity=np.full(2, np.inf))
    lanes = replace(instance.lanes, is_open=np.ones_like(instance.lanes.is_open))
    return replace(instance, limits=limits, sites=sites, sizes=sizes, operators=operators, lanes=lanes)


def sound() -> Case:
    """A plan that keeps every rule: two sites always open, one never; stock and direct parcels."""
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        instance = free(random_instance(rng, Shape(periods=3), assortment="choice"))
        plan = random_plan(rng, instance)
        is_rich = (plan.flows.site >= 0).sum() > 3 and (plan.flows.gateway >= 0).sum() > 3
        if is_rich and plan.size[:2].all() and not plan.size[2].any() and not judge(instance, plan).breaches:
            return instance, plan
    raise AssertionError("no random plan is sound")


INSTANCE, PLAN = sound()
STOCKED = int(np.flatnonzero(PLAN.flows.site >= 0)[0])
DIRECT = int(np.flatnonzero(PLAN.flows.gateway >= 0)[0])


def found(case: Case) -> set[str]:
    return {breach.limit for breach in judge(*case).breaches}


def flow(row: int, **values: float) -> Change:
    """Change entries of one flow row."""

    def change(instance: Instance, plan: Plan) -> Case:
        columns = {name: getattr(plan.flows, name).copy() for name in Flows.__dataclass_fields__}
        for name, value in values.items():
            columns[name][row] = value
        return instance, replace(plan, flows=Flows(**columns))

    return change


def inbound(row: int = 0, **values: float) -> Change:
    """Change entries of one inbound row."""

    def change(instance: Instance, plan: Plan) -> Case:
        columns = {name: getattr(plan.inbound, name).copy() for name in Inbound.__dataclass_fields__}
        for name, value in values.items():
            columns[name][row] = value
        return instance, replace(plan, inbound=Inbound(**columns))

    return change


def size(site: int, path: list[int]) -> Change:
    """Give a site another path of sizes, and leave flows and inbound rows as they are."""

    def change(instance: Instance, plan: Plan) -> Case:
        table = plan.size.copy()
        table[site] = path
        return instance, replace(plan, size=table)

    return change


def sites(path: list[int] | None = None, **values: object) -> Change:
    """Give site 1 other data, and perhaps another path of sizes."""

    def change(instance: Instance, plan: Plan) -> Case:
        columns = {}
        for name, value in values.items():
            column = list(getattr(instance.sites, name))
            column[1] = value
            columns[name] = tuple(column) if name == "status" else np.array(column)
        case = replace(instance, sites=replace(instance.sites, **columns)), plan
        return size(1, path)(*case) if path else case

    return change


def limit(**values: object) -> Change:
    """Give the instance other limits."""

    def change(instance: Instance, plan: Plan) -> Case:
        filled = {k: np.full(instance.n_periods, v) if isinstance(v, float) else v for k, v in values.items()}
        return replace(instance, limits=replace(instance.limits, **filled)), plan

    return change


def twice(part: str) -> Change:
    """Repeat the first row of a table."""

    def change(instance: Instance, plan: Plan) -> Case:
        rows = getattr(plan, part)
        columns = {
            name: np.concatenate([getattr(rows, name)[:1], getattr(rows, name)])
            for name in type(rows).__dataclass_fields__
        }
        return instance, replace(plan, **{part: type(rows)(**columns)})

    return change


def without_inbound(instance: Instance, plan: Plan) -> Case:
    nothing = Inbound(*[np.zeros(0, dtype=np.int64)] * 6, np.zeros(0))
    return instance, replace(plan, inbound=nothing)


def lanes(**values: object) -> Change:
    """Change a column of the lanes for the lane of the first inbound row."""

    def change(instance: Instance, plan: Plan) -> Case:
        columns = {name: getattr(instance.lanes, name).copy() for name in values}
        for name, value in values.items():
            columns[name][plan.inbound.lane[0]] = value
        return replace(instance, lanes=replace(instance.lanes, **columns)), plan

    return change


def without_direct_lanes(instance: Instance, plan: Plan) -> Case:
    nothing = np.zeros(len(instance.lanes.mode), dtype=np.bool_)
    return replace(instance, lanes=replace(instance.lanes, carries_direct=nothing)), plan


def without_rates(instance: Instance, plan: Plan) -> Case:
    cards = replace(instance.rate_cards, weight_to=np.full(len(instance.rate_cards.price), 1e-6))
    return replace(instance, rate_cards=cards), plan


def without_cover(instance: Instance, plan: Plan) -> Case:
    operators = replace(instance.operators, covers=np.zeros_like(instance.operators.covers))
    return replace(instance, operators=operators), plan


def small(what: str) -> Change:
    """Make centres, or what operators can handle, small."""

    def change(instance: Instance, plan: Plan) -> Case:
        room = np.full(len(getattr(instance, what).capacity), 1.0)
        return replace(instance, **{what: replace(getattr(instance, what), capacity=room)}), plan

    return change


SLOW = ServiceFloor(hours=24.0, share=1.0, country_index=-1)
HOME = ServiceFloor(24.0, 1.0, int(INSTANCE.markets.country_index[PLAN.flows.market[DIRECT]]))
OTHER_GATEWAY = int((PLAN.inbound.gateway[0] + 1) % INSTANCE.n_gateways)
RULES: list[tuple[str, Change]] = [
    ("fraction is above 0", flow(STOCKED, fraction=0.0)),
    ("fraction is above 0", flow(STOCKED, fraction=-0.2)),
    ("fraction is at most 1", flow(STOCKED, fraction=1.01)),
    ("customers of a cell see one offer", flow(STOCKED, fraction=1.01)),
    ("fraction is a number", flow(STOCKED, fraction=np.nan)),
    ("fraction is a number", flow(DIRECT, fraction=np.inf)),
    ("flow names things that exist", flow(STOCKED, market=99)),
    ("flow names things that exist", flow(STOCKED, service=-1)),
    ("flow names things that exist", flow(STOCKED, period=3)),
    ("flow names things that exist", flow(DIRECT, site=-2)),
    ("flow comes from a centre or a gateway, not both", flow(STOCKED, gateway=0)),
    ("flow comes from a centre or a gateway, not both", flow(DIRECT, gateway=-1)),
    ("flow given once", twice("flows")),
    ("flow comes from an open centre", flow(STOCKED, site=2)),
    ("service has a rate", without_rates),
    ("centre has inbound rows for every origin", without_inbound),
    ("gateway has an open lane from every origin", without_direct_lanes),
    ("inbound row names things that exist", inbound(lane=999)),
    ("inbound row names things that exist", inbound(origin=-1)),
    ("inbound row given once", twice("inbound")),
    ("inbound row of an open centre", inbound(site=2)),
    ("inbound lane starts at the origin", inbound(origin=1 - int(PLAN.inbound.origin[0]))),
    ("inbound lane ends at the gateway", inbound(gateway=OTHER_GATEWAY)),
    ("inbound lane is open", lanes(is_open=False)),
    ("inbound lane carries stock", lanes(carries_stock=False)),
    ("size never shrinks while open", size(1, [2, 1, 1])),
    ("size never shrinks while open", sites([1, 1, 1], status="existing", initial_size=2)),
    ("closed centre stays closed", size(1, [1, 0, 1])),
    ("closed centre stays closed", size(0, [0, 1, 1])),
    ("size is at most the largest allowed", sites([1, 2, 2], max_size=1)),
    ("forbidden site stays closed", sites(status="forbidden")),
    ("fixed centre keeps its size", sites([1, 2, 2], status="fixed", initial_size=1)),
    ("fixed centre keeps its size", sites([1, 1, 0], status="fixed", initial_size=1)),
    ("forced centre is open", sites([1, 1, 0], status="forced", latest_period=1)),
    ("forced centre is open", sites([0, 0, 1], status="forced", latest_period=1)),
    ("opens in its earliest period or later", sites([1, 1, 1], earliest_period=1)),
    ("opens in its latest period or earlier", sites([0, 0, 1], latest_period=1)),
    ("operator covers the country", without_cover),
    ("capacity on the busiest day", small("sizes")),
    ("capacity on the busiest day", small("operators")),
    ("budget", limit(budget=0.0)),
    ("budget", limit(budget=0.0, carries_over=True)),
    ("most centres", limit(max_centres=1.0)),
    ("fewest centres", limit(min_centres=3.0)),
    ("most openings", limit(max_openings=0.0)),
    ("service level", limit(service=(SLOW,))),
    ("service level", limit(service=(HOME,))),
    ("carbon cap", limit(carbon_cap=1.0)),
    ("size level exists", size(1, [9, 9, 9])),
    ("size level exists", size(1, [-1, 1, 1])),
    ("plan can be valued", lambda i, p: (i, replace(p, size=p.size[:, :1].copy()))),
    ("plan can be valued", lambda i, p: (i, replace(p, size=p.size.astype(float)))),
    ("amount is a number", lambda i, p: (replace(i, carbon=replace(i.carbon, price=float("nan"))), p)),
]  # fmt: skip


def test_the_plan_that_the_rules_are_tried_on_is_sound() -> None:
    assert found((INSTANCE, PLAN)) == set()


@pytest.mark.parametrize(("name", "change"), RULES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(RULES)])
def test_a_broken_rule_is_named(name: str, change: Change) -> None:
    assert name in found(change(INSTANCE, PLAN))


def test_a_plan_whose_sizes_cannot_be_read_has_no_amounts() -> None:
    verdict = judge(*size(1, [9, 9, 9])(INSTANCE, PLAN))
    assert np.isnan(verdict.ledger.value)
    sound_measures = judge(INSTANCE, PLAN).measures
    for name in Measures.__dataclass_fields__:
        assert getattr(verdict.measures, name).shape == getattr(sound_measures, name).shape, name


def test_nothing_leaves_a_centre_that_is_shut() -> None:
    site, period = int(PLAN.flows.site[STOCKED]), int(PLAN.flows.period[STOCKED])
    is_shut = np.zeros((INSTANCE.n_sites, INSTANCE.n_periods), dtype=np.bool_)
    is_shut[site, period] = True
    assert found((replace(INSTANCE, is_shut=is_shut), PLAN)) == {"no parcel leaves a centre that is shut"}
    elsewhere = np.zeros_like(is_shut)
    elsewhere[2] = True
    assert not judge(replace(INSTANCE, is_shut=elsewhere), PLAN).breaches


def test_what_is_saved_of_a_budget_may_be_spent_later_only_where_it_carries_over() -> None:
    spent = judge(INSTANCE, PLAN).measures.capital
    assert spent.sum() > 0
    budget = np.zeros_like(spent)
    budget[0] = spent.sum()
    case = limit(budget=budget, carries_over=True)(INSTANCE, PLAN)
    assert found(case) == set()
    late = np.roll(spent, 1)
    if not np.allclose(late, spent):
        assert "budget" in found(limit(budget=late)(INSTANCE, PLAN))


def test_a_limit_that_is_met_exactly_is_not_broken() -> None:
    measures = judge(INSTANCE, PLAN).measures
    assert found(limit(budget=measures.capital, carbon_cap=measures.carbon)(INSTANCE, PLAN)) == set()
    n_open = (PLAN.size > 0).sum(axis=0).astype(float)
    assert found(limit(max_centres=n_open, min_centres=n_open)(INSTANCE, PLAN)) == set()


def test_a_breach_of_many_rows_is_told_once_with_their_number() -> None:
    (breach,) = [b for b in judge(*without_rates(INSTANCE, PLAN)).breaches if b.limit == "service has a rate"]
    assert breach.amount == len(PLAN.flows.fraction)
    assert f"and {len(PLAN.flows.fraction) - 1} more" in breach.place


def test_rows_that_cannot_be_valued_are_left_out_of_the_sums() -> None:
    whole = judge(INSTANCE, PLAN).measures.sold.sum()
    less = judge(*flow(STOCKED, market=99)(INSTANCE, PLAN)).measures.sold.sum()
    assert 0 < less < whole


def test_an_inbound_path_that_is_dearer_than_the_rule_is_allowed_and_paid() -> None:
    columns = {name: getattr(PLAN.inbound, name).copy() for name in Inbound.__dataclass_fields__}
    air = [m == "air" for m in INSTANCE.lanes.mode]
    for row, origin in enumerate(columns["origin"]):
        lane = int(np.flatnonzero((INSTANCE.lanes.origin_index == origin) & air)[0])
        columns["lane"][row], columns["gateway"][row] = lane, INSTANCE.lanes.gateway_index[lane]
    verdict = judge(INSTANCE, replace(PLAN, inbound=Inbound(**columns)))
    assert verdict.breaches == ()
    line = verdict.ledger.lines.index("linehaul")
    assert verdict.ledger.discounted[line] < judge(INSTANCE, PLAN).ledger.discounted[line]


NUMBERS = st.sampled_from([-5, -1, 0, 1, 2, 3, 10**6, 2**62])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_nonsense_in_a_plan_makes_the_referee_raise(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["size", "flows", "inbound"]))
    if part == "size":
        table = PLAN.size.copy()
        table[data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))] = data.draw(NUMBERS)
        plan = replace(PLAN, size=table)
    else:
        rows = getattr(PLAN, part)
        columns = {name: getattr(rows, name).copy() for name in type(rows).__dataclass_fields__}
        for _ in range(data.draw(st.integers(1, 4))):
            name = data.draw(st.sampled_from(sorted(columns)))
            columns[name][data.draw(st.integers(0, len(columns[name]) - 1))] = data.draw(NUMBERS)
        plan = replace(PLAN, **{part: type(rows)(**columns)})
    verdict = judge(INSTANCE, plan)
    assert all(breach.limit and breach.place for breach in verdict.breaches)


@pytest.mark.parametrize("kind", [float, np.bool_, object])
def test_columns_of_the_wrong_type_are_breaches(kind: type) -> None:
    columns = {name: getattr(PLAN.flows, name).copy() for name in Flows.__dataclass_fields__}
    columns["market"] = columns["market"].astype(kind)
    assert "flow names things that exist" in found((INSTANCE, replace(PLAN, flows=Flows(**columns))))
    supply = {name: getattr(PLAN.inbound, name).copy() for name in Inbound.__dataclass_fields__}
    supply["lane"] = supply["lane"].astype(kind)
    case = INSTANCE, replace(PLAN, inbound=Inbound(**supply))
    assert "inbound row names things that exist" in found(case)


def test_a_plan_that_does_nothing_is_judged() -> None:
    instance = random_instance(np.random.default_rng(5), assortment="fixed")
    nothing = np.zeros(0, dtype=np.int64)
    plan = Plan(
        np.zeros((instance.n_sites, instance.n_periods), dtype=np.int64),
        np.full((instance.n_sites, instance.n_periods), -1),
        no_carriers(instance),
        Flows(*[nothing] * 6, fraction=np.zeros(0)),
        Inbound(*[nothing] * 6, np.zeros(0)),
    )
    ledger = judge(instance, plan).ledger
    penalty = ledger.amount[ledger.lines.index("unserved_penalty"), :-1]
    expected = -instance.demand.sum(axis=(0, 1)) * instance.choice.unserved_penalty
    np.testing.assert_allclose(penalty, expected)
