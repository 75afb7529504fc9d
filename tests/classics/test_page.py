"""The examples of docs/classic-problems.md run."""

import re
from pathlib import Path

from typer.testing import CliRunner

from entrepot.cli import app
from entrepot.tables.formats import FORMATS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "classic-problems.md").read_text(encoding="utf-8")


def test_the_examples_run_one_after_another() -> None:
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, names)
    assert getattr(names["answer"], "gap") <= 0.001  # noqa: B009


def test_every_format_is_on_the_page() -> None:
    assert all(f"| `{name}` |" in PAGE for name in FORMATS)


def test_the_benchmark_lists_its_cases() -> None:
    result = CliRunner().invoke(app, ["bench", "small", "--list"])
    assert result.exit_code == 0
    assert "small-ufl" in result.stdout
    assert CliRunner().invoke(app, ["bench", "small", "--against", "cplex"]).exit_code == 2
