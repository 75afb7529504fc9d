"""Oracle for plans over futures: every state of a tiny instance in every future, straight from the terms.

What is decided now is read off the sizes and operators of a state, without columns or rows.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.assembly.futures import in_future
from entrepot.instance import Future, Instance
from model.carrier_states import carrier_states
from model.enumeration import best_flow, life_worth, meets_limits, menu_options, site_lives

FACTORS = ("demand", "linehaul", "last_mile", "operator", "wage", "rent", "duty")


def random_futures(rng: np.random.Generator, instance: Instance, n: int) -> tuple[Future, ...]:
    """The instance itself and others with factors, shut sites and closed gateways."""
    weight = rng.dirichlet(np.ones(n))
    futures = [Future("as-stated", "as stated", float(weight[0]), instance)]
    for number in range(1, n):
        row: dict[str, Any] = {"future": f"f{number}", "name": f"future {number}", "demand_from": None}
        row |= {name: float(rng.uniform(0.5, 1.6)) for name in FACTORS}
        row |= {name: 1.0 for name in FACTORS if rng.random() < 0.4}
        if rng.random() < 0.3:
            row["demand_from"] = instance.periods.labels[-1]
        closures = []
        if rng.random() < 0.6:
            closures.append(_closure(rng, instance, "site", instance.sites.ids))
        if rng.random() < 0.3:
            closures.append(_closure(rng, instance, "gateway", instance.gateways.ids))
        changed = in_future(instance, row, closures)
        futures.append(Future(row["future"], row["name"], float(weight[number]), changed))
    return tuple(futures)


def _closure(rng: np.random.Generator, instance: Instance, kind: str, places) -> dict[str, Any]:
    first = None if rng.random() < 0.5 else str(rng.choice(instance.periods.labels))
    return {
        "kind": kind,
        "place": str(rng.choice(places)),
        "from_period": first,
        "to_period": first if rng.random() < 0.4 else None,
        "instead": None,
    }


@dataclass(frozen=True)
class Valued:
    """Every state (centres, carriers), and its values: (n_states, n_futures), -inf = impossible."""

    base: Instance
    states: list[Any]
    value: np.ndarray

    def best(self, weights: np.ndarray, n_decided: int, keep=lambda mark: True) -> float:
        """Largest weighted value where each future may go on by itself from what is decided now.

        `keep` says of what is decided now whether it counts.
        """
        groups: dict[Any, np.ndarray] = {}
        for state, value in zip(self.states, self.value, strict=True):
            mark = _decided(self.base, *state, n_decided)
            if not keep(mark):
                continue
            groups[mark] = np.maximum(groups.get(mark, np.full(len(value), -np.inf)), value)
        return max((_expected(weights, value) for value in groups.values()), default=-np.inf)

    def least_worst_regret(self) -> float:
        """Smallest worst regret of a state that is possible in every future; inf where there is none."""
        sound = self.value[np.isfinite(self.value).all(axis=1)]
        if len(sound) == 0:
            return np.inf
        return float((self.value.max(axis=0) - sound).max(axis=1).min())


def _expected(weights: np.ndarray, value: np.ndarray) -> float:
    return float(weights @ value) if np.isfinite(value).all() else -np.inf


def value_states(futures: tuple[Future, ...]) -> Valued:
    """Enumerate."""
    base = futures[0].instance
    lives = [site_lives(base, j) for j in range(base.n_sites)]
    menus = [menu_options(future.instance) for future in futures]
    carriers = [carrier_states(future.instance) for future in futures]
    found, rows = [], []
    for state in itertools.product(*lives):
        if not meets_limits(base, state):
            continue
        for number, contracted in enumerate(carriers[0]):
            values = []
            for future, (cells, options), states in zip(futures, menus, carriers, strict=True):
                instance = future.instance
                assert states[number].runs == contracted.runs
                worth = sum(life_worth(instance, j, life) for j, life in enumerate(state))
                flow = best_flow(instance, (state, states[number]), cells, _open(instance, cells, options))
                values.append(-np.inf if flow is None else worth + states[number].worth + flow)
            rows.append(values)
            found.append((state, contracted))
    return Valued(base, found, np.array(rows).reshape(len(rows), len(futures)))


def _open(instance: Instance, cells, options):
    """Options without those from sites that are shut."""
    if not instance.is_shut.any():
        return options
    period = np.array([cell[0] for cell in cells])[options.cell]
    shut = (options.site >= 0) & instance.is_shut[np.maximum(options.site, 0), period]
    value = options.value.copy()
    value[shut] = np.nan
    return type(options)(**{**{n: getattr(options, n) for n in options.__dataclass_fields__}, "value": value})


def _decided(instance: Instance, state, contracted, n_decided: int) -> Any:
    """What of a state is decided now: the first periods, and what has to be begun in them."""
    if n_decided == 0:
        return ()
    if n_decided == instance.n_periods:
        return (state, tuple(sorted(contracted.runs.items())))
    known = []
    day = float(instance.periods.start_day[n_decided])
    for j, (path, choice) in enumerate(state):
        begun = []
        before = int(instance.sites.initial_size[j])
        for t, size in enumerate(path):
            if size > before and float(instance.periods.start_day[t] - instance.sites.lead_time[j]) < day:
                whose = choice[t]
                operators = instance.operators
                kind = (
                    bool(operators.is_own[whose]),
                    bool(operators.bears_rent[whose]),
                    bool(operators.bears_capital[whose]),
                )
                begun.append((t, before, size, kind))
            before = max(before, size)
        known.append((path[:n_decided], choice[:n_decided], tuple(begun)))
    works = frozenset(
        (pair, first, min(last, n_decided - 1))
        for pair, (first, last) in contracted.runs.items()
        if first < n_decided
    )
    return tuple(known), works


def is_begun(mark: Any, site: int) -> bool:
    """Whether what is decided now opens a site that is not there yet."""
    return any(before == 0 for _, before, _, _ in mark[0][site][2])


def begins_nothing(mark: Any) -> bool:
    """Whether what is decided now opens and expands nothing."""
    return not any(site[2] for site in mark[0])
