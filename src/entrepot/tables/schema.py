"""What a study may say: one declaration per column and per setting.

These rows drive reading, checking, the page of data formats, and the Excel template. A new column is added
here, read into the instance in `assembly`, and described nowhere else.
"""

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["text", "number", "integer", "flag", "date", "list"]
Value = str | float | int | bool | None


class Required:
    """Type of the mark REQUIRED."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : header in the file.
    dtype : text, number, integer, flag (yes/no), date (YYYY-MM-DD) or list (codes separated by spaces).
    unit : key of `units.UNITS`.
    meaning : one sentence for the docs, the template and error messages.
    default : value of an empty cell; REQUIRED = may not be empty; None = stays empty (null).
    minimum, maximum : limits that a value must keep, inclusive.
    plausible : (low, high) outside of which a value is reported as a warning.
    choices : allowed texts (for a list: allowed entries).
    refers_to : "table.column" whose values are allowed.
    """

    name: str
    dtype: Dtype
    unit: str
    meaning: str
    default: Value | Required = REQUIRED
    minimum: float | None = None
    maximum: float | None = None
    plausible: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a study: NAME.csv, or the sheet NAME of a workbook.

    Attributes
    ----------
    name : file stem and sheet name. meaning : one sentence.
    key : columns whose combination may occur once; () = any row may repeat.
    columns : in the order of the template.
    is_required : the study cannot be read without it.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of study.toml (or row of the sheet "study").

    Attributes
    ----------
    key : dotted path, e.g. "money.discount_rate".
    dtype : as for columns; "numbers" = one number for all periods or a list with one per period.
    unit, meaning, default, minimum, maximum, choices : as for columns.
    """

    key: str
    dtype: Literal["text", "number", "integer", "flag", "date", "numbers", "list"]
    unit: str
    meaning: str
    default: Value | Required | tuple[float, ...] = REQUIRED
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


PROVENANCE: tuple[Column, ...] = (
    Column("source", "text", "", "Where the row's values come from.", default=None),
    Column(
        "mark",
        "text",
        "",
        "S = source read, M = from memory, A = assumption; several may be given.",
        default=None,
    ),
    Column("year", "integer", "", "Year that the values describe.", default=None, minimum=1900, maximum=2100),
    Column("note", "text", "", "Anything worth knowing about the row.", default=None),
)
"""Columns that every table may have."""
