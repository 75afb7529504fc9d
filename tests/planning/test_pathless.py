"""Plans whose first problem states no paths."""

import pytest

from entrepot.location import Options
from entrepot.model.build import build
from entrepot.model.monolith import solve_monolith
from entrepot.planning import pathless, plan, rooms
from planning.with_paths import some


@pytest.mark.parametrize("gap", [1e-7, 0.02])
@pytest.mark.parametrize("seed", range(8))
def test_a_first_problem_without_paths_leads_to_the_same_proof(
    seed: int, gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = some(seed)
    whole = solve_monolith(build(instance).problem, Options(gap=0.0))
    if whole.columns is None:
        return
    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    found = plan(instance, gap=gap, seconds=30.0)
    slack = 1e-6 * (1e4 + abs(whole.value))
    assert found.proof.gap <= gap
    assert found.proof.stop_reason in ("proved", "gap reached")
    assert found.proof.stop_reason == "gap reached" or found.proof.gap <= 1e-8
    assert found.proof.value <= whole.value + slack
    assert found.proof.claimed_bound >= whole.value - slack
    assert found.proof.certified_bound >= whole.value - slack
    assert found.verdict is not None
    assert found.verdict.breaches == ()


def test_paths_become_columns_where_the_gap_stays_open_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    known = rooms.search_with_rooms

    def once(before, stated, start):  # type: ignore[no-untyped-def]
        asked.append(stated)
        return known(before, stated, start)

    def n_rounds(seed: int, gap: float) -> int:
        asked.clear()
        plan(some(seed), gap=gap, seconds=30.0)
        return len(asked)

    monkeypatch.setattr(pathless, "MANY_KEYS", 0)
    monkeypatch.setattr(rooms, "search_with_rooms", once)
    assert min(n_rounds(seed, 0.5) for seed in range(4)) == 0
    assert max(n_rounds(seed, 1e-6) for seed in range(4)) > 0
