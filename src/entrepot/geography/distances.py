"""Distances from coordinates alone: along the great circle, by road with a circuity, by air and by rail."""

import numpy as np
import numpy.typing as npt

from entrepot.units import EARTH_RADIUS_KM

AIR_FACTOR = 1.05
RAIL_FACTOR = 1.275


def great_circle_km(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Measure the shortest way over a sphere, by the haversine formula.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : degrees, WGS84; the four broadcast against each other.

    Returns
    -------
    Kilometres, in the broadcast shape, float64.

    Notes
    -----
    ``2 R asin sqrt(sin²(Δφ/2) + cos φ1 cos φ2 sin²(Δλ/2))`` with the mean radius R = 6371.0088 km.
    The earth is an ellipsoid: against geodesics on WGS84 the error stays below 0.56 %.

    References
    ----------
    Sinnott, R. W. (1984). Virtues of the haversine. Sky and Telescope 68(2), 159.
    """
    phi1, lambda1, phi2, lambda2 = (
        np.radians(np.asarray(angle, dtype=np.float64)) for angle in (lat1, lon1, lat2, lon2)
    )
    half_chord = (
        np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lambda2 - lambda1) / 2) ** 2
    )
    # Rounding may lift the sine of antipodes above one.
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0))), dtype=np.float64)


def great_circle_matrix_km(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Measure the great circle from each of one list of points to each of another.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    lat2, lon2 : (n2,) degrees.

    Returns
    -------
    (n1, n2) float64, km.
    """
    return great_circle_km(_column(lat1), _column(lon1), _row(lat2), _row(lon2))


def road_km(  # noqa: PLR0917 - two points of three coordinates each
    lat1: npt.ArrayLike,
    lon1: npt.ArrayLike,
    circuity1: npt.ArrayLike,
    lat2: npt.ArrayLike,
    lon2: npt.ArrayLike,
    circuity2: npt.ArrayLike,
) -> npt.NDArray[np.float64]:
    """Estimate road kilometres as great circle x the mean of the two countries' circuities.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    circuity1 : (n1,) or scalar, road km per great-circle km in the country of each first point.
    lat2, lon2 : (n2,) degrees.
    circuity2 : (n2,) or scalar, as above for the second points.

    Returns
    -------
    (n1, n2) float64, km.

    Notes
    -----
    Wrong where water or mountains lie between the two points, which a mean over a country cannot know, and
    for trips within a town, where streets turn more often: docs/geography.md has the measured error. A
    distance that matters should be given in the study's own distances table.

    References
    ----------
    Ballou, R. H., Rahardja, H., Sakai, N. (2002). Selected country circuity factors for road travel distance
    estimation. Transportation Research Part A 36(9), 843-848.
    """
    circuity = (_column(circuity1) + _row(circuity2)) / 2
    return np.asarray(great_circle_matrix_km(lat1, lon1, lat2, lon2) * circuity, dtype=np.float64)


def air_km(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Estimate flown kilometres as great circle x 1.05, for airways and approaches.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    lat2, lon2 : (n2,) degrees.

    Returns
    -------
    (n1, n2) float64, km.

    Notes
    -----
    An assumption: closed airspace (Russia's, for most European airlines since 2022) makes single routes up to
    about 20 % longer.
    """
    return np.asarray(AIR_FACTOR * great_circle_matrix_km(lat1, lon1, lat2, lon2), dtype=np.float64)


def rail_km(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Estimate rail kilometres between China and Europe as great circle x a fitted factor.

    Parameters
    ----------
    lat1, lon1 : (n1,) degrees.
    lat2, lon2 : (n2,) degrees.

    Returns
    -------
    (n1, n2) float64, km.

    Notes
    -----
    RAIL_FACTOR is fitted to China-Europe services only; docs/geography.md has the relations and the error.
    """
    return np.asarray(RAIL_FACTOR * great_circle_matrix_km(lat1, lon1, lat2, lon2), dtype=np.float64)


def _column(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))[:, None]


def _row(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))[None, :]
