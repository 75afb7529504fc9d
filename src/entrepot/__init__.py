"""Entrepot plans a logistics network - where, with whom, when, against whom - and proves the plan.

The names below are the public face; each is imported when it is first used, so that `import entrepot`
is quick.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

try:
    __version__ = version("entrepot")
except PackageNotFoundError:  # a source tree that was not installed
    __version__ = "0.1.0"

_HOME = {
    "Answer": "classics",
    "DataError": "errors",
    "EntrepotError": "errors",
    "Finding": "errors",
    "InfeasibleError": "errors",
    "SolverError": "errors",
    "UsageError": "errors",
    "Instance": "instance",
    "Objective": "instance",
    "Plan": "plans.plan",
    "Points": "classics",
    "Result": "plans.result",
    "Future": "instance",
    "assemble": "assembly",
    "assemble_futures": "assembly",
    "calibrate": "study",
    "check": "study",
    "choose_robust": "analysis",
    "face_futures": "analysis",
    "face_rivals": "analysis",
    "find_reply": "analysis",
    "frames": "report",
    "plan": "planning",
    "read_result": "study",
    "read_study": "study",
    "solve_cflp": "classics",
    "solve_max_capture": "classics",
    "solve_max_covering": "classics",
    "solve_p_centre": "classics",
    "solve_p_median": "classics",
    "solve_sscflp": "classics",
    "solve_ufl": "classics",
    "value_waiting": "analysis",
    "verify": "study",
    "write_report": "report",
    "write_result": "study",
    "write_results": "study",
    "write_workbook": "report",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'entrepot' has no attribute {name!r}")
    return getattr(import_module(f"entrepot.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
