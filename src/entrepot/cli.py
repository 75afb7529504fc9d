"""The command line: one function per subcommand, answers on standard output, progress on standard error.

Exit codes: 0 done, 1 the study (or a result) is wrong, 2 usage, 3 the limits contradict each other,
4 stopped without a plan.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import entrepot
from entrepot.errors import DataError, EntrepotError, Finding, InfeasibleError, SolverError

if TYPE_CHECKING:
    from rich.console import Console

DATA_ERROR, USAGE_ERROR, INFEASIBLE, NO_PLAN = 1, 2, 3, 4
INTERRUPTED = 130

app = typer.Typer(
    name="entrepot",
    help="Plan a logistics network - where, with whom, when, against whom - and prove the plan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyPath = Annotated[Path, typer.Argument(metavar="DIR", help="Study: a folder, or one workbook (.xlsx).")]
ResultPath = Annotated[
    Path, typer.Argument(metavar="RESULT", help="result.json, or the folder that holds it.")
]
Scenario = Annotated[str, typer.Option(help="Name of one of the study's scenarios.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
OtherStudy = Annotated[Path | None, typer.Option("--study", help="The study, where it has moved.")]


def main() -> None:
    """Run the command line."""
    app()


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"entrepot {entrepot.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - the options of the command
    study: StudyPath,
    scenario: Scenario = "",
    gap: Annotated[float, typer.Option(min=0.0, help="Stop at this proven gap, fraction of cost.")] = 0.005,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop searching after this many seconds.")] = 120.0,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the kernels.")] = 2,
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
    with _plain_errors(as_json):
        from entrepot.report.live import watching
        from entrepot.study import plan_study, write_results

        errors = _console(stderr=True)
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

            print_summary(_console(), instance, result)
        errors.print(f"Wrote {len(written)} files into {folder}.", highlight=False, soft_wrap=True)
        if result.plan is None:
            _complain("Stopped before a plan was found; the bound is kept. Give it more --seconds.")
            raise typer.Exit(NO_PLAN)


@app.command()
def check(
    study: StudyPath,
    scenario: Scenario = "",
    show_all: Annotated[bool, typer.Option("--all", help="Show every finding.")] = False,
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong, or odd, in a study."""
    with _plain_errors(as_json):
        from entrepot.study import check as check_study

        findings = check_study(study, scenario)
        _show_findings(findings, as_json, show_all)
        if any(finding.severity == "error" for finding in findings):
            raise typer.Exit(DATA_ERROR)


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    example: Annotated[str, typer.Option(help="Example to start from.")] = "two-countries",
    as_workbook: Annotated[bool, typer.Option("--xlsx", help="One workbook instead of CSV files.")] = False,
) -> None:
    """Write a study to start from."""
    with _plain_errors():
        from entrepot.tables.template import new_study

        typer.echo(f"Wrote {new_study(directory, example, as_workbook)}.")


@app.command()
def verify(result: ResultPath, study: OtherStudy = None, as_json: AsJson = False) -> None:
    """Let the referee recompute a result from its study; exit code 1 where a number differs."""
    with _plain_errors(as_json):
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
    with _plain_errors(as_json):
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
    """Write workbook and report again from a result."""
    with _plain_errors():
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
    with _plain_errors(as_json):
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
    with _plain_errors():
        from entrepot.tables.schema_page import describe_schema

        typer.echo(describe_schema(), nl=False)


@contextmanager
def _plain_errors(as_json: bool = False) -> Iterator[None]:
    """Turn what goes wrong into plain words and an exit code; no traceback reaches a user."""
    try:
        yield
    except DataError as error:
        _show_findings(error.findings, as_json)
        raise typer.Exit(DATA_ERROR) from error
    except (EntrepotError, OSError) as error:
        _complain(_in_words(error))
        raise typer.Exit(_exit_code(error)) from error
    except KeyboardInterrupt as error:
        _complain("Aborted.")
        raise typer.Exit(INTERRUPTED) from error
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("ENTREPOT_DEBUG"):
            raise
        _complain(
            f"Entrepot has a bug: {type(error).__name__}: {error}. "
            "Please report it with the study; ENTREPOT_DEBUG=1 shows the details."
        )
        raise typer.Exit(NO_PLAN) from error


def _in_words(error: EntrepotError | OSError) -> str:
    if isinstance(error, InfeasibleError):
        limits = [f"  {name}: relax by at least {amount:,.6g}" for name, amount in error.limits]
        return "\n".join(["No plan meets all limits. In conflict:", *(limits or ["  limits without a name"])])
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    return str(error)


def _exit_code(error: EntrepotError | OSError) -> int:
    if isinstance(error, InfeasibleError):
        return INFEASIBLE
    return NO_PLAN if isinstance(error, SolverError) else USAGE_ERROR


def _show_findings(findings: tuple[Finding, ...], as_json: bool, show_all: bool = False) -> None:
    from entrepot.report.findings import SHOWN, findings_document, print_findings

    if as_json:
        typer.echo(json.dumps(findings_document(findings), ensure_ascii=False))
    else:
        print_findings(_console(), findings, limit=len(findings) if show_all else SHOWN)


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 100)


def _complain(words: str) -> None:
    typer.echo(words, err=True)
