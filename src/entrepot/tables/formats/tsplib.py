"""Points of TSPLIB (.tsp) as customers and sites: p-median, p-centre and covering in the plane.

Sections and keywords as in TSPLIB 95; EDGE_WEIGHT_TYPE must be EUC_2D or CEIL_2D, whose points lie in the
plane. TSPLIB rounds distances to the nearest integer; the literature on the p-median problem rounds
them down. The option `rounding` says which: none (default), down, nearest.

References
----------
Reinelt, G. (1991): TSPLIB - a traveling salesman problem library. ORSA Journal on Computing 3, 376-384.
"""

from pathlib import Path

import numpy as np

from entrepot.errors import DataError, Finding
from entrepot.location import PlaneCosts
from entrepot.location.problem import FloatArray
from entrepot.location.service_costs import Rounding
from entrepot.tables.formats.numbers import MOST, read_plain
from entrepot.tables.formats.stated import Question, Reading, Stated

PLANAR = ("EUC_2D", "CEIL_2D")
SECTION = "NODE_COORD_SECTION"


def read_tsplib(path: Path, question: Question, reading: Reading) -> Stated:  # noqa: ARG001
    """Read the points of a TSPLIB file.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    lines = read_plain(path).splitlines()
    keywords, begin = _keywords(lines)
    findings = _wrong_keywords(path.name, keywords)
    points, wrong = _points(path.name, lines, begin)
    findings += wrong
    findings += _wrong_count(path.name, keywords, len(points)) if not wrong else []
    if any(finding.severity == "error" for finding in findings):
        raise DataError(findings)
    name, _ = keywords.get("NAME", (path.stem, 0))
    return stated_points(name, points, reading.rounding)


def stated_points(name: str, points: FloatArray, rounding: Rounding) -> Stated:
    """Points that are customers and sites, each with one unit of demand."""
    ones = np.ones(len(points))
    costs = PlaneCosts(points, points, ones, rounding)
    return Stated(name, costs, costs, np.zeros(len(points)), ones, np.full(len(points), np.inf))


def _keywords(lines: list[str]) -> tuple[dict[str, tuple[str, int]], int]:
    """Keyword -> (value, line), and the index of the first line of points; len(lines) where there is none."""
    keywords: dict[str, tuple[str, int]] = {}
    for place, line in enumerate(lines):
        key, _, value = line.partition(":")
        if key.strip().upper() == SECTION:
            return keywords, place + 1
        if key.strip():
            keywords.setdefault(key.strip().upper(), (value.strip(), place + 1))
    return keywords, len(lines)


def _wrong_keywords(label: str, keywords: dict[str, tuple[str, int]]) -> list[Finding]:
    findings = []
    kind, line = keywords.get("EDGE_WEIGHT_TYPE", ("", None))
    if kind not in PLANAR:
        problem = "Its points do not lie in the plane." if kind else "It does not say what its distances are."
        remedy = f"Only files with EDGE_WEIGHT_TYPE {' or '.join(PLANAR)} can be read."
        findings.append(Finding("error", label, line, "EDGE_WEIGHT_TYPE", kind, problem, remedy))
    return findings


def _points(label: str, lines: list[str], begin: int) -> tuple[FloatArray, list[Finding]]:
    """(n, 2) coordinates and what is wrong."""
    points: list[tuple[float, float]] = []
    findings: list[Finding] = []
    for place in range(begin, len(lines)):
        words = lines[place].split()
        if not words:
            continue
        if words[0].isalpha():
            break
        point = _point(words)
        if point is not None:
            points.append(point)
        elif len(findings) < MOST:
            remedy = "Write a number and two coordinates."
            problem = "It is not a point."
            findings.append(
                Finding("error", label, place + 1, SECTION, lines[place].strip(), problem, remedy)
            )
    if not points and not findings:
        findings.append(
            Finding("error", label, None, SECTION, "", "There are no points.", "Check the format.")
        )
    return np.array(points, dtype=np.float64).reshape(-1, 2), findings


def _point(words: list[str]) -> tuple[float, float] | None:
    try:
        x, y = float(words[1]), float(words[2])
    except (ValueError, IndexError):
        return None
    return (x, y) if np.isfinite(x) and np.isfinite(y) and len(words) == 3 else None


def _wrong_count(label: str, keywords: dict[str, tuple[str, int]], n_points: int) -> list[Finding]:
    dimension, line = keywords.get("DIMENSION", ("", 0))
    if not dimension or dimension == str(n_points):
        return []
    problem = f"The file holds {n_points} points."
    return [Finding("error", label, line, "DIMENSION", dimension, problem, "Correct it, or add the points.")]
