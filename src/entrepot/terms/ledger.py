"""The lines of the ledger: every amount of a plan stands on exactly one of them."""

_LINE_KINDS: tuple[tuple[str, str], ...] = (
    ("revenue", "income"),
    ("delivery_fee", "income"),
    ("goods", "goods"),
    ("linehaul", "cost"),
    ("gateway_handling", "cost"),
    ("drayage", "cost"),
    ("duty", "cost"),
    ("duty_cash", "cost"),
    ("customs_fees", "cost"),
    ("bonded_handling", "cost"),
    ("vat_cash", "cost"),
    ("pipeline_stock", "cost"),
    ("stock_holding", "cost"),
    ("storage", "cost"),
    ("pick_and_pack", "cost"),
    ("last_mile", "cost"),
    ("returns", "cost"),
    ("carbon", "cost"),
    ("cycle_stock", "cost"),
    ("safety_stock", "cost"),
    ("unserved_penalty", "cost"),
    ("rent", "cost"),
    ("fixed_operations", "cost"),
    ("operator_fees", "cost"),
    ("carrier_fees", "cost"),
    ("gateway_fees", "cost"),
    ("commitment", "cost"),
    ("volume_discount", "income"),
    ("contract_exit", "cost"),
    ("capital", "cost"),
    ("grants", "income"),
    ("exit", "cost"),
    ("residual", "income"),
)

LINES: tuple[str, ...] = tuple(line for line, _ in _LINE_KINDS)
"""Names of the lines, in the order in which they are shown."""

KINDS: tuple[str, ...] = tuple(kind for _, kind in _LINE_KINDS)
"""Kind of each line: "income", "cost" (controllable) or "goods" (a cost that no network changes)."""

PARCEL_LINES: tuple[str, ...] = LINES[: LINES.index("carbon") + 1]
"""The lines of one parcel, from revenue to carbon."""
