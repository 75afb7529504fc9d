"""Derive lanes, rates and distances of examples/southeast-asia from its places and a few formulas.

Usage: python build_southeast_asia_network.py examples/southeast-asia  (needs entrepot, searoute, polars)

Reads origins, gateways, sites, rival_centres, markets and countries of the study; writes lanes, rates
and distances. What the numbers rest on: SOURCES.md of the study.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from entrepot.geography.distances import air_km, great_circle_km, road_km
from entrepot.geography.outlines import Ring, country_outlines
from entrepot.geography.sea import sea_km

COUNTRIES = ("ID", "MY", "SG", "TH", "VN", "PH")

# Ports and air freight near each origin: name, latitude, longitude, USD per TEU and days to get there.
PORTS = {
    "YIW": (29.87, 121.95, 150, 1.0),
    "CAN": (22.65, 113.65, 60, 0.5),
    "SZX": (22.57, 114.27, 60, 0.5),
    "XMN": (24.45, 118.02, 80, 0.5),
    "CKG": (21.68, 108.60, 550, 4.0),
}
SHIP_KM_PER_DAY = 24 * 13 * 1.852
TEU_KG, TEU_M3 = 4300.0, 28.0
OUTPORTS = {"IDSUB": 80, "IDBLW": 160, "MYPEN": 90, "MYBKI": 260, "VNDAD": 60, "PHCEB": 200, "PHDVO": 260}
BORDER = {
    "VNYVN": (22.10, 106.75),
    "VNLSN": (22.10, 106.75),
    "THLKR": (21.20, 101.68),
    "THMUK": (16.95, 106.60),
}
"""Where railway and road leave China: a detour from the great circle."""

# Domestic parcel up to 2 kg in the nearest zone: USD, working days, and USD for the way from abroad.
PARCEL = {
    "ID": (0.78, 0.8, 1.5), "MY": (0.95, 0.7, 1.2), "SG": (1.9, 0.6, 1.4),
    "TH": (0.70, 0.7, 1.2), "VN": (0.66, 0.7, 1.2), "PH": (0.95, 0.8, 1.5),
}  # fmt: skip
ZONES = ((0, 150, 0.0), (150, 500, 0.12), (500, 1500, 0.38), (1500, None, 0.85))
BANDS = ((0, 2, 0.0, 0.25), (2, 10, 0.15, 0.18), (10, 30, 0.8, 0.12))

CROSSING_KM = {True: 200.0, False: 400.0}
"""Added to a way over water, within a country and between countries: waiting, loading, the slow ship."""
BRIDGES = (
    ("Johor causeway", 1.46, 103.77, 1.43, 103.77),
    ("Penang bridge", 5.35, 100.40, 5.35, 100.30),
    ("Phuket", 8.25, 98.32, 8.0, 98.35),
    ("Suramadu", -7.22, 112.74, -7.08, 112.78),
    ("Mactan", 10.35, 123.93, 10.30, 123.98),
    ("San Juanico", 11.25, 124.97, 11.35, 125.00),
)

Row = dict[str, Any]


def lanes(study: dict[str, pl.DataFrame]) -> Iterator[Row]:
    """Sea, air, rail and road from every origin to every gateway of the mode."""
    by_mode = {"sea": sea_lane, "air": air_lane, "rail": land_lane, "road": land_lane}
    for origin in study["origins"].iter_rows(named=True):
        for gateway in study["gateways"].iter_rows(named=True):
            lane = by_mode[gateway["mode"]](origin, gateway)
            yield {
                "origin": origin["origin"],
                "gateway": gateway["gateway"],
                "mode": gateway["mode"],
                "status": "open",
                **lane,
            }


def sea_lane(origin: Row, gateway: Row) -> Row:
    """A container of 20 feet, full of light goods."""
    lat, lon, inland, days = PORTS[origin["origin"]]
    km = float(sea_km([lat], [lon], [gateway["latitude"]], [gateway["longitude"]])[0, 0])
    extra = OUTPORTS.get(gateway["gateway"], 0)
    per_teu = 250 + 0.06 * km + 300 + inland + extra
    return {
        "distance": round(km),
        "transit": round(km / SHIP_KM_PER_DAY + 3.5 + days + (3 if extra else 0), 1),
        "cost": round(per_teu / TEU_KG, 3),
        "volumetric": round(TEU_KG / TEU_M3),
        "carbon": round(km * 12e-6, 3),
        "carries": "stock direct",
        "sailings": 2 if extra else 6,
        "source": (
            "km searoute; 13 kn + 3.5 d in port; SCFI Southeast Asia USD 422-531/TEU in 2025 (S), "
            "terminals and inland A"
        ),
        "mark": "S A",
        "year": 2025,
    }


def air_lane(origin: Row, gateway: Row) -> Row:
    """Freighter or belly, two days from airport to airport."""
    ends = (origin["latitude"], origin["longitude"], gateway["latitude"], gateway["longitude"])
    km = float(air_km(*ends)[0, 0])
    return {
        "distance": round(km),
        "transit": 2,
        "cost": round(1.0 + 0.00025 * km, 2),
        "volumetric": 167,
        "carbon": round(km * 0.88e-3, 2),
        "carries": "stock direct",
        "sailings": 7,
        "source": (
            "great circle x 1.05; USD 1.0 + 0.25 per 1,000 km (A); carbon 880 g/tkm "
            "(S GLEC v3.2 via EcoFreight)"
        ),
        "mark": "S A",
        "year": 2025,
    }


def land_lane(origin: Row, gateway: Row) -> Row:
    """Over the border station, by train or truck."""
    is_rail = gateway["mode"] == "rail"
    start, border = (origin["latitude"], origin["longitude"]), BORDER[gateway["gateway"]]
    straight = great_circle_km(*start, *border) + great_circle_km(
        *border, gateway["latitude"], gateway["longitude"]
    )
    km = float(straight) * 1.25
    crossings = 2 if gateway["gateway"] in {"THLKR", "THMUK"} else 1
    if is_rail:
        days, cost, carbon = km / 600 + 1.5 + 1.0 * crossings, 0.08 + 0.00007 * km, km * 22e-6
    else:
        days, cost, carbon = km / 750 + 0.8 * crossings, 0.07 + 0.00014 * km, km * 85e-6
    return {
        "distance": round(km),
        "transit": round(days, 1),
        "cost": round(cost + 0.03 * crossings, 3),
        "volumetric": 155,
        "carbon": round(carbon, 3),
        "carries": "stock" if is_rail else "stock direct",
        "sailings": 3 if is_rail else 7,
        "source": (
            "Kunming - Bangkok 55 h, Guangzhou - Map Ta Phut 5-6 days (S Xinhua, Crane)"
            if is_rail
            else "truck about USD 1.3/km and 10 t, 750 km a day, border 0.8 day (A)"
        )
        + "; km by the border point x 1.25",
        "mark": "S A" if is_rail else "A",
        "year": 2025,
    }


def rates(study: dict[str, pl.DataFrame]) -> Iterator[Row]:  # noqa: ARG001 - one signature for all tables
    """Rate cards of the five archetypes."""
    for country in COUNTRIES:
        base, days, abroad = PARCEL[country]
        for low, high, more, per_kg in BANDS:
            for start, end, zone in ZONES[:1] if country == "SG" else ZONES:
                reach = {"km_from": start, "km_to": None if country == "SG" else end}
                home = {"from_country": country, "to_country": country, "weight_from": low, "weight_to": high}
                home |= reach
                yield rate("national-express", home, base + more + zone, per_kg, (days, 600, 7))
                yield rate(
                    "economy", home, 0.82 * base + more + 0.8 * zone, 0.85 * per_kg, (days + 0.9, 350, 6)
                )
                if country in {"MY", "SG", "TH"} and high <= 10:
                    yield rate("lockers", home, 0.86 * base + more + zone, per_kg, (days + 0.2, 600, 7))
                if country in {"ID", "PH", "MY"} and start >= 500:
                    yield rate(
                        "island-air", home, base + more + 1.6 * zone + 0.35, per_kg + 0.45, (1.2, 1800, 7)
                    )
            for start, end, zone in ((0, 600, 0.0), (600, 1500, 0.5), (1500, None, 0.9)):
                reach = {"to_country": country, "km_from": start, "km_to": end}
                yield rate(
                    "cross-border",
                    {**reach, "weight_from": low, "weight_to": high},
                    base + abroad + more + zone,
                    per_kg + 0.7,
                    (1.6, 1400, 6),
                )


def rate(carrier: str, reach: Row, price: float, per_kg: float, pace: tuple[float, float, int]) -> Row:
    """One row of a rate card; pace = working days, km per working day, days per week."""
    transit, daily, week = pace
    return {
        "carrier": carrier,
        "service": "standard",
        **reach,
        "price": round(price, 2),
        "price_per_kg": round(per_kg, 2),
        "transit": round(transit, 1),
        "daily_distance": daily,
        "working_days": week,
        "mark": "A",
    }


class Landmasses:
    """Islands and mainland, told by the shipped outlines; neighbours that share a border are one."""

    def __init__(self) -> None:
        self._rings = [ring for rings in country_outlines().values() for ring in rings]
        self._owner = list(range(len(self._rings)))
        seen: dict[tuple[float, float], int] = {}
        for number, ring in enumerate(self._rings):
            for corner in map(tuple, ring.tolist()):
                self._join(seen.setdefault(corner, number), number)
        self._tree = cKDTree(np.concatenate(self._rings))
        self._ring_of = np.repeat(np.arange(len(self._rings)), [len(ring) for ring in self._rings])
        for _, lat1, lon1, lat2, lon2 in BRIDGES:
            self._join(self._ring(lat1, lon1), self._ring(lat2, lon2))

    def of(self, table: pl.DataFrame) -> list[int]:
        """Number of the land on which each place of a table lies."""
        places = table.select("latitude", "longitude").iter_rows()
        return [self._find(self._ring(lat, lon)) for lat, lon in places]

    def _ring(self, lat: float, lon: float) -> int:
        # The ring around the place, or that of the nearest coast: small islands and ports off the outline.
        inside = [n for n, ring in enumerate(self._rings) if _holds(ring, lat, lon)]
        return inside[0] if inside else int(self._ring_of[self._tree.query([lon, lat])[1]])

    def _find(self, number: int) -> int:
        while self._owner[number] != number:
            number = self._owner[number]
        return number

    def _join(self, one: int, other: int) -> None:
        self._owner[self._find(other)] = self._find(one)


def _holds(ring: Ring, lat: float, lon: float) -> bool:
    """Even-odd rule."""
    x, y = ring[:, 0], ring[:, 1]
    if not (x.min() <= lon <= x.max() and y.min() <= lat <= y.max()):
        return False
    crosses = (y[:-1] > lat) != (y[1:] > lat)
    rise = np.where(y[1:] == y[:-1], 1.0, y[1:] - y[:-1])
    return bool(np.sum(crosses & (x[:-1] + (lat - y[:-1]) * (x[1:] - x[:-1]) / rise > lon)) % 2)


def distances(study: dict[str, pl.DataFrame]) -> Iterator[Row]:
    """Ways over water: road by circuity, and the crossing. Other pairs are left to the planner."""
    land = Landmasses()
    circuity = dict(study["countries"].select("country", "road_circuity").iter_rows())
    pairs = [
        ("gateways", "sites"),
        ("gateways", "markets"),
        ("sites", "markets"),
        ("rival_centres", "markets"),
    ]
    for start_name, end_name in pairs:
        start, end = study[start_name], study[end_name]
        lands = land.of(start), land.of(end)
        factors = [[circuity[code] for code in table["country"]] for table in (start, end)]
        km = road_km(
            start["latitude"], start["longitude"], factors[0], end["latitude"], end["longitude"], factors[1]
        )
        for row, (key, country) in enumerate(start.select(start.columns[0], "country").iter_rows()):
            for column, (target, home) in enumerate(end.select(end.columns[0], "country").iter_rows()):
                is_home = country == home
                if lands[0][row] != lands[1][column] and (is_home or end_name == "sites"):
                    over_water = km[row, column] + CROSSING_KM[is_home]
                    yield {"from": key, "to": target, "road_km": round(over_water)}


def main() -> None:
    """Read the study in the folder named first, and write its derived tables."""
    folder = Path(sys.argv[1])
    names = ("origins", "gateways", "sites", "rival_centres", "markets", "countries")
    study = {name: pl.read_csv(folder / f"{name}.csv", infer_schema_length=None) for name in names}
    study["rival_centres"] = study["rival_centres"].select("centre", "country", "latitude", "longitude")
    for derive in (lanes, rates, distances):
        rows = list(derive(study))
        columns = dict.fromkeys(column for row in rows for column in row)
        last = [column for column in ("source", "mark", "year") if column in columns]
        order = [column for column in columns if column not in last] + last
        table = pl.DataFrame(rows, schema=list(columns), infer_schema_length=None).select(order)
        table.write_csv(folder / f"{derive.__name__}.csv")


if __name__ == "__main__":
    main()
