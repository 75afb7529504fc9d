"""Chords of pooled stock in pieces: nowhere above the exact cost, closing on the exact optimum."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import FloatArray, Instance
from entrepot.location import Options
from entrepot.model.build import Built, build
from entrepot.model.monolith import solve_monolith
from entrepot.model.stock import bend_of, exact_cost
from entrepot.model.stock_pieces import split_at, with_pieces
from model.test_stock import every_verdict, tiny_with_stock

EXACT = Options(gap=0.0)


def splits_at_random(
    rng: np.random.Generator, instance: Instance, built: Built
) -> dict[tuple[int, int], FloatArray]:
    """One or two splits of every key that sends anything."""
    assert built.stock is not None
    found = {}
    for e, k in np.argwhere(built.stock.most > 0).tolist():
        bend = bend_of(instance, built.stock, e, k)
        inside = built.stock.most[e, k] * rng.uniform(0.05, 0.95, rng.integers(1, 3))
        found[e, k] = np.sort(np.append(bend, inside))
    return found


def exact_at(instance: Instance, built: Built, key: tuple[int, int], parcels: FloatArray) -> FloatArray:
    """Exact cost of a key at some throughputs, EUR."""
    assert built.stock is not None
    sent = np.zeros((len(parcels), instance.n_products))
    sent[:, key[1]] = parcels
    site, level, period, operator = (np.full(len(parcels), each[key[0]]) for each in built.stock.where)
    where = site, level, period, operator
    return exact_cost(instance, built.stock.around, built.stock.rule, where, sent)[:, key[1]]


def test_lines_between_the_splits_lie_nowhere_above_the_exact_cost() -> None:
    bends = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 41])
        instance = tiny_with_stock(seed)
        days = replace(instance.operations, duty_deferral=float(rng.choice([5.0, 20.0, 60.0])))
        instance = replace(instance, operations=days)
        built = build(instance)
        assert built.stock is not None
        for key, inside in splits_at_random(rng, instance, built).items():
            bends += len(bend_of(instance, built.stock, *key))
            end = np.concatenate([[0.0], inside, [built.stock.most[key]]])
            grid = np.linspace(0.0, end[-1], 200)
            lines = np.interp(grid, end, exact_at(instance, built, key, end))
            exact = exact_at(instance, built, key, grid)
            assert np.all(lines <= exact + 1e-9 * exact.max()), (seed, key)
    assert bends > 5


@pytest.mark.parametrize("seed", range(40))
def test_exact_optimum_pieces_and_chords_stand_in_this_order(seed: int) -> None:
    instance = tiny_with_stock(seed)
    built = build(instance)
    assert built.stock is not None
    best = max((verdict.ledger.value for verdict in every_verdict(instance)), default=-np.inf)
    chords = solve_monolith(built.problem, EXACT)
    if chords.columns is None:
        return
    splits = splits_at_random(np.random.default_rng([seed, 42]), instance, built)
    pieces = solve_monolith(with_pieces(instance, built.problem, built.stock, splits), EXACT)
    slack = 1e-6 * max(1.0, abs(chords.value))
    assert best - slack <= pieces.value <= chords.value + slack


def test_splits_where_plans_lie_close_on_the_exact_optimum() -> None:
    left, before = 0.0, 0.0
    for seed in range(16):
        instance = tiny_with_stock(seed)
        built = build(instance)
        assert built.stock is not None
        best = max((verdict.ledger.value for verdict in every_verdict(instance)), default=-np.inf)
        first = solve_monolith(built.problem, EXACT)
        if first.columns is None:
            continue
        splits, found = {}, first
        for _ in range(10):
            assert found.assignment is not None
            more = split_at(instance, built.problem, built.stock, splits, found.assignment, 1.0)
            if list(map(len, more.values())) == list(map(len, splits.values())):
                break
            splits = more
            found = solve_monolith(with_pieces(instance, built.problem, built.stock, splits), EXACT)
        slack = 1e-6 * max(1.0, abs(first.value))
        assert found.value >= best - slack, seed
        left, before = left + found.value - best, before + first.value - best
    assert before > 1000.0
    assert left < 0.05 * before


def test_every_piece_has_its_row_and_all_but_the_first_of_a_key_a_mark() -> None:
    instance = tiny_with_stock(0)
    built = build(instance)
    assert built.stock is not None
    splits = splits_at_random(np.random.default_rng(1), instance, built)
    problem, pieces = built.problem, with_pieces(instance, built.problem, built.stock, splits)
    n_pieces = sum(len(inside) + 1 for inside in splits.values())
    assert pieces.n_resources == problem.n_resources + n_pieces
    assert pieces.n_columns == problem.n_columns + n_pieces
    assert int(pieces.strategic.is_integer[problem.n_columns :].sum()) == n_pieces - len(splits)
    assert len(pieces.strategic.row_names) == len(problem.strategic.row_names) + len(splits)
    for name, other in itertools.pairwise(sorted(pieces.strategic.column_names)):
        assert name != other
