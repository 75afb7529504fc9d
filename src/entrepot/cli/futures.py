"""Command on a study's futures: one plan for all of them."""

from pathlib import Path
from typing import Annotated

import typer

from entrepot.cli.app import AsJson, EachGap, EachSeconds, Seed, Threads, app, console_of, plain_errors
from entrepot.cli.studies import Scenario, StudyPath


@app.command()
def futures(  # noqa: PLR0913, PLR0917 - the options of the command
    study: StudyPath,
    scenario: Scenario = "",
    decided: Annotated[
        int, typer.Option(min=0, help="First periods that are decided now; 0 = do not value waiting.")
    ] = 1,
    gap: EachGap = 0.005,
    seconds: EachSeconds = 120.0,
    seed: Seed = 1,
    threads: Threads = 2,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; default results/STUDY-SCENARIO-futures.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Plan for several futures: best on average, least regret, which sites stay in, what waiting is worth."""
    with plain_errors(as_json):
        from entrepot.analysis import Effort
        from entrepot.report import print_outlook
        from entrepot.report.live import watching
        from entrepot.study import face_study_futures, write_outlook

        errors = console_of(stderr=True)
        with watching(errors) as watcher:
            effort = Effort(gap, seconds, seed, threads, watcher)
            read, outlook, waiting = face_study_futures(study, scenario, n_decided=decided, effort=effort)
        folder = out if out is not None else Path("results") / f"{read.name}-{scenario or 'base'}-futures"
        written = write_outlook(folder, read, outlook, waiting)
        if as_json:
            typer.echo(written[0].read_text(encoding="utf-8"))
        else:
            print_outlook(console_of(), outlook, waiting)
        errors.print(f"Wrote {len(written)} files into {folder}.", highlight=False, soft_wrap=True)
