"""Studies to start from: the shipped examples as a folder of CSV tables or as one workbook."""

import shutil
from pathlib import Path

from entrepot.errors import UsageError
from entrepot.tables.folder import SCENARIOS, SETTINGS_FILE
from entrepot.tables.names import did_you_mean, listed
from entrepot.tables.reading import read_raw
from entrepot.tables.workbook import is_workbook
from entrepot.tables.workbook_template import write_study_workbook

DEFAULT_EXAMPLE = "two-countries"
_PATTERNS = (SETTINGS_FILE, "*.csv", "*.md", f"{SCENARIOS}/*.toml")


def new_study(directory: str | Path, example: str | None = None, as_workbook: bool = False) -> Path:
    """Write a study to start from: a copy of a shipped example.

    Parameters
    ----------
    directory : folder to write into, made where absent; with `as_workbook` also the .xlsx file itself.
    example : name of a shipped example; None = two-countries.
    as_workbook : one workbook (DIR/study.xlsx) with a sheet per table, explained in its headers, instead
        of CSV files.

    Returns
    -------
    Path
        The study: the folder or the workbook.

    Raises
    ------
    UsageError : there is no such example, or a file is in the way. Nothing is ever overwritten.
    """
    source = _example(example or DEFAULT_EXAMPLE)
    target = Path(directory)
    if as_workbook:
        book = target if is_workbook(target) else target / "study.xlsx"
        _refuse_existing([book])
        _make(book.parent)
        write_study_workbook(book, read_raw(source))
        return book
    files = sorted(file for pattern in _PATTERNS for file in source.glob(pattern))
    copies = {file: target / file.relative_to(source) for file in files}
    _refuse_existing(list(copies.values()))
    for file, copy in copies.items():
        _make(copy.parent)
        shutil.copyfile(file, copy)
    return target


def list_examples() -> tuple[str, ...]:
    """Names of the shipped examples."""
    root = _examples_root()
    if not root.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in root.iterdir() if (entry / SETTINGS_FILE).is_file()))


def _example(name: str) -> Path:
    names = list_examples()
    if name not in names:
        remedy = did_you_mean(name, names, f"There are {listed(names) or 'none'}.")
        raise UsageError(f"There is no example {name!r}. {remedy}")
    return _examples_root() / name


def _examples_root() -> Path:
    """Inside the installed package, or beside src in a source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "examples"
    return inside if inside.is_dir() else package.parents[1] / "examples"


def _refuse_existing(files: list[Path]) -> None:
    existing = [file for file in files if file.exists()]
    if existing:
        raise UsageError(f"{existing[0]} exists already. Name another folder, or move it away first.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({error.strerror}). Name another folder.") from error
