"""What customs takes: the rules in force, day by day, averaged over each period."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.terms.time import spans

OUTSIDE = -1
ANYWHERE = -2
EVERY_COUNTRY = -1


@dataclass(frozen=True, slots=True, eq=False)
class CustomsCharges:
    """Duty and fees per parcel, EUR/parcel, positive, averaged over the days of each period.

    Attributes
    ----------
    bulk_duty, bulk_fee : (n_territories, n_products, n_periods), bulk import from outside into a
        territory. National rules do not count here: stock is cleared into the territory.
    bulk_refund : same shape, part of the bulk duty that is paid back when the goods leave the territory.
    recleared_duty, recleared_fee : (n_territories, n_countries, n_products, n_periods), sale out of stock
        in a territory to a country; 0 where the country lies in that territory.
    direct_duty, direct_fee : (n_countries, n_products, n_periods), parcel sent from outside to a country.
    """

    bulk_duty: FloatArray
    bulk_fee: FloatArray
    bulk_refund: FloatArray
    recleared_duty: FloatArray
    recleared_fee: FloatArray
    direct_duty: FloatArray
    direct_fee: FloatArray


def customs_charges(instance: Instance) -> CustomsCharges:
    """Charges of all flows in all periods.

    A rule applies to goods when flow, origin, destination and the band of the customs value match. Rules
    that apply and are in force on a day suspend those that they replace, whether or not they are
    suspended themselves; what remains adds up.

    Notes
    -----
    EUR/parcel of a rule: value x (tariff share x normal tariff + duty rate) as duty, and parcel fee + line
    fee x tariff lines as fee. Between two days on which some rule starts or ends nothing changes, so the
    mean over a period is the sum over such spans, weighted by their days.
    """
    n_territories = len(instance.territories)
    territory = np.arange(n_territories)
    of_country = instance.countries.territory_index
    country = np.arange(len(of_country))
    bulk = _into(instance, "stocked", OUTSIDE, territory, np.full(n_territories, EVERY_COUNTRY))
    direct = _into(instance, "direct", OUTSIDE, of_country, country)
    recleared = [_into(instance, "stocked", origin, of_country, country) for origin in range(n_territories)]
    bulk_duty, bulk_fee, bulk_refund = _mean_charges(instance, bulk)
    direct_duty, direct_fee, _ = _mean_charges(instance, direct)
    moved_duty, moved_fee, _ = _mean_charges(instance, np.concatenate(recleared, axis=1))
    shape = (n_territories, len(country), instance.n_products, instance.n_periods)
    return CustomsCharges(
        bulk_duty=bulk_duty,
        bulk_fee=bulk_fee,
        bulk_refund=bulk_refund,
        recleared_duty=moved_duty.reshape(shape),
        recleared_fee=moved_fee.reshape(shape),
        direct_duty=direct_duty,
        direct_fee=direct_fee,
    )


def _into(
    instance: Instance, flow: str, origin: int, to_territory: IntArray, to_country: IntArray
) -> BoolArray:
    """Which rules apply, dates apart: (n_rules, n_destinations, n_products) bool."""
    rules, value = instance.customs, instance.products.value
    is_flow = np.array([rule_flow in (flow, "any") for rule_flow in rules.flow], dtype=np.bool_)
    is_from = (rules.from_territory == origin) | (rules.from_territory == ANYWHERE)
    is_to = rules.to_territory[:, None] == to_territory
    is_to &= (rules.to_country[:, None] == EVERY_COUNTRY) | (rules.to_country[:, None] == to_country)
    is_to &= to_territory != origin
    in_band = (rules.value_from[:, None] <= value) & (value < rules.value_to[:, None])
    applies: BoolArray = (is_flow & is_from)[:, None, None] & is_to[:, :, None] & in_band[:, None, :]
    return applies


def direct_rule_days(instance: Instance) -> FloatArray:
    """How long each rule is in force, and not suspended, for parcels sent direct from outside.

    Returns
    -------
    (n_rules, n_countries, n_products, n_periods) float64, days.
    """
    of_country = instance.countries.territory_index
    applies = _into(instance, "direct", OUTSIDE, of_country, np.arange(len(of_country)))
    length = instance.periods.end_day - instance.periods.start_day
    days = np.zeros((*applies.shape, instance.n_periods))
    for period in range(instance.n_periods):
        for weight, remains in _remaining(instance, applies, period):
            days[..., period] += weight * length[period] * remains
    return days


def _mean_charges(instance: Instance, applies: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Duty, fee and refund, (n_destinations, n_products, n_periods) EUR/parcel each.

    Parameters
    ----------
    applies : (n_rules, n_destinations, n_products), dates apart.
    """
    rules, products = instance.customs, instance.products
    tariff = products.duty_rate[:, rules.to_territory].T
    duty = (rules.tariff_share[:, None] * tariff + rules.duty_rate[:, None]) * products.value
    fee = rules.parcel_fee[:, None] + rules.line_fee[:, None] * products.tariff_lines
    of_rules = (duty, fee, duty * rules.refund_share[:, None])
    means = tuple(np.zeros((*applies.shape[1:], instance.n_periods)) for _ in of_rules)
    for period in range(instance.n_periods):
        for weight, remains in _remaining(instance, applies, period):
            for mean, of_rule in zip(means, of_rules, strict=True):
                mean[..., period] += np.einsum("rdk,rk->dk", weight * remains, of_rule)
    return means[0], means[1], means[2]


def _remaining(instance: Instance, applies: BoolArray, period: int) -> Iterator[tuple[float, BoolArray]]:
    """Spans of a period: its part of the days, and the rules in force that none suspends (as `applies`)."""
    rules, replaces = instance.customs, _replacements(instance)
    for day, weight in spans(instance, np.concatenate([rules.start_day, rules.end_day]), period):
        in_force = applies & ((rules.start_day <= day) & (day < rules.end_day))[:, None, None]
        is_suspended = np.tensordot(replaces, in_force.astype(np.float64), axes=(0, 0)) > 0
        yield weight, in_force & ~is_suspended


def _replacements(instance: Instance) -> FloatArray:
    """1 where the rule of the row suspends the rule of the column: (n_rules, n_rules)."""
    n_rules = len(instance.customs.ids)
    matrix = np.zeros((n_rules, n_rules))
    for rule, suspended in enumerate(instance.customs.replaces):
        matrix[rule, list(suspended)] = 1.0
    return matrix
