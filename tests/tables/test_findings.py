"""Every rule of a table has a test that breaks it."""

import pytest

from entrepot.errors import DataError
from entrepot.tables import check_study, read_study


def test_the_shipped_small_study_has_no_findings(example):
    assert check_study(example) == ()


def test_a_missing_table_is_named(folder):
    (folder.path / "sizes.csv").unlink()
    found = [finding for finding in folder.check() if finding.file == "sizes.csv"]
    assert [(f.severity, f.problem) for f in found] == [("error", "The file is missing.")]
    assert "area" in found[0].remedy


def test_an_optional_table_may_be_missing(folder):
    (folder.path / "demand.csv").unlink()
    assert folder.check() == ()
    assert read_study(folder.path).tables["demand"].is_empty()


def test_a_missing_column_is_named(folder):
    rows = folder.rows("sites")
    place = rows[0].index("rent")
    folder.write("sites", [row[:place] + row[place + 1 :] for row in rows])
    found = folder.only()
    assert (found.file, found.column, found.problem) == ("sites.csv", "rent", "The column is missing.")


def test_a_mistyped_header_is_a_warning_with_the_nearest_name(folder):
    folder.replace("sites.csv", "grant_share", "grant_shares")
    found = folder.only()
    assert (found.severity, found.row, found.column) == ("warning", 1, "grant_shares")
    assert found.remedy == "Did you mean 'grant_share'?"


def test_a_header_twice_is_an_error(folder):
    folder.replace("sites.csv", "local_tax", "rent")
    assert "twice" in folder.only().problem


def test_columns_of_provenance_are_always_allowed(folder):
    rows = folder.rows("demand")
    folder.write("demand", [[*rows[0], "note"], *([*row, "seen"] for row in rows[1:])])
    assert folder.check() == ()
    assert read_study(folder.path).tables["demand"]["note"].to_list()[0] == "seen"


def test_a_wrong_year_of_provenance_is_only_a_warning(folder):
    folder.set("sites", 2, "year", "last year")
    assert folder.only().severity == "warning"
    assert read_study(folder.path).tables["sites"]["year"][0] is None


def test_a_table_that_is_not_known_is_a_warning(folder):
    (folder.path / "gatways.csv").write_text("gateway\nX\n", encoding="utf-8")
    found = folder.only()
    assert (found.severity, found.remedy) == ("warning", "Did you mean 'gateways'?")


def test_the_same_table_in_two_files_is_an_error(folder):
    (folder.path / "Sites.tsv").write_text("site\n", encoding="utf-8")
    assert "sites" in folder.only().problem


@pytest.mark.parametrize(
    ("table", "column", "value", "problem"),
    [
        ("sites", "rent", "much", "not a number"),
        ("sites", "rent", "nan", "not a number"),
        ("sites", "rent", "1e999", "not a number"),
        ("sites", "rent", "", "It is empty."),
        ("sites", "grant_share", "-0.1", "less than the smallest"),
        ("sites", "grant_share", "1.5", "more than the largest"),
        ("sites", "latitude", "91", "more than the largest"),
        ("sites", "status", "candidat", "not one of candidate"),
        ("sites", "is_bonded", "perhaps", "neither yes nor no"),
        ("sites", "opened", "2027-02-30", "not a date"),
        ("sites", "opened", "01/02/2027", "not a date"),
        ("sites", "opened", "0027-02-03", "year cannot be meant"),
        ("sites", "country", "FX", "countries has no country"),
        ("sites", "operator", "owm", "operators has no operator"),
        ("operators", "countries", "FR XX", "countries has no country"),
        ("operators", "capabilities", "bonded returned", "not one of bonded"),
        ("lanes", "carries", "stock, directly", "not one of stock"),
        ("sites", "rent", "1,234", "may mean 1234 or 1.234"),
    ],
)
def test_a_wrong_cell_is_an_error_with_its_place(folder, table, column, value, problem):
    folder.set(table, 3, column, value)
    found = [f for f in folder.check() if f.severity == "error"]
    assert len(found) == 1
    assert (found[0].file, found[0].row, found[0].column) == (f"{table}.csv", 3, column)
    assert problem in found[0].problem
    assert found[0].value in value
    with pytest.raises(DataError, match="The study has 1 error"):
        read_study(folder.path)


def test_the_nearest_choice_and_the_nearest_name_are_offered(folder):
    folder.set("sites", 2, "status", "candidat")
    folder.set("sites", 3, "operator", "owm")
    remedies = [finding.remedy for finding in folder.check()]
    assert remedies == ["Did you mean 'candidate'?", "Did you mean 'own'?"]


def test_a_value_outside_its_usual_range_is_a_warning(folder):
    folder.set("sites", 4, "rent", "4000")
    found = folder.only()
    assert (found.severity, found.row) == ("warning", 4)
    assert "15 to 400" in found.problem
    assert read_study(folder.path).warnings == (found,)


def test_a_finding_speaks_of_the_study_s_own_currency(folder):
    settings = folder.path / "study.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[study]\n", '[study]\ncurrency = "usd"\n', 1), encoding="utf-8")
    folder.set("sites", 4, "rent", "4000")
    folder.set("sites", 5, "rent", "cheap")
    texts = [f"{finding.problem} {finding.remedy}" for finding in folder.check()]
    assert "15 to 400 USD/m2/year" in texts[0]
    assert not any("EUR" in text for text in texts)


def test_a_key_twice_names_both_rows(folder):
    rows = folder.rows("sites")
    folder.write("sites", [*rows, rows[2]])
    found = folder.only()
    assert found.row == len(rows) + 1
    assert "row 3" in found.problem


def test_a_key_of_several_columns_may_share_parts(folder):
    rows = folder.rows("demand")
    folder.write("demand", [*rows, rows[1]])
    assert "market + product + period" in folder.only().problem


def test_an_empty_file_and_a_header_without_rows_are_errors(folder):
    (folder.path / "sizes.csv").write_text("\n\n", encoding="utf-8")
    folder.write("origins", folder.rows("origins")[:1])
    problems = {finding.file: finding.problem for finding in folder.check() if not finding.row}
    assert "empty" in problems["sizes.csv"]
    assert "no rows" in problems["origins.csv"]


def test_a_value_beyond_the_header_is_an_error(folder):
    rows = folder.rows("duties")
    rows[1].append("stray")
    folder.write("duties", rows)
    found = folder.only()
    assert (found.row, found.value) == (2, "stray")


def test_all_findings_come_at_once_in_order(folder):
    folder.set("sites", 5, "rent", "x")
    folder.set("sites", 3, "latitude", "x")
    folder.set("markets", 9, "population", "-1")
    folder.replace("study.toml", "count = 3", "count = 0")
    places = [(finding.file, finding.row) for finding in folder.check()]
    assert places == [("study.toml", 13), ("markets.csv", 9), ("sites.csv", 3), ("sites.csv", 5)]


def test_rows_are_counted_as_the_editor_shows_them(folder):
    rows = folder.rows("sites")
    rows[1][1] = "a name\non two lines"
    rows[3][rows[0].index("rent")] = "x"
    folder.write("sites", [*rows[:2], [], *rows[2:]])
    assert folder.only().row == 5


def test_five_thousand_wrong_rows_are_all_reported_in_seconds(folder):
    rows = folder.rows("markets")
    wrong = [[f"m{n}", "x", f"C{n}", "north", "400", "-5"] for n in range(5000)]
    folder.write("markets", [rows[0][:6], *wrong])
    found = [finding for finding in folder.check() if finding.file == "markets.csv"]
    assert len(found) == 4 * 5000


@pytest.mark.parametrize("name", ["nowhere", "empty", "notes.txt", "fake.xlsx"])
def test_what_is_not_a_study_is_said_so(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "fake.xlsx").write_text("hello", encoding="utf-8")
    found = check_study(tmp_path / name)
    assert len(found) == 1
    assert found[0].remedy
    with pytest.raises(DataError, match="The study has 1 error"):
        read_study(tmp_path / name)


def test_a_folder_that_holds_a_workbook_names_it(tmp_path):
    (tmp_path / "mine.xlsx").write_text("hello", encoding="utf-8")
    assert "mine.xlsx" in check_study(tmp_path)[0].remedy


def test_the_path_of_the_settings_file_stands_for_its_folder(example):
    assert check_study(example / "study.toml") == ()


def test_a_folder_in_place_of_a_table_is_a_finding(folder):
    (folder.path / "sizes.csv").unlink()
    (folder.path / "sizes.csv").mkdir()
    assert any("cannot be read" in finding.problem for finding in folder.check())
