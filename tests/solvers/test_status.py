import numpy as np
import pytest
from scipy.sparse import csr_array

from entrepot.solvers.status import Program, open_program, run, vertex_of


class Impatient:
    """A clock with all the time there is, whose user says stop at the first question if told so."""

    def __init__(self, is_over):
        self.answer, self.phases = is_over, set()

    def left(self):
        return 1e6

    def is_over(self):
        return self.answer

    def report(self, phase):
        self.phases.add(phase)


def a_program(shape, is_integer):
    rng = np.random.default_rng(1)
    n_rows, n = shape
    return Program(
        cost=1.0 + 0.01 * rng.random(n),
        lower=np.zeros(n),
        upper=np.ones(n),
        matrix=csr_array((rng.random(shape) < 0.02).astype(float)),
        row_lower=np.ones(n_rows),
        row_upper=np.full(n_rows, np.inf),
        is_integer=np.full(n, is_integer),
    )


@pytest.mark.parametrize("is_integer", [False, True])
def test_the_user_can_end_a_long_program(is_integer):
    highs, clock = open_program(a_program((1500, 3000), is_integer), presolve="off"), Impatient(True)
    assert run(highs, clock, phase="waiting") == "stopped"
    assert clock.phases == {"waiting"}


def test_a_program_runs_alike_watched_or_not_and_again_after_a_stop():
    program = a_program((60, 300), False)
    program = Program(**{**fields_of(program), "matrix": program.matrix + csr_array(np.eye(60, 300))})
    plain, watched = open_program(program), open_program(program)
    assert run(plain, Impatient(False)) == "optimal"
    for _ in range(3):
        assert run(watched, Impatient(False), phase="again") == "optimal"
        watched.clearSolver()
    run(watched, Impatient(True), phase="over")
    assert run(watched, Impatient(False)) == "optimal"
    assert vertex_of(watched).objective == pytest.approx(vertex_of(plain).objective)


def fields_of(program):
    return {name: getattr(program, name) for name in program.__slots__}
