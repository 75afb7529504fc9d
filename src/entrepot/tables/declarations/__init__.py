"""All declarations of the schema, in the order of the docs and the template."""

from entrepot.tables.declarations import partners, places, settings, trade
from entrepot.tables.schema import Setting, Table

TABLES: tuple[Table, ...] = (
    places.COUNTRIES,
    places.MARKETS,
    trade.PRODUCTS,
    places.DEMAND,
    places.SITES,
    places.SIZES,
    partners.OPERATORS,
    partners.QUOTES,
    partners.CARRIERS,
    partners.RATES,
    trade.ORIGINS,
    places.GATEWAYS,
    trade.LANES,
    trade.CUSTOMS,
    trade.DUTIES,
    partners.RIVALS,
    partners.RIVAL_CENTRES,
    partners.RIVAL_CANDIDATES,
    partners.EMISSION_FACTORS,
    places.DISTANCES,
)

SETTINGS: tuple[Setting, ...] = settings.SETTINGS
SERVICE_FLOOR: tuple[Setting, ...] = settings.SERVICE_FLOOR

TABLE_NAMED: dict[str, Table] = {table.name: table for table in TABLES}
