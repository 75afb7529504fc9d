"""Carriers, rate cards, rivals and their centres of the instance."""

import numpy as np

from entrepot.assembly.lookup import ALWAYS, NEVER, Lookup
from entrepot.instance import (
    Carriers,
    Periods,
    RateCards,
    RivalCandidates,
    RivalCentres,
    Rivals,
)


def carriers_of(lookup: Lookup) -> Carriers:
    """Carriers in the order of the table."""
    number = lookup.number
    return Carriers(
        ids=lookup.text("carriers", "carrier"),
        labels=lookup.labels("carriers", "carrier"),
        on_time=number("carriers", "on_time"),
        out_of_home=number("carriers", "out_of_home"),
        capacity=number("carriers", "capacity", empty=np.inf),
    )


def rate_cards_of(lookup: Lookup) -> RateCards:
    """Rate rows; services are numbered in the order in which they first appear."""
    number = lookup.number
    carrier = lookup.index("rates", "carrier", "carriers", "carrier")
    pairs = list(zip(carrier.tolist(), lookup.text("rates", "service"), strict=True))
    services = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
    return RateCards(
        service_names=tuple(name for _, name in services),
        service_carrier=np.array([owner for owner, _ in services], dtype=np.int64),
        service_index=np.array([services[pair] for pair in pairs], dtype=np.int64),
        from_country=lookup.index("rates", "from_country", "countries", "country"),
        to_country=lookup.index("rates", "to_country", "countries", "country"),
        km_from=number("rates", "km_from"),
        km_to=number("rates", "km_to", empty=np.inf),
        weight_from=number("rates", "weight_from"),
        weight_to=number("rates", "weight_to", empty=np.inf),
        price=number("rates", "price"),
        price_per_kg=number("rates", "price_per_kg"),
        transit=number("rates", "transit"),
        daily_distance=number("rates", "daily_distance", empty=np.inf),
        working_days=number("rates", "working_days"),
    )


def rivals_of(lookup: Lookup) -> Rivals:
    """Rivals in the order of the table."""
    number = lookup.number
    return Rivals(
        ids=lookup.text("rivals", "rival"),
        labels=lookup.labels("rivals", "rival"),
        attraction=number("rivals", "attraction"),
        delivery_fee=number("rivals", "delivery_fee"),
        handling=number("rivals", "handling"),
        direct_time=number("rivals", "direct_time", empty=np.inf),
        size=number("rivals", "size"),
        margin=number("rivals", "margin"),
    )


def rival_centres_of(lookup: Lookup, periods: Periods) -> RivalCentres:
    """Rival centres with their status on the middle day of each period."""
    middle = (periods.start_day + periods.end_day) // 2
    start = lookup.days("rival_centres", "open_from", ALWAYS)[:, None]
    end = lookup.days("rival_centres", "open_to", NEVER)[:, None]
    return RivalCentres(
        labels=lookup.labels("rival_centres", "centre"),
        rival_index=lookup.index("rival_centres", "rival", "rivals", "rival"),
        country_index=lookup.index("rival_centres", "country", "countries", "country"),
        latitude=lookup.number("rival_centres", "latitude"),
        longitude=lookup.number("rival_centres", "longitude"),
        area=lookup.number("rival_centres", "area", empty=0.0),
        is_open=(start <= middle) & (middle < end),
    )


def rival_candidates_of(lookup: Lookup, periods: Periods) -> RivalCandidates:
    """Candidates of the rivals; one opens with the first period whose middle day is not before its date."""
    middle = (periods.start_day + periods.end_day) // 2
    number, table = lookup.number, "rival_candidates"
    earliest = lookup.days(table, "open_from", ALWAYS)
    return RivalCandidates(
        ids=lookup.text(table, "candidate"),
        labels=lookup.labels(table, "candidate"),
        rival_index=lookup.index(table, "rival", "rivals", "rival"),
        country_index=lookup.index(table, "country", "countries", "country"),
        latitude=number(table, "latitude"),
        longitude=number(table, "longitude"),
        area=number(table, "area", empty=0.0),
        earliest_period=np.searchsorted(middle, earliest, side="left").astype(np.int64),
        opening_cost=number(table, "opening_cost"),
        fixed_cost=number(table, "fixed_cost"),
    )
