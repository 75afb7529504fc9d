import numpy as np
import pytest

from entrepot.kernels.reducing import dominated_ways
from entrepot.solvers.prepared import network_of
from solvers.problems import random_problem


def dominated_in_plain_python(problem, top):
    usage = problem.resources.usage.toarray()
    answer = np.zeros(problem.n_ways, dtype=bool)
    for cell in range(problem.n_cells):
        ways = range(problem.cells.way_pointer[cell], problem.cells.way_pointer[cell + 1])
        free = [way for way in ways if problem.ways.facility[way] < 0]
        rivals = [(max(free, key=lambda way: problem.ways.value[way]))] if free else []
        facts = [(problem.ways.value[way], usage[:, way]) for way in rivals]
        if not problem.cells.is_mandatory[cell]:
            facts.append((0.0, np.zeros(len(usage))))
        for way in ways:
            place = problem.ways.facility[way]
            if place >= 0:
                best = (
                    problem.ways.value[way] + problem.ways.volume[way] * top[place, problem.cells.kind[cell]]
                )
                answer[way] = any(best <= value and np.all(usage[:, way] >= use) for value, use in facts)
    return answer


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_dominated_ways_are_those_of_plain_python(seed, compiled):
    problem = random_problem(
        np.random.default_rng(seed), is_mandatory=seed % 2 == 1, with_limits=seed % 3 > 0
    )
    pointer = problem.enablers.facility_pointer[:-1]
    top = np.maximum.reduceat(problem.enablers.shift, pointer, axis=0)
    function = dominated_ways if compiled else dominated_ways.py_func
    np.testing.assert_array_equal(function(network_of(problem), top), dominated_in_plain_python(problem, top))
