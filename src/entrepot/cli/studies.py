"""Commands on studies: plan, check, verify, report and what belongs to them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from entrepot.cli.app import (
    DATA_ERROR,
    NO_PLAN,
    AsJson,
    Seed,
    Threads,
    app,
    complain,
    console_of,
    plain_errors,
    show_findings,
)

StudyPath = Annotated[Path, typer.Argument(metavar="DIR", help="Study: a folder, or one workbook (.xlsx).")]
ResultPath = Annotated[
    Path, typer.Argument(metavar="RESULT", help="result.json, or the folder that holds it.")
]
Scenario = Annotated[str, typer.Option(help="Name of one of the study's scenarios.")]
OtherStudy = Annotated[Path | None, typer.Option("--study", help="The study, where it has moved.")]


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - the options of the command
    study: StudyPath,
    scenario: Scenario = "",
    gap: Annotated[float, typer.Option(min=0.0, help="Stop at this proven gap, fraction of cost.")] = 0.005,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop searching after this many seconds.")] = 120.0,
    seed: Seed = 1,
    threads: Threads = 2,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; default results/STUDY-SCENARIO.")
    ] = None,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Leave out the workbook and the report.")
    ] = False,
    after: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Start from the results of an earlier --remember.")
    ] = None,
    remember: Annotated[
        bool, typer.Option("--remember", help="Write what a later --after can start from.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Plan a study: prints the plan, writes result.json, tables, workbook and report."""
    with plain_errors(as_json):
        from entrepot.report.live import watching
        from entrepot.study import plan_study, write_results

        errors = console_of(stderr=True)
        with watching(errors) as watcher:
            read, instance, result = plan_study(
                study,
                scenario,
                gap=gap,
                seconds=seconds,
                seed=seed,
                threads=threads,
                watcher=watcher,
                after=after,
            )
            folder = out if out is not None else Path("results") / f"{read.name}-{scenario or 'base'}"
            written = write_results(
                folder, read, instance, result, with_report=not no_report, with_memory=remember
            )
        if as_json:
            typer.echo(written[0].read_text(encoding="utf-8"))
        elif result.plan is not None:
            from entrepot.report.summary import print_summary

            print_summary(console_of(), instance, result)
        errors.print(f"Wrote {len(written)} files into {folder}.", highlight=False, soft_wrap=True)
        if result.plan is None:
            complain("Stopped before a plan was found; the bound is kept. Give it more --seconds.")
            raise typer.Exit(NO_PLAN)


@app.command()
def check(
    study: StudyPath,
    scenario: Scenario = "",
    show_all: Annotated[bool, typer.Option("--all", help="Show every finding.")] = False,
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong, or odd, in a study."""
    with plain_errors(as_json):
        from entrepot.study import check as check_study

        findings = check_study(study, scenario)
        show_findings(findings, as_json, show_all)
        if any(finding.severity == "error" for finding in findings):
            raise typer.Exit(DATA_ERROR)


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    example: Annotated[str, typer.Option(help="Example to start from.")] = "two-countries",
    as_workbook: Annotated[bool, typer.Option("--xlsx", help="One workbook instead of CSV files.")] = False,
) -> None:
    """Write a study to start from."""
    with plain_errors():
        from entrepot.tables.template import new_study

        typer.echo(f"Wrote {new_study(directory, example, as_workbook)}.")


@app.command()
def verify(result: ResultPath, study: OtherStudy = None, as_json: AsJson = False) -> None:
    """Let the referee recompute a result from its study; exit code 1 where a number differs.

    The result names its study and its scenario: there is no --scenario to give.
    """
    with plain_errors(as_json):
        from entrepot.study import verify as verify_result

        differences = verify_result(result, study)
        if as_json:
            typer.echo(json.dumps({"passes": not differences, "differences": differences}))
        elif differences:
            typer.echo("FAILS. " + "\n".join(differences[:20]))
        else:
            typer.echo("PASS: every number stands.")
        if differences:
            raise typer.Exit(DATA_ERROR)


@app.command()
def scenarios(study: StudyPath, as_json: AsJson = False) -> None:
    """List the scenarios of a study."""
    with plain_errors(as_json):
        from entrepot.tables import list_scenarios

        found = list_scenarios(study)
        if as_json:
            typer.echo(json.dumps([{"name": name, "description": words} for name, words in found]))
            return
        width = max((len(name) for name, _ in found), default=0)
        for name, words in found:
            typer.echo(f"{name:{width}}  {words}".rstrip())
        if not found:
            typer.echo("The study has no scenarios.")


@app.command()
def report(
    result: ResultPath,
    study: OtherStudy = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into; default: beside the result.")
    ] = None,
) -> None:
    """Write workbook and report again from a result, which names its study and its scenario."""
    with plain_errors():
        from entrepot.report import write_report, write_workbook
        from entrepot.study import read_result

        _, instance, read = read_result(result, study)
        folder = out or (result if result.is_dir() else result.parent)
        folder.mkdir(parents=True, exist_ok=True)
        write_workbook(folder / "plan.xlsx", instance, read)
        write_report(folder / "report.html", instance, read)
        typer.echo(f"Wrote {folder / 'plan.xlsx'} and {folder / 'report.html'}.")


@app.command()
def calibrate(study: StudyPath, scenario: Scenario = "", as_json: AsJson = False) -> None:
    """Fit the constants of choice to the shares that the study states."""
    with plain_errors(as_json):
        from entrepot.study import calibrate as calibrate_study

        instance, fitted = calibrate_study(study, scenario)
        rivals = zip(instance.rivals.labels, fitted.rival_constant, fitted.rival_share, strict=True)
        rows = [("our own offer", fitted.own_constant, fitted.own_share)]
        rows += [(label, float(constant), float(share)) for label, constant, share in rivals]
        if as_json:
            typer.echo(json.dumps([{"firm": f, "constant": c, "share": share} for f, c, share in rows]))
            return
        width = max(len(firm) for firm, _, _ in rows)
        typer.echo(f"{'Firm':{width}}  {'Constant':>10}  {'Share':>7}")
        for firm, constant, share in rows:
            typer.echo(f"{firm:{width}}  {constant:10.4f}  {share:7.2%}")


@app.command()
def formats() -> None:
    """Describe every table, column and setting of a study (Markdown)."""
    with plain_errors():
        from entrepot.tables.schema_page import describe_schema

        typer.echo(describe_schema(), nl=False)
