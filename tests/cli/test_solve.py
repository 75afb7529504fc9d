import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.cli import app

runner = CliRunner()
COSTS = "town,demand,Lyon,Bonn,Genoa\nfixed_cost,,5,4,9\nParis,1,1,7,8\nRome,1,9,9,2\nOslo,1,6,1,9\n"
POINTS = "x,y,demand\n0,0,1\n3,4,5\n30,0,2\n31,0,2\n"


@pytest.fixture
def costs(tmp_path: Path) -> str:
    path = tmp_path / "costs.csv"
    path.write_text(COSTS, encoding="utf-8")
    return str(path)


def test_a_file_is_solved_and_the_plan_printed(costs: str) -> None:
    call = ["solve", costs, "--problem", "ufl", "--format", "csv-costs", "--seconds", "600"]
    result = runner.invoke(app, call)
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "costs: ufl, 3 customers, 3 sites" in words
    assert "Cost 20" in words
    assert "proved the best" in words
    assert "Lyon 2" in words
    assert "Bonn 1" in words
    assert "plan" in result.stderr


def test_the_answer_is_written_as_json_and_csv(costs: str, tmp_path: Path) -> None:
    call = ["solve", costs, "--problem", "p-median", "--format", "csv-costs", "--p", "1", "--json"]
    result = runner.invoke(app, [*call, "--output", str(tmp_path / "answer.csv")])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["value"], document["bound"], document["stop_reason"]) == (16.0, 16.0, "proved")
    assert document["open_sites"] == ["Lyon"]
    with (tmp_path / "answer.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["Paris", "Lyon", "1.0"], ["Rome", "Lyon", "1.0"], ["Oslo", "Lyon", "1.0"]]
    runner.invoke(app, [*call, "--output", str(tmp_path / "answer.json")])
    written = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert written | {"seconds": 0} == document | {"seconds": 0}


def test_covering_counts_the_weight_within_the_radius(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(POINTS, encoding="utf-8")
    call = ["solve", str(path), "--problem", "max-covering", "--format", "csv-points", "--p", "1", "--json"]
    result = runner.invoke(app, [*call, "--radius", "5"])
    assert json.loads(result.stdout)["value"] == 6.0
    assert [pair["customer"] for pair in json.loads(result.stdout)["assignment"]] == ["1", "2"]
    assert runner.invoke(app, call).exit_code == 2


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--problem", "p-median", "--format", "csv-costs"], 2, "give --p"),
        (["--problem", "ufl", "--format", "orlib"], 1, "It is not a count"),
        (["--problem", "max-capture", "--format", "csv-costs"], 2, "cannot answer max-capture"),
        (["--problem", "ufl", "--format", "csv-costs", "--output", "answer.xlsx"], 2, "written as .json"),
        (["--problem", "tsp", "--format", "csv-costs"], 2, "tsp"),
    ],
)  # fmt: skip
def test_what_is_wrong_ends_in_plain_words(costs: str, options: list[str], code: int, words: str) -> None:
    result = runner.invoke(app, ["solve", costs, *options])
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output


def test_too_little_capacity_is_said_with_its_exit_code(costs: str) -> None:
    call = ["solve", costs, "--problem", "cflp", "--format", "csv-costs", "--capacity", "0.5"]
    result = runner.invoke(app, call)
    assert result.exit_code == 3
    assert "There is no plan" in result.output
