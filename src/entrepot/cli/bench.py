"""The command that measures: bench."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from entrepot.cli.app import AsJson, app, plain_errors
from entrepot.errors import UsageError


@app.command()
def bench(  # noqa: PLR0913, PLR0917 - the options of the command
    family: Annotated[str | None, typer.Argument(metavar="[FAMILY]", help="Family; none = all.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="This case, or those that begin so.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of public instances.")] = None,
    against: Annotated[str, typer.Option(help="Peers, parted by commas: highs,scip,cpsat,pbp,spopt.")] = "",
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Limit instead of the cases' own.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="File for all measurements.")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Markdown file with marks for the family's table.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the cases; run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure Entrepot, and other solvers beside it, on public and generated instances."""
    with plain_errors(as_json):
        from entrepot.benchmarking.peers import PACKAGES
        from entrepot.benchmarking.registry import cases_of, chosen_cases, families
        from entrepot.benchmarking.running import measure_all
        from entrepot.benchmarking.table import line_of, rendered, write_csv, write_table

        solvers = ["entrepot", *(name.strip() for name in against.split(",") if name.strip())]
        for name in solvers:
            if name not in PACKAGES:
                raise UsageError(f"There is no peer {name!r}; there are {', '.join(list(PACKAGES)[1:])}.")
        cases = [one for name in ([family] if family else families()) for one in cases_of(name)]
        chosen = chosen_cases(cases, case)
        if show_list:
            for one in chosen:
                typer.echo(f"{one.family:16} {one.name:28} {one.problem:14} {one.target}".rstrip())
            return
        found = measure_all(chosen, solvers, data, seconds, lambda one: typer.echo(line_of(one), err=True))
        if csv_file is not None:
            write_csv(csv_file, found)
        if table is not None:
            for name in dict.fromkeys(one.family for one in found):
                write_table(table, name, rendered([one for one in found if one.family == name]))
        typer.echo(json.dumps([asdict(one) for one in found]) if as_json else rendered(found))
