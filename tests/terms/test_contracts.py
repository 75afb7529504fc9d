"""Contracts with operators, worked out by hand on the tiny study."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.terms.contracts import contract_cash, first_capacity, tenure_of, volume_terms

PLANT, DEPOT = 0, 1
OWN, PARTNER = 0, 1
GROWN = 1.05  # operators' rates grow 5 % to the first period of the tiny study


@pytest.fixture
def signed(tiny: Instance) -> Instance:
    """The partner asks for three years, a start-up, a commitment, and 40,000 EUR to leave early."""
    contracts = replace(
        tiny.contracts,
        term=np.array([0.0, 3.0]),
        exit_fee=np.array([0.0, 40_000.0]),
        notice=np.array([0.0, 6.0]),
        onboarding=np.array([0.0, 10_000.0]),
        start_up=np.array([0.0, 3.0]),
        commitment=np.array([0.0, 50_000.0]),
        first_capacity=np.array([np.inf, 1_000.0]),
        tier_from=np.array([[np.inf, np.inf], [100_000.0, 200_000.0]]),
        tier_discount=np.array([[0.0, 0.0], [0.1, 0.25]]),
    )
    return replace(tiny, contracts=contracts)


def amounts(instance: Instance, *contract: int) -> dict[tuple[str, int], float]:
    paid: dict[tuple[str, int], float] = {}
    for cash in contract_cash(instance, *contract):
        paid[cash.line, cash.period] = paid.get((cash.line, cash.period), 0.0) + cash.amount
    return paid


def test_a_new_contract_pays_onboarding_start_up_and_its_fee(signed: Instance) -> None:
    paid = amounts(signed, DEPOT, PARTNER, 0, 1)
    assert paid["operator_fees", 0] == pytest.approx(-GROWN * (10_000 + 100_000 * 3 / 12 + 100_000))
    assert ("contract_exit", 2) not in paid


def test_leaving_before_the_term_pays_the_exit_fee(signed: Instance) -> None:
    paid = amounts(signed, DEPOT, PARTNER, 0, 0)
    assert paid["contract_exit", 1] == pytest.approx(-GROWN * 40_000)


def test_a_contract_older_than_its_term_ends_for_nothing(signed: Instance) -> None:
    assert ("contract_exit", 1) not in amounts(signed, DEPOT, PARTNER, -1, 0)  # two years old, and a third


def test_ending_at_once_owes_the_notice(signed: Instance) -> None:
    paid = amounts(signed, DEPOT, PARTNER, -1, -1)  # two years old: the exit fee is due as well
    assert paid == {("contract_exit", 0): pytest.approx(-GROWN * (40_000 + 100_000 * 6 / 12))}


def test_own_operation_has_no_volume_terms(signed: Instance) -> None:
    assert volume_terms(signed, OWN, 0).are_plain


def test_volumes_count_at_the_grown_rate(signed: Instance) -> None:
    terms = volume_terms(signed, PARTNER, 0)
    assert not terms.are_plain
    assert terms.rate == pytest.approx(1.2 * GROWN)
    assert terms.commitment == pytest.approx(50_000)
    assert terms.threshold == pytest.approx([100_000, 200_000])


def test_the_first_period_of_a_contract_handles_less(signed: Instance) -> None:
    operations = signed.operations
    expected = 1_000 * operations.working_days / operations.peak_factor
    assert float(first_capacity(signed, PARTNER, 0)) == pytest.approx(expected)


def test_tenure_tells_who_bears_what(tiny: Instance) -> None:
    assert int(tenure_of(tiny, OWN)) == 4
    assert int(tenure_of(tiny, PARTNER)) == 1
