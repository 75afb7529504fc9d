"""The carriers of a plan: where each is contracted, what that costs, and what they may not do."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.plans.breaches import broken, over
from entrepot.plans.contracts import discount_of
from entrepot.plans.plan import Plan
from entrepot.plans.result import Breach
from entrepot.plans.sales import Sales
from entrepot.terms.carriage import NETWORK, carrier_cash, spend_terms
from entrepot.terms.centre_life import Cash
from entrepot.units import DAYS_PER_YEAR


def unreadable_carriers(instance: Instance, carrier: BoolArray) -> tuple[Breach, ...]:
    """What makes the table of carriers impossible to read."""
    expected = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    if np.shape(carrier) == expected and np.asarray(carrier).dtype.kind == "b":
        return ()
    place = f"carriers have shape {np.shape(carrier)}, expected yes or no of shape {expected}"
    return (Breach("plan can be valued", place, 1.0, 0.0),)


def spend_of(
    instance: Instance, service: IntArray, market: IntArray, period: IntArray, rates: FloatArray
) -> FloatArray:
    """Rates of the parcels that each carrier delivers, EUR: (n_carriers, n_countries, n_periods).

    Parameters
    ----------
    service, market, period : (n_flows,) indices. rates : (n_flows,) EUR before discounts.
    """
    shape = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    spend = np.zeros(shape)
    carrier = instance.rate_cards.service_carrier[service]
    np.add.at(spend, (carrier, instance.markets.country_index[market], period), rates)
    return spend


def carrier_payments(instance: Instance, plan: Plan, spend: FloatArray) -> tuple[Cash, ...]:
    """Fees of the contracts, rates committed and not used, and discounts on rates.

    Parameters
    ----------
    spend : as `spend_of` returns it.
    """
    paid: list[Cash] = []
    for carrier in np.flatnonzero(instance.carriage.is_chosen).tolist():
        for contract in runs_of(plan, carrier):
            paid += carrier_cash(instance, carrier, *contract)
        for period in range(instance.n_periods):
            account = account_of(instance, plan, spend, carrier, period)
            day = float(instance.periods.start_day[period] + instance.periods.end_day[period]) / 2.0
            lines = (("commitment", -account.shortfall), ("volume_discount", account.discount))
            paid += [Cash(line, day, period, amount) for line, amount in lines if amount != 0.0]
    return tuple(paid)


@dataclass(frozen=True, slots=True)
class Account:
    """What counts beside the rates of a carrier in a period, EUR not discounted: over all its countries."""

    committed: float
    shortfall: float
    discount: float


def account_of(instance: Instance, plan: Plan, spend: FloatArray, carrier: int, period: int) -> Account:
    """Shortfall and discount of a carrier in a period: over the network, or country by country."""
    if not instance.carriage.is_chosen[carrier]:
        return Account(0.0, 0.0, 0.0)
    terms = spend_terms(instance, carrier, period)
    works = plan.carrier[carrier]
    if instance.carriage.counts_by_country[carrier]:
        counted = [(bool(works[n, period]), float(spend[carrier, n, period])) for n in range(len(works))]
    else:
        hull = _hull(works.any(axis=0))
        is_on = hull is not None and hull[0] <= period <= hull[1]
        counted = [(is_on, float(spend[carrier, :, period].sum()))]
    committed = [terms.commitment * is_contracted for is_contracted, _ in counted]
    return Account(
        committed=sum(committed),
        shortfall=sum(max(0.0, due - paid) for due, (_, paid) in zip(committed, counted, strict=True)),
        discount=sum(
            discount_of(terms.threshold, terms.discount, paid, is_all_units=terms.is_all_units)
            for _, paid in counted
        ),
    )


def runs_of(plan: Plan, carrier: int) -> Iterator[tuple[int, int, int]]:
    """Country (or `NETWORK`), first and last period of every contract of a carrier."""
    works = plan.carrier[carrier]
    hull = _hull(works.any(axis=0))
    if hull is not None:
        yield NETWORK, *hull
    for country in np.flatnonzero(works.any(axis=1)).tolist():
        for first, last in _runs(works[country]):
            yield country, first, last


def broken_carriers(instance: Instance, plan: Plan, sales: Sales) -> tuple[Breach, ...]:
    """Breaches of the rules of carriers; none where the plan does not choose them."""
    return (
        *_contracted(instance, plan, sales),
        *_one_run(instance, plan),
        *_enough(instance, plan),
        *_within_capacity(instance, sales),
    )


def _contracted(instance: Instance, plan: Plan, sales: Sales) -> tuple[Breach, ...]:
    carrier = instance.rate_cards.service_carrier[sales.service]
    country = instance.markets.country_index[sales.market]
    must = instance.carriage.is_chosen[carrier]
    missing = must & ~plan.carrier[carrier, country, sales.period]

    def place(row: int) -> str:
        return (
            f"carrier {instance.carriers.ids[carrier[row]]}, country {instance.countries.ids[country[row]]}, "
            f"{instance.periods.labels[sales.period[row]]}"
        )

    return broken("carrier is contracted where it delivers", missing, place)


def _one_run(instance: Instance, plan: Plan) -> Iterator[Breach]:
    """One unbroken contract in a country, as long as the term unless the horizon ends before."""
    end = instance.n_periods - 1
    for carrier, country in np.argwhere(plan.carrier.any(axis=2)).tolist():
        place = f"carrier {instance.carriers.ids[carrier]}, country {instance.countries.ids[country]}"
        runs = list(_runs(plan.carrier[carrier, country]))
        if not instance.carriage.is_chosen[carrier]:
            continue
        if len(runs) > 1:
            yield Breach("carrier has one contract in a country", place, len(runs) - 1.0, 0.0)
        for first, last in runs:
            days = instance.periods.end_day[last] - instance.periods.start_day[first]
            short = float(instance.carriage.term[carrier]) - float(days) / DAYS_PER_YEAR
            if last < end and short > 1e-2:
                yield Breach("carrier contract lasts its term", place, short, 0.0)


def _enough(instance: Instance, plan: Plan) -> Iterator[Breach]:
    counted = plan.carrier & instance.carriage.is_chosen[:, None, None]
    number = counted.sum(axis=0)
    for country, period in np.argwhere(number > 0).tolist():
        least = float(instance.limits.min_carriers[period])
        place = f"{instance.countries.ids[country]}, {instance.periods.labels[period]}"
        yield from over("fewest carriers in a country", place, -float(number[country, period]), -least)


def _within_capacity(instance: Instance, sales: Sales) -> Iterator[Breach]:
    """Parcels of the busiest day against what a carrier can take in a country and in all."""
    if not instance.carriage.is_chosen.any():
        return
    shape = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    parcels = np.zeros(shape)
    carrier = instance.rate_cards.service_carrier[sales.service]
    np.add.at(parcels, (carrier, instance.markets.country_index[sales.market], sales.period), sales.sold)
    operations = instance.operations
    parcels[~instance.carriage.is_chosen] = 0.0
    peak = parcels * operations.peak_factor / (operations.working_days * instance.periods.years)
    for r, n, t in np.argwhere(peak > 0.0).tolist():
        place = (
            f"carrier {instance.carriers.ids[r]}, {instance.countries.ids[n]}, {instance.periods.labels[t]}"
        )
        yield from over("capacity of the carrier", place, peak[r, n, t], instance.carriage.capacity_in[r, n])
    for r, t in np.argwhere(peak.sum(axis=1) > 0.0).tolist():
        place = f"carrier {instance.carriers.ids[r]}, {instance.periods.labels[t]}"
        room = float(instance.carriers.capacity[r])
        yield from over("capacity of the carrier", place, float(peak[r, :, t].sum()), room)


def _runs(works: BoolArray) -> Iterator[tuple[int, int]]:
    """First and last period of every unbroken run."""
    steps = np.diff(np.concatenate([[0], works.astype(np.int64), [0]]))
    for start, stop in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        yield int(start), int(stop) - 1


def _hull(works: BoolArray) -> tuple[int, int] | None:
    """First and last period in which something works."""
    found = np.flatnonzero(works)
    return (int(found[0]), int(found[-1])) if len(found) else None
