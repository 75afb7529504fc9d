"""The benchmark's cases: one TOML file per family, read as data."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entrepot.errors import UsageError
from entrepot.tables.names import did_you_mean, listed


@dataclass(frozen=True, slots=True)
class Case:
    """One problem to be solved.

    Attributes
    ----------
    family, name : of the case. problem : a `Question` of the formats, or "integrated".
    file, file_format : instance, relative to the data folder; or generator, parameters : that make it.
    reading : fields of `tables.formats.Reading`. known, known_source : best known value, where there is one.
    gap, seconds : limits. gigabytes : memory limit. threads : of the engine. target : what is to be reached.
    """

    family: str
    name: str
    problem: str
    file: str = ""
    file_format: str = ""
    generator: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    known: float | None = None
    known_source: str = ""
    gap: float = 0.0
    seconds: float = 60.0
    gigabytes: float = 8.0
    threads: int = 1
    target: str = ""


def families() -> tuple[str, ...]:
    """Names of the families, sorted."""
    return tuple(sorted(path.stem for path in _root().glob("*.toml")))


def cases_of(family: str) -> tuple[Case, ...]:
    """The cases of a family.

    Raises
    ------
    UsageError
        If there is no such family.
    """
    if family not in families():
        remedy = did_you_mean(family, families(), f"There are {listed(families()) or 'none'}.")
        raise UsageError(f"There is no benchmark family {family!r}. {remedy}")
    return read_cases(_root() / f"{family}.toml")


def chosen_cases(cases: list[Case], name: str | None) -> list[Case]:
    """The case of that name, or else those whose names begin so; all where no name is given.

    Raises
    ------
    UsageError
        If there is none.
    """
    exact = [case for case in cases if case.name == name]
    found = exact or [case for case in cases if case.name.startswith(name or "")]
    if not found:
        raise UsageError(f"There is no case {name!r} here; --list shows them.")
    return found


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read a family; what stands above the cases holds for each of them unless it says otherwise.

    Raises
    ------
    UsageError
        If a key is not known or a case lacks an instance.
    """
    with path.open("rb") as file:
        content = tomllib.load(file)
    entries = content.pop("case", [])
    common = {"family": path.stem, **content}
    made = [_case(path, {**common, **_merged(common, entry)}) for entry in entries]
    names = [case.name for case in made]
    if len(set(names)) != len(names):
        raise UsageError(f"{path.name}: two cases have one name.")
    return tuple(made)


def _merged(common: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    merged = dict(entry)
    for key in ("parameters", "reading"):
        if key in common and key in entry:
            merged[key] = {**common[key], **entry[key]}
    return merged


def _case(path: Path, content: dict[str, Any]) -> Case:
    known = {slot: 0 for slot in Case.__slots__}
    unknown = [key for key in content if key not in known]
    if unknown:
        raise UsageError(f"{path.name}: {unknown[0]!r} is not a key of a case.")
    if not (content.get("file") and content.get("file_format")) and not content.get("generator"):
        raise UsageError(f"{path.name}: case {content.get('name')!r} has neither a file nor a generator.")
    return Case(**content)


def _root() -> Path:
    """Inside the installed package, or beside src in a source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "benchmarks"
    return (inside if inside.is_dir() else package.parents[1] / "benchmarks") / "cases"
