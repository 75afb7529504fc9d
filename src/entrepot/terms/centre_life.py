"""The life of a centre in money: what each module of it costs, on which day.

A centre of size level c is a stack of modules 1 ... c; module m is what level m has more than level m - 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np

from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance
from entrepot.terms.arrays import Index
from entrepot.terms.centre import hourly_wage
from entrepot.terms.time import growth, middle_day
from entrepot.units import DAYS_PER_YEAR

BEFORE_HORIZON = -1


@dataclass(frozen=True, slots=True)
class Cash:
    """One payment.

    Attributes
    ----------
    line : line of the ledger. day : proleptic ordinal. amount : EUR, income positive, not discounted.
    period : period that holds the day, 0 ... n_periods - 1; n_periods for what falls due at the horizon's
        end.
    """

    line: str
    day: float
    period: int
    amount: float


@dataclass(frozen=True, slots=True)
class _Increment:
    """What a size level has more than the one below: m2, EUR, h/year, kWh/year."""

    area: float
    capital: float
    fixed_hours: float
    energy: float


def life_cash(  # noqa: PLR0917 - the indices of a module's life
    instance: Instance,
    site: int,
    module: int,
    first: int,
    last: int,
    opened_period: int,
    operator: int | None = None,
) -> tuple[Cash, ...]:
    """Every payment for one module of a centre, but for the contract with its operator.

    Parameters
    ----------
    module : 1 ... n_sizes.
    first : first period in which the module is open, -1 = open before the horizon.
    last : last period in which it is open; n_periods - 1 = open at the end, -1 = closed at once.
    opened_period : period in which the site opened, -1 = before the horizon: the lease runs from there.
    operator : who runs the centre, None = the first that may: it says who bears rent, capital and staff.

    Raises
    ------
    UsageError : the periods are not in order or the module does not exist.
    """
    _check(instance, module, (first, last, opened_period))
    whose = int(instance.sites.operator_index[site]) if operator is None else operator
    cash = _investment(instance, site, module, first, whose)
    upkeep = _upkeep_of(instance)
    for period in range(max(first, 0), last + 1):
        cash += upkeep(site, module, period, whose)
    if last < instance.n_periods - 1:
        cash += _closing(instance, site, module, (last, opened_period), whose)
    else:
        cash += _horizon_end(instance, site, module, (first, opened_period), whose)
    return tuple(payment for payment in cash if payment.amount != 0.0)


def budget_use(
    instance: Instance, site: int, module: int, first: int, operator: int | None = None
) -> FloatArray:
    """Capital net of grants of a module that opens in period `first`: (n_periods,) EUR by payment period."""
    use = np.zeros(instance.n_periods)
    whose = int(instance.sites.operator_index[site]) if operator is None else operator
    for payment in _investment(instance, site, module, first, whose):
        use[payment.period] -= payment.amount
    return use


def centre_carbon(instance: Instance, site: Index, module: Index, period: Index) -> FloatArray:
    """Emissions of a module's energy in a period, kg CO2e; indices broadcast."""
    sizes = instance.sizes
    used = np.diff(sizes.area * sizes.energy, prepend=0.0)[np.asarray(module) - 1]
    own = instance.sites.grid_carbon[site]
    grid = np.where(np.isnan(own), instance.countries.grid_carbon[instance.sites.country_index[site]], own)
    kilograms: FloatArray = used * grid * instance.periods.years[period]
    return kilograms


def life_breaches(instance: Instance, site: int, size: Index) -> tuple[str, ...]:
    """Rules of a centre's life that a path of sizes breaks, as sentences.

    Parameters
    ----------
    size : (n_periods,) size level per period, 0 = closed.

    Notes
    -----
    A centre never shrinks while it is open and never opens again; closing closes all of it. Its status
    says when it may or must be open.
    """
    path = [int(level) for level in np.asarray(size)]
    initial = int(instance.sites.initial_size[site])
    steps = list(zip([initial, *path[:-1]], path, strict=True))
    found = []
    if any(0 < level < before for before, level in steps):
        found.append("shrinks while it is open")
    openings = [t for t, (before, level) in enumerate(steps) if before == 0 < level]
    if len(openings) + (initial > 0) > 1:
        found.append("opens again after closing")
    if max(path) > max(int(instance.sites.max_size[site]), initial):
        found.append("exceeds its largest size")
    first, final = int(instance.sites.earliest_period[site]), int(instance.sites.latest_period[site])
    if any(not first <= t <= final for t in openings):
        found.append("opens outside its earliest and latest period")
    return tuple(found) + _status_breaches(instance, site, path)


def _status_breaches(instance: Instance, site: int, path: list[int]) -> tuple[str, ...]:
    status, initial = instance.sites.status[site], int(instance.sites.initial_size[site])
    due = int(instance.sites.latest_period[site])
    if status == "forbidden" and any(path):
        return ("is open although it is forbidden",)
    if status == "fixed" and any(level != initial for level in path):
        return ("changes its size although it is fixed",)
    if status == "forced" and not all(path[due:]):
        return ("is not open from its latest period on although it is forced",)
    return ()


def _check(instance: Instance, module: int, interval: tuple[int, int, int]) -> None:
    first, last, opened = interval
    if not 1 <= module <= instance.n_sizes:
        raise UsageError(f"module {module} does not exist: give 1 to {instance.n_sizes}")
    is_closed_at_once = first == last == BEFORE_HORIZON
    if not (BEFORE_HORIZON <= opened <= first <= last < instance.n_periods) and not is_closed_at_once:
        raise UsageError(
            f"a module cannot be open from period {first} to {last} in a centre opened in {opened}: give "
            f"-1 <= opened <= first <= last < {instance.n_periods}"
        )


def _increment(instance: Instance, site: int, module: int, operator: int) -> _Increment:
    sizes, level = instance.sizes, module - 1

    def added(column: FloatArray) -> float:
        return float(column[level] - (column[level - 1] if level else 0.0))

    is_borne = instance.operators.bears_capital[operator]
    area = added(sizes.area)
    capital = area * float(instance.sites.fit_out[site]) + added(sizes.equipment)
    return _Increment(
        area=area,
        capital=0.0 if is_borne else capital,
        fixed_hours=added(sizes.fixed_hours),
        energy=added(sizes.area * sizes.energy),
    )


def _investment(instance: Instance, site: int, module: int, first: int, operator: int) -> list[Cash]:
    """Capital and grants, paid the lead time before opening; a payment before the horizon counts in its
    first period.
    """
    if first == BEFORE_HORIZON:
        return []
    day = float(instance.periods.start_day[first] - instance.sites.lead_time[site])
    period = max(int(np.searchsorted(instance.periods.start_day, day, side="right")) - 1, 0)
    capital = _increment(instance, site, module, operator).capital
    grants = capital * float(instance.sites.grant_share[site])
    return [Cash("capital", day, period, -capital), Cash("grants", day, period, grants)]


@lru_cache(maxsize=1)
def _upkeep_of(instance: Instance) -> Callable[[int, int, int, int], tuple[Cash, ...]]:
    """The upkeep of modules (site, module, period, operator), computed once: instances never change."""
    return cache(partial(_upkeep, instance))


def _upkeep(instance: Instance, site: int, module: int, period: int, operator: int) -> tuple[Cash, ...]:
    """Rent and tax, fixed operations and carbon of one period, paid in its middle."""
    added = _increment(instance, site, module, operator)
    years, day = float(instance.periods.years[period]), float(middle_day(instance)[period])
    pays_rent = not instance.operators.bears_rent[operator]
    rent = added.area * float(instance.sites.local_tax[site])
    fixed = 0.0
    if pays_rent:
        grown = float(growth(instance, instance.money.rent_growth, period))
        rent += added.area * float(instance.sites.rent[site]) * grown
        fixed += added.energy * instance.operations.energy_price
    if instance.operators.is_own[operator]:
        fixed += added.fixed_hours * float(hourly_wage(instance, site, period))
    carbon = instance.carbon.price * float(centre_carbon(instance, site, module, period))
    return (
        Cash("rent", day, period, -rent * years),
        Cash("fixed_operations", day, period, -fixed * years),
        Cash("carbon", day, period, -carbon),
    )


def _exit_cost(  # noqa: PLR0917 - the indices of a module
    instance: Instance, site: int, module: int, opened_period: int, day: float, operator: int
) -> float:
    """Cost of leaving on a day: clearing the building, and the part of the remaining lease that is owed."""
    money, sites = instance.money, instance.sites
    area = _increment(instance, site, module, operator).area
    cost = area * money.exit_cost
    if not instance.operators.bears_rent[operator]:
        lease_years = float(sites.lease_term[site]) - _age(instance, site, opened_period, day)
        cost += money.lease_liability * max(0.0, lease_years) * area * float(sites.rent[site])
    return cost


def _age(instance: Instance, site: int, opened_period: int, day: float) -> float:
    """Years from an opening to a day."""
    is_existing = opened_period == BEFORE_HORIZON
    opened = instance.sites.opened_day[site] if is_existing else instance.periods.start_day[opened_period]
    return (day - float(opened)) / DAYS_PER_YEAR


def _closing(instance: Instance, site: int, module: int, when: tuple[int, int], operator: int) -> list[Cash]:
    """Exit cost on the day after the last open period; a centre closed at once leaves on the base day."""
    last, opened_period = when
    is_at_once = last == BEFORE_HORIZON
    day = float(instance.money.base_day if is_at_once else instance.periods.end_day[last])
    cost = _exit_cost(instance, site, module, opened_period, day, operator)
    return [Cash("exit", day, last + 1, -cost)]


def _horizon_end(
    instance: Instance, site: int, module: int, when: tuple[int, int], operator: int
) -> list[Cash]:
    """Residual value of what is owned, and the part of the exit cost that counts at the horizon's end."""
    first, opened_period = when
    money, end = instance.money, instance.n_periods
    day = float(instance.periods.end_day[-1])
    owned = _increment(instance, site, module, operator).capital * (
        1.0 - float(instance.sites.grant_share[site])
    )
    left = max(0.0, 1.0 - _age(instance, site, first, day) / money.capital_life)
    exit_cost = _exit_cost(instance, site, module, opened_period, day, operator)
    liability = money.horizon_liability * exit_cost
    return [Cash("residual", day, end, owned * left), Cash("exit", day, end, -liability)]
