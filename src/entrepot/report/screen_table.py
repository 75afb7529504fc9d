"""How tables look on screen."""

from rich import box
from rich.table import Table

TEXT_WIDTH = 20
"""Widest column of text in tables with several of them: numbers must have room."""


def empty_table(title: str, *columns: str, text_columns: int = 1) -> Table:
    """A table without rows; its first columns are text, the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        is_text = number < text_columns
        least = len(column) if not is_text else 22 if number == 0 and text_columns > 2 else None
        most = TEXT_WIDTH if is_text and text_columns > 2 else None
        table.add_column(
            column,
            justify="left" if is_text else "right",
            no_wrap=not is_text,
            min_width=least,
            max_width=most,
        )
    return table
