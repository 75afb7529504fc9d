"""study.toml against its declarations."""

import pytest

from entrepot.tables import read_study


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("count = 3", "count = 0", "periods.count", "less than the smallest"),
        ("count = 3", "count = 41", "periods.count", "more than the largest"),
        ("count = 3", "count = 2.5", "periods.count", "not a whole number"),
        ("count = 3", 'count = "three"', "periods.count", "not a whole number"),
        ("count = 3", "count = true", "periods.count", "not a whole number"),
        ("start = 2027-01-01", 'start = "soon"', "periods.start", "not a date"),
        ("start = 2027-01-01", "start = 9999-01-01", "periods.start", "year cannot be meant"),
        ("start = 2027-01-01", "", "periods.start", "setting is missing"),
        ('model = "logit"', 'model = "logits"', "choice.model", "not one of logit, huff"),
        ("discount_rate = 0.08", "discount_rate = inf", "money.discount_rate", "not a number"),
        ("discount_rate = 0.08", "discount_rate = [0.1]", "money.discount_rate", "not a number"),
        ("discount_rate = 0.08", f"discount_rate = 0x{'f' * 6000}", "money.discount_rate", "not a number"),
        ("discount_rate = 0.08", "discont_rate = 0.08", "money.discont_rate", "no setting of that name"),
        ("carry_over = true", 'carry_over = "maybe"', "limits.carry_over", "not true or false"),
        ("max_openings = 2", "max_openings = []", "limits.max_openings", "not a number or a list"),
        ("max_openings = 2", "max_openings = [2, -1, 2]", "limits.max_openings", "less than the smallest"),
        ("max_openings = 2", "max_openings = [2, 1]", "limits.max_openings", "2 numbers, but there are 3"),
        ("[study]", "[study]\nname = {a = 1}", "study.name.a", "no setting"),
        ("share = 0.4", "share = 4", "share", "more than the largest"),
        ("share = 0.4", "", "share", "setting is missing"),
        ("share = 0.4", "share = 0.4\nhour = 3", "hour", "no setting of that name"),
    ],
)
def test_a_wrong_setting_is_an_error_with_its_key(folder, old, new, key, problem):
    if key == "study.name.a":
        folder.replace("study.toml", 'name = "two-countries"', "")
    folder.replace("study.toml", old, new)
    found = [finding for finding in folder.check() if finding.column == key]
    assert len(found) == 1
    assert found[0].severity == "error"
    assert found[0].file == "study.toml"
    assert problem in found[0].problem


def test_settings_carry_their_line(folder):
    folder.replace("study.toml", "truck_cost = 1.35", "truck_cots = 1.35")
    lines = (folder.path / "study.toml").read_text(encoding="utf-8").splitlines()
    assert lines[folder.only().row - 1] == "truck_cots = 1.35"
    assert folder.only().remedy == "Did you mean 'operations.truck_cost'?"


def test_a_setting_in_the_wrong_section_is_led_home(folder):
    folder.replace("study.toml", "truck_cost = 1.35", "")
    folder.replace("study.toml", "price = 0.08", "price = 0.08\ntruck_cost = 1.35")
    assert folder.only().remedy == "Did you mean 'operations.truck_cost'?"


@pytest.mark.parametrize(
    "broken", ["count = 3,5", "count = ", "[periods\n", 'name = "open', "count = 3\ncount = 3"]
)
def test_broken_toml_is_one_finding_with_its_line(folder, broken):
    folder.replace("study.toml", "count = 3", broken)
    found = folder.only()
    assert "TOML" in found.problem
    assert found.row in (13, 14, None)


def test_a_missing_settings_file_is_one_finding(folder):
    (folder.path / "study.toml").unlink()
    assert folder.only().problem == "The file is missing."


def test_an_empty_settings_file_lists_what_is_required(folder):
    (folder.path / "study.toml").write_text("", encoding="utf-8")
    assert {f.column for f in folder.check()} == {"study.name", "periods.start", "periods.count"}


def test_defaults_fill_absent_settings(folder):
    (folder.path / "study.toml").write_text(
        "study.name = 'n'\nperiods.start = '2027-01-01'\nperiods.count = 2\n", encoding="utf-8"
    )
    study = read_study(folder.path)
    assert study.settings["periods.start"] == 739982
    assert study.settings["limits.min_centres"] == (0.0,)
    assert study.settings["limits.budget"] is None
    assert study.settings["service.class_hours"] == (24.0, 48.0, 72.0, 120.0, 240.0)
    assert study.settings["study.credits"] == ()
    assert study.service_floors == ()


def test_service_floors_are_read_in_order(folder):
    folder.replace(
        "study.toml",
        "share = 0.4",
        'share = 0.4\n[[limits.service]]\nhours = 72\nshare = 0.1\ncountry = "FR"',
    )
    floors = read_study(folder.path).service_floors
    assert [dict(floor) for floor in floors] == [
        {"hours": 120.0, "share": 0.4, "country": None},
        {"hours": 72.0, "share": 0.1, "country": "FR"},
    ]


def test_service_floors_that_are_no_tables_are_findings(folder):
    text = (folder.path / "study.toml").read_text(encoding="utf-8").split("[[limits.service]]")[0]
    (folder.path / "study.toml").write_text(text + "service = [5]\n", encoding="utf-8")
    assert all(finding.severity == "error" for finding in folder.check())
    assert folder.check()
