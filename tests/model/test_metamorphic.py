"""What must hold for the optimum when an instance is changed in a way whose effect is known."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from entrepot.instance import Instance, Rivals
from entrepot.location import Options
from entrepot.model.build import build_problem
from entrepot.model.monolith import solve_monolith
from instances import Shape, random_instance

SEEDS = range(12)
OPERATIONS_IN_MONEY = ("direct_handling_cost", "truck_cost", "return_handling", "energy_price")
SHAPE = Shape(sites=3, sizes=2, markets=4, products=2, periods=2)


def _instance(seed: int, assortment: str | None = None) -> Instance:
    return random_instance(np.random.default_rng(1000 + seed), SHAPE, assortment)


def _optimum(instance: Instance) -> float:
    return solve_monolith(build_problem(instance)[0], Options(gap=0.0)).value


def _slack(value: float) -> float:
    return 1e-6 * max(1.0, abs(value))


def _take(table: Any, order: np.ndarray) -> Any:
    """Rows of a table of the instance in another order."""
    changes = {}
    for field in fields(table):
        content = getattr(table, field.name)
        changes[field.name] = (
            tuple(content[i] for i in order) if isinstance(content, tuple) else content[order]
        )
    return replace(table, **changes)


def _scaled(table: Any, factor: float, *names: str) -> Any:
    return replace(table, **{name: getattr(table, name) * factor for name in names})


def _in_other_money(instance: Instance, factor: float) -> Instance:
    """The same study in a currency of which one euro is `factor`."""
    return replace(
        instance,
        products=_scaled(instance.products, factor, "value", "price", "goods_cost", "delivery_fee"),
        lanes=_scaled(instance.lanes, factor, "cost"),
        gateways=_scaled(instance.gateways, factor, "handling", "fixed_cost"),
        customs=_scaled(instance.customs, factor, "value_from", "value_to", "parcel_fee", "line_fee"),
        import_vat=_scaled(instance.import_vat, factor, "value_from", "value_to", "parcel_fee"),
        countries=_scaled(instance.countries, factor, "wage"),
        sites=_scaled(instance.sites, factor, "rent", "wage", "fit_out", "local_tax", "bonded_fee"),
        sizes=_scaled(instance.sizes, factor, "equipment"),
        operators=_scaled(instance.operators, factor, "fixed_fee", "pick_and_pack", "storage"),
        rate_cards=_scaled(instance.rate_cards, factor, "price", "price_per_kg"),
        rivals=_scaled(instance.rivals, factor, "delivery_fee"),
        choice=replace(
            instance.choice,
            per_fee=instance.choice.per_fee / factor,
            unserved_penalty=instance.choice.unserved_penalty * factor,
        ),
        money=_scaled(instance.money, factor, "exit_cost"),
        operations=_scaled(
            instance.operations,
            factor,
            "direct_handling_cost",
            "truck_cost",
            "return_handling",
            "energy_price",
        ),
        carbon=_scaled(instance.carbon, factor, "price"),
        limits=_scaled(instance.limits, factor, "budget"),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_money_in_another_unit_scales_the_optimal_value(seed: int) -> None:
    instance = _instance(seed)
    value = _optimum(instance)
    assert _optimum(_in_other_money(instance, 4.0)) == pytest.approx(4.0 * value, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_sites_and_markets_does_not_matter(seed: int) -> None:
    instance, rng = _instance(seed), np.random.default_rng(seed)
    site, market = rng.permutation(instance.n_sites), rng.permutation(instance.n_markets)
    km = instance.distances
    shuffled = replace(
        instance,
        sites=_take(instance.sites, site),
        markets=_take(instance.markets, market),
        demand=instance.demand[market],
        distances=replace(
            km,
            site_market=km.site_market[np.ix_(site, market)],
            gateway_site=km.gateway_site[:, site],
            gateway_market=km.gateway_market[:, market],
            rival_market=km.rival_market[:, market],
        ),
    )
    assert _optimum(shuffled) == pytest.approx(_optimum(instance), rel=1e-6, abs=1e-3)


def _with_copy_of_first_site(instance: Instance, **changes: object) -> Instance:
    """One more candidate site where the first one is."""
    order = np.array([*range(instance.n_sites), 0])
    sites = _take(instance.sites, order)
    last = instance.n_periods - 1
    free = {"initial_size": 0, "opened_day": 0, "earliest_period": 0, "latest_period": last, **changes}
    columns = {name: np.array([*getattr(sites, name)[:-1], value]) for name, value in free.items()}
    sites = replace(sites, status=(*sites.status[:-1], "candidate"), **columns)
    km = instance.distances
    distances = replace(km, site_market=km.site_market[order], gateway_site=km.gateway_site[:, order])
    return replace(instance, sites=sites, distances=distances)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_more_candidate_site_never_lowers_the_optimal_profit(seed: int) -> None:
    instance = _instance(seed)
    value = _optimum(instance)
    assert _optimum(_with_copy_of_first_site(instance)) >= value - _slack(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_site_of_absurd_cost_changes_nothing(seed: int) -> None:
    instance = _instance(seed)
    absurd = _with_copy_of_first_site(instance, local_tax=1e5)
    assert _optimum(absurd) == pytest.approx(_optimum(instance), rel=1e-6, abs=1e-3)


RELAXATIONS = {
    "budget": {"budget": np.full(2, np.inf)},
    "counts": {"max_centres": np.full(2, np.inf), "max_openings": np.full(2, np.inf)},
    "carbon": {"carbon_cap": np.full(2, np.inf)},
    "service": {"service": ()},
    "carry over": {"carries_over": True},
}


@pytest.mark.parametrize("limit", RELAXATIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_relaxing_a_limit_never_lowers_the_optimal_profit(seed: int, limit: str) -> None:
    instance = _instance(seed)
    relaxed = replace(instance, limits=replace(instance.limits, **RELAXATIONS[limit]))  # type: ignore[arg-type]
    value = _optimum(instance)
    assert _optimum(relaxed) >= value - _slack(value)


def _without_rival(rivals: Rivals, gone: int) -> Rivals:
    """A rival that nobody is drawn to any more."""
    attraction = rivals.attraction.copy()
    attraction[gone] = -np.inf
    size = rivals.size.copy()
    size[gone] = 0.0
    return replace(rivals, attraction=attraction, size=size)


@pytest.mark.parametrize("seed", SEEDS)
def test_removing_a_rival_never_lowers_the_optimal_profit(seed: int) -> None:
    instance = _instance(seed, "choice")
    instance = replace(instance, choice=replace(instance.choice, model="logit"))
    value = _optimum(instance)
    alone = replace(instance, rivals=_without_rival(instance.rivals, 0))
    assert _optimum(alone) >= value - _slack(value)
