"""Equal-area map coordinates."""

import numpy as np

from entrepot.instance import FloatArray
from entrepot.units import EARTH_RADIUS_KM


def project(
    latitude: FloatArray, longitude: FloatArray, centre: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Lambert's azimuthal equal-area projection on the sphere.

    Parameters
    ----------
    latitude, longitude : deg. centre : (latitude, longitude) that becomes (0, 0), deg.

    Returns
    -------
    x, y : km, x to the east and y to the south (as on a screen). NaN beyond 100 degrees from the centre.

    References
    ----------
    Snyder, J. P. (1987). Map projections: a working manual. USGS Professional Paper 1395, equations 22-4
    and 24-2.
    """
    phi, lam = np.radians(latitude), np.radians(np.asarray(longitude) - centre[1])
    phi_0 = np.radians(centre[0])
    cosine = np.sin(phi_0) * np.sin(phi) + np.cos(phi_0) * np.cos(phi) * np.cos(lam)
    with np.errstate(invalid="ignore"):
        scale = np.where(cosine > np.cos(np.radians(100.0)), np.sqrt(2.0 / (1.0 + cosine)), np.nan)
    x = EARTH_RADIUS_KM * scale * np.cos(phi) * np.sin(lam)
    y = EARTH_RADIUS_KM * scale * (np.cos(phi_0) * np.sin(phi) - np.sin(phi_0) * np.cos(phi) * np.cos(lam))
    return x, -y


def middle_longitude(longitude: FloatArray) -> float:
    """Middle of the shortest arc that holds all longitudes, degrees: also where it crosses the date line.

    Parameters
    ----------
    longitude : (n,) deg, n > 0.
    """
    around = np.unique(np.mod(longitude, 360.0))
    gap = np.diff(np.append(around, around[0] + 360.0))
    widest = int(gap.argmax())
    middle = around[widest] + gap[widest] / 2 + 180.0
    return float(np.mod(middle + 180.0, 360.0) - 180.0)
