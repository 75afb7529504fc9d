"""Command on a study's rivals: their replies to our plan, and what to do about them."""

from pathlib import Path
from typing import Annotated

import typer

from entrepot.cli.app import AsJson, EachGap, EachSeconds, Seed, Threads, app, console_of, plain_errors
from entrepot.cli.studies import Scenario, StudyPath

Names = Annotated[
    list[str] | None,
    typer.Option("--rival", help="Key of a rival that may answer (repeat for several); default: all."),
]


@app.command()
def rivals(  # noqa: PLR0913, PLR0917 - the options of the command
    study: StudyPath,
    scenario: Scenario = "",
    rival: Names = None,
    add: Annotated[int, typer.Option("--add", min=1, help="Centres that each rival may add.")] = 2,
    planned: Annotated[
        Path | None,
        typer.Option("--plan", metavar="RESULT", help="Our plan: an earlier result of the study."),
    ] = None,
    replies_only: Annotated[
        bool, typer.Option("--replies-only", help="Stop after the replies and what they cost our plan.")
    ] = False,
    gap: EachGap = 0.005,
    seconds: EachSeconds = 120.0,
    seed: Seed = 1,
    threads: Threads = 2,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; default results/STUDY-SCENARIO-rivals.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let rivals answer our plan: their best replies, what we lose to whom, ignore, follow or pre-empt."""
    with plain_errors(as_json):
        from entrepot.analysis import Effort
        from entrepot.report import print_contest
        from entrepot.report.live import watching
        from entrepot.study import face_study_rivals, write_contest

        errors = console_of(stderr=True)
        with watching(errors) as watcher:
            effort = Effort(gap, seconds, seed, threads, watcher)
            read, instance, contest = face_study_rivals(
                study,
                scenario,
                planned=planned,
                rivals=rival or (),
                most=add,
                replan=not replies_only,
                effort=effort,
            )
        folder = out if out is not None else Path("results") / f"{read.name}-{scenario or 'base'}-rivals"
        written = write_contest(folder, read, instance, contest)
        if as_json:
            typer.echo(written[0].read_text(encoding="utf-8"))
        else:
            print_contest(console_of(), instance, contest)
        errors.print(f"Wrote {len(written)} files into {folder}.", highlight=False, soft_wrap=True)
