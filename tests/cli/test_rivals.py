import json
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

import entrepot
from entrepot.analysis import Contest, Effort
from entrepot.cli import app
from entrepot.study import face_study_rivals, write_contest
from entrepot.tables.template import new_study
from entrepot.terms.share import rival_attraction

STUDY = Path(__file__).parents[2] / "examples" / "two-countries"
runner = CliRunner()


@pytest.fixture(scope="module")
def faced() -> tuple[entrepot.Instance, Contest, object]:
    study, instance, contest = face_study_rivals(
        STUDY, rivals=["temu"], effort=Effort(gap=0.005, seconds=120.0)
    )
    return instance, contest, study


def test_the_small_studys_rival_answers_and_knowing_it_is_worth_most(
    faced: tuple[entrepot.Instance, Contest, object],
) -> None:
    _, contest, _ = faced
    assert [each.name for each in contest.behaviours] == ["none", "temu"]
    reply = contest.behaviours[1].replies[0]
    assert reply.stop_reason == "proved"
    assert len(reply.candidate) == 2
    before, after = contest.verdicts
    assert after.measures.sold.sum() < before.measures.sold.sum()
    assert after.ledger.value < before.ledger.value
    assert contest.regret is not None
    assert contest.regret.regret.min() >= 0.0
    assert contest.answers[1].proof.gap <= 0.005


def test_a_reply_written_as_a_scenario_makes_the_instance_in_which_the_rival_answered(
    faced: tuple[entrepot.Instance, Contest, object], tmp_path: Path
) -> None:
    instance, contest, study = faced
    written = write_contest(tmp_path / "out", study, instance, contest)  # type: ignore[arg-type]
    scenario = tmp_path / "out" / "scenarios" / "reply-temu.toml"
    assert scenario in written
    copy = new_study(tmp_path / "study", "two-countries")
    target = copy / "scenarios" / scenario.name
    target.write_text(scenario.read_text(encoding="utf-8"), encoding="utf-8")
    again = entrepot.assemble(entrepot.read_study(copy, "reply-temu"))
    assert (rival_attraction(again) == rival_attraction(contest.behaviours[1].applied(instance))).all()
    assert len(again.rival_candidates.ids) == len(instance.rival_candidates.ids) - 2
    document = json.loads((tmp_path / "out" / "rivals.json").read_text(encoding="utf-8"))
    assert document["regret"][0]["response"] == "ignore"
    assert entrepot.verify(tmp_path / "out") == ()


def test_an_earlier_result_is_answered_without_planning_it_anew(
    faced: tuple[entrepot.Instance, Contest, object], tmp_path: Path
) -> None:
    instance, contest, study = faced
    write_contest(tmp_path / "out", study, instance, contest)  # type: ignore[arg-type]
    options = [
        "--plan",
        str(tmp_path / "out"),
        "--replies-only",
        "--add",
        "1",
        "--out",
        str(tmp_path / "again"),
    ]
    result = runner.invoke(app, ["rivals", str(STUDY), *options, "--json"])
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["proof"]["value"] == contest.result.proof.value
    assert {row["behaviour"] for row in document["replies"]} == {"amazon", "temu", "all"}
    assert document["choice"] is None
    assert "our plan" not in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rival", "ebay"], "There is no rival 'ebay'; there are amazon, temu."),
        (["--plan", "nowhere"], "There is no result at nowhere"),
    ],
)
def test_a_wrong_call_ends_in_plain_words_and_code_2(options: list[str], words: str) -> None:
    result = runner.invoke(app, ["rivals", str(STUDY), *options])
    assert result.exit_code == 2
    assert words in result.stderr.replace("\n", " ")
    assert not result.stdout


def test_progress_says_which_of_the_plans_is_searched(
    faced: tuple[entrepot.Instance, Contest, object],
) -> None:
    instance, _, _ = faced
    told: list[str] = []
    watcher = types.SimpleNamespace(
        report=lambda progress: told.append(progress.phase), should_stop=lambda: False
    )
    effort = Effort(gap=0.05, seconds=20.0, watcher=watcher)
    entrepot.face_rivals(instance, rivals=["amazon"], replan=False, effort=effort)
    assert any(phase.startswith("our plan: ") for phase in told)
    assert any(phase.startswith("replies: ") for phase in told)
