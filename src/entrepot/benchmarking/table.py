"""Measurements as CSV and as a table in docs/benchmarks.md, between two marks."""

import csv
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

from entrepot.benchmarking.running import Measurement
from entrepot.errors import UsageError

NAMES = {
    "entrepot": "Entrepot", "highs": "HiGHS", "highs-weak": "HiGHS, weak form", "scip": "SCIP",
    "cpsat": "CP-SAT", "pbp": "pbp-pmedian", "spopt": "spopt",
}  # fmt: skip
CLOSED = 1e-9


def write_csv(path: Path, found: Sequence[Measurement]) -> None:
    """Write one line per case and solver; the machine and the day stand in every line."""
    names = [field.name for field in fields(Measurement)]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, [*names, "machine", "day"], lineterminator="\n")
        writer.writeheader()
        for one in found:
            writer.writerow({**asdict(one), "machine": machine(), "day": date.today().isoformat()})


def machine() -> str:
    """Processor and Python, in words."""
    return f"{platform.system()} {platform.machine()}, {_processor()}, Python {platform.python_version()}"


def rendered(found: Sequence[Measurement]) -> str:
    """Markdown: a line on versions and machine, then one row per case with every solver beside Entrepot."""
    solvers = list(dict.fromkeys(one.solver for one in found))
    peers = [solver for solver in solvers if solver != "entrepot"]
    versions = ", ".join(
        f"{NAMES[s]} {v}" for s, v in dict.fromkeys((m.solver, m.version) for m in found) if v
    )
    header = ["instance", "size", "value", "known", "bound", "gap", "CPU s", "peak MB"]
    for peer in peers:
        header += [f"{NAMES[peer]}: value", "gap", "CPU s", "peak MB", "ratio"]
    lines = [
        f"{versions}; {machine()}; {date.today().isoformat()}.",
        "",
        _row(header),
        _row(["---"] * len(header)),
    ]
    by_case = {(one.case, one.solver): one for one in found}
    for case in dict.fromkeys(one.case for one in found):
        ours = by_case.get((case, "entrepot"))
        lines.append(_row([*_ours(case, ours, found), *_theirs(case, ours, peers, by_case)]))
    return "\n".join(lines)


def write_table(path: Path, family: str, text: str) -> None:
    """Put a family's table between its marks `<!-- bench: FAMILY -->` and `<!-- end -->` in a Markdown file.

    Raises
    ------
    UsageError
        If the marks are not there.
    """
    page = path.read_text(encoding="utf-8")
    begin, end = f"<!-- bench: {family} -->\n", "<!-- end -->"
    start = page.find(begin)
    stop = page.find(end, start)
    if start < 0 or stop < 0:
        raise UsageError(
            f"{path} has no marks {begin.strip()} and {end}; put them where the table is to stand."
        )
    path.write_text(page[: start + len(begin)] + text + "\n" + page[stop:], encoding="utf-8")


def line_of(one: Measurement) -> str:
    """A measurement in one line."""
    parts = [
        f"{one.case:24}",
        f"{NAMES[one.solver]:16}",
        f"value {figure(one.value):>16}",
        f"gap {percent(one.gap):>10}",
    ]
    parts += [
        f"CPU {seconds(one.cpu_seconds):>8} s",
        f"{figure(one.peak_mb and round(one.peak_mb)):>6} MB",
        one.reason,
    ]
    return "  ".join([*parts, one.note]).rstrip()


def _ours(case: str, ours: Measurement | None, found: Sequence[Measurement]) -> list[str]:
    size = next((one.size for one in found if one.case == case and one.size), "")
    known = next((one.known for one in found if one.case == case), None)
    if ours is None:
        return [case, size, "", figure(known), "", "", "", ""]
    peak = figure(ours.peak_mb and round(ours.peak_mb))
    cpu = seconds(ours.cpu_seconds)
    value = figure(ours.value) if ours.value is not None else ours.reason
    return [case, size, value, figure(known), figure(ours.bound), percent(ours.gap), cpu, peak]


def _theirs(
    case: str, ours: Measurement | None, peers: list[str], by_case: dict[tuple[str, str], Measurement]
) -> list[str]:
    cells = []
    for peer in peers:
        one = by_case.get((case, peer))
        if one is None or one.cpu_seconds is None:
            cells += [one.reason if one else "", "", "", "", ""]
            continue
        value = figure(one.value) if one.value is not None else f"none ({one.reason})"
        peak = figure(one.peak_mb and round(one.peak_mb))
        cells += [value, percent(one.gap), seconds(one.cpu_seconds), peak, _ratio(ours, one)]
    return cells


def _ratio(ours: Measurement | None, peer: Measurement) -> str:
    """CPU seconds of the peer per second of ours; ">" where the peer's gap is the larger one."""
    if ours is None or not ours.cpu_seconds or peer.cpu_seconds is None or ours.gap is None:
        return ""
    ratio = f"{peer.cpu_seconds / ours.cpu_seconds:,.3g}"
    is_behind = peer.gap is None or peer.gap > max(ours.gap, CLOSED) + 1e-6
    return f"> {ratio}" if is_behind else ratio


def figure(value: float | None) -> str:
    """A number with as many digits as it needs, at most ten."""
    return "" if value is None else f"{value:,.10g}"


def percent(gap: float | None) -> str:
    """A gap in percent; 0 where it is closed."""
    if gap is None or not math.isfinite(gap):
        return "none"
    return "0 %" if gap <= CLOSED else f"{100 * gap:.3g} %"


def seconds(value: float | None) -> str:
    """CPU seconds with three digits."""
    return "" if value is None else f"{value:.3g}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else "unknown processor"
