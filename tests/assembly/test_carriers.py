"""Contracts with carriers from tables and settings: what is found wrong, and what reaches the instance."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assembly.test_checks import assert_found, with_rows, with_settings
from assembly.test_policies import with_table
from entrepot.assembly import assemble
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"
CHOSEN = {"contracts.choose_carriers": True}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


def test_more_carriers_than_have_rates_are_found(study: Study) -> None:
    wrong = with_settings(study, CHOSEN | {"limits.min_carriers": 9.0})
    assert assert_found(wrong, "Fewer than 9 carriers", "warning").column == "limits.min_carriers"


def test_a_least_number_without_a_choice_is_found(study: Study) -> None:
    wrong = with_settings(study, {"limits.min_carriers": 2.0})
    assert assert_found(wrong, "no effect", "warning").column == "limits.min_carriers"


def test_terms_in_a_country_without_a_rate_are_found(study: Study) -> None:
    rates = study.tables["rates"]
    gone = (pl.col("carrier") == "pan-european") & (pl.col("to_country") == "GB")
    assert rates.filter(gone).height > 0
    assert_found(with_rows(study, "rates", rates.filter(~gone)), "no rate into GB", "warning")


def test_terms_reach_the_instance_only_where_carriers_are_chosen(study: Study) -> None:
    rows = [
        {"carrier": "pan-european", "country": "FR", "onboarding": 7.0, "fixed_fee": 3.0, "capacity": 5.0}
    ]
    stated = with_table(study, "carrier_countries", rows)
    assert not assemble(stated).carriage.is_chosen.any()
    instance = assemble(with_settings(stated, CHOSEN))
    terms, r = instance.carriage, instance.carriers.ids.index("pan-european")
    n = instance.countries.ids.index("FR")
    assert (terms.onboarding_in[r, n], terms.fixed_fee_in[r, n], terms.capacity_in[r, n]) == (7.0, 3.0, 5.0)
    assert np.isinf(terms.capacity_in).sum() == terms.capacity_in.size - 1
    assert terms.tier_from[r].tolist() == [16e6, 60e6]
    assert terms.commitment[r] == 2e6
