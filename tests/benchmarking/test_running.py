import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entrepot.benchmarking.generators import covering_in_the_plane, koerkel_ghosh, ufl_in_the_plane
from entrepot.benchmarking.instances import GENERATORS, instance_of
from entrepot.benchmarking.peers.formulation import mip_of
from entrepot.benchmarking.peers.highs import solve, solve_weak
from entrepot.benchmarking.peers.outcome import Limits
from entrepot.benchmarking.registry import Case, cases_of, chosen_cases, families, read_cases
from entrepot.benchmarking.running import Measurement, measure
from entrepot.benchmarking.table import rendered, write_csv, write_table
from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, MatrixCosts
from entrepot.tables.formats import FORMATS, Reading

SMALL = Case(
    "small", "tiny", "ufl", generator="koerkel_ghosh",
    parameters={"n_sites": 12, "fixed": "b", "is_symmetric": True, "seed": 3},
)  # fmt: skip


def one(**changes: object) -> Measurement:
    made = Measurement(
        "f", "c", "entrepot", "1", "2 x 3", 10.0, 9.5, 9.5, 0.05, 10.0, 0.0, "proved", 2.0, 2.5, 100.4, ""
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", families())
def test_every_shipped_case_can_be_read(family: str) -> None:
    for case in cases_of(family):
        Reading(**case.reading)
        if case.generator:
            assert case.generator in GENERATORS
        else:
            assert case.problem in FORMATS[case.file_format].questions
        assert case.known is None or case.known_source


def test_the_same_seed_makes_the_same_instance_of_the_stated_class() -> None:
    made, again = koerkel_ghosh(30, "a", True, 1), koerkel_ghosh(30, "a", True, 1)
    assert isinstance(made.costs, MatrixCosts)
    assert isinstance(again.costs, MatrixCosts)
    np.testing.assert_array_equal(made.costs.matrix, again.costs.matrix)
    np.testing.assert_array_equal(made.costs.matrix, made.costs.matrix.T)
    assert 1000 <= made.costs.matrix.min() <= made.costs.matrix.max() <= 2000
    assert 100 <= made.fixed_cost.min() <= made.fixed_cost.max() <= 200
    other = koerkel_ghosh(30, "c", False, 2)
    assert isinstance(other.costs, MatrixCosts)
    assert not np.array_equal(other.costs.matrix, other.costs.matrix.T)
    np.testing.assert_array_equal(
        ufl_in_the_plane(5, 4, 0.3, 1).demand, ufl_in_the_plane(5, 4, 0.3, 1).demand
    )
    assert covering_in_the_plane(50, 9, 4.0, 3, 1).weight.max() <= 100


@pytest.mark.parametrize("is_single_source", [False, True])
def test_strong_and_weak_form_have_the_same_optimum_and_the_strong_relaxation_is_tighter(
    is_single_source: bool,
) -> None:
    rng = np.random.default_rng(4)
    costs, demand = (
        MatrixCosts(rng.integers(1, 40, (9, 5)).astype(float)),
        rng.integers(1, 9, 9).astype(float),
    )
    fixed = rng.integers(20, 60, 5).astype(float)
    for capacity in (np.full(5, np.inf), np.full(5, 18.0)):
        problem = FacilityLocation("p", costs, fixed, demand, capacity, None, is_single_source)
        strong, weak = solve(problem, Limits(0.0, 30.0)), solve_weak(problem, Limits(0.0, 30.0))
        assert strong.value == pytest.approx(weak.value)
        assert strong.bound == pytest.approx(strong.value)
        assert mip_of(problem, True).matrix.shape[0] > mip_of(problem, False).matrix.shape[0]


def test_entrepot_and_a_peer_agree_in_their_own_processes() -> None:
    ours, theirs = measure(SMALL, "entrepot", None, 30.0), measure(SMALL, "highs", None, 30.0)
    assert ours.value == pytest.approx(theirs.value)
    assert ours.gap == pytest.approx(0.0, abs=1e-6)
    for found in (ours, theirs):
        assert found.size == "12 x 12"
        assert found.cpu_seconds is not None
        assert found.peak_mb is not None
        assert found.peak_mb > 10.0


def test_a_process_that_takes_too_much_is_killed_and_said_to_be() -> None:
    found = measure(replace(SMALL, gigabytes=0.001), "entrepot", None, 30.0)
    assert (found.reason, found.note, found.value) == ("memory limit", "killed", None)


def test_what_cannot_be_run_is_said() -> None:
    absent = replace(SMALL, generator="", parameters={}, file="cap.txt", file_format="orlib")
    assert "name its folder with --data" in measure(absent, "entrepot", None, 5.0).note
    with pytest.raises(UsageError, match="no generator"):
        instance_of(replace(SMALL, generator="unknown"), None)
    reach = replace(SMALL, generator="covering_in_the_plane")
    reach = replace(reach, parameters={"n_customers": 9, "n_sites": 5, "radius": 4.0, "n_open": 2, "seed": 1})
    assert measure(reach, "highs", None, 5.0).reason == "not run"


def test_the_table_stands_between_its_marks_with_ratios(tmp_path: Path) -> None:
    peers = [
        one(solver="highs", cpu_seconds=10.0, gap=0.04),
        one(solver="scip", cpu_seconds=10.0, gap=0.3),
        one(
            solver="pbp",
            cpu_seconds=None,
            value=None,
            gap=None,
            peak_mb=None,
            reason="not installed",
            version="",
        ),
    ]
    text = rendered([one(), *peers])
    row = [cell.strip() for cell in text.splitlines()[-1].split("|")[1:-1]]
    assert row[:8] == ["c", "2 x 3", "10", "10", "9.5", "5 %", "2", "100"]
    assert row[8:] == [
        "10",
        "4 %",
        "10",
        "100",
        "5",
        "10",
        "30 %",
        "10",
        "100",
        "> 5",
        "not installed",
        *[""] * 4,
    ]
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- bench: f -->\nold\n<!-- end -->\nb\n", encoding="utf-8")
    write_table(page, "f", text)
    assert page.read_text(encoding="utf-8") == f"a\n<!-- bench: f -->\n{text}\n<!-- end -->\nb\n"
    with pytest.raises(UsageError, match="no marks"):
        write_table(page, "g", text)
    write_csv(tmp_path / "all.csv", [one(), *peers])
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        assert [line["solver"] for line in csv.DictReader(file)] == ["entrepot", "highs", "scip", "pbp"]


def test_a_case_is_chosen_by_its_name_and_wrong_files_are_told(tmp_path: Path) -> None:
    cases = [replace(SMALL, name=name) for name in ("pmed1", "pmed10", "cap71")]
    assert [case.name for case in chosen_cases(cases, "pmed1")] == ["pmed1"]
    assert [case.name for case in chosen_cases(cases, "pmed")] == ["pmed1", "pmed10"]
    with pytest.raises(UsageError, match="no case 'x'"):
        chosen_cases(cases, "x")
    with pytest.raises(UsageError, match=r"no benchmark family 'pmd'\. Did you mean 'pmed'"):
        cases_of("pmd")
    path = tmp_path / "f.toml"
    path.write_text('problem = "ufl"\n[[case]]\nname = "a"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="neither a file nor a generator"):
        read_cases(path)
    path.write_text('colour = "red"\n[[case]]\nname = "a"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="'colour' is not a key"):
        read_cases(path)
