import json
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import entrepot
from entrepot.cli import app
from entrepot.errors import DataError, Finding, InfeasibleError, SolverError, UsageError

runner = CliRunner()
WARNING = Finding("warning", "sites.csv", 3, "rent", "900", "is unusually high.", "Check the unit.")
ERROR = Finding("error", "sites.csv", 4, "country", "FRA", "is not known.", "Did you mean FR?")


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    return fail


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A chain that plans nothing: the command line is tested on its own."""
    module = types.ModuleType("entrepot.study")
    monkeypatch.setitem(sys.modules, "entrepot.study", module)
    return module


def test_the_version_is_shown() -> None:
    result = runner.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.strip() == f"entrepot {entrepot.__version__}"


def test_an_unknown_option_is_a_usage_error() -> None:
    assert runner.invoke(app, ["plan", "somewhere", "--speed", "9"]).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("No study at nowhere."), 2, "No study at nowhere."),
        (InfeasibleError([("budget in 2027", 12.5)]), 3, "budget in 2027: relax by at least 12.5"),
        (SolverError("The solver failed."), 4, "The solver failed."),
        (KeyboardInterrupt(), 130, "Aborted."),
        (PermissionError(13, "Permission denied", "results"), 2, "Permission denied: results"),
        (ZeroDivisionError("division by zero"), 4, "Entrepot has a bug: ZeroDivisionError"),
    ],
)
def test_every_error_ends_in_plain_words_and_its_exit_code(
    chain: types.ModuleType, error: BaseException, code: int, words: str
) -> None:
    chain.plan_study, chain.write_results = failing(error), failing(error)
    result = runner.invoke(app, ["plan", "study"])
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert not result.stdout


def test_a_wrong_study_ends_with_its_findings_and_exit_code_1(chain: types.ModuleType) -> None:
    chain.plan_study = chain.write_results = failing(DataError([WARNING, ERROR]))
    result = runner.invoke(app, ["plan", "study"])
    assert result.exit_code == 1
    assert "Did you mean FR?" in result.stdout
    as_json = runner.invoke(app, ["plan", "study", "--json"])
    assert [finding["row"] for finding in json.loads(as_json.stdout)] == [3, 4]


def test_details_of_a_bug_are_shown_on_request(
    chain: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.check = failing(ZeroDivisionError("division by zero"))
    monkeypatch.setenv("ENTREPOT_DEBUG", "1")
    assert isinstance(runner.invoke(app, ["check", "study"]).exception, ZeroDivisionError)


def test_check_ends_with_0_on_warnings_and_with_1_on_errors(chain: types.ModuleType) -> None:
    chain.check = lambda path, scenario: (WARNING,)
    assert runner.invoke(app, ["check", "study"]).exit_code == 0
    chain.check = lambda path, scenario: (WARNING, ERROR)
    result = runner.invoke(app, ["check", "study", "--scenario", "x"])
    assert result.exit_code == 1
    assert "1 error, 1 warning." in result.stdout


def test_verify_says_pass_or_which_number_differs_first(chain: types.ModuleType) -> None:
    chain.verify = lambda path, study: ()
    assert "PASS" in runner.invoke(app, ["verify", "results"]).stdout
    chain.verify = lambda path, study: ("value: 1 instead of 2", "gap: 3 instead of 4")
    result = runner.invoke(app, ["verify", "results"])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "FAILS. value: 1 instead of 2"
    document = json.loads(runner.invoke(app, ["verify", "results", "--json"]).stdout)
    assert document == {"passes": False, "differences": ["value: 1 instead of 2", "gap: 3 instead of 4"]}


def test_verify_says_that_the_result_names_its_scenario() -> None:
    result = runner.invoke(app, ["verify", "--help"])
    assert "The result names its study and its scenario" in " ".join(result.output.split())
    refused = runner.invoke(app, ["verify", "results", "--scenario", "cape"])
    assert refused.exit_code == 2
    assert "No such option" in refused.output


def test_a_run_without_a_plan_keeps_its_bound_and_ends_with_4(
    chain: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = []

    def write_results(folder: Path, *parts: object, with_report: bool, with_memory: bool) -> tuple[Path, ...]:
        assert not with_memory
        folders.append((folder, with_report))
        path = tmp_path / "result.json"
        path.write_text("{}", encoding="utf-8")
        return (path,)

    study, nothing = types.SimpleNamespace(name="demo"), types.SimpleNamespace(plan=None)
    chain.plan_study, chain.write_results = lambda *a, **b: (study, None, nothing), write_results
    result = runner.invoke(app, ["plan", "study", "--scenario", "cape", "--no-report", "--json"])
    assert result.exit_code == 4
    assert result.stdout.strip() == "{}"
    assert "Stopped before a plan was found" in result.stderr
    runner.invoke(app, ["plan", "study"])
    assert folders == [(Path("results/demo-cape"), False), (Path("results/demo-base"), True)]


def test_new_writes_a_study_whose_scenarios_are_listed(tmp_path: Path) -> None:
    result = runner.invoke(app, ["new", str(tmp_path / "mine")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mine" / "study.toml").is_file()
    listed = runner.invoke(app, ["scenarios", str(tmp_path / "mine"), "--json"])
    assert listed.exit_code == 0
    assert "tight-budget" in [scenario["name"] for scenario in json.loads(listed.stdout)]
    again = runner.invoke(app, ["new", str(tmp_path / "mine")])
    assert again.exit_code == 2


def test_formats_describes_the_tables() -> None:
    assert "sites" in runner.invoke(app, ["formats"]).stdout


def test_help_of_every_command_imports_nothing_heavy() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from entrepot.cli import app\n"
        "for name in ('plan', 'check', 'new', 'verify', 'scenarios', 'report', 'calibrate', 'formats'):\n"
        "    result = CliRunner().invoke(app, [name, '--help'])\n"
        "    assert result.exit_code == 0, result.output\n"
        "heavy = {'numba', 'scipy', 'highspy', 'polars', 'numpy'} & set(sys.modules); assert not heavy, heavy"
    )
    source = Path(entrepot.__file__).parents[1]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=source)
