import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import CustomsRules, Instance
from entrepot.terms.customs import customs_charges


def _with_rules(instance: Instance, **columns: object) -> Instance:
    return dataclasses.replace(instance, customs=dataclasses.replace(instance.customs, **columns))


def test_bulk_import_pays_the_normal_tariff_of_the_territory(tiny: Instance):
    charges = customs_charges(tiny)
    assert charges.bulk_duty[0, 0] == pytest.approx([1.825, 1.825])
    assert charges.bulk_fee[0, 0] == pytest.approx([0.0, 0.0])


def test_a_rule_from_anywhere_holds_for_bulk_import_too(tiny: Instance):
    charges = customs_charges(tiny)
    assert charges.bulk_duty[1, 0] == pytest.approx([1.095, 1.095])
    assert charges.bulk_fee[1, 0] == pytest.approx([2.6, 2.6])


def test_stock_is_cleared_again_into_another_territory_only(tiny: Instance):
    charges = customs_charges(tiny)
    assert charges.recleared_duty[0, :, 0, 0] == pytest.approx([0.0, 0.0, 1.095])
    assert charges.recleared_fee[0, :, 0, 0] == pytest.approx([0.0, 0.0, 2.6])
    assert not charges.recleared_duty[1].any()


def test_a_rule_that_starts_inside_a_period_counts_pro_rata(tiny: Instance):
    charges = customs_charges(tiny)
    assert charges.direct_duty[0, 0] == pytest.approx([1.46, 1.825])
    assert charges.direct_fee[0, 0] == pytest.approx([3.0, 2.5])


def test_a_national_rule_holds_in_its_country_only(tiny: Instance):
    charges = customs_charges(tiny)
    assert charges.direct_fee[0] - charges.direct_fee[1] == pytest.approx(0.5)


def test_a_national_fee_ends_when_the_common_rule_that_replaces_it_starts(tiny: Instance):
    common = _with_rules(tiny, replaces=((), (), (), (2, 4), ()))
    charges = customs_charges(common)
    assert charges.direct_fee[0, 0] == pytest.approx([2.6, 2.0])
    assert charges.direct_fee[1, 0] == pytest.approx([2.5, 2.0])


def test_a_common_rule_leaves_a_national_fee_on_other_values_alone(tiny: Instance):
    banded = _with_rules(
        tiny, replaces=((), (), (), (2, 4), ()), value_to=np.array([np.inf, np.inf, 150.0, 36.5, np.inf])
    )
    assert customs_charges(banded).direct_fee[0, 0] == pytest.approx([5.0, 5.0])


def test_the_refund_is_a_part_of_the_bulk_duty_of_rules_in_force(tiny: Instance):
    refunded = _with_rules(tiny, refund_share=np.array([0.8, 0.5, 1.0, 1.0, 1.0]))
    assert customs_charges(refunded).bulk_refund[:, 0, 0] == pytest.approx([1.46, 0.5475])


def test_a_suspended_rule_still_suspends_others(tiny: Instance):
    chained = _with_rules(tiny, replaces=((), (), (), (2,), (3,)), start_day=np.zeros(5, dtype=np.int64))
    charges = customs_charges(chained)
    assert charges.direct_fee[0, 0, 0] == pytest.approx(0.5)
    assert charges.direct_duty[0, 0, 0] == 0.0


def test_the_value_band_is_half_open(tiny: Instance):
    at_limit = _with_rules(tiny, value_to=np.array([np.inf, np.inf, 36.5, np.inf, np.inf]))
    assert customs_charges(at_limit).direct_fee[0, 0, 0] == pytest.approx(0.8 * 2 + 0.5)


def test_without_rules_nothing_is_charged(tiny: Instance):
    empty = CustomsRules(
        **{field.name: getattr(tiny.customs, field.name)[:0] for field in dataclasses.fields(tiny.customs)}
    )
    charges = customs_charges(dataclasses.replace(tiny, customs=empty))
    assert not any(getattr(charges, field.name).any() for field in dataclasses.fields(charges))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_pro_rata_equals_a_loop_over_the_days(tiny: Instance, seed: int):
    instance = _random_rules(tiny, np.random.default_rng(seed))
    charges = customs_charges(instance)
    for period in range(instance.n_periods):
        for country, territory in enumerate(instance.countries.territory_index):
            direct, _ = _by_day(instance, "direct", -1, (territory, country), period)
            assert (charges.direct_duty[country, 0, period], charges.direct_fee[country, 0, period]) == (
                pytest.approx(direct)
            )
            for origin in range(2):
                moved, _ = _by_day(instance, "stocked", origin, (territory, country), period)
                found = (
                    charges.recleared_duty[origin, country, 0, period],
                    charges.recleared_fee[origin, country, 0, period],
                )
                assert found == pytest.approx(moved)
        for territory in range(2):
            bulk, refund = _by_day(instance, "stocked", -1, (territory, -1), period)
            assert charges.bulk_refund[territory, 0, period] == pytest.approx(refund)
            assert (charges.bulk_duty[territory, 0, period], charges.bulk_fee[territory, 0, period]) == (
                pytest.approx(bulk)
            )


def _random_rules(tiny: Instance, rng: np.random.Generator) -> Instance:
    base, n = tiny.money.base_day, int(rng.integers(1, 9))
    start = base + rng.integers(-10, 50, n)
    periods = dataclasses.replace(
        tiny.periods,
        start_day=np.array([base, base + 25]),
        end_day=np.array([base + 25, base + 40]),
        years=np.array([25, 15]) / 365,
    )
    value_from = rng.choice([0.0, 20.0, 36.5, 40.0], n)
    to_territory = rng.integers(0, 2, n)
    rules = CustomsRules(
        ids=tuple(f"rule {i}" for i in range(n)),
        from_territory=rng.integers(-2, 2, n),
        to_territory=to_territory,
        to_country=rng.integers(-1, 3, n),
        flow=tuple(rng.choice(["stocked", "direct", "any"], n).tolist()),
        value_from=value_from,
        value_to=value_from + rng.choice([16.5, 100.0, np.inf], n),
        start_day=start,
        end_day=start + rng.integers(1, 40, n),
        tariff_share=rng.uniform(0, 2, n),
        duty_rate=rng.uniform(0, 0.1, n),
        parcel_fee=rng.uniform(0, 3, n),
        line_fee=rng.uniform(0, 3, n),
        refund_share=rng.choice([0.0, 0.5, 1.0], n),
        replaces=tuple(
            tuple(int(other) for other in rng.integers(0, n, rng.integers(0, 3)) if other != i)
            for i in range(n)
        ),
    )
    return dataclasses.replace(tiny, customs=rules, periods=periods)


def _by_day(
    instance: Instance, flow: str, origin: int, to: tuple[int, int], period: int
) -> tuple[tuple[float, float], float]:
    rules, products = instance.customs, instance.products
    territory, country = to
    days = range(instance.periods.start_day[period], instance.periods.end_day[period])
    duty = fee = refund = 0.0
    for day in days:
        in_force = [
            r
            for r in range(len(rules.ids))
            if origin != territory
            and rules.flow[r] in (flow, "any")
            and rules.from_territory[r] in (origin, -2)
            and rules.to_territory[r] == territory
            and rules.to_country[r] in (-1, country)
            and rules.value_from[r] <= products.value[0] < rules.value_to[r]
            and rules.start_day[r] <= day < rules.end_day[r]
        ]
        suspended = {other for r in in_force for other in rules.replaces[r]}
        for r in set(in_force) - suspended:
            rate = rules.tariff_share[r] * products.duty_rate[0, territory] + rules.duty_rate[r]
            duty += products.value[0] * rate / len(days)
            refund += rules.refund_share[r] * products.value[0] * rate / len(days)
            fee += (rules.parcel_fee[r] + rules.line_fee[r] * products.tariff_lines[0]) / len(days)
    return (duty, fee), refund
