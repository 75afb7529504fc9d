"""Rounds that state nothing of the ways in: centres take the cheapest lanes, paths follow from flows."""

from dataclasses import replace

import numpy as np

from entrepot.instance import Instance
from entrepot.location import Memory
from entrepot.model.build import build
from entrepot.model.path_choice import emissions_count
from entrepot.model.rooms import has_rooms
from entrepot.model.settling import settled
from entrepot.planning.rounds import LEAST_SECONDS, Rounds, charge
from entrepot.planning.within import Within

SHARE_WITHOUT_PATHS = 0.8
"""Part that a round without paths has: what it leaves is for paths where rooms turn out to be too small."""
MANY_KEYS = 500
"""Sites x products x periods from which on the first problem has no paths."""
PART_FOR_DUES = 0.5
"""Part of the asked gap that has to be left of it by fees and commitments for the search to go on without."""
MOST_WITHOUT_PATHS = 2


def is_pathless_first(instance: Instance) -> bool:
    """Whether leaving all paths to the flows is a relaxation, and one that saves many columns."""
    n_keys = instance.n_sites * instance.n_products * instance.n_periods
    return instance.inbound.is_chosen and not emissions_count(instance) and n_keys >= MANY_KEYS


def search_without_paths(rounds: Rounds, start: Memory | None) -> Memory | None:
    """Rounds that state nothing of the ways in; what the last one remembers."""
    plain = replace(rounds.asked, inbound=replace(rounds.asked.inbound, is_chosen=False))
    built = build(plain)
    within = Within(built, rounds.problem_of(built), None, is_pathless=True)
    asked = rounds.options.gap
    gap = asked
    for _ in range(MOST_WITHOUT_PATHS):
        share = SHARE_WITHOUT_PATHS if has_rooms(rounds.instance) else 1.0
        part = max(share * rounds.left, LEAST_SECONDS)
        solution = rounds.search(within, replace(rounds.options, seconds=part, gap=gap), start)
        start = solution.memory if isinstance(solution.memory, Memory) else None
        if solution.columns is None:
            break
        solution = settled(within.problem, built.strategy, solution)
        dues = rounds.dues_of(within, solution)
        if np.isinf(dues):
            break
        rounds.keep_better(within, solution, dues)
        # What dues leave of the asked gap is for the search, unless it is closed that far already.
        gap = asked - dues / max(charge(within.problem, solution), 1.0)
        is_closed = solution.stop_reason != "gap reached" or solution.gap <= gap
        if rounds.is_done() or is_closed or gap < PART_FOR_DUES * asked:
            break
    return start
