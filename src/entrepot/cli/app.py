"""What all commands share: the application, plain words for errors, exit codes, consoles."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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

EachGap = Annotated[float, typer.Option("--gap", min=0.0, help="Stop each plan at this proven gap.")]
EachSeconds = Annotated[
    float, typer.Option("--seconds", min=0.0, help="Stop each plan after this many seconds.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random choice.")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the kernels.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


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


@contextmanager
def plain_errors(as_json: bool = False) -> Iterator[None]:
    """Turn what goes wrong into plain words and an exit code; no traceback reaches a user."""
    try:
        yield
    except DataError as error:
        show_findings(error.findings, as_json)
        raise typer.Exit(DATA_ERROR) from error
    except (EntrepotError, OSError) as error:
        complain(_in_words(error))
        raise typer.Exit(_exit_code(error)) from error
    except KeyboardInterrupt as error:
        complain("Aborted.")
        raise typer.Exit(INTERRUPTED) from error
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("ENTREPOT_DEBUG"):
            raise
        complain(
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


def show_findings(findings: tuple[Finding, ...], as_json: bool, show_all: bool = False) -> None:
    """Print findings, as a list or as JSON."""
    from entrepot.report.findings import SHOWN, findings_document, print_findings

    if as_json:
        typer.echo(json.dumps(findings_document(findings), ensure_ascii=False))
    else:
        print_findings(console_of(), findings, limit=len(findings) if show_all else SHOWN)


def console_of(*, stderr: bool = False) -> "Console":
    """A console on standard output or standard error."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 100)


def complain(words: str) -> None:
    """Say what went wrong on standard error."""
    typer.echo(words, err=True)
