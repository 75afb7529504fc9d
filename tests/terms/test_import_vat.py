import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance
from entrepot.terms.import_vat import vat_terms
from instances import VatRow, vat_rules

FROM_MARCH = 73
"""Days of 2026 before 15 March."""


def with_vat(instance: Instance, *rows: VatRow) -> Instance:
    return dataclasses.replace(instance, import_vat=vat_rules(*rows))


def test_without_rules_stock_waits_the_days_of_the_settings_and_parcels_none(tiny: Instance):
    terms = vat_terms(tiny)
    assert np.all(terms.stock_days == 30.0)
    assert not any(array.any() for array in (terms.stock_fee, terms.parcel_days, terms.parcel_fee))


def test_deferred_accounting_from_a_day_on_counts_pro_rata(tiny: Instance):
    day = tiny.money.base_day + FROM_MARCH
    terms = vat_terms(with_vat(tiny, (0, 1, "stock", 0, np.inf, day, day + 9999, 0.0, 0.0)))
    assert terms.stock_days[1, 0] == pytest.approx([6.0, 0.0])
    assert terms.stock_days[0, 0] == pytest.approx([30.0, 30.0])


def test_a_country_goes_before_its_territory_and_leaves_other_territories_alone(tiny: Instance):
    always = (0, np.inf, 0, 10**7)
    terms = vat_terms(
        with_vat(tiny, (0, -1, "stock", *always, 45.0, 0.1), (0, 0, "stock", *always, 0.0, 0.3))
    )
    assert terms.stock_days[:, 0, 0] == pytest.approx([0.0, 45.0, 30.0])
    assert terms.stock_fee[:, 0, 0] == pytest.approx([0.3, 0.1, 0.0])
    assert not terms.parcel_days.any()


def test_the_value_band_is_half_open(tiny: Instance):
    row = (1, -1, "parcel", 0.0, 36.5, 0, 10**7, 10.0, 0.2)
    assert not vat_terms(with_vat(tiny, row)).parcel_days.any()
    assert vat_terms(with_vat(tiny, (*row[:4], 36.51, *row[5:]))).parcel_fee[2, 0, 0] == pytest.approx(0.2)


def _random_rules(tiny: Instance, rng: np.random.Generator) -> Instance:
    """Rules in pairs that meet on a day, so that none overlaps, over two short periods."""
    base = tiny.money.base_day
    periods = dataclasses.replace(
        tiny.periods,
        start_day=np.array([base, base + 25]),
        end_day=np.array([base + 25, base + 40]),
        years=np.array([25, 15]) / 365,
    )
    rows: list[VatRow] = []
    for territory, country in ((0, -1), (0, 0), (0, 1), (1, -1), (1, 2)):
        for flow in ("stock", "parcel"):
            day, limit = base + int(rng.integers(-5, 45)), float(rng.choice([20.0, 36.5, 50.0]))
            options = [(0.0, limit, 0, day), (0.0, limit, day, day + 20), (limit, np.inf, day - 9, day + 9)]
            rows += [
                (territory, country, flow, *option, float(rng.integers(0, 60)), float(rng.uniform(0, 1)))
                for option in options
                if rng.random() < 0.6
            ]
    rows.append((0, -1, "stock", 1e6, np.inf, 0, 1, 1.0, 1.0))
    return dataclasses.replace(tiny, import_vat=vat_rules(*rows), periods=periods)


def _by_day(instance: Instance, flow: str, country: int, period: int) -> tuple[float, float]:
    rules, value = instance.import_vat, instance.products.value[0]
    days = range(instance.periods.start_day[period], instance.periods.end_day[period])
    total, fees = 0.0, 0.0
    for day in days:
        holds = None
        for r in range(len(rules.days)):
            fits = rules.flow[r] == flow and rules.start_day[r] <= day < rules.end_day[r]
            fits &= rules.territory_index[r] == instance.countries.territory_index[country]
            fits &= rules.country_index[r] in (-1, country)
            fits &= rules.value_from[r] <= value < rules.value_to[r]
            if fits and (holds is None or rules.country_index[r] == country):
                holds = r
        default = instance.operations.vat_days if flow == "stock" else 0.0
        total += (default if holds is None else rules.days[holds]) / len(days)
        fees += (0.0 if holds is None else rules.parcel_fee[holds]) / len(days)
    return total, fees


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_mean_of_a_period_equals_a_loop_over_its_days(tiny: Instance, seed: int):
    instance = _random_rules(tiny, np.random.default_rng(seed))
    terms = vat_terms(instance)
    for country in range(3):
        for period in range(2):
            found = terms.stock_days[country, 0, period], terms.stock_fee[country, 0, period]
            assert found == pytest.approx(_by_day(instance, "stock", country, period))
            found = terms.parcel_days[country, 0, period], terms.parcel_fee[country, 0, period]
            assert found == pytest.approx(_by_day(instance, "parcel", country, period))
