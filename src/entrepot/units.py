"""One unit per quantity in the whole core. Conversion happens while tables are read, nowhere else."""

HOURS_PER_DAY = 24.0
DAYS_PER_YEAR = 365.0
DAYS_PER_WEEK = 7.0
MONTHS_PER_YEAR = 12.0
KG_PER_TONNE = 1000.0
EARTH_RADIUS_KM = 6371.0088

UNITS: dict[str, str] = {
    "": "a name, a code or a pure number",
    "1": "fraction of one",
    "1/year": "fraction per year",
    "km": "kilometres by road unless said otherwise",
    "km/day": "kilometres per day",
    "deg": "degrees, WGS84",
    "h": "hours",
    "h/parcel": "working hours per parcel",
    "h/year": "working hours per year",
    "days": "calendar days unless said otherwise",
    "days/week": "working days per week",
    "months": "months",
    "years": "years of 365 days",
    "date": "calendar date, YYYY-MM-DD",
    "kg": "kilograms",
    "kg/m3": "kilograms per cubic metre",
    "t": "tonnes",
    "t/day": "tonnes per working day",
    "t/year": "tonnes per year",
    "m2": "square metres",
    "m3": "cubic metres",
    "people": "inhabitants",
    "parcels": "parcels",
    "parcels/day": "parcels per working day",
    "parcels/year": "parcels per year",
    "EUR": "euro of the study's base year, or the currency that study.currency names instead, here and below",
    "EUR/unit": "euro per unit of a currency",
    "EUR/year": "euro per year",
    "EUR/parcel": "euro per parcel",
    "EUR/kg": "euro per kilogram",
    "EUR/t": "euro per tonne",
    "EUR/km": "euro per truck kilometre",
    "EUR/h": "euro per hour worked",
    "EUR/m2": "euro per square metre",
    "EUR/m2/year": "euro per square metre and year",
    "EUR/m3/month": "euro per cubic metre and month",
    "EUR/kWh": "euro per kilowatt hour",
    "EUR/kg CO2e": "euro per kilogram of carbon dioxide equivalent",
    "kg CO2e": "kilograms of carbon dioxide equivalent, well to wheel",
    "kg CO2e/kg": "kilograms of carbon dioxide equivalent per kilogram carried",
    "kg CO2e/tkm": "kilograms of carbon dioxide equivalent per tonne kilometre",
    "kg CO2e/parcel": "kilograms of carbon dioxide equivalent per parcel",
    "kg CO2e/kWh": "kilograms of carbon dioxide equivalent per kilowatt hour",
    "kWh/m2/year": "kilowatt hours per square metre and year",
}
