"""A small study that tests may spoil."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from entrepot.errors import Finding
from entrepot.tables import check_study

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "two-countries"


class Folder:
    """A study folder with means to change it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, table: str) -> list[list[str]]:
        text = (self.path / f"{table}.csv").read_text(encoding="utf-8")
        return list(csv.reader(io.StringIO(text, newline="")))

    def write(self, table: str, rows: list[list[str]], separator: str = ",") -> None:
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=separator).writerows(rows)
        (self.path / f"{table}.csv").write_text(target.getvalue(), encoding="utf-8", newline="")

    def set(self, table: str, row: int, column: str, value: str) -> None:
        """Put a value into a cell; the header is row 1."""
        rows = self.rows(table)
        rows[row - 1][rows[0].index(column)] = value
        self.write(table, rows)

    def replace(self, name: str, old: str, new: str) -> None:
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def scenario(self, text: str, name: str = "trial") -> None:
        (self.path / "scenarios").mkdir(exist_ok=True)
        (self.path / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")

    def check(self, scenario: str = "") -> tuple[Finding, ...]:
        return check_study(self.path, scenario)

    def only(self, scenario: str = "") -> Finding:
        """The one finding that there is."""
        found = self.check(scenario)
        assert len(found) == 1, [str(finding) for finding in found]
        return found[0]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(EXAMPLE, tmp_path / "study")
    return Folder(tmp_path / "study")


@pytest.fixture(scope="session")
def example() -> Path:
    return EXAMPLE


@pytest.fixture
def state_of() -> Callable[[Path], dict[str, tuple[bytes, int]]]:
    """Bytes and time of change of every file below a folder."""

    def state(root: Path) -> dict[str, tuple[bytes, int]]:
        files = [entry for entry in sorted(root.rglob("*")) if entry.is_file()]
        return {str(entry): (entry.read_bytes(), entry.stat().st_mtime_ns) for entry in files}

    return state
