"""The declarations are sound, and the page of data formats says what they say."""

from pathlib import Path

from entrepot.tables import describe_schema
from entrepot.tables.declarations import SERVICE_FLOOR, SETTINGS, TABLE_NAMED, TABLES
from entrepot.units import UNITS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-formats.md"


def test_the_page_of_data_formats_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == describe_schema()


def test_every_unit_is_declared():
    declared = [*SETTINGS, *SERVICE_FLOOR, *(column for table in TABLES for column in table.columns)]
    assert {entry.unit for entry in declared} <= set(UNITS)


def test_every_reference_and_key_names_a_column():
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert set(table.key) <= set(names)
        for column in table.columns:
            if column.refers_to:
                other, _, target = column.refers_to.partition(".")
                assert target in [known.name for known in TABLE_NAMED[other].columns]
