"""The shipped study's gateways against other sources of coordinates."""

import csv
from pathlib import Path

import pytest

from entrepot.geography.distances import great_circle_km

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = EXAMPLES / "european-expansion" / "gateways.csv"
SECOND = EXAMPLES / "southeast-asia" / "gateways.csv"
NEAR_KM = 5.0

# Sea: NGA World Port Index (public domain), and the ports of searoute 1.6.0 (Apache-2.0). Both place
# Antwerp and Constanta at the old city harbour, searoute Rotterdam too; there GeoNames (CC BY 4.0) stands
# in with the container terminals: Maasvlakte; Port of Antwerp and Deurganckdok; Agigea and Sanatoriul
# Agigea beside Constanta's south port.
# Air: airportsdata 20260905 (MIT), for Liege its 50.3811, 5.2634 read as the degrees, minutes and seconds
# that they are; and the nearest place in GeoNames (Bierset, Roissy-en-France, Ferihegy, Aeropuerto,
# Schkeuditz).
# Rail: GeoNames alone, the town and the district of the terminal.
SOURCES = {
    "FRLEH": [(49.48333, 0.11667), (49.48600, 0.10705)],
    "FRFOS": [(43.41667, 4.88333), (43.41303, 4.88772)],
    "NLRTM": [(51.95000, 4.11667), (51.94837, 4.04863)],
    "BEANR": [(51.29286, 4.30964), (51.29241, 4.26167)],
    "DEHAM": [(53.55000, 9.93333), (53.54772, 9.96941)],
    "GRPIR": [(37.93333, 23.65000), (37.95027, 23.63814)],
    "SIKOP": [(45.55000, 13.73333), (45.54865, 13.73452)],
    "ESVLC": [(39.45000, -0.31667), (39.45107, -0.33028)],
    "PLGDN": [(54.35000, 18.66667), (54.39920, 18.66754)],
    "ROCND": [(44.09258, 28.61079), (44.09279, 28.64174)],
    "GBFXT": [(51.95000, 1.31667), (51.95793, 1.34445)],
    "LGG": [(50.63639, 5.44278), (50.65496, 5.45102)],
    "CDG": [(49.01280, 2.55000), (49.00443, 2.51703)],
    "BUD": [(47.43690, 19.25560), (47.44200, 19.23600)],
    "MAD": [(40.49360, -3.56676), (40.47612, -3.55856)],
    "LEJ": [(51.43240, 12.24160), (51.39678, 12.22141)],
    "DUISR": [(51.43247, 6.76516), (51.40055, 6.71187)],
    "LIERR": [(50.66415, 5.62346), (50.66774, 5.65959)],
    "LODZR": [(51.77058, 19.47395)],
    "BUDR": [(47.39788, 19.11492), (47.40515, 19.12441)],
}

# Sea: the ports of searoute 1.6.0, often the old harbour beside the container terminals; Cat Lai under Tan
# Cang, Butterworth under Georgetown across the channel, Sepanggar under Kota Kinabalu. Air: airportsdata
# 20260905. Railway and road terminals are left out.
SECOND_SOURCES = {
    "IDJKT": (-6.101, 106.891),
    "IDSUB": (-7.2, 112.733),
    "IDBLW": (3.788, 98.704),
    "MYPKG": (3.003, 101.383),
    "MYTPP": (1.356, 103.548),
    "MYPEN": (5.44, 100.305),
    "MYBKI": (5.967, 116.067),
    "SGSIN": (1.239, 103.832),
    "THLCH": (13.083, 100.883),
    "VNHPH": (20.909, 106.74),
    "VNDAD": (16.126, 108.239),
    "VNSGN": (10.751, 106.718),
    "PHMNL": (14.631, 120.972),
    "PHCEB": (10.3, 123.867),
    "PHDVO": (7.067, 125.633),
    "CGK": (-6.126, 106.656),
    "KUL": (2.746, 101.71),
    "SIN": (1.35, 103.994),
    "BKK": (13.681, 100.747),
    "HAN": (21.221, 105.807),
    "SGN": (10.819, 106.652),
    "MNL": (14.509, 121.02),
}
SECOND_NEAR_KM = 15.0


def test_every_shipped_gateway_lies_within_5_km_of_each_source():
    with STUDY.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert {row["gateway"] for row in rows} <= set(SOURCES)
    for row in rows:
        for lat, lon in SOURCES[row["gateway"]]:
            km = great_circle_km(float(row["latitude"]), float(row["longitude"]), lat, lon)
            assert km < NEAR_KM, (row["gateway"], lat, lon)


@pytest.mark.parametrize("gateway", SOURCES)
def test_the_sources_of_a_gateway_agree_within_10_km(gateway):
    first, *others = SOURCES[gateway]
    assert all(great_circle_km(*first, *other) < 2 * NEAR_KM for other in others)


def test_the_second_study_s_ports_and_airports_lie_within_15_km_of_their_source():
    with SECOND.open(encoding="utf-8-sig", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["mode"] in {"sea", "air"}]
    assert {row["gateway"] for row in rows} == set(SECOND_SOURCES)
    for row in rows:
        lat, lon = SECOND_SOURCES[row["gateway"]]
        km = great_circle_km(float(row["latitude"]), float(row["longitude"]), lat, lon)
        assert km < SECOND_NEAR_KM, row["gateway"]
