"""Checks of pooled stock, each triggered by one change to the small study, and what the instance gets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from entrepot.assembly import assemble, findings_of
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE, "stock-pooled")


def changed(study: Study, table: str, **columns: float) -> Study:
    new = study.tables[table].with_columns(**{name: pl.lit(value) for name, value in columns.items()})
    return replace(study, tables=dict(study.tables) | {table: new})


def found(study: Study, text: str) -> list[str]:
    return [each.severity for each in findings_of(study) if text in each.problem]


def test_the_shipped_scenario_has_no_findings(study: Study) -> None:
    assert findings_of(study) == ()


def test_two_targets_are_an_error(study: Study) -> None:
    both = changed(study, "products", fill_rate=0.95, cycle_service=0.9)
    assert found(both, "states a fill_rate and a cycle_service") == ["error", "error"]


def test_data_of_stock_that_is_not_pooled_is_odd(study: Study) -> None:
    off = replace(study, settings=dict(study.settings) | {"stock.pooled": False})
    assert found(changed(off, "sizes", storage=5e4), "storage counts only") == ["warning"] * 3
    assert found(changed(off, "products", fill_rate=0.9), "fill_rate counts only") == ["warning"] * 2


def test_demand_that_never_varies_is_odd(study: Study) -> None:
    assert found(changed(study, "products", variability=0.0), "variability is 0") == ["warning"] * 2


def test_the_instance_gets_targets_and_reference_demand(study: Study) -> None:
    stock = assemble(study).stock
    assert stock.is_pooled
    assert stock.items.tolist() == [40_000.0, 300_000.0]
    assert stock.fill_rate.tolist() == [0.97, 0.97]
    instance = assemble(study)
    a_day = instance.demand.sum(axis=(0, 2)) / (365.0 * instance.periods.years.sum())
    np.testing.assert_allclose(stock.reference_demand, 0.1 * a_day)
    assert np.isinf(stock.storage).all()
    own = assemble(changed(study, "products", cycle_service=0.9, reference_demand=500.0)).stock
    assert own.cycle_service.tolist() == [0.9, 0.9]
    assert own.reference_demand.tolist() == [500.0, 500.0]
    assert not assemble(read_study(EXAMPLE)).stock.is_pooled
