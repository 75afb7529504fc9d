"""A study's files and their checked columns."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.tables.reading import check_study, list_scenarios, read_study
    from entrepot.tables.schema_page import describe_schema
    from entrepot.tables.template import list_examples, new_study

_HOME = {
    "check_study": "reading",
    "describe_schema": "schema_page",
    "list_examples": "template",
    "list_scenarios": "reading",
    "new_study": "template",
    "read_study": "reading",
}

__all__ = [
    "check_study",
    "describe_schema",
    "list_examples",
    "list_scenarios",
    "new_study",
    "read_study",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'entrepot.tables' has no attribute {name!r}")
    return getattr(import_module(f"entrepot.tables.{_HOME[name]}"), name)
