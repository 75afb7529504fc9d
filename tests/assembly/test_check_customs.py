"""Checks of customs rules, import VAT and bonded centres, each triggered by one change to the small study."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from entrepot.assembly import assemble, findings_of
from entrepot.errors import Finding
from entrepot.tables import read_study
from entrepot.tables.study import ROW, Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"
RULE = {"rule": "first", "from_territory": "outside", "to_territory": "EU", "flow": "direct", "line_fee": 2.0}
VAT = {"territory": "EU", "flow": "stock", "method": "deferred", "value_from": 0.0}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


def rows_of(study: Study, table: str, *rows: dict[str, Any]) -> Study:
    """The study with these rows alone in a table."""
    schema = study.tables[table].schema
    filled = [
        {name: [] if dtype == pl.List(pl.String) else None for name, dtype in schema.items()}
        | row
        | {ROW: at}
        for at, row in enumerate(rows, start=2)
    ]
    return replace(study, tables=dict(study.tables) | {table: pl.DataFrame(filled, schema=schema)})


def found(study: Study, text: str) -> list[Finding]:
    return [finding for finding in findings_of(study) if text in finding.problem]


def test_a_national_rule_outside_its_territory_is_an_error(study: Study) -> None:
    stray = rows_of(
        study, "customs", RULE | {"to_country": "GB"}, RULE | {"rule": "second", "to_country": "DE"}
    )
    errors = found(stray, "GB does not lie in EU")
    assert [(f.severity, f.file, f.row, f.column) for f in errors] == [
        ("error", "customs.csv", 2, "to_country")
    ]
    stray = rows_of(study, "import_vat", VAT | {"country": "GB"})
    assert [f.file for f in found(stray, "GB does not lie in EU")] == ["import_vat.csv"]


def test_rules_that_replace_each_other_are_an_error_where_they_meet(study: Study) -> None:
    one, two = RULE | {"replaces": ["second"]}, RULE | {"rule": "second", "replaces": ["first"]}
    errors = found(rows_of(study, "customs", one, two), "in a circle: first -> second -> first")
    assert [(f.severity, f.row, f.column) for f in errors] == [("error", 2, "replaces")]
    apart = one | {"end": date(2028, 1, 1)}, two | {"start": date(2028, 1, 1)}
    assert not found(rows_of(study, "customs", *apart), "in a circle")


@pytest.mark.parametrize(
    "other",
    [
        {"flow": "stocked"},
        {"to_territory": "GB"},
        {"from_territory": "GB"},
        {"end": date(2027, 1, 1)},
        {"value_to": 150.0},
    ],
)
def test_a_rule_that_never_meets_the_one_it_replaces_is_a_warning(
    study: Study, other: dict[str, Any]
) -> None:
    first = RULE | {"replaces": ["second"], "start": date(2027, 1, 1), "value_from": 150.0}
    second = RULE | {"rule": "second", "to_country": "DE"}
    assert not found(rows_of(study, "customs", first, second), "never apply")
    warnings = found(rows_of(study, "customs", first, second | other), "never apply")
    assert [(f.severity, f.row) for f in warnings] == [("warning", 2)]


def test_a_common_rule_meets_a_national_one_but_two_national_ones_do_not_meet(study: Study) -> None:
    first = RULE | {"replaces": ["second"], "to_country": "FR", "flow": "any", "from_territory": "any"}
    assert not found(rows_of(study, "customs", first, RULE | {"rule": "second"}), "never apply")
    second = RULE | {"rule": "second", "to_country": "DE"}
    assert found(rows_of(study, "customs", first, second), "never apply")


def test_rows_of_import_vat_that_overlap_are_an_error(study: Study) -> None:
    until, since = VAT | {"end": date(2028, 1, 1)}, VAT | {"start": date(2028, 1, 1), "method": "cash"}
    assert not found(rows_of(study, "import_vat", until, since, VAT | {"flow": "parcel"}), "covers")
    assert not found(rows_of(study, "import_vat", until, since, VAT | {"country": "DE"}), "covers")
    errors = found(rows_of(study, "import_vat", until, since | {"start": date(2027, 12, 31)}), "row 2 covers")
    assert [(f.severity, f.file, f.row) for f in errors] == [("error", "import_vat.csv", 3)]


def test_days_and_methods_of_import_vat_that_do_not_fit_are_errors(study: Study) -> None:
    waiting = found(rows_of(study, "import_vat", VAT | {"days": 30.0}), "deferred is not paid ahead")
    assert [(f.severity, f.column) for f in waiting] == [("error", "days")]
    assert not found(rows_of(study, "import_vat", VAT | {"days": 30.0, "method": "cash"}), "paid ahead")
    errors = found(rows_of(study, "import_vat", VAT | {"method": "collected"}), "no customer yet")
    assert [(f.severity, f.column) for f in errors] == [("error", "method")]


def test_dates_and_values_of_import_vat_in_the_wrong_order_are_errors(study: Study) -> None:
    wrong = VAT | {"start": date(2028, 1, 1), "end": date(2027, 1, 1), "value_to": 0.0}
    broken = rows_of(study, "import_vat", wrong)
    assert found(broken, "end is not after start")
    assert found(broken, "value_to is not above value_from")


def _in_bond(study: Study, able: tuple[str, ...], **settings: Any) -> Study:
    """All sites in bond, and the operators that can run a customs warehouse."""
    tables = dict(study.tables)
    tables["sites"] = tables["sites"].with_columns(is_bonded=pl.lit(value=True))
    words = [["bonded"] if name in able else [] for name in tables["operators"]["operator"]]
    tables["operators"] = tables["operators"].with_columns(
        pl.Series("capabilities", words, dtype=pl.List(pl.String))
    )
    chosen = {key.replace("__", "."): value for key, value in settings.items()}
    return replace(study, tables=tables, settings=dict(study.settings) | chosen)


def test_a_bonded_centre_whose_operator_cannot_run_one_is_a_warning(study: Study) -> None:
    everybody = tuple(study.tables["operators"]["operator"].to_list())
    assert not found(_in_bond(study, everybody), "is bonded")
    warnings = found(_in_bond(study, ()), "is bonded, but")
    assert len(warnings) == study.tables["sites"].height
    assert {(f.severity, f.file, f.column) for f in warnings} == {("warning", "sites.csv", "is_bonded")}


def test_a_bonded_centre_is_run_by_those_who_can_where_the_plan_chooses(study: Study) -> None:
    names = study.tables["operators"]["operator"].to_list()
    nobody_named = replace(
        study,
        tables=dict(study.tables)
        | {"sites": study.tables["sites"].with_columns(operator=pl.lit([], dtype=pl.List(pl.String)))},
    )
    some = _in_bond(nobody_named, (names[0],), contracts__choose_operators=True)
    assert not found(some, "is bonded")
    instance = assemble(some)
    assert instance.sites.may_run[:, 0].all()
    assert not instance.sites.may_run[:, 1:].any()
    none = _in_bond(nobody_named, (), contracts__choose_operators=True)
    assert len(found(none, "is bonded, but")) == study.tables["sites"].height
    assert assemble(none).sites.may_run.sum() > instance.sites.may_run.sum()
