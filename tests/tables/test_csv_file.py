"""CSV files as planners' programs write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.tables import read_study
from entrepot.tables.csv_file import read_csv
from entrepot.tables.declarations import TABLE_NAMED


def _same(folder, example, table):
    changed, shipped = read_study(folder.path), read_study(example)
    assert changed.tables[table].equals(shipped.tables[table])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_encodings_with_a_mark_are_read(folder, example, encoding):
    file = folder.path / "markets.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
    _same(folder, example, "markets")
    assert folder.check() == ()


def test_windows_1252_is_read_with_a_warning(folder):
    folder.set("sites", 2, "name", "Orléans")
    file = folder.path / "sites.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("cp1252"))
    assert "Windows-1252" in folder.only().problem
    assert read_study(folder.path).tables["sites"]["name"][0] == "Orléans"


@pytest.mark.parametrize("data", [b"\x00\x01\xff\xfe\x00", b"a,b\n\x81\x8d\x8f,1\n"])
def test_files_that_are_not_text_are_errors(folder, data):
    (folder.path / "sizes.csv").write_bytes(data)
    found = [finding for finding in folder.check() if finding.file == "sizes.csv"]
    assert [finding.severity for finding in found] == ["error"]


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_separators_are_found(folder, example, separator):
    for table in ("sites", "lanes", "operators"):
        folder.write(table, folder.rows(table), separator)
        _same(folder, example, table)


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_decimal_commas_are_read_also_quoted(folder, example, separator):
    table = TABLE_NAMED["sites"]
    rows = folder.rows("sites")
    numeric = {column.name for column in table.columns if column.dtype == "number"}
    for row in rows[1:]:
        for place, name in enumerate(rows[0]):
            if name in numeric:
                row[place] = row[place].replace(".", ",")
    folder.write("sites", rows, separator)
    _same(folder, example, "sites")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234", 1234.0),
        ("1\u00a0234\u00a0567,5", 1234567.5),
        ("1'234'567.25", 1234567.25),
        ("0,125", 0.125),
        ("12345,678", 12345.678),
        ("+5", 5.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.234", 1.234),
    ],
)
def test_numbers_with_one_possible_reading_are_read(folder, text, number):
    folder.set("sizes", 2, "fixed_hours", text)
    assert read_study(folder.path).tables["sizes"]["fixed_hours"][0] == pytest.approx(number)


def test_a_point_before_three_digits_is_doubtful_among_decimal_commas(folder):
    rows = folder.rows("sizes")
    place = rows[0].index("fixed_hours")
    rows[1][place], rows[2][place] = "1.234", "2,5"
    folder.write("sizes", rows, ";")
    assert any("may mean 1234" in finding.problem and finding.row == 2 for finding in folder.check())


def test_a_comma_before_three_digits_is_decimal_where_semicolons_separate(folder):
    rows = folder.rows("sizes")
    rows[1][rows[0].index("fixed_hours")] = "1,234"
    folder.write("sizes", rows, ";")
    assert read_study(folder.path).tables["sizes"]["fixed_hours"][0] == 1.234


def test_percentages_are_read_where_the_unit_is_a_fraction(folder):
    folder.set("sites", 2, "grant_share", "7,5 %")
    assert read_study(folder.path).tables["sites"]["grant_share"][0] == 0.075
    folder.set("sites", 2, "rent", "60 %")
    assert "not a number" in folder.only().problem


def test_blank_lines_and_columns_are_skipped(folder, example):
    rows = folder.rows("products")
    spread = [[], *([row[0], "", *row[1:], ""] for row in rows[:2]), [""] * 9]
    folder.write("products", [*spread, *([row[0], "", *row[1:], ""] for row in rows[2:]), []])
    changed, shipped = read_study(folder.path), read_study(example)
    assert changed.tables["products"].drop("_row").equals(shipped.tables["products"].drop("_row"))


def test_headers_may_be_written_for_people(folder, example):
    folder.replace("sites.csv", "fit_out", "Fit out (EUR/m2)")
    folder.replace("sites.csv", "lease_term", " LEASE-TERM ")
    (folder.path / "emission_factors.csv").rename(folder.path / "Emission Factors.CSV")
    _same(folder, example, "sites")
    _same(folder, example, "emission_factors")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_all_line_ends_are_read(folder, example, ends):
    for table in ("rates", "customs"):
        file = folder.path / f"{table}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_bytes(ends.join(lines).encode())
        _same(folder, example, table)


def test_the_line_that_names_the_separator_is_skipped(folder, example):
    file = folder.path / "duties.csv"
    file.write_text("sep=,\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_study(folder.path).tables["duties"]["duty_rate"].to_list() == (
        read_study(example).tables["duties"]["duty_rate"].to_list()
    )


def test_an_open_quotation_mark_is_an_error_with_its_row(folder):
    (folder.path / "duties.csv").write_text('product,territory,duty_rate\nsmall,"GB,0.1\n', encoding="utf-8")
    found = folder.only()
    assert "quotation mark" in found.remedy
    assert found.row == 2


@pytest.mark.parametrize("text", ["31.12.2026", "2026/12/31", "2026-12-31T00:00:00", "2026-12-31 00:00"])
def test_dates_with_one_possible_reading_are_read(folder, text):
    folder.set("lanes", 2, "open_from", text)
    assert str(read_study(folder.path).tables["lanes"]["open_from"][0]) == "2026-12-31"


@pytest.mark.parametrize("text", ["FR GB", "FR;GB", "FR, GB", "FR,GB", "FR | GB"])
def test_lists_are_parted_by_spaces_and_other_marks(folder, text):
    folder.set("operators", 3, "countries", text)
    assert read_study(folder.path).tables["operators"]["countries"][1].to_list() == ["FR", "GB"]


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_give_findings(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("any") / "sizes.csv"
    file.write_bytes(data)
    table, findings = read_csv(TABLE_NAMED["sizes"], file, file.name)
    assert table is not None or findings


@settings(max_examples=50, deadline=None)
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=20), max_size=5
    )
)
def test_texts_come_back_as_they_were_written(tmp_path_factory, names):
    file = tmp_path_factory.mktemp("texts") / "sizes.csv"
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    lines = ["size,name", *(f"s{n},{name}" for n, name in enumerate(quoted))]
    file.write_text("\n".join(lines), encoding="utf-8", newline="")
    table, _ = read_csv(TABLE_NAMED["sizes"], file, file.name)
    assert table is not None
    assert table.cells["name"].fill_null("").to_list() == [name.strip() for name in names]
