"""The house rules that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import entrepot

SOURCE = Path(__file__).parents[1] / "src" / "entrepot"
MODULES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_longer_than_400_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_function_is_longer_than_60_lines_of_code(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node, clean=False)
            documentation = text.count("\n") + 1 if text else 0
            assert (node.end_lineno or 0) - node.lineno + 1 - documentation <= 60, node.name


def test_the_public_face_is_what_it_was() -> None:
    assert entrepot.__all__ == [
        *("Answer", "DataError", "EntrepotError", "Finding", "Future", "InfeasibleError", "Instance"),
        *("Objective", "Plan", "Points", "Result", "SolverError", "UsageError", "assemble"),
        *("assemble_futures", "calibrate", "check"),
        *("choose_robust", "face_futures", "face_rivals", "find_reply", "frames", "plan"),
        *("read_result", "read_study", "solve_cflp", "solve_max_capture", "solve_max_covering"),
        *(
            "solve_p_centre",
            "solve_p_median",
            "solve_sscflp",
            "solve_ufl",
            "value_waiting",
            "verify",
            "write_report",
            "write_result",
            "write_results",
            "write_workbook",
        ),
    ]
    for name in entrepot.__all__:
        assert getattr(entrepot, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'solve_everything'"):
        entrepot.solve_everything  # noqa: B018


def test_help_imports_neither_numba_nor_scipy_nor_a_solver() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from entrepot.cli import app; "
        "result = CliRunner().invoke(app, ['--help']); assert result.exit_code == 0, result.output; "
        "heavy = {'numba', 'scipy', 'highspy', 'polars', 'numpy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=SOURCE.parents[1])
