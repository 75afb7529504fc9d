import numpy as np
import pytest

from entrepot.kernels.covering import closed_form_cuts, swap_terms


def lists(rng, n_groups=12, n_sites=6):
    covers = rng.random((n_groups, n_sites)) < 0.4
    pointer = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    return covers, (pointer, np.nonzero(covers)[1], rng.uniform(0.0, 5.0, n_groups))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_cuts_are_tight_at_their_point_and_valid_everywhere(seed, compiled):
    rng = np.random.default_rng(seed)
    covers, (pointer, site, weight) = lists(rng)
    part, point = rng.integers(0, 3, 12), rng.choice([0.0, 0.3, 0.5, 1.0], 6)
    function = closed_form_cuts if compiled else closed_form_cuts.py_func
    for level in (1.0 - 1e-9, 1.0 + 1e-9):
        constant, slope = function((pointer, site, weight), part, 3, point, level)
        for y in [point, *rng.uniform(0.0, 1.0, (20, 6)), *rng.integers(0, 2, (20, 6)).astype(float)]:
            covered = np.bincount(part, weight * np.minimum(1.0, covers @ y), minlength=3)
            assert np.all(covered <= constant + slope @ y + 1e-9)
            if y is point:
                np.testing.assert_allclose(covered, constant + slope @ y)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_swap_terms_equal_the_change_of_every_move(seed, compiled):
    rng = np.random.default_rng(seed)
    covers, (pointer, site, weight) = lists(rng)
    plan = rng.permutation(6)[:3]
    position = np.full(6, -1)
    position[plan] = np.arange(3)
    function = swap_terms if compiled else swap_terms.py_func
    covered, gain, loss, saved = function(pointer, site, weight, position, 3)

    def value(sites):
        return float(weight @ np.any(covers[:, sites], axis=1)) if len(sites) else 0.0

    assert covered == pytest.approx(value(plan))
    for j in set(range(6)) - set(plan.tolist()):
        assert gain[j] == pytest.approx(value([*plan, j]) - covered)
        for r in range(3):
            swapped = [*np.delete(plan, r), j]
            assert gain[j] - loss[r] + saved[r, j] == pytest.approx(value(swapped) - covered)
