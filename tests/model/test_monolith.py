import numpy as np
import pytest

from entrepot.errors import SolverError
from entrepot.location import Options, charge_of, relative_gap
from entrepot.model.build import build_problem
from entrepot.model.families import LinearProgram, expand
from entrepot.model.highs import maximise
from entrepot.model.lp_text import write_lp
from entrepot.model.monolith import solve_monolith
from instances import Shape, random_instance
from model.tiny import counts, plain


def test_without_time_there_is_a_bound_and_the_reason_says_so() -> None:
    instance = random_instance(np.random.default_rng(5), Shape(sites=6, sizes=3, markets=20, periods=3))
    solution = solve_monolith(build_problem(instance)[0], Options(gap=0.0, seconds=0.0))
    assert solution.stop_reason == "time limit"
    assert solution.claimed_bound >= solution.value


@pytest.mark.parametrize("seed", range(5))
def test_a_loose_gap_still_brackets_the_optimum(seed: int) -> None:
    instance = random_instance(np.random.default_rng(seed), Shape(sites=5, sizes=3, markets=12, periods=3))
    problem, _ = build_problem(instance)
    loose, exact = (solve_monolith(problem, Options(gap=gap)) for gap in (0.2, 0.0))
    slack = 1e-6 * max(1.0, abs(exact.value))
    assert loose.value <= exact.value + slack
    assert loose.claimed_bound >= exact.value - slack
    assert loose.columns is not None
    assert loose.assignment is not None
    charge = charge_of(problem, loose.columns, loose.assignment)
    assert loose.gap == relative_gap(loose.value, loose.claimed_bound, charge)


def test_the_same_problem_gives_the_same_plan_twice() -> None:
    problem, _ = build_problem(random_instance(np.random.default_rng(8)))
    first, second = (solve_monolith(problem, Options(gap=0.0)) for _ in range(2))
    np.testing.assert_array_equal(first.columns, second.columns)
    assert first.value == second.value


def test_numbers_that_are_not_numbers_end_in_an_error() -> None:
    program, _ = expand(build_problem(plain())[0])
    broken = LinearProgram(
        objective=program.objective,
        lower=np.full(len(program.lower), np.nan),
        upper=program.upper,
        is_integer=program.is_integer,
        rows=program.rows,
        n_strategic=program.n_strategic,
    )
    with pytest.raises(SolverError, match="HiGHS"):
        maximise(broken, 10.0, 0.0)


def test_names_in_the_text_are_unique_even_where_labels_are_not() -> None:
    instance = counts()
    object.__setattr__(instance.sites, "labels", ("Lodz", "Lodz", "Lodz"))
    text = write_lp(build_problem(instance)[0])
    general = text.split("General\n")[1].split()[:-1]
    assert len(general) == len(set(general)) == 6


def test_the_formulation_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    solve_monolith(build_problem(plain())[0], Options())
    captured = capfd.readouterr()
    assert captured.out == ""
