"""Every way to contract carriers in a tiny instance, with what it costs: loops straight from the terms."""

import itertools
from dataclasses import dataclass

import numpy as np

from entrepot.instance import Instance
from entrepot.terms.carriage import NETWORK, carrier_cash

Run = tuple[int, int]


@dataclass(frozen=True)
class CarrierState:
    """Carrier and country under contract -> first and last period, and the fees of all, EUR."""

    runs: dict[tuple[int, int], Run]
    worth: float

    def works(self, carrier: int, country: int, period: int) -> bool:
        first, last = self.runs.get((carrier, country), (0, -1))
        return first <= period <= last

    def is_in_network(self, carrier: int, period: int) -> bool:
        mine = [run for (r, _), run in self.runs.items() if r == carrier]
        return bool(mine) and min(mine)[0] <= period <= max(last for _, last in mine)


def carrier_states(instance: Instance) -> list[CarrierState]:
    """All of them; one empty state where no carrier needs a contract."""
    pairs = [
        (r, n)
        for r in np.flatnonzero(instance.carriage.is_chosen).tolist()
        for n in sorted(set(instance.markets.country_index.tolist()))
        if _goes_to(instance, r, n)
    ]
    choices = [[None, *_runs(instance, r)] for r, _ in pairs]
    states = []
    for chosen in itertools.product(*choices):
        runs = {pair: run for pair, run in zip(pairs, chosen, strict=True) if run is not None}
        if _are_enough(instance, runs):
            states.append(CarrierState(runs, _worth(instance, runs)))
    return states


def _goes_to(instance: Instance, carrier: int, country: int) -> bool:
    cards = instance.rate_cards
    return any(
        cards.service_carrier[s] == carrier and to == country
        for s, to in zip(cards.service_index, cards.to_country, strict=True)
    )


def _runs(instance: Instance, carrier: int) -> list[Run]:
    """Unbroken contracts as long as the term, or until the end."""
    end = instance.n_periods - 1
    found = []
    for first in range(end + 1):
        for last in range(first, end + 1):
            days = instance.periods.end_day[last] - instance.periods.start_day[first]
            if last == end or days / 365.0 >= instance.carriage.term[carrier] - 1e-3:
                found.append((first, last))
    return found


def _are_enough(instance: Instance, runs: dict[tuple[int, int], Run]) -> bool:
    for t in range(instance.n_periods):
        here = [n for (_, n), (first, last) in runs.items() if first <= t <= last]
        if any(here.count(n) < instance.limits.min_carriers[t] for n in here):
            return False
    return True


def _worth(instance: Instance, runs: dict[tuple[int, int], Run]) -> float:
    payments = [cash for (r, n), run in runs.items() for cash in carrier_cash(instance, r, n, *run)]
    for r in sorted({r for r, _ in runs}):
        mine = [run for (other, _), run in runs.items() if other == r]
        whole = min(first for first, _ in mine), max(last for _, last in mine)
        payments += carrier_cash(instance, r, NETWORK, *whole)
    return sum(
        cash.amount * (1.0 + instance.money.discount_rate) ** (-(cash.day - instance.money.base_day) / 365.0)
        for cash in payments
    )
