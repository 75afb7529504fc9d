"""Country outlines for maps, and boxes that tell whether a coordinate can lie in its country.

Both files are derived from Natural Earth (public domain) by data-sources/build_outlines.py.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

OUTLINES_SOURCE = "Made with Natural Earth (naturalearthdata.com), public domain."

Ring = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


@cache
def country_outlines() -> dict[str, list[Ring]]:
    """Give the outlines of Europe and its neighbours, simplified for a map of the continent.

    Returns
    -------
    ISO 3166 alpha-2 code (Kosovo: XK) -> closed rings, the biggest land first, each (n, 2) float64: longitude
    and latitude in degrees, first point = last point. A ring inside another one is a hole (even-odd rule).
    The arrays are read-only and shared between calls.

    Notes
    -----
    Land within longitude -32 to 50 and latitude 27 to 72, in steps of 0.01 degree (about 1 km). Vertices
    are dropped by area (0.0016 square degrees, about 4 km x 3 km), neighbours keep the same border; islands
    under 0.004 square degrees (about 35 km²) are dropped, unless they are the whole country.

    References
    ----------
    Visvalingam, M., Whyatt, J. D. (1993). Line generalisation by repeated elimination of points. The
    Cartographic Journal 30(1), 46-51.
    """
    return {code: [_ring(points) for points in rings] for code, rings in _countries("outlines.json").items()}


@cache
def country_boxes() -> dict[str, Box]:
    """Enclose all land of each country of the world, islands included, with a margin of 0.3 degrees.

    Returns
    -------
    ISO 3166 alpha-2 code -> (lat_min, lat_max, lon_min, lon_max), degrees. The Canary Islands belong to
    ES, the Azores and Madeira to PT; overseas territories with an ISO code of their own (GP, MQ, GF, RE, YT,
    BQ, SJ ...) have their own box. Countries on the date line (FJ, NZ, RU, US ...) span all longitudes.
    """
    return {
        code: (float(south), float(north), float(west), float(east))
        for code, (south, north, west, east) in _countries("boxes.json").items()
    }


def _countries(name: str) -> dict[str, Any]:
    text = files("entrepot.geography").joinpath(name).read_text(encoding="utf-8")
    countries: dict[str, Any] = json.loads(text)["countries"]
    return countries


def _ring(points: list[list[float]]) -> Ring:
    ring = np.array(points, dtype=np.float64)
    ring.setflags(write=False)
    return ring
