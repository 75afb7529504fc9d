"""Commands on classic problems: solve."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from entrepot.cli.app import (
    INFEASIBLE,
    NO_PLAN,
    AsJson,
    Seed,
    Threads,
    app,
    complain,
    console_of,
    plain_errors,
)

Problem = Annotated[
    Literal["ufl", "cflp", "sscflp", "p-median", "p-centre", "max-covering", "max-capture"],
    typer.Option("--problem", help="What is asked."),
]
FileFormat = Annotated[
    Literal["orlib", "ufllib", "pmed", "tsplib", "holmberg", "tbed1", "hm14", "csv-costs", "csv-points"],
    typer.Option("--format", help="How the file is written; see docs/classic-problems.md."),
]
Distances = Annotated[
    Literal["none", "down", "nearest"], typer.Option(help="Rounding of distances between points.")
]


@app.command()
def solve(  # noqa: PLR0913, PLR0917 - the options of the command
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Instance of a classic problem.")],
    problem: Problem,
    file_format: FileFormat,
    p: Annotated[int | None, typer.Option("--p", min=1, help="Number of sites to open.")] = None,
    radius: Annotated[float | None, typer.Option(min=0.0, help="Covering: reach of a site.")] = None,
    capacity: Annotated[
        float | None, typer.Option(min=0.0, help="Capacity of every site, instead of the file's.")
    ] = None,
    rounding: Distances = "none",
    beta: Annotated[float, typer.Option(help="Capture: weight of utilities.")] = 1.0,
    alpha: Annotated[float, typer.Option(help="Capture: factor on rivals' utilities.")] = 1.0,
    part: Annotated[int, typer.Option(min=1, help="Capture: which instance of the file.")] = 1,
    gap: Annotated[float, typer.Option(min=0.0, help="Stop at this gap; 0 = prove.")] = 0.0,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop after this many seconds.")] = 60.0,
    seed: Seed = 1,
    threads: Threads = 1,
    output: Annotated[
        Path | None, typer.Option(help="File for the answer: .json, or .csv for the assignment.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a classic location problem from a file: prints the plan and its proof."""
    with plain_errors(as_json):
        from entrepot.classics.files import solve_file
        from entrepot.location import Options
        from entrepot.report.live import siting_line, watching
        from entrepot.report.siting import check_output, print_solved, write_solved
        from entrepot.tables.formats import Reading

        if output is not None:
            check_output(output)
        options = Options(gap=gap, seconds=seconds, seed=seed, threads=threads)
        reading = Reading(capacity, p, radius, rounding, beta, alpha, part)
        with watching(console_of(stderr=True), siting_line) as watcher:
            solved = solve_file(file, file_format, problem, reading, (options, watcher))
        if output is not None:
            write_solved(output, solved)
        if as_json:
            typer.echo(json.dumps(solved.document(), ensure_ascii=False))
        if solved.answer.is_infeasible:
            complain("There is no plan: the open sites cannot hold the demand.")
            raise typer.Exit(INFEASIBLE)
        if not len(solved.answer.open_sites):
            complain("Stopped before a plan was found. Give it more --seconds.")
            raise typer.Exit(NO_PLAN)
        if not as_json:
            print_solved(console_of(), solved)
