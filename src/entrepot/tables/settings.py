"""Settings against their declarations."""

import math
from collections.abc import Mapping
from datetime import date, datetime

from entrepot.errors import Finding
from entrepot.tables.declarations import SERVICE_FLOOR, SETTINGS
from entrepot.tables.limits import FIRST_YEAR, LAST_YEAR, above, below, not_allowed
from entrepot.tables.names import did_you_mean
from entrepot.tables.raw import RawSetting, text_of
from entrepot.tables.schema import REQUIRED, Required, Setting
from entrepot.tables.study import SettingValue
from entrepot.tables.typed import NO, YES

_COUNT = "periods.count"
_PER_PERIOD = "limits."
_KINDS = {
    "text": ("a text", 'Write it in quotation marks: "..."'),
    "number": ("a number", "Write it without a unit and without quotation marks."),
    "integer": ("a whole number", "Write it without a unit and without quotation marks."),
    "flag": ("true or false", "Write true or false."),
    "date": ("a date", "Write it as YYYY-MM-DD."),
    "numbers": ("a number or a list of numbers", "Write one number, or a list like [1, 2, 3]."),
    "list": ("a list of texts", 'Write a list like ["first", "second"].'),
}


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """A value that cannot be read as its setting's dtype."""


def typed_settings(
    raw: Mapping[str, RawSetting], label: str
) -> tuple[dict[str, SettingValue], list[Finding]]:
    """Every declared setting with its value or default.

    Parameters
    ----------
    raw : dotted key -> value as found. label : file of the settings, for missing ones.

    Returns
    -------
    tuple of dict and list of Finding
        Dates as ordinals, "numbers" and "list" as tuples, empty ones None.
    """
    known = {setting.key: setting for setting in SETTINGS}
    findings = [_unknown_key(key, found, known) for key, found in raw.items() if key not in known]
    settings: dict[str, SettingValue] = {}
    for setting in SETTINGS:
        settings[setting.key], problems = _typed(setting, raw.get(setting.key), label)
        findings += problems
    count = settings[_COUNT]
    for setting in SETTINGS:
        value = settings[setting.key]
        if not (isinstance(value, tuple) and isinstance(count, int) and setting.key.startswith(_PER_PERIOD)):
            continue
        if count > 0 and len(value) not in (1, count):
            problem = f"It has {len(value)} numbers, but there are {count} periods."
            remedy = "Give one number, or one per period."
            findings.append(_about(setting.key, raw[setting.key], problem, remedy))
    return settings, findings


def typed_floors(
    raw: tuple[Mapping[str, RawSetting], ...], label: str
) -> tuple[tuple[dict[str, SettingValue], ...], list[Finding]]:
    """The service floors, each with hours, share and country; see `typed_settings`."""
    known = {setting.key: setting for setting in SERVICE_FLOOR}
    floors, findings = [], []
    for floor in raw:
        findings += [_unknown_key(key, found, known) for key, found in floor.items() if key not in known]
        row = next((found.row for found in floor.values()), None)
        typed: dict[str, SettingValue] = {}
        for setting in SERVICE_FLOOR:
            typed[setting.key], problems = _typed(setting, floor.get(setting.key), label, row)
            findings += problems
        floors.append(typed)
    return tuple(floors), findings


def _typed(
    setting: Setting, raw: RawSetting | None, label: str, row: int | None = None
) -> tuple[SettingValue, list[Finding]]:
    if raw is None or raw.value in ("", None):
        if setting.default is REQUIRED:
            problem, remedy = "The setting is missing.", f"Add it: {setting.meaning}"
            return None, [Finding("error", label, row, setting.key, "", problem, remedy)]
        return _default(setting), []
    try:
        value = _converted(setting, raw.value)
    except _Unfit:
        kind, remedy = _KINDS[setting.dtype]
        return None, [_about(setting.key, raw, f"It is not {kind}.", remedy)]
    return value, [_about(setting.key, raw, *texts) for texts in _broken_rules(setting, value)]


def _default(setting: Setting) -> SettingValue:
    value = setting.default
    if setting.dtype == "list":
        return tuple(str(value).split()) if value else ()
    if setting.dtype == "numbers" and isinstance(value, float | int):
        return (float(value),)
    return None if isinstance(value, Required) else value


def _converted(setting: Setting, value: object) -> SettingValue:
    if setting.dtype == "text":
        return _text(value)
    if setting.dtype == "flag":
        return _flag(value)
    if setting.dtype == "date":
        return _day(value)
    if setting.dtype == "list":
        entries = value if isinstance(value, list) else str(value).splitlines()
        return tuple(text for entry in entries if (text := _text(entry)))
    if setting.dtype == "numbers":
        entries = value if isinstance(value, list) else _split(value)
        if not entries:
            raise _Unfit
        return tuple(_number(entry) for entry in entries)
    number = _number(value)
    if setting.dtype == "integer":
        if not number.is_integer() or abs(number) > 1e15:
            raise _Unfit
        return int(number)
    return number


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise _Unfit
    return text_of(value)


def _flag(value: object) -> bool:
    folded = text_of(value).casefold()
    if isinstance(value, dict | list) or folded not in (*YES, *NO):
        raise _Unfit
    return folded in YES


def _day(value: object) -> int:
    if isinstance(value, datetime):
        return value.date().toordinal()
    if isinstance(value, date):
        return value.toordinal()
    try:
        return date.fromisoformat(str(value).strip()[:10]).toordinal()
    except ValueError as error:
        raise _Unfit from error


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Unfit
    try:
        number = float(value.strip() if isinstance(value, str) else value)
    except (ValueError, OverflowError) as error:
        raise _Unfit from error
    if not math.isfinite(number):
        raise _Unfit
    return number


def _split(value: object) -> list[object]:
    return list(value.replace(";", " ").split()) if isinstance(value, str) else [value]


def _broken_rules(setting: Setting, value: SettingValue) -> list[tuple[str, str]]:
    if setting.dtype == "date" and isinstance(value, int):
        is_meant = FIRST_YEAR <= date.fromordinal(value).year <= LAST_YEAR
        return [] if is_meant else [("The year cannot be meant.", f"Use {FIRST_YEAR} to {LAST_YEAR}.")]
    if setting.choices and value not in setting.choices:
        return [not_allowed(str(value), setting.choices)]
    numbers = value if isinstance(value, tuple) else (value,)
    found = []
    for number in numbers:
        if not isinstance(number, int | float):
            continue
        if setting.minimum is not None and number < setting.minimum:
            found.append(below(setting))
        elif setting.maximum is not None and number > setting.maximum:
            found.append(above(setting))
    return found[:1]


def _unknown_key(key: str, raw: RawSetting, known: Mapping[str, Setting]) -> Finding:
    last = {name.rpartition(".")[2]: name for name in known}
    same = last.get(key.rpartition(".")[2])
    remedy = f"Did you mean {same!r}?" if same else did_you_mean(key, known, "Remove it.")
    return _about(key, raw, "There is no setting of that name.", remedy)


def _about(key: str, raw: RawSetting, problem: str, remedy: str) -> Finding:
    return Finding("error", raw.label, raw.row, key, text_of(raw.value)[:200], problem, remedy)
