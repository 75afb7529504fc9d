import gzip
from importlib.resources import files

import numpy as np
import pytest

from entrepot.geography.outlines import country_boxes, country_outlines

# Capitals of the EU, GB, CH and NO, of Southeast Asia and of every other continent: (lat, lon).
# Source: GeoNames (CC BY 4.0).
CAPITALS = {
    "AT": (48.208, 16.372),
    "BE": (50.850, 4.349),
    "BG": (42.698, 23.324),
    "CH": (46.948, 7.447),
    "CY": (35.175, 33.364),
    "CZ": (50.088, 14.421),
    "DE": (52.524, 13.411),
    "DK": (55.676, 12.550),
    "EE": (59.420, 24.754),
    "ES": (40.417, -3.703),
    "FI": (60.190, 24.935),
    "FR": (48.853, 2.349),
    "GB": (51.509, -0.126),
    "GR": (37.984, 23.728),
    "HR": (45.814, 15.978),
    "HU": (47.498, 19.040),
    "IE": (53.333, -6.270),
    "IT": (41.892, 12.511),
    "LT": (54.689, 25.280),
    "LU": (49.612, 6.130),
    "LV": (56.946, 24.106),
    "MT": (35.898, 14.480),
    "NL": (52.374, 4.890),
    "NO": (59.913, 10.746),
    "PL": (52.230, 21.012),
    "PT": (38.725, -9.150),
    "RO": (44.432, 26.106),
    "SE": (59.329, 18.050),
    "SI": (46.051, 14.505),
    "SK": (48.148, 17.107),
    "ID": (-6.215, 106.845),
    "MY": (3.141, 101.687),
    "SG": (1.290, 103.850),
    "TH": (13.754, 100.501),
    "VN": (21.025, 105.841),
    "PH": (14.604, 120.982),
    "CN": (39.908, 116.397),
    "AU": (-35.283, 149.128),
    "FJ": (-18.142, 178.441),
    "US": (38.895, -77.037),
    "BR": (-15.780, -47.929),
    "ZA": (-25.745, 28.188),
    "EG": (30.063, 31.250),
}


def holds(rings, lat, lon):
    """Even-odd rule: a ray to the east crosses the rings an odd number of times."""
    crossings = 0
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        is_crossing = (y[:-1] > lat) != (y[1:] > lat)
        rise = np.where(y[1:] == y[:-1], 1.0, y[1:] - y[:-1])
        at = x[:-1] + (lat - y[:-1]) * (x[1:] - x[:-1]) / rise
        crossings += int(np.sum(is_crossing & (at > lon)))
    return crossings % 2 == 1


@pytest.mark.parametrize("country", CAPITALS)
def test_the_outline_of_a_country_holds_its_capital_and_no_other_outline_does(country):
    found = [code for code, rings in country_outlines().items() if holds(rings, *CAPITALS[country])]
    assert found == [country]


@pytest.mark.parametrize("country", CAPITALS)
def test_the_box_of_a_country_holds_its_capital_and_its_outline(country):
    lat_min, lat_max, lon_min, lon_max = country_boxes()[country]
    lat, lon = CAPITALS[country]
    assert lat_min < lat < lat_max
    assert lon_min <= lon <= lon_max
    for ring in country_outlines()[country]:
        assert lat_min < ring[:, 1].min() <= ring[:, 1].max() < lat_max
        assert lon_min <= ring[:, 0].min() <= ring[:, 0].max() <= lon_max


@pytest.mark.parametrize(
    ("country", "lat", "lon"),
    [
        pytest.param("ES", 28.100, -15.413, id="Las Palmas"),
        pytest.param("PT", 37.739, -25.669, id="Ponta Delgada"),
        pytest.param("PT", 39.454, -31.128, id="Santa Cruz das Flores"),
        pytest.param("FR", 41.919, 8.739, id="Ajaccio"),
        pytest.param("GB", 60.154, -1.149, id="Lerwick"),
        pytest.param("NO", 70.370, 31.110, id="Vardo"),
        pytest.param("CN", 31.222, 121.458, id="Shanghai"),
        pytest.param("RE", -20.882, 55.450, id="Saint-Denis"),
    ],
)
def test_boxes_hold_islands_and_far_corners(country, lat, lon):
    lat_min, lat_max, lon_min, lon_max = country_boxes()[country]
    assert lat_min < lat < lat_max
    assert lon_min < lon < lon_max


def test_the_box_of_france_keeps_to_europe():
    lat_min, lat_max, lon_min, lon_max = country_boxes()["FR"]
    assert lat_min > 40
    assert lat_max < 52
    assert lon_min > -6
    assert lon_max < 10.5


def test_rings_are_closed_and_cannot_be_changed():
    for rings in country_outlines().values():
        for ring in rings:
            assert (ring[0] == ring[-1]).all()
            assert not ring.flags.writeable


def test_the_whole_world_is_drawn_but_antarctica():
    outlines = country_outlines()
    assert len(outlines) > 240
    assert "AQ" not in outlines
    assert set(outlines) <= set(country_boxes())


@pytest.mark.parametrize(("name", "unpack"), [("outlines.json.gz", gzip.decompress), ("boxes.json", bytes)])
def test_the_shipped_files_name_their_source_and_stay_small(name, unpack):
    packed = files("entrepot.geography").joinpath(name).read_bytes()
    first = unpack(packed).decode("utf-8").splitlines()[0]
    assert "Natural Earth" in first
    assert "Public domain" in first
    assert len(packed) < 200_000
