"""Declarations of the settings of stock."""

from entrepot.tables.schema import Setting

STOCK_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "stock.pooled",
        "flag",
        "",
        "Cycle and safety stock follow from what each centre sends, and safety stock is pooled there; no = "
        "products.stock_days of demand.",
        default=False,
    ),
    Setting(
        "stock.fill_rate",
        "number",
        "1",
        "Part of demand that is met from the shelf, where the product states no target (stock.pooled).",
        default=0.98,
        minimum=0.5,
        maximum=0.9999,
    ),
    Setting(
        "stock.review_days",
        "number",
        "days",
        "Days between replenishments over lanes whose sailings are 0 (stock.pooled).",
        default=7.0,
        minimum=0.1,
        maximum=365,
    ),
)
