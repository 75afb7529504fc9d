"""Greedy start and swaps: each pass over the attractions values every site that could be opened."""

from collections.abc import Callable

import numpy as np

from entrepot.location.problem import IntArray
from entrepot.solvers.capture.scaled import Scaled

IMPROVES = 1e-12  # relative; less is rounding


def greedy(scaled: Scaled) -> IntArray:
    """Open the site that adds most, from the forced ones, until p are open or no site pays."""
    chosen = np.flatnonzero(scaled.is_forced)
    worth = scaled.value(chosen)
    while len(chosen) < (scaled.n_sites if scaled.n_open is None else scaled.n_open):
        values = scaled.values_with(chosen)
        values[chosen] = -np.inf
        best = int(np.argmax(values))
        if scaled.n_open is None and values[best] <= worth:
            break
        chosen, worth = np.append(chosen, best), float(values[best])
    return chosen


def swapped(scaled: Scaled, start: IntArray, is_over: Callable[[], bool]) -> IntArray:
    """Replace an open site by the best closed one while that gains; where p is free also close and open."""
    chosen, worth = np.array(start), scaled.value(start)
    quiet, position = 0, 0
    while len(chosen) and quiet < len(chosen) and not is_over():
        position = (position + 1) % len(chosen)
        quiet += 1
        if scaled.is_forced[chosen[position]]:
            continue
        rest = np.delete(chosen, position)
        values = scaled.values_with(rest)
        values[rest] = -np.inf
        best = int(np.argmax(values))
        closed = scaled.value(rest) if scaled.n_open is None else -np.inf
        limit = worth + IMPROVES * abs(worth)
        if closed > max(limit, values[best]):
            chosen, worth, quiet = rest, closed, 0
        elif values[best] > limit:
            chosen[position], worth, quiet = best, float(values[best]), 0
    return chosen
