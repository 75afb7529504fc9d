"""Amounts in other currencies become euro while tables are read; what has no rate is found."""

import pytest

from entrepot.assembly import assemble
from entrepot.instance import fingerprint
from entrepot.tables import read_study
from entrepot.tables.declarations import TABLE_NAMED, TABLES

HEADER = ["currency", "start", "rate"]


def priced(folder, table, row, currency, **amounts):
    """Write amounts of a row in a currency."""
    rows = folder.rows(table)
    if "currency" not in rows[0]:
        rows = [[*rows[0], "currency"], *([*cells, ""] for cells in rows[1:])]
        folder.write(table, rows)
    for column, amount in (amounts | {"currency": currency}).items():
        folder.set(table, row, column, str(amount))


def test_every_table_with_amounts_may_name_a_currency():
    with_amounts = {
        table.name for table in TABLES if any(column.unit.startswith("EUR") for column in table.columns)
    } - {"currencies"}
    named = {table.name for table in TABLES if any(column.name == "currency" for column in table.columns)}
    assert named == with_amounts | {"currencies"}
    assert {"rates", "operators", "sites", "countries", "customs"} <= named


def test_amounts_become_euro_and_other_numbers_stay(folder):
    before = read_study(folder.path).tables["sites"].row(0, named=True)
    folder.write("currencies", [HEADER, ["GBP", "", "1.25"]])
    priced(folder, "sites", 2, "GBP", rent=before["rent"] / 1.25, fit_out=before["fit_out"] / 1.25)
    after = read_study(folder.path).tables["sites"].row(0, named=True)
    assert after["rent"] == pytest.approx(before["rent"])
    assert after["fit_out"] == pytest.approx(before["fit_out"])
    assert after["latitude"] == before["latitude"]
    assert after["lead_time"] == before["lead_time"]
    assert after["local_tax"] == pytest.approx(before["local_tax"] * 1.25)
    assert after["currency"] == "GBP"


def test_the_latest_rate_on_the_first_day_of_the_horizon_holds(folder):
    rent = read_study(folder.path).tables["sites"]["rent"][0]
    rates = [["GBP", "2027-06-01", "3"], ["GBP", "", "1"], ["GBP", "2026-12-31", "2"], ["CHF", "", "9"]]
    folder.write("currencies", [HEADER, *rates])
    priced(folder, "sites", 2, "gbp")
    assert read_study(folder.path).tables["sites"]["rent"][0] == pytest.approx(2 * rent)
    folder.replace("study.toml", "[money]", "[money]\ncurrency_date = 2028-01-01")
    assert read_study(folder.path).tables["sites"]["rent"][0] == pytest.approx(3 * rent)


def test_rates_are_not_converted_themselves(folder):
    folder.write("currencies", [HEADER, ["GBP", "", "1.2"], ["CHF", "", "1.1"]])
    assert read_study(folder.path).tables["currencies"]["rate"].to_list() == [1.2, 1.1]


def test_a_scenario_may_move_a_rate(folder):
    rent = read_study(folder.path).tables["sites"]["rent"][0]
    folder.write("currencies", [HEADER, ["GBP", "", "1.2"]])
    priced(folder, "sites", 2, "GBP")
    change = 'table = "currencies"\nwhere = {currency = "GBP"}\ncolumn = "rate"\nfactor = 0.5'
    folder.scenario(f"[[change]]\n{change}\n", "weak-pound")
    assert read_study(folder.path, "weak-pound").tables["sites"]["rent"][0] == pytest.approx(0.6 * rent)
    assert read_study(folder.path).tables["sites"]["rent"][0] == pytest.approx(1.2 * rent)


def test_a_currency_without_a_rate_is_an_error_for_each_row(folder):
    folder.write("currencies", [HEADER, ["GBP", "", "1.2"]])
    priced(folder, "sites", 2, "GPB")
    priced(folder, "sites", 4, "CHF")
    errors = [f for f in folder.check() if f.severity == "error"]
    assert [(f.file, f.row, f.column, f.value) for f in errors] == [
        ("sites.csv", 2, "currency", "GPB"),
        ("sites.csv", 4, "currency", "CHF"),
    ]
    assert errors[0].remedy == "Did you mean 'GBP'?"
    assert "Known are EUR, GBP" in errors[1].remedy


def test_a_currency_without_a_table_of_rates_is_an_error(folder):
    priced(folder, "sites", 2, "USD")
    assert "no rate" in folder.only().problem


def test_a_rate_that_starts_too_late_is_an_error_that_names_both_days(folder):
    folder.write("currencies", [HEADER, ["GBP", "2029-01-01", "1.2"], ["GBP", "2028-01-01", "1.1"]])
    priced(folder, "sites", 2, "GBP")
    found = folder.only()
    assert found.severity == "error"
    assert "2027-01-01" in found.problem
    assert "2028-01-01" in found.problem


def test_euro_has_the_rate_one(folder):
    folder.write("currencies", [HEADER, ["EUR", "", "1"]])
    assert folder.check() == ()
    folder.write("currencies", [HEADER, ["EUR", "", "0.9"]])
    assert "its rate is 1" in folder.only().problem


def test_a_rate_must_be_positive_and_a_day_may_have_one_only(folder):
    folder.write("currencies", [HEADER, ["GBP", "", "0"]])
    assert "less than the smallest" in folder.only().problem
    folder.write("currencies", [HEADER, ["GBP", "2026-01-01", "1.2"], ["GBP", "2026-01-01", "1.3"]])
    assert "already in row 2" in folder.only().problem


def test_the_usual_range_is_judged_in_euro_and_the_file_s_text_is_shown(folder):
    folder.write("currencies", [HEADER, ["HUF", "", "0.0025"]])
    priced(folder, "sites", 2, "HUF", rent=24000, fit_out=88000, local_tax=0)
    assert folder.check() == ()
    priced(folder, "sites", 2, "HUF", rent=60)
    found = folder.only()
    assert (found.severity, found.column, found.value) == ("warning", "rent", "60")


def test_defaults_are_in_euro_and_empty_cells_stay_empty(folder):
    folder.write("currencies", [HEADER, ["GBP", "", "2"]])
    priced(folder, "sites", 2, "GBP", wage="", fit_out="")
    row = read_study(folder.path).tables["sites"].row(0, named=True)
    assert row["wage"] is None
    assert row["fit_out"] == TABLE_NAMED["sites"].columns[13].default == 0.0


def test_a_study_in_other_currencies_is_the_same_instance(folder):
    before = assemble(read_study(folder.path))
    folder.write("currencies", [HEADER, ["GBP", "", "2"], ["XXX", "", "0.5"]])
    for table, columns in (("rates", ("price", "price_per_kg")), ("operators", ("fixed_fee", "storage"))):
        header, *lines = folder.rows(table)
        for row, cells in enumerate(lines, start=2):
            named = dict(zip(header, cells, strict=True))
            halves = {name: float(named[name]) / 2 for name in columns if named[name]}
            others = {"pick_and_pack": 0.0, "exit_fee": 0.0} if table == "operators" else {}
            others = {name: float(named[name]) / 2 for name in others if named[name]}
            priced(folder, table, row, "GBP", **halves, **others)
    after = assemble(read_study(folder.path))
    assert fingerprint(after) == fingerprint(before)
