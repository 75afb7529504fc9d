"""Accounts of carriers: what is paid to a carrier in rates in a period, in euros not discounted."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.model.accounts import Account, open_account, tiers_within
from entrepot.model.block import Block
from entrepot.model.carriage import Hires
from entrepot.model.largest_sales import most_sold_by_market
from entrepot.terms.carriage import NETWORK, most_parcels, spend_terms
from entrepot.terms.share import rival_attraction
from entrepot.terms.time import discount, growth, middle_day


def spend_accounts(instance: Instance, found: Hires, start: int) -> tuple[tuple[Account, ...], list[Block]]:
    """Accounts of all carriers with commitments or tiers, columns numbered from `start`, and their blocks."""
    factor = discount(instance, middle_day(instance))
    sold = most_sold_by_market(instance, rival_attraction(instance).sum(axis=0))
    accounts, blocks = [], []
    for carrier, country in found.pairs:
        if (country == NETWORK) == bool(instance.carriage.counts_by_country[carrier]):
            continue
        for t in range(instance.n_periods):
            terms = spend_terms(instance, carrier, t)
            if terms.are_plain:
                continue
            most = _largest_spend(instance, carrier, country, t, sold[:, :, t])
            account, block = open_account(
                (carrier, country, t),
                _label(instance, carrier, country, t),
                (
                    most,
                    terms.commitment,
                    tiers_within(terms.threshold, terms.discount, is_all_units=terms.is_all_units, most=most),
                ),
                found.of(carrier, country, t),
                most_held=1,
                money=float(factor[t]),
                start=start,
            )
            start += len(block)
            accounts.append(account)
            blocks.append(block)
    return tuple(accounts), blocks


def _largest_spend(instance: Instance, carrier: int, country: int, period: int, sold: FloatArray) -> float:
    """Spend at the dearest rates on all that can be sold, or all that the carrier can take, EUR.

    `sold` is (n_markets, n_products) in the period.
    """
    cards, products = instance.rate_cards, instance.products
    mine = cards.service_carrier[cards.service_index] == carrier
    total, dearest = 0.0, 0.0
    for n in np.unique(instance.markets.country_index):
        rows = mine & (cards.to_country == n)
        if country not in (NETWORK, n) or not rows.any():
            continue
        price = (cards.price[rows][:, None] + cards.price_per_kg[rows][:, None] * products.weight).max(axis=0)
        parcels = sold[instance.markets.country_index == n].sum(axis=0)
        room = most_parcels(instance, carrier, int(n), period)
        total += min(float(parcels @ price), room * float(price.max()))
        dearest = max(dearest, float(price.max()))
    most = min(total, most_parcels(instance, carrier, NETWORK, period) * dearest)
    return most * float(growth(instance, instance.money.last_mile_growth, period))


def _label(instance: Instance, carrier: int, country: int, period: int) -> str:
    where = "" if country == NETWORK else f" in {instance.countries.labels[country]}"
    return f"{instance.carriers.labels[carrier]}{where} {instance.periods.labels[period]}"
