"""Scenarios change the study before it is checked."""

import pytest

from entrepot.errors import DataError, UsageError
from entrepot.tables import check_study, list_scenarios, read_study


def test_scenarios_are_listed_with_their_descriptions(example):
    names = dict(list_scenarios(example))
    assert {"suez-open", "tight-budget"} <= set(names)
    assert "Suez" in names["suez-open"]


def test_every_shipped_scenario_reads_without_findings(example):
    for study in sorted(example.parent.iterdir()):
        for name, _ in list_scenarios(study):
            assert check_study(study, name) == ()
            assert read_study(study, name).scenario == name


def test_an_unknown_scenario_names_the_nearest(example):
    with pytest.raises(UsageError, match="Did you mean 'suez-open'"):
        read_study(example, "suez_open")


def test_a_value_is_set_where_the_condition_holds(folder):
    folder.scenario("""
        [[change]]
        table = "Lanes"
        where = {route = ["suez", "cape"], origin = "HGH"}
        column = "status"
        value = "closed"
        """)
    before, after = read_study(folder.path), read_study(folder.path, "trial")
    for old, new in zip(before.tables["lanes"].to_dicts(), after.tables["lanes"].to_dicts(), strict=True):
        is_meant = old["route"] in ("suez", "cape") and old["origin"] == "HGH"
        assert new["status"] == ("closed" if is_meant else old["status"])


def test_factors_and_summands_change_numbers_and_leave_empty_cells(folder):
    folder.scenario("""
        [[change]]
        table = "sites"
        column = "rent"
        factor = 1.1
        [[change]]
        table = "sites"
        column = "rent"
        add = 2
        [[change]]
        table = "operators"
        column = "capacity"
        factor = 0.5
        """)
    before, after = read_study(folder.path), read_study(folder.path, "trial")
    expected = before.tables["sites"]["rent"] * 1.1 + 2
    assert after.tables["sites"]["rent"].to_list() == pytest.approx(expected.to_list())
    was, is_now = before.tables["operators"]["capacity"], after.tables["operators"]["capacity"]
    assert is_now.is_null().to_list() == was.is_null().to_list()


def test_a_factor_on_an_absent_column_changes_the_default(folder):
    folder.scenario('[[change]]\ntable = "lanes"\ncolumn = "commitment"\nadd = 3\n')
    assert set(read_study(folder.path, "trial").tables["lanes"]["commitment"]) == {3.0}


def test_a_condition_sees_defaults_and_equal_numbers(folder):
    folder.scenario("""
        [[change]]
        table = "countries"
        where = {vat_rate = 0.20}
        column = "wage"
        value = 25
        [[change]]
        table = "duties"
        where = {product = "small"}
        column = "duty_rate"
        value = "0,25"
        """)
    found = folder.only("trial")
    assert (found.file, found.row, found.column) == ("scenarios/trial.toml", 7, "duty_rate")
    folder.scenario(
        '[[change]]\ntable = "countries"\nwhere = {vat_rate = 0.20}\ncolumn = "wage"\nvalue = 25\n'
    )
    assert read_study(folder.path, "trial").tables["countries"]["wage"].to_list() == [25.0, 25.0]


def test_rows_are_removed_and_added(folder):
    folder.scenario("""
        [[row]]
        table = "sites"
        values = {site = "metz", country = "FR", latitude = 49.1, longitude = 6, operator = "own", rent = 60}
        [[remove]]
        table = "sites"
        where = {site = "lille"}
        """)
    before, after = read_study(folder.path).tables["sites"], read_study(folder.path, "trial").tables["sites"]
    assert after["site"].to_list() == [site for site in before["site"] if site != "lille"] + ["metz"]
    assert after["_row"].is_unique().all()


def test_an_added_row_is_checked_like_any_other(folder):
    folder.scenario('[[row]]\ntable = "sites"\nvalues = {site = "metz", country = "FX"}\n')
    found = folder.check("trial")
    assert all("scenarios/trial.toml" in finding.file for finding in found)
    assert {finding.column for finding in found} == {"country", "latitude", "longitude", "rent"}


def test_removing_what_others_refer_to_is_found(folder):
    folder.scenario('[[remove]]\ntable = "operators"\nwhere = {operator = "own"}\n')
    assert any(
        finding.file == "sites.csv" and finding.column == "operator" for finding in folder.check("trial")
    )


def test_settings_are_changed_dotted_or_nested(folder):
    folder.scenario("""
        [settings]
        "money.discount_rate" = 0.2
        "limits.service" = [{hours = 48, share = 0.1}]
        [settings.carbon]
        price = 0.3
        """)
    study = read_study(folder.path, "trial")
    assert study.settings["money.discount_rate"] == 0.2
    assert study.settings["carbon.price"] == 0.3
    assert [dict(floor) for floor in study.service_floors] == [{"hours": 48.0, "share": 0.1, "country": None}]


_CHANGE = '[[change]]\ntable = "sites"\ncolumn = "rent"\nvalue = 60\n'


@pytest.mark.parametrize(
    ("text", "row", "problem", "remedy"),
    [
        (_CHANGE.replace("sites", "site"), 1, "no table of that name", "Did you mean 'sites'?"),
        (_CHANGE.replace('"rent"', '"rents"'), 1, "no column of that name", "Did you mean 'rent'?"),
        (_CHANGE + 'where = {site = "lile"}', 1, "No row of sites has this site", "Did you mean 'lille'?"),
        (_CHANGE + 'where = {site = "lille", country = "GB"}', 1, "No row of sites meets", "Loosen"),
        (_CHANGE + "where = 5", 1, "not a table", "Write where"),
        (_CHANGE + "factor = 2", 1, "exactly one of", "Keep"),
        (_CHANGE.replace("value = 60", 'factor = "2"'), 1, "factor is not a number", "factor = 1.2"),
        (_CHANGE.replace("value = 60", "factor = nan"), 1, "not a number", "Write a number"),
        (_CHANGE.replace("value = 60", "value = {a = 1}"), 1, "value is a table", "one value"),
        (_CHANGE.replace("value = 60", "value = -1"), 1, "less than the smallest", "Rent"),
        (_CHANGE.replace('"rent"', '"name"').replace("value", "factor"), 1, "holds no numbers", "value"),
        (_CHANGE.replace("column", "colum"), 1, "no key 'colum'", "Did you mean 'column'?"),
        ("\n[[change]]\ncolumn = 'rent'\nvalue = 3", 2, "does not name its table", "Add table"),
        ("\n[[change]]\ntable = 'sites'\nvalue = 3", 2, "does not name its column", "Add column"),
        ("change = [3]", None, "not a table", "Write [[change]]"),
        ("settings = 3", None, "not a table of settings", "Write [settings]"),
        ("\n[settings]\n'money.discont_rate' = 0.1", 3, "no setting of that name", "money.discount_rate"),
        ("\n[[chnge]]\ntable = 'sites'", 2, "no part of that name", "Did you mean 'change'?"),
        (
            "[[row]]\ntable = 'sites'\nvalues = {site = 'x', rent = 'much'}",
            1,
            "not a number",
            "decimal point",
        ),
        ("[[remove]]\ntable = 'sites'\nwhere = {colour = 'red'}", 1, "no column of that name", ""),
        ("description = ", None, "TOML", ""),
    ],
)
def test_a_wrong_change_is_an_error_in_the_scenario(folder, text, row, problem, remedy):
    folder.scenario(text)
    found = [finding for finding in folder.check("trial") if finding.file == "scenarios/trial.toml"]
    assert len(found) == 1
    assert found[0].severity == "error"
    assert found[0].row in ((row,) if row else (None, 1))
    assert problem in found[0].problem
    assert remedy in found[0].remedy
    with pytest.raises(DataError, match="1 error"):
        read_study(folder.path, "trial")
    assert folder.check() == ()


def test_a_factor_is_exact_among_decimal_commas(folder):
    rows = folder.rows("sites")
    rows[1][rows[0].index("rent")] = "57,5"
    folder.write("sites", rows, ";")
    folder.scenario('[[change]]\ntable = "sites"\ncolumn = "rent"\nfactor = 2\n')
    assert read_study(folder.path, "trial").tables["sites"]["rent"][0] == 115.0
