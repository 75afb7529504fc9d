"""Contracts with carriers, worked out by hand on the tiny study (docs/landed-cost.md, section 13)."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.contracts import discount_of
from entrepot.terms.carriage import (
    NETWORK,
    carrier_cash,
    countries_served,
    most_parcels,
    periods_of_term,
    spend_terms,
)

POST, GERMANY = 0, 0
GROWN = 1.02  # the last mile grows 4.04 % a year, half a year to the middle of 2026


@pytest.fixture
def signed(tiny: Instance) -> Instance:
    """The post asks for 20,000 once, 5,000 and 1,000 a year in Germany, and 100,000 of rates a year."""
    carriage = replace(
        tiny.carriage,
        is_chosen=np.array([True]),
        onboarding=np.array([20_000.0]),
        onboarding_in=np.array([[5_000.0, 0.0, 0.0]]),
        fixed_fee_in=np.array([[1_000.0, 0.0, 0.0]]),
        capacity_in=np.array([[700.0, np.inf, np.inf]]),
        commitment=np.array([100_000.0]),
        term=np.array([2.0]),
        tier_from=np.array([[80_000.0, 160_000.0]]),
        tier_discount=np.array([[0.05, 0.12]]),
    )
    return replace(tiny, carriage=carriage)


def test_the_network_pays_onboarding_and_a_country_its_own_and_a_fee(signed: Instance) -> None:
    (once,) = carrier_cash(signed, POST, NETWORK, 0, 0)
    assert (once.line, once.day) == ("carrier_fees", signed.periods.start_day[0])
    assert once.amount == pytest.approx(-20_400)
    first, yearly = carrier_cash(signed, POST, GERMANY, 0, 0)
    assert first.amount + yearly.amount == pytest.approx(-6_120)
    assert yearly.day == pytest.approx(signed.periods.start_day[0] + 182.5)


def test_a_country_without_terms_costs_nothing(signed: Instance) -> None:
    assert carrier_cash(signed, POST, 1, 0, 1) == ()


def test_a_term_of_two_years_reaches_the_second_period(signed: Instance) -> None:
    assert periods_of_term(signed, POST, 0) == 1
    assert periods_of_term(signed, POST, 1) > 1  # longer than the horizon


def test_spend_counts_in_euros_of_rates(signed: Instance) -> None:
    terms = spend_terms(signed, POST, 0)
    assert not terms.are_plain
    assert terms.commitment == pytest.approx(100_000)
    assert terms.largest_gain == pytest.approx(1.12)
    for is_all_units, back in ((True, 24_000.0), (False, 8_800.0)):
        found = discount_of(terms.threshold, terms.discount, 200_000.0, is_all_units=is_all_units)
        assert found == pytest.approx(back)


def test_a_tier_for_all_units_can_make_a_euro_worth_any_amount(signed: Instance) -> None:
    carriage = replace(signed.carriage, is_all_units=np.array([True]))
    assert spend_terms(replace(signed, carriage=carriage), POST, 0).largest_gain == np.inf


def test_the_capacity_of_a_year_is_that_of_its_busiest_day(signed: Instance) -> None:
    operations = signed.operations
    expected = 700 * operations.working_days / operations.peak_factor
    assert most_parcels(signed, POST, GERMANY, 0) == pytest.approx(expected)
    assert most_parcels(signed, POST, NETWORK, 0) == np.inf


def test_a_carrier_serves_the_countries_with_rates_and_markets(tiny: Instance) -> None:
    assert countries_served(tiny, POST).tolist() == sorted(set(tiny.markets.country_index.tolist()))
