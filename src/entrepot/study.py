"""The whole chain in order: read this first.

read_study -> assemble -> plan (build, solve, lift, referee) -> write_results -> verify
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from entrepot.analysis import Contest, Effort, Outlook, Waiting, face_futures, face_rivals, value_waiting
from entrepot.analysis.reply import DEFAULT_MOST
from entrepot.assembly import assemble, assemble_futures, findings_of
from entrepot.errors import DataError, Finding, UsageError
from entrepot.instance import Instance
from entrepot.location import Memory, Watcher
from entrepot.location.memory import load_memory, save_memory
from entrepot.planning import plan
from entrepot.plans.document import read_document, result_document
from entrepot.plans.result import Result
from entrepot.plans.verify import differences
from entrepot.report import (
    contest_document,
    contest_frames,
    frames,
    outlook_document,
    outlook_frames,
    outlook_page,
    reply_scenario,
    write_report,
    write_workbook,
)
from entrepot.tables import check_study, read_study
from entrepot.tables.study import Study
from entrepot.terms.calibration import Calibration, OwnTarget
from entrepot.terms.calibration import calibrate as fit
from entrepot.terms.offers import fastest_direct_promise

__all__ = [
    "calibrate",
    "check",
    "face_study_futures",
    "face_study_rivals",
    "plan_study",
    "read_result",
    "read_study",
    "verify",
    "write_contest",
    "write_outlook",
    "write_result",
    "write_results",
]

MEMORY = "memory.npz"


def check(path: str | Path, scenario: str = "") -> tuple[Finding, ...]:
    """Everything that is wrong, or odd, in a study: cells, keys, references, and tables against each other.

    Parameters
    ----------
    path : study folder or workbook. scenario : name of one of its scenarios, or "".
    """
    findings = check_study(path, scenario)
    if any(finding.severity == "error" for finding in findings):
        return findings
    return (*findings, *findings_of(read_study(path, scenario)))


def plan_study(  # noqa: PLR0913 - the options of a plan
    path: str | Path,
    scenario: str = "",
    *,
    gap: float = 0.005,
    seconds: float = 120.0,
    seed: int = 1,
    threads: int = 2,
    watcher: Watcher | None = None,
    after: str | Path | None = None,
) -> tuple[Study, Instance, Result]:
    """Read, assemble and plan a study; see `entrepot.plan` for the options and errors.

    Parameters
    ----------
    after : folder of an earlier result that was written with its memory, to start from.
    """
    memory = None if after is None else load_memory(Path(after) / MEMORY)
    study = read_study(path, scenario)
    instance = assemble(study)
    result = plan(
        instance, gap=gap, seconds=seconds, seed=seed, threads=threads, watcher=watcher, after=memory
    )
    return study, instance, result


def face_study_rivals(
    path: str | Path,
    scenario: str = "",
    *,
    planned: str | Path | None = None,
    rivals: Sequence[str] = (),
    most: int = DEFAULT_MOST,
    replan: bool = True,
    effort: Effort | None = None,
) -> tuple[Study, Instance, Contest]:
    """Read and assemble a study, plan it, and let its rivals answer; see `entrepot.face_rivals`.

    Parameters
    ----------
    planned : an earlier result of this study and scenario whose plan is answered instead of a new one.
    """
    study = read_study(path, scenario)
    instance = assemble(study)
    result = None if planned is None else _earlier(planned, instance)
    contest = face_rivals(instance, result, rivals=rivals, most=most, replan=replan, effort=effort)
    return study, instance, contest


def _earlier(planned: str | Path, instance: Instance) -> Result:
    """An earlier result, with its memory where that was written."""
    file, document = _load(planned)
    result, memory = read_document(document, instance), file.parent / MEMORY
    return replace(result, memory=load_memory(memory)) if memory.is_file() else result


def write_contest(
    directory: str | Path, study: Study, instance: Instance, contest: Contest
) -> tuple[Path, ...]:
    """Write our plan, rivals.json, its tables as CSV, and every behaviour as a scenario.

    Parameters
    ----------
    directory : made where absent; files of an earlier run are replaced, others are left alone.

    Returns
    -------
    tuple of Path
        The files written: rivals.json first.
    """
    folder = Path(directory)
    for part in ("tables", "scenarios"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    written = [folder / "rivals.json", write_result(folder / "result.json", study, instance, contest.result)]
    text = json.dumps(contest_document(instance, contest), ensure_ascii=False, allow_nan=False)
    written[0].write_text(text, encoding="utf-8")
    for name, frame in contest_frames(instance, contest).items():
        written.append(folder / "tables" / f"rivals_{name}.csv")
        frame.write_csv(written[-1])
    for behaviour in contest.behaviours:
        if any(len(reply.candidate) for reply in behaviour.replies):
            written.append(folder / "scenarios" / f"reply-{behaviour.name}.toml")
            written[-1].write_text(reply_scenario(instance, behaviour), encoding="utf-8")
    return tuple(written)


def face_study_futures(
    path: str | Path, scenario: str = "", *, n_decided: int = 1, effort: Effort | None = None
) -> tuple[Study, Outlook, Waiting | None]:
    """Read and assemble a study and its futures, and plan for all of them; see `entrepot.face_futures`.

    Parameters
    ----------
    n_decided : first periods that are decided now where waiting is valued (`entrepot.value_waiting`); 0 = it
        is not.
    """
    study = read_study(path, scenario)
    outlook = face_futures(assemble_futures(study), effort=effort)
    waiting = value_waiting(outlook, n_decided=n_decided, effort=effort) if n_decided else None
    return study, outlook, waiting


def write_outlook(
    directory: str | Path, study: Study, outlook: Outlook, waiting: Waiting | None = None
) -> tuple[Path, ...]:
    """Write futures.json, its tables as CSV, and the report (report.html).

    Parameters
    ----------
    directory : made where absent; files of an earlier run are replaced, others are left alone.

    Returns
    -------
    tuple of Path
        The files written: futures.json first.
    """
    folder = Path(directory)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    written = [folder / "futures.json"]
    document = outlook_document(outlook, waiting, study_reference(study, folder))
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    written[0].write_text(text, encoding="utf-8")
    for name, frame in outlook_frames(outlook, waiting).items():
        written.append(folder / "tables" / f"futures_{name}.csv")
        frame.write_csv(written[-1])
    written.append(folder / "report.html")
    written[-1].write_text(outlook_page(outlook, waiting), encoding="utf-8")
    return tuple(written)


def calibrate(path: str | Path, scenario: str = "", period: int = 0) -> tuple[Instance, Calibration]:
    """Fit the constants of attraction to the shares that the study knows.

    Parameters
    ----------
    path, scenario : the study. Its targets are `rivals.target_share` and `choice.target_share`.
    period : index of the period whose demand and rival centres count.

    Returns
    -------
    Instance and Calibration
        The constants belong into `rivals.attraction` and `choice.attraction` (Huff: `size`).

    Raises
    ------
    UsageError : the study has no targets, or they cannot be reached.

    Notes
    -----
    Our own target is the share of our direct parcels, at the fastest direct promise to each market: the
    offer of a seller without centres.
    """
    study = read_study(path, scenario)
    instance = assemble(study)
    rivals = study.tables["rivals"].select("rival", "target_share").drop_nulls()
    targets = {str(name): float(share) for name, share in rivals.iter_rows()}
    share = study.settings["choice.target_share"]
    if not targets and share is None:
        raise UsageError("The study has no target shares: fill in target_share in rivals or in [choice].")
    own = None if share is None else OwnTarget(float(str(share)), fastest_direct_promise(instance, period))
    return instance, fit(instance, targets, own, period=period)


def write_results(
    directory: str | Path,
    study: Study,
    instance: Instance,
    result: Result,
    *,
    with_report: bool = True,
    with_memory: bool = False,
) -> tuple[Path, ...]:
    """Write result.json, the tables as CSV, the workbook and the report into a folder.

    Parameters
    ----------
    directory : made where absent; files of an earlier run are replaced, others are left alone.
    with_report : False leaves out workbook and report.
    with_memory : True adds the prices and cuts that `plan_study(after=...)` starts from.

    Returns
    -------
    tuple of Path
        The files written.
    """
    folder = Path(directory)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    written = [write_result(folder / "result.json", study, instance, result)]
    if with_memory and isinstance(result.memory, Memory):
        written.append(save_memory(folder / MEMORY, result.memory))
    if result.plan is None:
        return tuple(written)
    for name, frame in frames(instance, result).items():
        written.append(folder / "tables" / f"{name}.csv")
        frame.write_csv(written[-1])
    if with_report:
        written += [folder / "plan.xlsx", folder / "report.html"]
        write_workbook(written[-2], instance, result)
        write_report(written[-1], instance, result)
    return tuple(written)


def write_result(path: str | Path, study: Study, instance: Instance, result: Result) -> Path:
    """Write the result document; it names its study by a path relative to itself where that is possible."""
    target = Path(path)
    document = result_document(instance, result, study_reference(study, target.parent))
    target.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    return target


def study_reference(study: Study, directory: Path) -> dict[str, str]:
    """How a result names its study: name, path, scenario."""
    source = Path(study.path).resolve()
    path = _walk_up(source, directory.resolve())
    return {"name": study.name, "path": path.as_posix(), "scenario": study.scenario}


def read_result(path: str | Path, study_path: str | Path | None = None) -> tuple[Study, Instance, Result]:
    """Read a result and the study that it was made from.

    Parameters
    ----------
    path : result.json, or the folder that holds it.
    study_path : the study, where it is no longer where the result says.

    Raises
    ------
    UsageError : no result there. DataError : the study has errors, or the result does not fit it.
    """
    file, document = _load(path)
    study, instance = _study_of(file, document, study_path)
    return study, instance, read_document(document, instance)


def verify(path: str | Path, study_path: str | Path | None = None) -> tuple[str, ...]:
    """Let the referee recompute a result from its study and say what differs, the first difference first.

    Parameters
    ----------
    path, study_path : as for `read_result`.

    Returns
    -------
    tuple of str
        Empty where every number stands.
    """
    file, document = _load(path)
    _, instance = _study_of(file, document, study_path)
    return differences(instance, document)


def _load(path: str | Path) -> tuple[Path, dict[str, Any]]:
    file = Path(path)
    if file.is_dir():
        file = file / "result.json"
    if not file.is_file():
        raise UsageError(f"There is no result at {file}. Name a result.json, or the folder that holds one.")
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _broken(file, f"It is not JSON ({error}).") from error
    if not isinstance(document, dict) or not isinstance(document.get("study"), dict):
        raise _broken(file, "It does not name its study, so it is not a result of Entrepot.")
    return file, document


def _study_of(file: Path, document: dict[str, Any], study_path: str | Path | None) -> tuple[Study, Instance]:
    reference = document["study"]
    stated = file.parent / str(reference.get("path", ""))
    source = Path(study_path) if study_path is not None else stated.resolve()
    if not source.exists():
        raise UsageError(f"The result's study is not at {source}. Say where it is with --study.")
    study = read_study(source, str(reference.get("scenario") or ""))
    return study, assemble(study)


def _broken(file: Path, problem: str) -> DataError:
    return DataError([Finding("error", file.name, None, "", "", problem, "Plan again to make a new one.")])


def _walk_up(source: Path, start: Path) -> Path:
    shared = 0
    for one, other in zip(source.parts, start.parts, strict=False):
        if one != other:
            break
        shared += 1
    if shared <= 1:
        return source
    return Path(*[".."] * (len(start.parts) - shared), *source.parts[shared:])
