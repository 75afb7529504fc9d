import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.errors import UsageError
from entrepot.instance import Instance
from entrepot.terms.centre_life import budget_use, centre_carbon, life_breaches, life_cash
from instances import random_instance

PLANT, DEPOT = 0, 1


def _rows(instance: Instance, *life: int) -> dict[tuple[str, int], tuple[float, float]]:
    """(line, period) -> (days after the base day, amount)."""
    cash = life_cash(instance, *life)
    rows = {(c.line, c.period): (c.day - instance.money.base_day, c.amount) for c in cash}
    assert len(rows) == len(cash)
    return rows


def test_a_centre_open_to_the_end_pays_what_the_example_says(tiny: Instance):
    rows = _rows(tiny, PLANT, 1, 0, 1, 0)
    assert rows["capital", 0] == pytest.approx((-73, -150_000))
    assert rows["grants", 0] == pytest.approx((-73, 15_000))
    assert rows["rent", 0] == pytest.approx((182.5, -63_800))
    assert rows["fixed_operations", 0] == pytest.approx((182.5, -30_800))
    assert rows["carbon", 0] == pytest.approx((182.5, -2_500))
    assert rows["rent", 1] == pytest.approx((547.5, -1000 * (60 * 1.03**3 + 2)))
    assert rows["residual", 2] == pytest.approx((730, 108_000))
    assert rows["exit", 2] == pytest.approx((730, -25_000))


def test_closing_pays_the_exit_and_the_rest_of_the_lease(tiny: Instance):
    rows = _rows(tiny, PLANT, 1, 0, 0, 0)
    assert rows["exit", 1] == pytest.approx((365, -80_000))
    assert ("residual", 2) not in rows
    assert ("rent", 1) not in rows


def test_an_expansion_pays_the_difference_of_the_levels(tiny: Instance):
    rows = _rows(tiny, PLANT, 2, 1, 1, 0)
    assert rows["capital", 0] == pytest.approx((292, -280_000))
    assert rows["grants", 0] == pytest.approx((292, 28_000))
    assert rows["fixed_operations", 1] == pytest.approx((547.5, -(1000 * 10 * 1.04**3 + 70_000 * 0.2)))
    assert rows["residual", 2] == pytest.approx((730, 252_000 * 0.9))
    assert rows["exit", 2] == pytest.approx((730, -0.5 * (40_000 + 0.5 * 1 * 2000 * 60)))


def test_an_existing_centre_closed_at_once_only_leaves(tiny: Instance):
    assert _rows(tiny, DEPOT, 1, -1, -1, -1) == {("exit", 0): pytest.approx((0, -140_000))}


def test_a_third_party_that_bears_capital_leaves_neither_capital_nor_residual(tiny: Instance):
    rows = _rows(tiny, DEPOT, 1, -1, 1, -1)
    assert rows["fixed_operations", 0] == pytest.approx((182.5, -10_000))
    assert not any(line in ("capital", "residual") for line, _ in rows)


def test_an_operator_that_bears_rent_leaves_only_the_tax(tiny: Instance):
    operators = dataclasses.replace(tiny.operators, bears_rent=np.array([True, True]))
    rows = _rows(dataclasses.replace(tiny, operators=operators), PLANT, 1, 0, 0, 0)
    assert rows["rent", 0] == pytest.approx((182.5, -2_000))
    assert rows["fixed_operations", 0] == pytest.approx((182.5, -20_800))
    assert rows["exit", 1] == pytest.approx((365, -20_000))


def test_the_budget_is_used_in_the_period_of_the_payment(tiny: Instance):
    assert budget_use(tiny, PLANT, 1, 0) == pytest.approx([135_000, 0])
    assert budget_use(tiny, PLANT, 2, 1) == pytest.approx([252_000, 0])
    assert not budget_use(tiny, DEPOT, 1, -1).any()
    at_once = dataclasses.replace(tiny.sites, lead_time=np.zeros(2))
    assert budget_use(dataclasses.replace(tiny, sites=at_once), PLANT, 2, 1) == pytest.approx([0, 252_000])


def test_energy_of_a_module_is_the_difference_of_the_levels(tiny: Instance):
    assert centre_carbon(tiny, PLANT, np.array([1, 2]), 0) == pytest.approx([25_000, 35_000])


def test_a_site_may_have_electricity_of_its_own(tiny: Instance):
    green = dataclasses.replace(tiny.sites, grid_carbon=np.array([0.04, np.nan]))
    changed = dataclasses.replace(tiny, sites=green)
    country = tiny.countries.grid_carbon[tiny.sites.country_index[PLANT]]
    assert centre_carbon(changed, PLANT, 1, 0) == pytest.approx(25_000 * 0.04 / country)
    assert centre_carbon(changed, DEPOT, 1, 0) == pytest.approx(centre_carbon(tiny, DEPOT, 1, 0))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_modules_of_a_level_sum_to_the_level(seed: int):
    instance = random_instance(np.random.default_rng(seed))
    merged = dataclasses.replace(
        instance.sizes,
        **{
            field.name: getattr(instance.sizes, field.name)[[1]]
            if isinstance(getattr(instance.sizes, field.name), np.ndarray)
            else ("z2",)
            for field in dataclasses.fields(instance.sizes)
        },
    )
    one_level = dataclasses.replace(instance, sizes=merged)
    last = instance.n_periods - 1
    stacked = [c for module in (1, 2) for c in life_cash(instance, 0, module, 0, last, 0)]
    for line in (
        "capital",
        "grants",
        "rent",
        "fixed_operations",
        "carbon",
        "operator_fees",
        "exit",
        "residual",
    ):
        whole = sum(c.amount for c in life_cash(one_level, 0, 1, 0, last, 0) if c.line == line)
        assert sum(c.amount for c in stacked if c.line == line) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("module", "life", "message"),
    [
        (3, (0, 1, 0), "module 3 does not exist"),
        (1, (1, 0, 0), "cannot be open from period 1 to 0"),
        (1, (0, 2, 0), "cannot be open from period 0 to 2"),
        (1, (0, 1, 1), "opened in 1"),
    ],
)
def test_a_life_in_the_wrong_order_is_refused(
    tiny: Instance, module: int, life: tuple[int, int, int], message: str
):
    with pytest.raises(UsageError, match=message):
        life_cash(tiny, PLANT, module, *life)


@pytest.mark.parametrize(
    ("site", "path", "rule"),
    [
        (PLANT, [2, 1], "shrinks"),
        (PLANT, [3, 3], "largest size"),
        (DEPOT, [0, 1], "opens again"),
        (DEPOT, [1, 0], None),
        (PLANT, [0, 2], None),
    ],
)
def test_the_rules_of_a_life_are_told(tiny: Instance, site: int, path: list[int], rule: str | None):
    found = life_breaches(tiny, site, np.array(path))
    assert (rule is None and not found) or rule in found[0]


@pytest.mark.parametrize(
    ("status", "initial", "path", "rule"),
    [
        ("forbidden", 0, [0, 1], "forbidden"),
        ("fixed", 1, [1, 2], "fixed"),
        ("forced", 0, [0, 0], "forced"),
        ("forced", 0, [0, 1], None),
    ],
)
def test_a_status_binds(tiny: Instance, status: str, initial: int, path: list[int], rule: str | None):
    sites = dataclasses.replace(tiny.sites, status=(status, "existing"), initial_size=np.array([initial, 1]))
    found = life_breaches(dataclasses.replace(tiny, sites=sites), PLANT, np.array(path))
    assert (rule is None and not found) or rule in found[0]


def test_a_centre_opens_in_its_window_only(tiny: Instance):
    late = dataclasses.replace(tiny, sites=dataclasses.replace(tiny.sites, earliest_period=np.array([1, 0])))
    assert "earliest" in life_breaches(late, PLANT, np.array([1, 1]))[0]
    assert not life_breaches(late, PLANT, np.array([0, 1]))
