"""Relations that hold between optimal values, compared as [plan, bound] intervals."""

from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from entrepot.instance import Instance, IntArray
from instances import Shape, random_instance
from intervals import SLACK, assert_not_worse, interval

SEEDS = range(12)
SMALL = Shape(sites=4, sizes=2, markets=6, products=2, periods=2)


@cache
def instance_of(seed: int) -> Instance:
    return random_instance(np.random.default_rng(seed), SMALL)


def assert_scaled(scaled: Instance, base: Instance, factor: float) -> None:
    """The optimal value of `scaled` is `factor` times that of `base`."""
    first, second = interval(base), interval(scaled)
    assert (first is None) == (second is None)
    if first is None or second is None:
        return
    slack = SLACK * factor * (1.0 + first[2])
    assert second[0] <= factor * first[1] + slack
    assert second[1] >= factor * first[0] - slack


@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_all_money_scales_the_value(seed: int) -> None:
    base = instance_of(seed)
    assert_scaled(_with_money_times(base, 3.0), base, 3.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_scaling_demand_and_centres_alike_scales_the_value(seed: int) -> None:
    base = instance_of(seed)
    sizes, operators, limits = base.sizes, base.operators, base.limits
    scaled = replace(
        base,
        demand=base.demand * 2.0,
        sizes=replace(
            sizes,
            area=sizes.area * 2.0,
            capacity=sizes.capacity * 2.0,
            equipment=sizes.equipment * 2.0,
            fixed_hours=sizes.fixed_hours * 2.0,
        ),
        operators=replace(operators, fixed_fee=operators.fixed_fee * 2.0, capacity=operators.capacity * 2.0),
        limits=replace(limits, budget=limits.budget * 2.0, carbon_cap=limits.carbon_cap * 2.0),
    )
    assert_scaled(scaled, base, 2.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_markets_and_sites_does_not_matter(seed: int) -> None:
    rng, base = np.random.default_rng([seed, 1]), instance_of(seed)
    market, site = rng.permutation(SMALL.markets), rng.permutation(SMALL.sites)
    distances = base.distances
    shuffled = replace(
        base,
        markets=_taken(base.markets, market),
        sites=_taken(base.sites, site),
        demand=base.demand[market],
        distances=replace(
            distances,
            site_market=distances.site_market[site][:, market],
            gateway_site=distances.gateway_site[:, site],
            gateway_market=distances.gateway_market[:, market],
            rival_market=distances.rival_market[:, market],
        ),
    )
    assert_scaled(shuffled, base, 1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_adding_a_site_never_lowers_the_value(seed: int) -> None:
    base = instance_of(seed)
    twice = np.append(np.arange(SMALL.sites), 0)
    sites = _taken(base.sites, twice)
    rent = sites.rent.copy()
    rent[-1] *= 1.2
    added = replace(
        sites,
        ids=(*base.sites.ids, "copy"),
        labels=(*base.sites.labels, "Copy"),
        status=(*base.sites.status, "candidate"),
        initial_size=np.append(base.sites.initial_size, 0),
        opened_day=np.append(base.sites.opened_day, 0),
        rent=rent,
    )
    distances = replace(
        base.distances,
        site_market=base.distances.site_market[twice],
        gateway_site=base.distances.gateway_site[:, twice],
    )
    assert_not_worse(replace(base, sites=added, distances=distances), base)


@pytest.mark.parametrize("seed", SEEDS)
def test_removing_a_rival_never_lowers_the_value(seed: int) -> None:
    base = random_instance(np.random.default_rng(seed), SMALL, assortment="choice")
    base = replace(base, choice=replace(base.choice, model="logit"))
    rivals, centres = base.rivals, base.rival_centres
    kept = centres.rival_index != 0
    fewer = replace(
        base,
        rivals=_taken(rivals, np.arange(1, len(rivals.ids))),
        rival_centres=replace(
            _taken(centres, np.flatnonzero(kept)), rival_index=centres.rival_index[kept] - 1
        ),
        distances=replace(base.distances, rival_market=base.distances.rival_market[kept]),
    )
    assert_not_worse(fewer, base)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", ["budget", "max_centres", "max_openings", "carbon_cap", "service"])
def test_relaxing_a_limit_never_hurts(seed: int, limit: str) -> None:
    base = instance_of(seed)
    limits = base.limits
    if limit == "service":
        if not limits.service:
            return
        relaxed = replace(limits, service=tuple(replace(f, share=f.share * 0.7) for f in limits.service))
    else:
        if np.isinf(getattr(limits, limit)).all():
            return
        relaxed = replace(limits, **{limit: getattr(limits, limit) * 1.5})
    assert_not_worse(replace(base, limits=relaxed), base)


def _taken(value: Any, order: IntArray) -> Any:
    """Rows of a dataclass of arrays and tuples, in another order."""
    rows = {}
    for field in fields(value):
        content = getattr(value, field.name)
        rows[field.name] = (
            content[order] if isinstance(content, np.ndarray) else tuple(content[i] for i in order)
        )
    return replace(value, **rows)


def _with_money_times(base: Instance, factor: float) -> Instance:
    """The instance in a currency that is worth 1 / factor."""

    def times(value: Any, *names: str) -> Any:
        return replace(value, **{name: getattr(value, name) * factor for name in names})

    choice = replace(
        base.choice,
        per_fee=base.choice.per_fee / factor,
        unserved_penalty=base.choice.unserved_penalty * factor,
    )
    return replace(
        base,
        countries=times(base.countries, "wage"),
        products=times(base.products, "value", "price", "goods_cost", "delivery_fee"),
        gateways=times(base.gateways, "handling", "fixed_cost"),
        lanes=times(base.lanes, "cost"),
        customs=times(base.customs, "parcel_fee", "line_fee", "value_from", "value_to"),
        import_vat=times(base.import_vat, "parcel_fee", "value_from", "value_to"),
        sites=times(base.sites, "rent", "wage", "fit_out", "local_tax", "bonded_fee"),
        sizes=times(base.sizes, "equipment"),
        operators=times(base.operators, "fixed_fee", "pick_and_pack", "storage"),
        rate_cards=times(base.rate_cards, "price", "price_per_kg"),
        rivals=times(base.rivals, "delivery_fee"),
        choice=choice,
        money=times(base.money, "exit_cost"),
        operations=times(
            base.operations, "direct_handling_cost", "truck_cost", "return_handling", "energy_price"
        ),
        carbon=times(base.carbon, "price"),
        limits=times(base.limits, "budget"),
    )
