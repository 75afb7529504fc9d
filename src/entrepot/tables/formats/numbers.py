"""Numbers of a foreign file, taken one block after another; whatever is wrong is noted with its place."""

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import numpy as np

from entrepot.errors import DataError, Finding
from entrepot.location.problem import FloatArray

MOST = 100
"""Findings named per block of numbers; the rest is counted."""
END_MARK = re.compile(rb"[\x00\x1a]")
LARGEST_COUNT = 10_000_000
"""No header that is meant states more sites, customers or edges than this."""


def read_plain(path: Path) -> str:
    """Text of a file of numbers; it ends at a zero byte or Ctrl-Z, as old programs leave them.

    Raises
    ------
    DataError
        If it cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = f"It cannot be read ({error.strerror or error})."
        remedy = "Check that it is a file that you may read."
        raise DataError([Finding("error", path.name, None, "", "", problem, remedy)]) from error
    text = END_MARK.split(data.removeprefix(BOM_UTF8), maxsplit=1)[0]
    if 2 * len(text) < len(data):
        problem, remedy = "It is not a text file.", "Unpack it, or save it as plain text."
        raise DataError([Finding("error", path.name, None, "", "", problem, remedy)])
    return text.decode("utf-8", errors="replace")


class Numbers:
    """The words of a file, read from front to back.

    Parameters
    ----------
    path : the file.

    Attributes
    ----------
    label : name of the file for messages. findings : what is wrong so far.

    Raises
    ------
    DataError
        If the file cannot be read as text.
    """

    def __init__(self, path: Path) -> None:
        self.label = path.name
        text = read_plain(path)
        self.findings: list[Finding] = []
        self._text = text
        self._words = text.split()
        self._position = 0

    @property
    def n_left(self) -> int:
        """Words that are not taken yet."""
        return len(self._words) - self._position

    def count(self, name: str, least: int = 1) -> int:
        """Take a count.

        Raises
        ------
        DataError
            If it is missing or no count: nothing after it could be understood.
        """
        word = self.word(name)
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 12 else -1
        if not least <= number <= LARGEST_COUNT:
            self.note(
                self._position - 1, name, word, "It is not a count.", f"Write a whole number from {least}."
            )
            raise DataError(self.findings)
        return number

    def word(self, name: str) -> str:
        """Take a word.

        Raises
        ------
        DataError
            If the file ends before it.
        """
        if self.n_left == 0:
            self._end(1, name)
        self._position += 1
        return self._words[self._position - 1]

    def peek(self) -> str:
        """The next word, not taken; "" at the end."""
        return self._words[self._position] if self.n_left else ""

    def take(self, count: int, name: Callable[[int], str], least: float = -np.inf) -> FloatArray:
        """Take numbers.

        Parameters
        ----------
        count : how many. name : of the i-th, for messages. least : smallest that is allowed.

        Returns
        -------
        (count,) float64; NaN in places that are noted as wrong.

        Raises
        ------
        DataError
            If the file ends before them.
        """
        if self.n_left < count:
            self._end(count, name(self.n_left))
        words = self._words[self._position : self._position + count]
        self._position += count
        try:
            numbers = np.array(words, dtype=np.float64)
        except ValueError:
            numbers = np.array([_number(word) for word in words], dtype=np.float64)
        wrong = ~np.isfinite(numbers) | (numbers < least)
        for place in np.flatnonzero(wrong)[:MOST]:
            self._note_number(self._position - count + int(place), name(int(place)), numbers[place], least)
        self._note_rest(int(np.count_nonzero(wrong)), self._position - 1)
        return np.where(wrong, np.nan, numbers)

    def finish(self) -> None:
        """End of the file: nothing may be left, and nothing may have been wrong.

        Raises
        ------
        DataError
            With every finding.
        """
        if self.n_left:
            problem = f"{self.n_left:,} more words follow after everything that the header announces."
            remedy = "Check the counts in the header, and the format."
            self.note(self._position, "", self._words[self._position], problem, remedy)
        if any(finding.severity == "error" for finding in self.findings):
            raise DataError(self.findings)

    def note(self, position: int, name: str, value: str, problem: str, remedy: str) -> None:
        """Note an error about the word at a position."""
        self.findings.append(Finding("error", self.label, self._line(position), name, value, problem, remedy))

    def note_taken(self, back: int, name: str, problem: str, remedy: str) -> None:
        """Note an error about the word that was taken `back` words ago."""
        position = self._position - back
        self.note(position, name, self._words[position], problem, remedy)

    def _note_number(self, position: int, name: str, number: float, least: float) -> None:
        problem = f"It is less than {least:g}." if np.isfinite(number) else "It is not a number."
        remedy = f"Write a number from {least:g}." if np.isfinite(least) else "Write a number."
        self.note(position, name, self._words[position], problem, remedy)

    def _note_rest(self, count: int, position: int) -> None:
        if count > MOST:
            problem = f"{count - MOST:,} more numbers before this line are wrong."
            self.note(position, "", "", problem, "Check that the format is the one that was named.")

    def _end(self, count: int, name: str) -> None:
        problem = f"The file ends before {name}; {count - self.n_left:,} of its block are missing."
        remedy = "Check the counts in the header, the format, and whether the file is whole."
        line = len(self._text.splitlines()) or 1
        self.findings.append(Finding("error", self.label, line, name, "", problem, remedy))
        raise DataError(self.findings)

    def _line(self, position: int) -> int:
        seen = 0
        lines = self._text.splitlines()
        for line, text in enumerate(lines, start=1):
            seen += len(text.split())
            if position < seen:
                return line
        return len(lines)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan
