"""Names become indices and numbers keep their meaning."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from entrepot.assembly import assemble
from entrepot.assembly.lookup import Lookup
from entrepot.assembly.rules import periods_of
from entrepot.instance import Instance, fingerprint
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


@pytest.fixture(scope="module")
def instance(study: Study) -> Instance:
    return assemble(study)


def test_the_demand_model_is_population_times_buyers_times_parcels(study: Study, instance: Instance) -> None:
    given = set(study.tables["demand"]["market"])
    market = next(i for i, name in enumerate(instance.markets.ids) if name not in given)
    country = study.tables["countries"].row(int(instance.markets.country_index[market]), named=True)
    middle = (date(2027, 1, 1).toordinal() + date(2028, 1, 1).toordinal()) / 2
    years = (middle - (2025 - 0.5) * 365.2425) / 365
    expected = (
        instance.markets.population[market]
        * country["online_share"]
        * country["parcels_per_head"]
        * study.tables["products"]["demand_share"][0]
        * (1 + country["demand_growth"]) ** years
    )
    assert instance.demand[market, 0, 0] == pytest.approx(expected, rel=1e-12)


def test_known_demand_replaces_the_model(study: Study, instance: Instance) -> None:
    row = study.tables["demand"].row(0, named=True)
    market = instance.markets.ids.index(row["market"])
    product = instance.products.ids.index(row["product"])
    period = instance.periods.labels.index(row["period"])
    assert instance.demand[market, product, period] == pytest.approx(row["parcels"])


def test_distances_given_by_the_study_override_the_computed_ones(study: Study, instance: Instance) -> None:
    row = study.tables["distances"].row(0, named=True)
    gateway, site = instance.gateways.ids.index(row["from"]), instance.sites.ids.index(row["to"])
    assert instance.distances.gateway_site[gateway, site] == row["road_km"]


def test_a_lane_is_open_by_its_status_on_the_middle_day(study: Study, instance: Instance) -> None:
    suez = np.array([route == "suez" for route in instance.lanes.route])
    cape = np.array([route == "cape" for route in instance.lanes.route])
    assert not instance.lanes.is_open[suez, 0].any()
    assert instance.lanes.is_open[suez, 1:].all()
    assert instance.lanes.is_open[cape, 0].all()
    assert not instance.lanes.is_open[cape, 1:].any()
    assert assemble(read_study(EXAMPLE, "suez-open")).lanes.is_open[suez, 0].all()


def test_an_existing_centre_keeps_its_size_and_a_candidate_has_none(instance: Instance) -> None:
    status = np.array(instance.sites.status)
    assert (instance.sites.initial_size[status == "existing"] >= 1).all()
    assert (instance.sites.initial_size[status == "candidate"] == 0).all()


def test_the_scenario_stands_in_the_name() -> None:
    assert assemble(read_study(EXAMPLE, "tight-budget")).name == "two-countries (tight-budget)"


@pytest.mark.parametrize(
    ("start", "months", "labels"),
    [
        (date(2027, 1, 1), 12, ("2027", "2028")),
        (date(2027, 1, 1), 6, ("2027 H1", "2027 H2")),
        (date(2027, 4, 1), 3, ("2027 Q2", "2027 Q3")),
        (date(2027, 1, 31), 1, ("2027-01", "2027-02")),
    ],
)
def test_periods_are_labelled_by_their_length(
    study: Study, start: date, months: int, labels: tuple[str, ...]
) -> None:
    settings = dict(study.settings)
    settings |= {"periods.start": start.toordinal(), "periods.count": 2, "periods.months": months}
    periods = periods_of(Lookup(replace(study, settings=settings)))
    assert periods.labels == labels
    assert (periods.end_day[:-1] == periods.start_day[1:]).all()


def test_credits_and_sources_travel_with_the_instance(study: Study, instance: Instance) -> None:
    assert any("GeoNames" in text for _, text in instance.sources)
    graph = replace(study, settings=dict(study.settings) | {"geography.roads": "circuity"})
    assert assemble(graph).sources == instance.sources
    tables = {
        name: frame.with_columns(source=pl.lit(None, pl.String)) for name, frame in study.tables.items()
    }
    assert {label for label, _ in assemble(replace(study, tables=tables)).sources} == {"credit"}


def test_candidates_of_rivals_have_their_first_period_and_their_distances(
    study: Study, instance: Instance
) -> None:
    candidates = instance.rival_candidates
    assert len(candidates.ids) == study.tables["rival_candidates"].height
    assert set(candidates.earliest_period.tolist()) == {1}
    km = instance.distances.candidate_market
    assert km.shape == (len(candidates.ids), instance.n_markets)
    assert np.all(km >= 0.0)
    twin = candidates.ids.index("temu-new-lyon"), candidates.ids.index("amazon-new-lyon")
    np.testing.assert_array_equal(km[twin[0]], km[twin[1]])


def test_a_plan_does_not_depend_on_candidates_of_rivals(study: Study, instance: Instance) -> None:
    none = {"rival_candidates": study.tables["rival_candidates"].head(0)}
    without = assemble(replace(study, tables=dict(study.tables) | none))
    assert fingerprint(replace(without, sources=instance.sources)) == fingerprint(instance)
