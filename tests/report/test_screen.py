import signal
from io import StringIO

import pytest
from rich.console import Console

from entrepot.errors import Finding
from entrepot.instance import Instance
from entrepot.location import Progress
from entrepot.plans.result import Result
from entrepot.report.findings import counts, findings_document, print_findings
from entrepot.report.live import progress_line, watching
from entrepot.report.summary import print_summary

Shown = tuple[Instance, Result]


def console() -> tuple[Console, StringIO]:
    stream = StringIO()
    return Console(file=stream, width=100), stream


def test_the_summary_answers_where_with_whom_when_and_against_whom_in_100_columns(shown: Shown) -> None:
    screen, stream = console()
    print_summary(screen, *shown)
    text = stream.getvalue()
    for words in (
        "Where",
        "With whom",
        "When",
        "Against whom",
        "Service",
        "Direct",
        "Money",
        "Stopped after",
    ):
        assert words in text
    tables, _, _ = text.partition("Net present value:")
    assert max(map(len, tables.splitlines())) <= 100


def test_unknown_numbers_are_left_out_of_the_progress_line() -> None:
    start = Progress("building", 0.2, float("-inf"), float("inf"), float("inf"))
    assert progress_line(start).split() == ["0.2", "s", "building"]
    line = progress_line(Progress("master", 12.0, 1.5e6, 2e6, 0.013))
    assert "plan 1.50 m" in line
    assert "bound 2.00 m" in line
    assert "gap 1.30 %" in line


def test_plain_progress_comes_on_a_change_of_phase_only() -> None:
    screen, stream = console()
    with watching(screen) as watcher:
        for phase in ("one", "one", "one", "two"):
            watcher.report(Progress(phase, 1.0, 0.0, 1.0, 0.1))
    assert len(stream.getvalue().splitlines()) == 2


def test_the_first_interrupt_asks_to_stop_and_the_second_aborts() -> None:
    screen, stream = console()
    before = signal.getsignal(signal.SIGINT)
    with watching(screen) as watcher:
        assert not watcher.should_stop()
        signal.raise_signal(signal.SIGINT)
        assert watcher.should_stop()
        assert "keeping the best plan" in stream.getvalue()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def finding(severity: str, file: str, row: int) -> Finding:
    return Finding(severity, file, row, "country", "FRA", "is not known.", "Did you mean FR?")


def test_findings_stand_by_file_with_place_value_and_remedy() -> None:
    screen, stream = console()
    print_findings(screen, [finding("warning", "b.csv", 2), finding("error", "a.csv", 7)])
    text = stream.getvalue()
    assert text.index("a.csv") < text.index("b.csv")
    for words in ("row 7", "country = FRA", "Did you mean FR?", "1 error, 1 warning."):
        assert words in text


def test_long_lists_of_findings_are_cut_and_counted() -> None:
    screen, stream = console()
    many = [finding("warning", "a.csv", row) for row in range(60)] + [finding("error", "z.csv", 1)]
    print_findings(screen, many, limit=10)
    text = stream.getvalue()
    assert "z.csv" in text
    assert "and 51 more" in text
    assert "1 error, 60 warnings." in text


def test_findings_become_data() -> None:
    assert findings_document([finding("error", "a.csv", 7)])[0]["row"] == 7
    assert counts([]) == "No errors, no warnings."
    assert counts([finding("error", "a.csv", 7)]) == "1 error, no warnings."
    assert counts([finding("warning", "a.csv", 7)] * 2) == "No errors, 2 warnings."
