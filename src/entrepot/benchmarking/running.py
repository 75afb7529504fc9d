"""Each case and each solver in its own process, which is killed when it passes its time or its memory."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from entrepot.benchmarking.peers import version_of
from entrepot.benchmarking.registry import Case

GRACE = 60.0
"""Seconds beyond 1.5 times the limit: reading, compiling and a solver that is slow to stop."""
POLL = 0.1
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One solver on one case.

    Attributes
    ----------
    family, case, solver, version : what was run. size : of the instance.
    value, bound : +-inf as None. certified : bound recomputed without a solver, None where there is none.
    gap : |value - bound| / |value|. known : best known value. to_known : (value - known) / |known|.
    reason : why it stopped. cpu_seconds, wall_seconds, peak_mb : of the run. note : what to know about it.
    """

    family: str
    case: str
    solver: str
    version: str
    size: str
    value: float | None
    bound: float | None
    certified: float | None
    gap: float | None
    known: float | None
    to_known: float | None
    reason: str
    cpu_seconds: float | None
    wall_seconds: float | None
    peak_mb: float | None
    note: str


def measure_all(
    cases: Iterable[Case],
    solvers: Iterable[str],
    data: Path | None,
    seconds: float | None,
    tell: Callable[[Measurement], None],
) -> list[Measurement]:
    """Measure every solver on every case, one after another, with seed 1.

    Parameters
    ----------
    cases : of the registry. solvers : "entrepot" and names of peers. data : folder of instance files.
    seconds : limit instead of the cases' own. tell : called with each measurement.
    """
    found = []
    for case, solver in product(cases, list(solvers)):
        found.append(measure(case, solver, data, seconds if seconds is not None else case.seconds))
        tell(found[-1])
    return found


def measure(case: Case, solver: str, data: Path | None, seconds: float, seed: int = 1) -> Measurement:
    """Run one solver on one case in a process of its own; once more if kernels were compiled within."""
    version = version_of(solver)
    if version is None:
        return _measurement(case, solver, "", {"reason": "not installed"})
    job = {"case": asdict(case), "solver": solver, "seconds": seconds, "seed": seed}
    job["data"] = str(data) if data is not None else None
    result = _run(job, case, 1.5 * seconds + GRACE)
    if result.get("note", "").startswith("some kernels were compiled"):
        result = _run(job, case, 1.5 * seconds + GRACE)
    return _measurement(case, solver, version, result)


def _run(job: dict[str, Any], case: Case, limit: float) -> dict[str, Any]:
    environment = dict(os.environ)
    if case.threads == 1:
        environment |= dict.fromkeys(ONE_THREAD, "1")
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as answer,
        tempfile.TemporaryFile() as said,
    ):
        given.write(json.dumps(job).encode())
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "entrepot.benchmarking.child"],
            stdin=given, stdout=answer, stderr=said, env=environment, start_new_session=True,
        )  # fmt: skip
        killed, usage = _watch(child, limit, case.gigabytes)
        answer.seek(0)
        said.seek(0)
        text, complaint = answer.read().decode(errors="replace"), said.read().decode(errors="replace")
    used = {"cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024.0}
    if killed:
        return {"reason": killed, "note": "killed", **used}
    try:
        result: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError:
        last = complaint.strip().splitlines()[-1:] or [f"ended with code {child.returncode}"]
        return {"reason": "failed", "note": last[0][:200], **used}
    return result


def _watch(child: subprocess.Popen[bytes], limit: float, gigabytes: float) -> tuple[str, Any]:
    """Wait for the child's end and kill it at its limits; why it was killed, and what it used."""
    begin, killed = time.monotonic(), ""
    try:
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                return killed, usage
            if not killed and time.monotonic() - begin > limit:
                killed = "time limit"
            if not killed and _resident_gigabytes(child.pid) > gigabytes:
                killed = "memory limit"
            if killed:
                _kill(child.pid)
            time.sleep(POLL)
    except BaseException:
        _kill(child.pid)
        child.wait()
        raise


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _resident_gigabytes(pid: int) -> float:
    """Resident memory of the process; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


def _measurement(case: Case, solver: str, version: str, result: dict[str, Any]) -> Measurement:
    value, bound = result.get("value"), result.get("bound")
    gap = None if value is None or bound is None else abs(value - bound) / max(abs(value), 1e-10)
    to_known = None
    if value is not None and case.known is not None:
        to_known = (value - case.known) / max(abs(case.known), 1e-10)
    return Measurement(
        family=case.family,
        case=case.name,
        solver=solver,
        version=version,
        size=result.get("size", ""),
        value=value,
        bound=bound,
        certified=result.get("certified"),
        gap=gap,
        known=case.known,
        to_known=to_known,
        reason=result.get("reason", ""),
        cpu_seconds=result.get("cpu_seconds"),
        wall_seconds=result.get("wall_seconds"),
        peak_mb=result.get("peak_mb"),
        note=result.get("note", ""),
    )
