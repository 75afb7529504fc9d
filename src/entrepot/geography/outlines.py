"""Country outlines for maps, and boxes that tell whether a coordinate can lie in its country.

Both files are derived from Natural Earth (public domain) by data-sources/build_outlines.py.
"""

import gzip
import json
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

OUTLINES_SOURCE = "Made with Natural Earth (naturalearthdata.com), public domain."

STEPS_PER_DEG = 100
"""Coordinates are shipped in hundredths of a degree."""

Ring = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


@cache
def country_outlines() -> dict[str, list[Ring]]:
    """Give the outlines of all countries of the world, simplified for a map of a continent.

    Returns
    -------
    ISO 3166 alpha-2 code (Kosovo: XK) -> closed rings, the biggest land first, each (n, 2) float64: longitude
    and latitude in degrees, first point = last point. A ring inside another one is a hole (even-odd rule).
    The arrays are read-only and shared between calls.

    Notes
    -----
    All land but Antarctica, in steps of 0.01 degree (about 1 km). Vertices are dropped by area (0.0016
    square degrees, about 4 km x 3 km in Europe), neighbours keep the same border; islands under 0.004 square
    degrees (35 km² in Europe, 50 km² at the equator) are dropped, unless they are the whole country.
    Countries on the date line are cut there.

    References
    ----------
    Visvalingam, M., Whyatt, J. D. (1993). Line generalisation by repeated elimination of points. The
    Cartographic Journal 30(1), 46-51.
    """
    packed = files("entrepot.geography").joinpath("outlines.json.gz").read_bytes()
    countries = json.loads(gzip.decompress(packed))["countries"]
    return {code: [_ring(steps) for steps in rings] for code, rings in countries.items()}


@cache
def country_boxes() -> dict[str, Box]:
    """Enclose all land of each country of the world, islands included, with a margin of 0.3 degrees.

    Returns
    -------
    ISO 3166 alpha-2 code -> (lat_min, lat_max, lon_min, lon_max), degrees. The Canary Islands belong to
    ES, the Azores and Madeira to PT; overseas territories with an ISO code of their own (GP, MQ, GF, RE, YT,
    BQ, SJ ...) have their own box. Countries on the date line (FJ, NZ, RU, US ...) span all longitudes.
    """
    text = files("entrepot.geography").joinpath("boxes.json").read_text(encoding="utf-8")
    return {
        code: (float(south), float(north), float(west), float(east))
        for code, (south, north, west, east) in json.loads(text)["countries"].items()
    }


def _ring(steps: list[int]) -> Ring:
    """Add up the first point and the steps from each point to the next one."""
    ring: Ring = np.cumsum(np.array(steps, dtype=np.int64).reshape(-1, 2), axis=0) / STEPS_PER_DEG
    ring.setflags(write=False)
    return ring
