"""Periods, choice, money, operations, carbon and limits of the instance."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.instance import (
    Carbon,
    Choice,
    Countries,
    FloatArray,
    Limits,
    Money,
    Operations,
    Periods,
    ServiceFloor,
)
from entrepot.tables.money import currency_of
from entrepot.tables.study import SettingValue
from entrepot.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


def periods_of(lookup: Lookup) -> Periods:
    """Periods of equal length in months, labelled 2027, 2027 H1, 2027 Q1 or 2027-01."""
    months = int(lookup.setting("periods.months"))
    first = date.fromordinal(int(lookup.setting("periods.start")))
    count = int(lookup.setting("periods.count"))
    starts = [_add_months(first, months * t) for t in range(count + 1)]
    days = np.array([day.toordinal() for day in starts], dtype=np.int64)
    return Periods(
        labels=tuple(_label(day, months) for day in starts[:-1]),
        start_day=days[:-1].copy(),
        end_day=days[1:].copy(),
        years=np.diff(days) / DAYS_PER_YEAR,
    )


def choice_of(lookup: Lookup) -> Choice:
    """Choice settings; a slower class without an upper end closes the list of service classes."""
    hours = np.asarray(lookup.study.settings["service.class_hours"], dtype=np.float64)
    days = np.asarray(lookup.study.settings["service.class_days"], dtype=np.float64)
    none = lookup.setting("choice.none")
    return Choice(
        assortment=lookup.word("demand.assortment"),
        model=lookup.word("choice.model"),
        attraction=lookup.setting("choice.attraction"),
        per_day=lookup.setting("choice.per_day"),
        per_fee=lookup.setting("choice.per_fee"),
        none=float("-inf") if np.isnan(none) else none,
        class_hours=np.append(hours, np.inf),
        class_days=days,
        huff_size=lookup.setting("choice.huff_size"),
        huff_size_power=lookup.setting("choice.huff_size_power"),
        huff_time_power=lookup.setting("choice.huff_time_power"),
        unserved_penalty=lookup.setting("demand.unserved_penalty"),
    )


def money_of(lookup: Lookup, periods: Periods) -> Money:
    """Money settings; amounts are discounted to the start of the first period."""
    names = ("discount_rate", "capital_rate", "holding_rate", "rent_growth", "linehaul_growth",
             "last_mile_growth", "operator_growth", "capital_life", "exit_cost", "lease_liability",
             "horizon_liability")  # fmt: skip
    values = {name: lookup.setting(f"money.{name}") for name in names}
    currency = currency_of(lookup.word("study.currency"))
    return Money(base_day=int(periods.start_day[0]), currency=currency, **values)


def operations_of(lookup: Lookup) -> Operations:
    """Operations settings."""
    values = {name: lookup.setting(f"operations.{name}") for name in Operations.__dataclass_fields__}
    if np.isnan(values["duty_deferral"]):
        values["duty_deferral"] = np.inf
    return Operations(**values)


def carbon_of(lookup: Lookup) -> Carbon:
    """Carbon price and the factors of the table emission_factors (0 where not given)."""
    factor = dict(
        zip(
            lookup.text("emission_factors", "factor"), lookup.number("emission_factors", "value"), strict=True
        )
    )
    return Carbon(
        price=lookup.setting("carbon.price"),
        truck=float(factor.get("truck", 0.0)),
        last_mile=float(factor.get("last_mile", 0.0)),
    )


def limits_of(lookup: Lookup, countries: Countries, n_periods: int) -> Limits:
    """Limits, one number per period."""

    def upper(key: str) -> FloatArray:
        return lookup.per_period(key, n_periods, np.inf)

    return Limits(
        budget=upper("limits.budget"),
        min_centres=lookup.per_period("limits.min_centres", n_periods, 0.0),
        max_centres=upper("limits.max_centres"),
        max_openings=upper("limits.max_openings"),
        max_partners=upper("limits.max_partners"),
        carbon_cap=upper("limits.carbon_cap"),
        min_carriers=lookup.per_period("limits.min_carriers", n_periods, 0.0),
        service=tuple(_floor(row, countries) for row in lookup.study.service_floors),
        carries_over=bool(lookup.study.settings["limits.carry_over"]),
    )


def _floor(row: Mapping[str, SettingValue], countries: Countries) -> ServiceFloor:
    country = row.get("country")
    return ServiceFloor(
        hours=float(str(row["hours"])),
        share=float(str(row["share"])),
        country_index=countries.ids.index(str(country)) if country else -1,
    )


def _add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _label(day: date, months: int) -> str:
    if day.day == 1 and (day.month - 1) % months == 0:
        if months == MONTHS_PER_YEAR:
            return str(day.year)
        if months in (3, 6):
            return f"{day.year} {'H' if months == 6 else 'Q'}{(day.month - 1) // months + 1}"
    return f"{day.year}-{day.month:02d}"
