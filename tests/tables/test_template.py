"""Studies to start from."""

import pytest

from entrepot.errors import UsageError
from entrepot.tables import check_study, list_examples, new_study, read_study


def test_every_example_is_written_and_reads_without_errors(tmp_path):
    assert "two-countries" in list_examples()
    for name in list_examples():
        path = new_study(tmp_path / name, name)
        assert read_study(path).name == name


def test_the_small_study_is_the_default(tmp_path):
    assert read_study(new_study(tmp_path / "mine")).name == "two-countries"
    assert (tmp_path / "mine" / "scenarios").is_dir()


def test_an_unknown_example_names_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="Did you mean 'two-countries'"):
        new_study(tmp_path, "two-countrys")


@pytest.mark.parametrize("as_workbook", [True, False])
def test_nothing_is_overwritten(tmp_path, state_of, as_workbook):
    new_study(tmp_path / "mine", as_workbook=as_workbook)
    before = state_of(tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        new_study(tmp_path / "mine", as_workbook=as_workbook)
    assert state_of(tmp_path) == before


def test_a_workbook_may_be_named(tmp_path):
    path = new_study(tmp_path / "my plan.xlsx", as_workbook=True)
    assert path.name == "my plan.xlsx"
    assert check_study(path) == ()


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be made"):
        new_study(tmp_path / "taken")
