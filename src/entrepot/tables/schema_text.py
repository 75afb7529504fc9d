"""The parts of docs/data-formats.md that the schema does not say."""

OPENING = """# Data formats

This page is written from the schema (`entrepot.tables.describe_schema`); change the declarations, not
the page.

A study is a folder with `study.toml`, one CSV file per table (`markets.csv`, `sites.csv`, ...) and, if
wanted, `scenarios/NAME.toml`. Or it is one workbook with the same tables as sheets, the settings in the
sheet `study` (key | value), the service floors in the sheet `service_floors` and the scenarios in the
sheet `scenarios`. `entrepot new DIR` and `entrepot new DIR --xlsx` write one to start from, `entrepot
check DIR` lists everything that is wrong or odd in it. Reading never changes a file.

## What is tolerated

- **Files**: UTF-8 with or without mark, UTF-16 with mark, otherwise Windows-1252 (with a warning);
  comma, semicolon or tab; any line ends; quoted cells; blank lines and columns. In workbooks the header
  may stand lower than the first row, and numbers may be texts.
- **Headers, file and sheet names**: case, spaces and hyphens do not matter, nor does a unit in brackets:
  `Fit out (EUR/m2)` is `fit_out`. Columns that are not known are left out with a warning.
- **Numbers**: decimal point, or decimal comma; thousands in groups of three where only one reading is
  possible (`1,234,567`, `1.234,5`, `1 234`). A number such as `1,234` in a comma-separated file or a
  workbook's text, or `1.234` in a table with decimal commas, may mean two things and is an error. `5 %`
  is 0.05 where the unit is a fraction.
- **Dates**: `2027-01-31`, `2027/01/31`, `31.01.2027`, and dates of workbooks. `01/02/2027` is an error.
- **yes/no**: yes, no, true, false, y, n, 1, 0, and what German and French programs write.
- **Lists**: codes separated by spaces, semicolons or bars.
- **Currencies**: amounts are in EUR unless the row's column `currency` names another one, which the table
  `currencies` must know; limits and usual ranges below are in EUR. Defaults and settings are in EUR.
- **Empty cells** take the default that the tables below give. A row without any value is skipped.

Rows in findings are counted as an editor for tables shows them: the first row is 1.
"""

CLOSING = """## Scenarios

A scenario is a set of changes to the study, made before anything is checked. In `scenarios/NAME.toml`:

```toml
description = "The Suez Canal stays closed, and rents rise."

[settings]                      # dotted keys in quotation marks, or nested tables
"money.rent_growth" = 0.02
"limits.max_centres" = 4

[[change]]                      # a column's value in all rows that meet the condition
table = "lanes"
where = {route = "suez"}        # several columns: all must fit; a list: one of its values must fit
column = "status"
value = "closed"

[[change]]
table = "sites"
where = {country = ["FR", "BE"], status = "candidate"}
column = "rent"
factor = 1.1                    # or add = 5, in the row's currency; empty cells without a default stay empty

[[remove]]                      # leaves rows out
table = "sites"
where = {site = "lille"}

[[row]]                         # adds a row
table = "sites"
values = {site = "metz", country = "FR", latitude = 49.12, longitude = 6.18, operator = "own", rent = 60}
```

Rows are removed first, then changes are made in their order, then rows are added. `value = ""` empties a
cell. Without `where`, every row is meant. A change that fits no row, or names an unknown table, column
or setting, is an error. `"limits.service" = [{hours = 72, share = 0.5}]` replaces the service floors.

In a workbook, the sheet `scenarios` has one row per change, with the columns scenario, change, table,
where, column, value. `change` is `description` (text in value), `setting` (key in column), `set`,
`factor`, `add`, `remove`, or `row` (the new row's values in where). `where` is written as in TOML
without the braces: `route = "suez", gateway = ["NLRTM", "DEHAM"]`, and so
is the value of the setting `limits.service`.
"""
