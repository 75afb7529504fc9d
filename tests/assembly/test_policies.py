"""Policies from tables and settings: what is found wrong, and what reaches the instance."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from assembly.test_checks import assert_found, changed, with_rows, with_settings
from entrepot.assembly import assemble
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


def with_table(study: Study, table: str, rows: list[dict[str, Any]]) -> Study:
    """The study with the rows of a table; columns that are not given are empty."""
    schema = study.tables[table].schema
    full = [{**dict.fromkeys(schema), "_row": number, **row} for number, row in enumerate(rows, start=2)]
    return with_rows(study, table, pl.DataFrame(full, schema=schema))


def with_sets(study: Study) -> Study:
    sites = study.tables["sites"]["site"].to_list()
    return with_table(
        study, "site_sets", [{"set": "a", "sites": sites[:2]}, {"set": "b", "sites": [sites[2], sites[2]]}]
    )


def related(study: Study, **values: Any) -> Study:
    row = {"relation": "r", "if_set": "a", "if_least": 1, "then_set": "b", "then_most": 1, **values}
    return with_table(with_sets(study), "site_relations", [row])


@pytest.mark.parametrize(
    ("values", "text", "severity"),
    [
        ({"period": "2033"}, "Unknown period 2033", "error"),
        ({"then_most": None}, "limits nothing", "error"),
        ({"then_least": 2, "then_most": 1}, "above then_most", "error"),
        ({"then_least": 2, "then_most": None}, "has 1 sites only", "error"),
        ({"if_least": 3}, "never in force", "warning"),
    ],
)
def test_a_relation_that_cannot_be_meant_is_found(
    study: Study, values: dict[str, Any], text: str, severity: str
) -> None:
    assert_found(related(study, **values), text, severity, row=2)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"objective": "service"}, "not a service class"),
        ({"objective": "service", "hours": 17.0}, "not a service class"),
        ({"objective": "carbon", "hours": 72.0}, "has no hours"),
        ({"objective": "value", "country": "DE"}, "all countries together"),
        ({"objective": "deviation"}, "no plan to deviate from"),
    ],
)
def test_an_objective_that_lacks_or_has_too_much_is_found(
    study: Study, values: dict[str, Any], text: str
) -> None:
    row = {"order": 1, "tolerance": 0.0, "allowance": 0.0, **values}
    assert_found(with_table(study, "objectives", [row]), text)


def test_relations_name_sites_by_index_once_each(study: Study) -> None:
    (relation,) = assemble(related(study, then_least=1, period="2028")).policies.relations
    assert relation.if_sites == (0, 1)
    assert relation.then_sites == (2,)
    assert (relation.if_least, relation.then_least, relation.then_most, relation.period) == (1, 1.0, 1.0, 1)


def test_a_relation_without_a_condition_is_always_in_force(study: Study) -> None:
    (relation,) = assemble(related(study, if_set=None)).policies.relations
    assert relation.if_least == 0
    assert relation.then_least == 0.0


def test_country_and_product_overrule_the_study_and_the_stricter_of_them_holds(study: Study) -> None:
    free = assemble(study).policies.sourcing
    assert not free.any()
    every = assemble(with_settings(study, {"sourcing.single": "period"})).policies.sourcing
    assert (every == 1).all()
    both = with_settings(study, {"sourcing.single": "stable"})
    both = changed(changed(both, "countries", single_source="no"), "products", single_source="period")
    instance = assemble(both)
    home = instance.markets.country_index == 0
    assert (instance.policies.sourcing[home, 0] == 1).all()
    assert (instance.policies.sourcing[home, 1] == 0).all()
    assert (instance.policies.sourcing[~home, 0] == 1).all()
    assert (instance.policies.sourcing[~home, 1] == 2).all()


def test_objectives_come_by_rank_and_the_reference_plan_by_period(study: Study) -> None:
    site, size = study.tables["sites"]["site"][1], study.tables["sizes"]["size"].to_list()
    rows = [
        {"order": 20, "objective": "deviation", "tolerance": 0.0, "allowance": 1.0},
        {"order": 3, "objective": "value", "tolerance": 0.01, "allowance": 0.0},
    ]
    planned = with_table(with_table(study, "objectives", rows), "reference_plan", [
        {"site": site, "period": "2028", "size": size[1]},
        {"site": site, "period": None, "size": size[0]},
    ])  # fmt: skip
    policies = assemble(planned).policies
    assert [objective.kind for objective in policies.objectives] == ["value", "deviation"]
    expected = np.ones(policies.reference_size.shape[1], dtype=np.int64)
    expected[1] = 2
    np.testing.assert_array_equal(policies.reference_size[1], expected)
    assert not policies.reference_size[0].any()


def test_limits_on_changes_and_on_all_carbon_are_read(study: Study) -> None:
    limited = with_settings(study, {"limits.max_changes": (2.0,), "limits.carbon_total": 5e6})
    policies = assemble(limited).policies
    assert (policies.max_changes == 2.0).all()
    assert policies.carbon_total == 5e6
