"""All declarations of the schema, in the order of the docs and the template."""

from entrepot.tables.declarations import (
    carriers,
    currencies,
    customs,
    futures,
    partners,
    places,
    policies,
    settings,
    trade,
)
from entrepot.tables.schema import Setting, Table

_DECLARED: tuple[Table, ...] = (
    places.COUNTRIES,
    places.MARKETS,
    trade.PRODUCTS,
    places.DEMAND,
    places.SITES,
    places.SIZES,
    partners.OPERATORS,
    partners.QUOTES,
    carriers.CARRIERS,
    carriers.CARRIER_COUNTRIES,
    partners.RATES,
    trade.ORIGINS,
    places.GATEWAYS,
    trade.LANES,
    customs.CUSTOMS,
    customs.DUTIES,
    customs.IMPORT_VAT,
    partners.RIVALS,
    partners.RIVAL_CENTRES,
    partners.RIVAL_CANDIDATES,
    partners.EMISSION_FACTORS,
    places.DISTANCES,
    policies.SITE_SETS,
    policies.SITE_RELATIONS,
    policies.SHARE_FLOORS,
    policies.OBJECTIVES,
    policies.REFERENCE_PLAN,
    futures.FUTURES,
    futures.CLOSURES,
)

TABLES: tuple[Table, ...] = (*map(currencies.with_currency, _DECLARED), currencies.CURRENCIES)

SETTINGS: tuple[Setting, ...] = settings.SETTINGS
SERVICE_FLOOR: tuple[Setting, ...] = settings.SERVICE_FLOOR

TABLE_NAMED: dict[str, Table] = {table.name: table for table in TABLES}
