import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.figures import frames
from entrepot.report.page import as_script, page_data, page_text, write_report

Shown = tuple[Instance, Result]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

PROBE = """
addEventListener("error", event => { document.title = "ERROR " + event.message; });
setInterval(() => {  // painting waits for a frame, and on a busy machine a frame is late
  const canvas = document.getElementById("canvas"), context = canvas.getContext("2d");
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data.buffer;
  const colours = new Set(new Uint32Array(pixels)).size;
  const charts = ["waterfall", "curve", "split", "gantt", "shares"];
  const drawn = charts.filter(id => document.getElementById(id).innerHTML).length;
  const requests = performance.getEntriesByType("resource").length;
  const rows = document.querySelectorAll("#splitTable tbody tr").length;
  const counts = `${colours} colours, ${drawn} charts, ${requests} requests, ${rows} rows`;
  document.body.dataset.probe = `${counts}, ${document.title}`;
}, 500);
"""


def test_the_page_asks_for_nothing_outside_itself(shown: Shown) -> None:
    page = page_text(*shown)
    assert not re.findall(r"<(?:link|img|iframe|object|embed|audio|video)\b", page)
    assert not re.findall(r"<[^>]*\b(?:src|href|srcset|action|data)\s*=", page.split('<script type="app')[0])
    assert not re.findall(r"<script[^>]*\bsrc\s*=", page)
    assert not re.findall(
        r"url\(|@import|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|\bimport\b\s*[\(\"']", page
    )
    assert not re.findall(r"https?://(?!www\.w3\.org)", page)


def test_the_data_of_the_page_cannot_end_its_script(shown: Shown) -> None:
    instance, result = shown
    labels = ("</script><script>alert(1)</script>", "<!-- <script>", *instance.sites.labels[2:])
    page = page_text(replace(instance, sites=replace(instance.sites, labels=labels)), result)
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert block is not None
    assert json.loads(block.group(1))["map"]["sites"]["label"][0] == labels[0]
    assert "<script>alert" not in page.replace(block.group(0), "")


def test_embedded_json_is_still_the_same_data() -> None:
    text = as_script({"name": "</script> <!-- é"})
    assert "</" not in text
    assert "<!--" not in text
    assert json.loads(text) == {"name": "</script> <!-- é"}


def test_the_page_names_sources_and_proof(shown: Shown) -> None:
    instance, result = shown
    page = page_text(replace(instance, sources=(("Places", "GeoNames & others"),)), result)
    assert "GeoNames &amp; others" in page
    assert "Natural Earth" in page
    assert result.proof.fingerprint[:16] in page
    assert "the gap asked for is proven" in page


def test_the_map_tells_the_main_source_of_every_market(shown: Shown) -> None:
    instance, result = shown
    served = page_data(instance, result)["map"]["served"]
    assert len(served) == instance.n_periods
    for t, period in enumerate(served):
        assert {len(column) for column in period.values()} == {instance.n_markets}
        assert sum(period["parcels"]) == pytest.approx(
            result.verdict.measures.sold[t], abs=instance.n_markets
        )


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_page_opens_in_a_browser_without_an_error_and_paints(shown: Shown, tmp_path: Path) -> None:
    path = write_report(tmp_path / "report.html", *shown)
    probe = f"<script>{PROBE}</script>"
    path.write_text(path.read_text(encoding="utf-8").replace("<title>", probe + "<title>"), encoding="utf-8")
    for budget in (6000, 12000, 24000):
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--virtual-time-budget={budget}",
            "--run-all-compositor-stages-before-draw", "--window-size=1400,1000",
            f"--user-data-dir={tmp_path / str(budget)}", "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        page = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False).stdout
        found = re.search(
            r'data-probe="(\d+) colours, (\d+) charts, (\d+) requests, (\d+) rows, ([^"]*)"', page
        )
        if found is not None and int(found.group(1)) > 50:
            break
    assert found is not None, page[:500]
    assert int(found.group(1)) > 50
    assert int(found.group(2)) == 5
    assert int(found.group(3)) == 0
    instance, result = shown
    last = frames(instance, result)["split"].filter(pl.col("period") == instance.periods.labels[-1])
    sold = last.filter(pl.col("stocked_parcels") + pl.col("direct_parcels") > 0.5)
    assert int(found.group(4)) == sold["country"].n_unique() > 0
    assert "ERROR" not in found.group(5)
