"""Whatever is wrong with a study, the answer is a list of findings, and nothing on disk changes."""

import random
import subprocess
import sys

import pytest

from entrepot.errors import DataError
from entrepot.tables import check_study, new_study, read_study

_TEXTS = [
    "", " ", "x", "-1", "0", "1e400", "nan", "inf", "1,5", "1.234,5", "1,234", "99999999999999999999",
    "yes",
    "2027-13-01", "31.12.9999", "0000-00-00", "12345", "\u00a0", "é", "\"", "'", ";", "#N/A", "=A1", "{x}",
    "%s",
    "a b c", "\u202e", "😀", "true", "FR", "own", "-", "--", "1 2 3", "5 %", "None", "null",
]  # fmt: skip
_SETTINGS = [
    "", "]", "= 3", "[study]", "[[limits.service]]", "x = [1, 2", "periods = 3", "limits.service = 4", "\x00",
    "study = 'x'", "[limits.budget.x]", "x.y.z = 1979-05-27T07:32:00", "count = 99999999999999999999",
    "'' = ''",
]  # fmt: skip


def _cells(folder, rng):
    table = rng.choice([file.stem for file in sorted(folder.path.glob("*.csv"))])
    rows = folder.rows(table)
    for _ in range(rng.randint(1, 30)):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(_TEXTS)
    folder.write(table, rows, rng.choice(",,;\t"))


def _layout(folder, rng):
    table = rng.choice([file.stem for file in sorted(folder.path.glob("*.csv"))])
    rows = folder.rows(table)
    for _ in range(rng.randint(1, 5)):
        kind = rng.randrange(6)
        place = rng.randrange(len(rows))
        if kind == 0:
            rows.insert(place, list(rows[rng.randrange(len(rows))]))
        elif kind == 1 and len(rows) > 1:
            del rows[place]
        elif kind == 2:
            rows[place] = rows[place][: rng.randint(0, len(rows[place]))]
        elif kind == 3:
            rows[place] = [*rows[place], *rng.choices(_TEXTS, k=3)]
        elif kind == 4:
            rng.shuffle(rows)
        else:
            column = rng.randrange(max(len(rows[0]), 1))
            rows = [row[:column] + row[column + 1 :] for row in rows]
    folder.write(table, rows)


def _bytes(folder, rng):
    file = rng.choice([entry for entry in sorted(folder.path.rglob("*")) if entry.is_file()])
    data = bytearray(file.read_bytes())
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    file.write_bytes(bytes(data[: rng.randint(0, len(data))] if rng.random() < 0.3 else data))


def _files(folder, rng):
    file = rng.choice(sorted(folder.path.iterdir()))
    if file.is_file() and rng.random() < 0.5:
        file.unlink()
    else:
        file.rename(file.with_name(rng.choice(["Sites.CSV", "x.csv", "study.toml.txt", "lanes.tsv"])))


def _settings(folder, rng):
    file = folder.path / "study.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(lines))
        if rng.random() < 0.5:
            lines[place] = rng.choice(_SETTINGS)
        elif "=" in lines[place]:
            key = lines[place].partition("=")[0]
            lines[place] = f"{key}= {rng.choice([*_TEXTS, '[]', '[1, 2]', '-5', '{}', 'inf', '12:00:00'])}"
    file.write_text("\n".join(lines), encoding="utf-8")


def _scenario(folder, rng):
    file = folder.path / "scenarios" / "suez-open.toml"
    words = file.read_text(encoding="utf-8").split(" ")
    for _ in range(rng.randint(1, 3)):
        words[rng.randrange(len(words))] = rng.choice([*_TEXTS, "value", "factor", "3", '"sites"', "{}"])
    file.write_text(" ".join(words), encoding="utf-8")


_MUTATIONS = [_cells, _layout, _bytes, _files, _settings, _scenario]


@pytest.mark.parametrize("seed", range(200))
def test_a_malformed_study_reads_or_gives_findings(folder, state_of, seed):
    rng = random.Random(seed)
    for _ in range(1 + seed % 3):
        mutation = rng.choice(_MUTATIONS)
        try:
            mutation(folder, rng)
        except (OSError, UnicodeDecodeError, ValueError, IndexError):  # an earlier mutation broke the file
            continue
    before = state_of(folder.path)
    scenario = "suez-open" if (folder.path / "scenarios" / "suez-open.toml").is_file() else ""
    findings = check_study(folder.path, scenario)
    has_errors = any(finding.severity == "error" for finding in findings)
    if has_errors:
        with pytest.raises(DataError, match="The study has") as caught:
            read_study(folder.path, scenario)
        assert caught.value.findings == findings
    else:
        assert read_study(folder.path, scenario).warnings == findings
    assert state_of(folder.path) == before
    assert all(finding.problem and finding.file and str(finding) for finding in findings)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_workbook_reads_or_gives_findings(tmp_path, state_of, seed):
    book = new_study(tmp_path, as_workbook=True)
    rng = random.Random(seed)
    data = bytearray(book.read_bytes())
    for _ in range(rng.randint(1, 50)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    book.write_bytes(bytes(data[: rng.randint(1, len(data))] if seed % 2 else data))
    before = state_of(tmp_path)
    assert isinstance(check_study(book), tuple)
    assert state_of(tmp_path) == before


def test_importing_the_room_imports_no_heavy_library():
    heavy = "polars numba scipy highspy python_calamine xlsxwriter"
    code = f"import sys, entrepot.tables; print([n for n in {heavy.split()!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == "[]"
