"""Known road distances between cities, and the circuities to estimate them with."""

import numpy as np

from entrepot.geography.distances import great_circle_matrix_km

# Road km per great-circle km by country: the values that docs/geography.md recommends.
CIRCUITY = {
    "AT": 1.21, "BE": 1.18, "BG": 1.25, "CH": 1.30, "CZ": 1.24, "DE": 1.22, "DK": 1.39, "EE": 1.20,
    "ES": 1.22, "FI": 1.19, "FR": 1.20, "GB": 1.18, "GR": 1.45, "HR": 1.34, "HU": 1.20, "IE": 1.25,
    "IT": 1.27, "LT": 1.18, "LU": 1.25, "LV": 1.19, "NL": 1.27, "NO": 1.45, "PL": 1.23, "PT": 1.20,
    "RO": 1.25, "SE": 1.26, "SI": 1.30, "SK": 1.35,
    "ID": 1.20, "MY": 1.22, "SG": 1.35, "TH": 1.28, "VN": 1.30, "PH": 1.26,
}  # fmt: skip

PLACES = {
    "Barcelona": (41.39, 2.16, "ES"), "Brussels": (50.85, 4.35, "BE"), "Calais": (50.95, 1.86, "FR"),
    "Cherbourg": (49.64, -1.62, "FR"), "Cologne": (50.94, 6.96, "DE"), "Geneva": (46.20, 6.15, "CH"),
    "Hamburg": (53.55, 9.99, "DE"), "Hook of Holland": (51.98, 4.13, "NL"), "Lisbon": (38.72, -9.14, "PT"),
    "Lyons": (45.76, 4.84, "FR"), "Madrid": (40.42, -3.70, "ES"), "Marseilles": (43.30, 5.38, "FR"),
    "Milan": (45.46, 9.19, "IT"), "Munich": (48.14, 11.58, "DE"), "Paris": (48.86, 2.35, "FR"),
    "Rome": (41.89, 12.48, "IT"), "Vienna": (48.21, 16.37, "AT"), "Lille": (50.63, 3.06, "FR"),
    "Berlin": (52.52, 13.405, "DE"), "Budapest": (47.50, 19.04, "HU"), "Liege": (50.63, 5.57, "BE"),
    "Warsaw": (52.23, 21.01, "PL"), "Sofia": (42.70, 23.32, "BG"), "Prague": (50.08, 14.44, "CZ"),
    "Oslo": (59.91, 10.75, "NO"), "Stockholm": (59.33, 18.07, "SE"), "Copenhagen": (55.68, 12.57, "DK"),
    "Bucharest": (44.43, 26.10, "RO"), "Bratislava": (48.15, 17.11, "SK"), "Zagreb": (45.81, 15.98, "HR"),
    "Ljubljana": (46.06, 14.51, "SI"), "London": (51.51, -0.13, "GB"), "Edinburgh": (55.95, -3.19, "GB"),
    "Dublin": (53.35, -6.26, "IE"), "Cork": (51.90, -8.47, "IE"), "Helsinki": (60.17, 24.94, "FI"),
    "Oulu": (65.01, 25.47, "FI"), "Riga": (56.95, 24.11, "LV"), "Vilnius": (54.69, 25.28, "LT"),
    "Tallinn": (59.44, 24.75, "EE"), "Athens": (37.98, 23.73, "GR"), "Thessaloniki": (40.64, 22.94, "GR"),
    "Porto": (41.15, -8.61, "PT"), "Zurich": (47.38, 8.54, "CH"), "Gothenburg": (57.71, 11.97, "SE"),
    "Krakow": (50.06, 19.94, "PL"), "Amsterdam": (52.37, 4.90, "NL"), "Luxembourg": (49.61, 6.13, "LU"),
    "Bergen": (60.39, 5.32, "NO"), "Aarhus": (56.16, 10.20, "DK"), "Varna": (43.21, 27.91, "BG"),
    "Timisoara": (45.75, 21.23, "RO"), "Kosice": (48.72, 21.26, "SK"), "Split": (43.51, 16.44, "HR"),
    "Brno": (49.20, 16.61, "CZ"),
}  # fmt: skip
ASIAN_PLACES = {
    "Bangkok": (13.75, 100.50, "TH"), "Chiang Mai": (18.79, 98.98, "TH"), "Hat Yai": (7.01, 100.48, "TH"),
    "Khon Kaen": (16.45, 102.83, "TH"), "Kuala Lumpur": (3.14, 101.69, "MY"), "Penang": (5.35, 100.40, "MY"),
    "Singapore": (1.29, 103.85, "SG"), "Hanoi": (21.03, 105.84, "VN"), "Haiphong": (20.87, 106.68, "VN"),
    "Da Nang": (16.07, 108.22, "VN"), "Ho Chi Minh City": (10.82, 106.63, "VN"),
    "Can Tho": (10.03, 105.79, "VN"), "Jakarta": (-6.21, 106.85, "ID"), "Semarang": (-6.99, 110.42, "ID"),
    "Surabaya": (-7.25, 112.75, "ID"), "Manila": (14.60, 120.98, "PH"), "Baguio": (16.42, 120.59, "PH"),
    "Legazpi": (13.14, 123.73, "PH"),
}  # fmt: skip

# The Cambridge Encyclopaedia (Crystal, D., ed., 1990), road distances in km, as in R's data set "eurodist":
# its 17 cities of western and central Europe that a road without a ferry joins. Upper triangle, row by row.
TABLE_CITIES = (
    "Barcelona", "Brussels", "Calais", "Cherbourg", "Cologne", "Geneva", "Hamburg", "Hook of Holland",
    "Lisbon", "Lyons", "Madrid", "Marseilles", "Milan", "Munich", "Paris", "Rome", "Vienna",
)  # fmt: skip
TABLE_KM = (
    1318, 1326, 1294, 1498, 803, 2018, 1490, 1305, 645, 636, 521, 1014, 1365, 1033, 1460, 1802, 204, 583,
    206, 677, 597, 172, 2084, 690, 1558, 1011, 925, 747, 285, 1511, 1175, 460, 409, 747, 714, 330, 2052,
    739, 1550, 1059, 1077, 977, 280, 1662, 1381, 785, 853, 1115, 731, 1827, 789, 1347, 1101, 1209, 1160,
    340, 1794, 1588, 1662, 460, 269, 2290, 714, 1764, 1035, 911, 583, 465, 1497, 937, 1118, 895, 1936,
    158, 1439, 425, 328, 591, 513, 995, 1019, 550, 2671, 1159, 2198, 1479, 1238, 805, 877, 1751, 1155,
    2280, 863, 1730, 1183, 1098, 851, 457, 1683, 1205, 1178, 668, 1762, 2250, 2507, 1799, 2700, 2937,
    1281, 320, 328, 724, 471, 1048, 1157, 1157, 1724, 2010, 1273, 2097, 2409, 618, 1109, 792, 1011, 1363,
    331, 856, 586, 898, 821, 946, 428, 1476, 1249, 1209,
)  # fmt: skip
# From memory, rounded as road atlases print them; not read from a source.
REMEMBERED = (
    ("Lille", "Lyons", 690), ("Paris", "Marseilles", 775), ("Berlin", "Munich", 585),
    ("Vienna", "Budapest", 243), ("Rome", "Milan", 575), ("Liege", "Warsaw", 1190),
    ("Sofia", "Paris", 2130), ("Prague", "Vienna", 330), ("Oslo", "Stockholm", 525),
    ("Paris", "Lyons", 465), ("Bratislava", "Vienna", 80), ("Zagreb", "Ljubljana", 140),
    ("London", "Edinburgh", 650), ("Dublin", "Cork", 260), ("Helsinki", "Oulu", 607),
    ("Riga", "Vilnius", 295), ("Riga", "Tallinn", 310), ("Athens", "Thessaloniki", 502),
    ("Lisbon", "Porto", 313), ("Zurich", "Geneva", 278), ("Stockholm", "Gothenburg", 470),
    ("Warsaw", "Krakow", 293), ("Amsterdam", "Paris", 515), ("Luxembourg", "Brussels", 215),
    ("Oslo", "Bergen", 465), ("Copenhagen", "Aarhus", 310), ("Sofia", "Varna", 441),
    ("Bucharest", "Timisoara", 545), ("Bratislava", "Kosice", 400), ("Zagreb", "Split", 410),
    ("Prague", "Brno", 205), ("Prague", "Berlin", 350), ("Bucharest", "Sofia", 385),
    ("Budapest", "Bucharest", 830), ("Copenhagen", "Stockholm", 656), ("Berlin", "Warsaw", 575),
)  # fmt: skip

ASIAN_REMEMBERED = (
    ("Bangkok", "Kuala Lumpur", 1470), ("Bangkok", "Chiang Mai", 690), ("Bangkok", "Hat Yai", 945),
    ("Bangkok", "Khon Kaen", 450), ("Kuala Lumpur", "Singapore", 350), ("Kuala Lumpur", "Penang", 355),
    ("Hanoi", "Ho Chi Minh City", 1720), ("Hanoi", "Da Nang", 770), ("Hanoi", "Haiphong", 105),
    ("Ho Chi Minh City", "Can Tho", 170), ("Jakarta", "Surabaya", 780), ("Jakarta", "Semarang", 445),
    ("Manila", "Baguio", 245), ("Manila", "Legazpi", 490),
)  # fmt: skip


def published_pairs():
    """Pairs of the printed table, without cells that are misprints: under 1 or over 2 x the great circle."""
    rows, columns = np.triu_indices(len(TABLE_CITIES), 1)
    first = [TABLE_CITIES[row] for row in rows]
    second = [TABLE_CITIES[column] for column in columns]
    pairs = list(zip(first, second, map(float, TABLE_KM), strict=True))
    return [pair for pair in pairs if 1 < pair[2] / straight_km(*pair[:2]) < 2]


def remembered_pairs():
    return [(first, second, float(km)) for first, second, km in REMEMBERED]


def asian_pairs():
    """Pairs of Southeast Asia, from memory."""
    return [(first, second, float(km)) for first, second, km in ASIAN_REMEMBERED]


def straight_km(first, second):
    (lat1, lon1, _), (lat2, lon2, _) = PLACES[first], PLACES[second]
    return float(great_circle_matrix_km(lat1, lon1, lat2, lon2)[0, 0])


def relative_errors(pairs, matrix_km, places=None):
    """Errors of a matrix function on the pairs; it gets lat, lon and circuity of all places, twice."""
    places = PLACES if places is None else places
    names = list(places)
    lat, lon = (np.array([places[name][axis] for name in names]) for axis in (0, 1))
    circuity = np.array([CIRCUITY[places[name][2]] for name in names])
    estimate = matrix_km(lat, lon, circuity)
    found = [estimate[names.index(first), names.index(second)] for first, second, _ in pairs]
    return np.array(found) / np.array([km for *_, km in pairs]) - 1
