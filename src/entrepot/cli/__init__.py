"""The command line: one function per subcommand, answers on standard output, progress on standard error.

Exit codes: 0 done, 1 the study, file or result is wrong, 2 usage, 3 the limits contradict each other,
4 stopped without a plan.
"""

from entrepot.cli import (
    bench,
    classics,
    futures,
    rivals,
    studies,
)
from entrepot.cli.app import app, main

__all__ = ["app", "bench", "classics", "futures", "main", "rivals", "studies"]
