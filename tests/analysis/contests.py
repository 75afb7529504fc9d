"""Random instances whose rivals may add centres, and what the referee says that they capture."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from entrepot.analysis.reply import Reply, with_replies
from entrepot.errors import InfeasibleError
from entrepot.instance import Instance, RivalCandidates
from entrepot.planning import plan as plan_network
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from instances import Shape, random_instance

SHAPE = Shape(sites=3, sizes=2, markets=8, products=2, periods=3, rivals=3)


@cache
def contest(seed: int, n_candidates: int = 8, shape: Shape = SHAPE) -> Instance:
    """A random instance under choice, with candidates of every rival; some rivals state a margin."""
    rng = np.random.default_rng(seed)
    instance = random_instance(rng, shape, assortment="choice")
    n, n_rivals = n_candidates, len(instance.rivals.ids)
    candidates = RivalCandidates(
        ids=tuple(f"n{i + 1}" for i in range(n)),
        labels=tuple(f"New centre {i + 1}" for i in range(n)),
        rival_index=(np.arange(n) % n_rivals).astype(np.int64),
        country_index=rng.integers(0, len(instance.countries.ids), n).astype(np.int64),
        latitude=rng.uniform(43, 54, n),
        longitude=rng.uniform(0, 20, n),
        area=np.full(n, 1e4),
        earliest_period=rng.integers(0, instance.n_periods + 1, n).astype(np.int64),
        opening_cost=rng.uniform(1e3, 2e6, n),
        fixed_cost=rng.uniform(0, 5e4, n),
    )
    margin = np.where(np.arange(n_rivals) % 2 == 0, rng.uniform(2, 9, n_rivals), np.nan)
    return replace(
        instance,
        rivals=replace(instance.rivals, margin=margin),
        rival_candidates=candidates,
        distances=replace(
            instance.distances, candidate_market=rng.uniform(20, 1200, (n, instance.n_markets))
        ),
    )


@cache
def planned(instance: Instance) -> Plan | None:
    """A plan of ours, not far from the best; None where the limits contradict each other."""
    try:
        return plan_network(instance, gap=0.02, seconds=30.0).plan
    except InfeasibleError:
        return None


def contests(seeds: range) -> Iterator[tuple[Instance, Plan]]:
    """Random contests with a plan of ours."""
    for seed in seeds:
        instance = contest(seed)
        ours = planned(instance)
        if ours is not None:
            yield instance, ours


def moves(instance: Instance, rival: int, most: int) -> Iterator[Reply]:
    """Every set of at most `most` candidates of a rival, opened in every possible way."""
    candidates = instance.rival_candidates
    own = np.flatnonzero(candidates.rival_index == rival)
    for count in range(most + 1):
        for chosen in itertools.combinations(own.tolist(), count):
            choices = [range(int(candidates.earliest_period[c]), instance.n_periods) for c in chosen]
            for periods in itertools.product(*choices):
                yield move(rival, chosen, periods)


def move(rival: int, candidate: tuple[int, ...], period: tuple[int, ...]) -> Reply:
    """A reply about which nothing is known but what it does."""
    return Reply(
        rival,
        np.array(candidate, dtype=np.int64),
        np.array(period, dtype=np.int64),
        "volume",
        0.0,
        0.0,
        0.0,
        np.zeros(2),
        "",
    )


def captured_by_referee(instance: Instance, ours: Plan, rival: int) -> np.ndarray:
    """Parcels that a rival sells in each period by the referee's measures: (n_periods,)."""
    potential = np.zeros((len(instance.countries.ids), instance.n_periods))
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    return (judge(instance, ours).measures.rival_share[rival] * potential).sum(axis=0)


def gain_by_referee(instance: Instance, ours: Plan, reply: Reply, today: np.ndarray) -> float:
    """What a rival seeks and wins by a reply, from the referee's shares; `today` as `captured_by_referee`."""
    rival, periods, money = reply.rival, instance.periods, instance.money
    extra = captured_by_referee(with_replies(instance, reply), ours, rival) - today
    margin = instance.rivals.margin[rival]
    if np.isnan(margin):
        return float(extra.sum())

    def worth(day: np.ndarray) -> np.ndarray:
        return (1.0 + money.discount_rate) ** (-(day - money.base_day) / 365.0)

    middle = worth((periods.start_day + periods.end_day) / 2.0)
    gain = float((margin * extra * middle).sum())
    candidates = instance.rival_candidates
    for candidate, first in zip(reply.candidate, reply.period, strict=True):
        gain -= float(candidates.opening_cost[candidate] * worth(periods.start_day)[first])
        gain -= float(candidates.fixed_cost[candidate] * (periods.years * middle)[first:].sum())
    return gain
