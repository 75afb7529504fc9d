"""The whole chain on the small study: files in, refereed plan out, results that verify."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest

import entrepot
from entrepot.instance import fingerprint
from entrepot.location import Options
from entrepot.model.build import build_problem
from entrepot.model.monolith import solve_monolith
from entrepot.plans.document import result_schema
from entrepot.plans.result import Result
from entrepot.study import plan_study, write_results
from entrepot.tables.study import Study

STUDY = Path(__file__).parents[1] / "examples" / "two-countries"
Planned = tuple[Study, entrepot.Instance, Result]


@pytest.fixture(scope="module")
def planned() -> Planned:
    return plan_study(STUDY, gap=0.002, seconds=120.0)


@pytest.fixture(scope="module")
def folder(planned: Planned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("results")
    write_results(directory, *planned)
    return directory


def test_the_small_study_is_planned_to_a_proven_gap(planned: Planned) -> None:
    result = planned[2]
    assert result.verdict is not None
    assert not result.verdict.breaches
    assert result.proof.gap <= 0.002
    assert result.proof.value <= result.proof.claimed_bound <= result.proof.certified_bound


def test_the_engine_and_the_monolithic_mip_bracket_the_same_optimum(planned: Planned) -> None:
    _, instance, result = planned
    problem, _ = build_problem(instance)
    reference = solve_monolith(problem, Options(gap=0.002, seconds=200.0))
    slack = 1e-6 * abs(reference.value)
    assert result.proof.value <= reference.claimed_bound + slack
    assert reference.value <= result.proof.claimed_bound + slack


def test_the_written_result_verifies_and_fits_its_schema(folder: Path) -> None:
    assert entrepot.verify(folder) == ()
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, result_schema())


def test_a_changed_number_no_longer_verifies(folder: Path, tmp_path: Path) -> None:
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    document["ledger"]["value"] *= 1.001
    changed = tmp_path / "result.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    found = entrepot.verify(changed, STUDY)
    assert any("ledger value" in line for line in found)


def test_a_result_is_read_back_as_it_was_written(planned: Planned, folder: Path) -> None:
    _, instance, read = entrepot.read_result(folder)
    assert fingerprint(instance) == fingerprint(planned[1])
    assert read.plan is not None
    assert planned[2].plan is not None
    np.testing.assert_array_equal(read.plan.size, planned[2].plan.size)
    np.testing.assert_array_equal(read.plan.flows.fraction, planned[2].plan.flows.fraction)


def test_every_promised_file_is_written(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"result.json", "plan.xlsx", "report.html", "tables"} <= names
    frames = {path.stem: pl.read_csv(path) for path in (folder / "tables").glob("*.csv")}
    assert frames["flows"].height > 0


def test_the_same_seed_gives_the_same_plan() -> None:
    runs = [plan_study(STUDY, "tight-budget", gap=0.02, seconds=300.0, threads=n)[2] for n in (1, 2)]
    assert runs[0].proof.value == runs[1].proof.value
    assert runs[0].proof.claimed_bound == runs[1].proof.claimed_bound


def test_a_changed_study_is_planned_from_the_last_plan(planned: Planned, tmp_path: Path) -> None:
    study, instance, result = planned
    files = write_results(tmp_path, study, instance, result, with_report=False, with_memory=True)
    assert tmp_path / "memory.npz" in files
    again = entrepot.plan(instance, gap=0.002, after=result)
    assert again.proof.gap <= 0.002
    assert again.proof.value >= result.proof.value - 1e-9 * abs(result.proof.value)
    _, _, changed = plan_study(STUDY, "suez-open", gap=0.002, after=tmp_path)
    _, _, cold = plan_study(STUDY, "suez-open", gap=0.002)
    assert changed.verdict is not None
    assert changed.proof.gap <= 0.002
    slack = 1e-6 * abs(cold.proof.value)
    assert changed.proof.value <= cold.proof.claimed_bound + slack
    assert cold.proof.value <= changed.proof.claimed_bound + slack


def test_a_study_as_workbook_is_the_same_instance(tmp_path: Path) -> None:
    from entrepot.tables import new_study

    new_study(tmp_path / "book", "two-countries", as_workbook=True)
    book = next(tmp_path.rglob("*.xlsx"))
    folder, workbook = entrepot.read_study(STUDY), entrepot.read_study(book)
    one, other = entrepot.assemble(folder), entrepot.assemble(workbook)
    assert fingerprint(one) == fingerprint(other)


def test_limits_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    from entrepot.tables import new_study

    new_study(tmp_path / "study", "two-countries")
    sites = tmp_path / "study" / "sites.csv"
    table = pl.read_csv(sites, infer_schema=False).with_columns(
        status=pl.when(pl.col("status") == "candidate").then(pl.lit("forced")).otherwise(pl.col("status"))
    )
    table.write_csv(sites)
    with pytest.raises(entrepot.InfeasibleError, match=r"centres|openings|budget|must open") as caught:
        plan_study(tmp_path / "study", seconds=60.0)
    assert all(amount > 0 for _, amount in caught.value.limits)
