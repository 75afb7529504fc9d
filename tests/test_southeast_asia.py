"""The whole chain on the second shipped study: another region, another currency, six customs territories."""

import json
from io import StringIO
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from rich.console import Console

import entrepot
from entrepot.instance import Instance
from entrepot.plans.document import result_schema
from entrepot.plans.result import Result
from entrepot.report.page import page_data, page_text
from entrepot.report.projection import project
from entrepot.report.summary import print_summary
from entrepot.study import plan_study, write_results
from entrepot.tables import list_scenarios
from entrepot.tables.study import Study

STUDY = Path(__file__).parents[1] / "examples" / "southeast-asia"
MEMBERS = ("ID", "MY", "SG", "TH", "VN", "PH")
GAP = 0.06
Planned = tuple[Study, Instance, Result]


@pytest.fixture(scope="module")
def planned() -> Planned:
    return plan_study(STUDY, gap=GAP, seconds=400.0)


@pytest.fixture(scope="module")
def folder(planned: Planned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("results")
    write_results(directory, *planned)
    return directory


@pytest.mark.parametrize("scenario", ["", *(name for name, _ in list_scenarios(STUDY))])
def test_nothing_is_wrong_or_odd_in_the_study_and_its_scenarios(scenario: str) -> None:
    assert entrepot.check(STUDY, scenario) == ()


def test_the_study_has_its_size_and_every_value_a_mark_or_a_page_that_speaks_for_it() -> None:
    study = entrepot.read_study(STUDY)
    assert 400 <= study.tables["markets"].height <= 900
    assert 25 <= study.tables["sites"].height <= 40
    assert set(study.tables["countries"]["territory"]) == set(MEMBERS)
    unmarked = [
        name
        for name in ("countries", "sites", "customs", "lanes", "rates", "rivals", "rival_centres", "duties")
        if study.tables[name]["mark"].null_count()
    ]
    assert unmarked == []
    page = (STUDY / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"{name}.csv" in page for name in ("markets", "distances", "rates", "customs", "sites"))


def test_the_study_is_planned_to_a_proven_gap_and_passes_the_referee(planned: Planned) -> None:
    result = planned[2]
    assert result.verdict is not None
    assert not result.verdict.breaches
    assert result.proof.gap <= GAP
    assert result.proof.value <= result.proof.claimed_bound <= result.proof.certified_bound


def test_the_written_result_verifies_and_names_its_currency(folder: Path) -> None:
    assert entrepot.verify(folder) == ()
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, result_schema())
    assert document["study"]["currency"] == "USD"


def test_no_parcel_is_sold_into_indonesia_from_abroad_while_that_is_forbidden(planned: Planned) -> None:
    _, instance, result = planned
    flows = entrepot.frames(instance, result)["flows"].filter(pl.col("country") == "ID")
    home = {
        label
        for label, country in zip(instance.sites.labels, instance.sites.country_index, strict=True)
        if instance.countries.ids[country] == "ID"
    }
    assert flows.height > 0
    assert set(flows["source"]) <= home


def test_every_amount_that_a_user_reads_is_in_dollars(planned: Planned, folder: Path) -> None:
    _, instance, result = planned
    screen = StringIO()
    print_summary(Console(file=screen, width=100), instance, result)
    page = page_text(instance, result)
    assert "Net present value: USD" in screen.getvalue()
    for text in (screen.getvalue(), page.split('<script type="application/json"')[0]):
        assert "EUR" not in text
        assert "€" not in text
    assert page_data(instance, result)["money"] == "$"
    heads = [path.read_text(encoding="utf-8").splitlines()[0] for path in (folder / "tables").glob("*.csv")]
    assert any("capital_usd" in head for head in heads)
    assert not any("eur" in head.replace("_", ",").split(",") for head in heads)


def test_the_map_draws_the_six_countries_and_their_neighbours_and_no_others(planned: Planned) -> None:
    _, instance, result = planned
    data = page_data(instance, result)["map"]
    assert sum(country["in"] for country in data["land"]) == len(MEMBERS)
    assert 12 <= len(data["land"]) <= 40
    places = instance.markets
    centre = tuple(
        (min(a.min(), b.min()) + max(a.max(), b.max())) / 2
        for a, b in (
            (places.latitude, instance.sites.latitude),
            (places.longitude, instance.sites.longitude),
        )
    )
    own = [ring for country in data["land"] if country["in"] for ring in country["rings"]]
    x, y = project(np.array([3.14, 15.0, -7.6]), np.array([101.69, 101.0, 110.7]), centre)
    for point in zip(x, y, strict=True):
        assert sum(_holds(ring, *point) for ring in own) == 1


def test_the_distances_over_water_are_longer_than_those_over_land(planned: Planned) -> None:
    instance = planned[1]
    site, market = instance.sites.ids.index("surabaya"), instance.markets.labels.index("Makassar")
    over_water = instance.distances.site_market[site, market]
    assert over_water > 800 * 1.2 - 50 + 200


def _holds(ring: list[int], x: float, y: float) -> bool:
    """Even-odd rule on a flat ring."""
    points = np.array(ring, dtype=float).reshape(-1, 2)
    following = np.roll(points, -1, axis=0)
    crosses = (points[:, 1] > y) != (following[:, 1] > y)
    rise = np.where(following[:, 1] == points[:, 1], 1.0, following[:, 1] - points[:, 1])
    at = points[:, 0] + (y - points[:, 1]) * (following[:, 0] - points[:, 0]) / rise
    return bool(np.sum(crosses & (at > x)) % 2)
