"""`entrepot futures` end to end on the shipped study."""

import html
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import entrepot
from entrepot.analysis import Effort, Outlook, Waiting
from entrepot.cli import app
from entrepot.plans.referee import judge
from entrepot.report import outlook_frames, outlook_page
from entrepot.study import face_study_futures, write_outlook
from entrepot.tables.template import new_study

STUDY = Path(__file__).parents[2] / "examples" / "two-countries"
runner = CliRunner()


def small_study(folder: Path, *futures: str) -> Path:
    """The shipped study with some of its futures."""
    study = new_study(folder, "two-countries")
    for table in ("futures", "closures"):
        header, *rows = (study / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if row.split(",")[0] in futures]
        (study / f"{table}.csv").write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def faced(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Outlook, Waiting | None]:
    study = small_study(tmp_path_factory.mktemp("faced") / "study", "as-stated", "weak-demand", "suez-closed")
    return face_study_futures(study, effort=Effort(gap=0.01, seconds=120.0))


def test_the_average_is_that_of_the_referees_and_within_the_bound(
    faced: tuple[object, Outlook, Waiting | None],
) -> None:
    outlook, total = faced[1], 0.0
    for future, plan in zip(outlook.futures, outlook.expected.plans, strict=True):
        verdict = judge(future.instance, plan)
        assert verdict.breaches == ()
        total += future.weight * verdict.ledger.value
    assert outlook.expected.proof.value == pytest.approx(total, rel=1e-12)
    assert outlook.expected.proof.claimed_bound >= total
    assert outlook.expected.proof.gap <= 0.01
    sizes = [plan.size for plan in outlook.expected.plans]
    assert all(np.array_equal(size, sizes[0]) for size in sizes)


def test_no_plan_is_worth_more_in_a_future_than_its_bound(
    faced: tuple[object, Outlook, Waiting | None],
) -> None:
    table = faced[1].table
    assert (table.value <= table.bound + 1.0).all()
    assert (table.regret.min(axis=0) == 0.0).all()
    assert (table.least_regret <= table.regret + 1e-6).all()
    assert (table.regret <= table.most_regret + 1e-6).all()
    assert table.floor <= table.worst_at_most[table.chosen]


def test_the_document_and_the_tables_say_the_same(
    faced: tuple[object, Outlook, Waiting | None], tmp_path: Path
) -> None:
    study, outlook, waiting = faced
    written = write_outlook(tmp_path, study, outlook, waiting)  # type: ignore[arg-type]
    document = json.loads(written[0].read_text(encoding="utf-8"))
    frames = outlook_frames(outlook, waiting)
    assert document["format"] == "entrepot futures"
    for name, frame in frames.items():
        assert len(document[name]) == frame.height
        assert (tmp_path / "tables" / f"futures_{name}.csv").is_file()
    stays = {row["site"]: row["stays_in_futures"] for row in document["sites"]}
    assert stays["own-paris"] == len(outlook.futures)
    assert document["choice"]["expected_value_eur"] == pytest.approx(
        sum(row["weight"] * value for row, value in zip(document["weights"], _best(document), strict=True))
    )


def test_waiting_says_when_each_site_opens_and_what_the_other_choice_costs(
    faced: tuple[object, Outlook, Waiting | None],
) -> None:
    _, outlook, waiting = faced
    assert waiting is not None
    ids = outlook.futures[0].instance.sites.ids
    timing = {ids[each.site]: each for each in waiting.sites}
    assert timing["doncaster"].is_begun
    assert timing["doncaster"].opens.tolist() == [0] * len(outlook.futures)
    assert not timing["daventry"].is_begun
    for each in waiting.sites:
        assert 0.0 <= each.loss[0] <= each.loss[1]
        assert each.otherwise is None or len(each.otherwise.plans) == len(outlook.futures)
    assert waiting.gain[0] <= waiting.found_gain <= waiting.gain[1]
    for future, plan in zip(outlook.futures, waiting.flexible.plans, strict=True):
        assert judge(future.instance, plan).breaches == ()
    first = [plan.size[:, 0].tolist() for plan in waiting.flexible.plans]
    assert all(each == first[0] for each in first)


def test_the_page_shows_every_part_and_asks_for_nothing(
    faced: tuple[object, Outlook, Waiting | None], tmp_path: Path
) -> None:
    study, outlook, waiting = faced
    written = write_outlook(tmp_path, study, outlook, waiting)  # type: ignore[arg-type]
    assert written[-1] == tmp_path / "report.html"
    page = written[-1].read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe)|https?://|url\(|\b(?:src|href)\s*=", page)
    rows = {
        name: re.search(rf'id="{name}".*?<tbody>(.*?)</tbody>', page, re.S).group(1).count("<tr")  # type: ignore[union-attr]
        for name in ("futures", "plans", "regret", "sites", "waiting")
    }
    assert waiting is not None
    assert rows["futures"] == rows["regret"] == len(outlook.futures)
    assert rows["plans"] == len(outlook.table.plans)
    assert rows["waiting"] == len(waiting.sites)
    for row, future in itertools.product(range(len(outlook.table.plans)), range(len(outlook.futures))):
        least, most = outlook.table.least_regret[row, future], outlook.table.most_regret[row, future]
        assert f"{least / 1e6 + 0.0:,.1f} to {most / 1e6 + 0.0:,.1f}" in page
    names = [outlook.futures[0].instance.sites.labels[each.site] for each in waiting.sites]
    assert all(page.count(html.escape(name)) >= 2 for name in names)
    assert 'id="waiting"' not in outlook_page(outlook)
    assert ": As stated" not in page  # the study's own name, not that of its first future


def _best(document: dict) -> list[float]:  # type: ignore[type-arg]
    name = document["choice"]["best_on_average"]
    return [row["value_eur"] for row in document["regret"] if row["plan"] == name]


def test_the_command_prints_tables_or_json_and_writes_files(tmp_path: Path) -> None:
    study = small_study(tmp_path / "study", "as-stated", "weak-demand")
    call = ["futures", str(study), "--gap", "0.03", "--out", str(tmp_path / "out")]
    result = runner.invoke(app, call)
    assert result.exit_code == 0, result.stderr
    assert "Smallest worst regret" in result.stdout
    assert "Weak demand" in result.stdout
    assert "begun now" in result.stdout
    result = runner.invoke(app, [*call, "--json", "--decided", "0"])
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["weights"][1]["future"] == "weak-demand"
    assert document["waiting"] is None


def test_wrong_calls_end_in_plain_words(tmp_path: Path) -> None:
    study = new_study(tmp_path / "study", "two-countries")
    (study / "futures.csv").unlink()
    result = runner.invoke(app, ["futures", str(study)])
    assert result.exit_code == 1
    assert "futures" in result.stdout + result.stderr
    (study / "closures.csv").unlink()
    result = runner.invoke(app, ["futures", str(study)])
    assert result.exit_code == 2
    assert "states no futures" in result.stderr
    with pytest.raises(entrepot.UsageError, match="no futures to plan for"):
        entrepot.face_futures([])
