"""One expected .lp file per constraint family, on tiny instances (tests/model/tiny.py).

After a change that is meant to alter the formulation, write the files anew and read the difference:
ENTREPOT_REGENERATE=1 pytest tests/model/test_golden.py
"""

import os
from collections.abc import Callable
from pathlib import Path

import highspy
import pytest

from entrepot.instance import Instance
from entrepot.location import Options
from entrepot.model.build import build_problem
from entrepot.model.highs import QuietHighs
from entrepot.model.monolith import solve_monolith, write_lp
from model.tiny import CASES

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_formulation_is_the_expected_one(case: Callable[[], Instance]) -> None:
    text = write_lp(build_problem(case())[0])
    path = GOLDEN / f"{case.__name__}.lp"
    if os.environ.get("ENTREPOT_REGENERATE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_text_and_the_arrays_have_the_same_optimum(case: Callable[[], Instance]) -> None:
    solver = QuietHighs()
    assert solver.readModel(str(GOLDEN / f"{case.__name__}.lp")) == highspy.HighsStatus.kOk
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    solution = solve_monolith(build_problem(case())[0], Options(gap=0.0))
    assert solver.getInfo().objective_function_value == pytest.approx(solution.value, rel=1e-6, abs=1e-3)
