"""Collects the messages of one FIT activity: what it states, its laps and its points."""

from __future__ import annotations

from typing import Any

from fitdecode import FitDataMessage

from fittrack.activities.files.track import HIGHEST, Budget, Track

# Seconds from 1970 to the FIT epoch, 1989-12-31.
FIT_EPOCH_S = 631_065_600
DEGREES = 180 / 2**31

# Message numbers of the FIT profile.
FILE_ID = 0
_SPORT, _SESSION, _LAP, _RECORD, _EVENT, _ACTIVITY, _LENGTH = 12, 18, 19, 20, 21, 34, 101

# Where a record's fields go, in the order of Track.add; enhanced fields win over plain ones.
_SLOTS = {
    "timestamp": 0,
    "position_lat": 1,
    "position_long": 2,
    "altitude": 3,
    "enhanced_altitude": 3,
    "distance": 4,
    "speed": 5,
    "enhanced_speed": 5,
    "heart_rate": 6,
    "cadence": 7,
    "power": 8,
    "temperature": 9,
}
# Field numbers of a record that a developer field may stand in for.
_NATIVE_SLOTS = {3: 6, 4: 7, 7: 8}

_MAX_LAPS = 10_000
# A tuple: for every field of every point, a union costs several times as much.
_NUMBERS = (int, float)

_STOPS = {"stop", "stop_all", "stop_disable", "stop_disable_all"}

Fields = dict[str, Any]


class FitActivity:
    """The messages from one file_id to the next.

    Raises: FileRefused.
    """

    def __init__(self, budget: Budget) -> None:
        budget.spend_activity()
        self._budget = budget
        self.track = Track(budget)
        self.file_type: object = None
        self.device = ""
        self.product = ""
        self.sport: Fields = {}
        self.activity: Fields = {}
        self.sessions: list[Fields] = []
        self.laps: list[Fields] = []
        self.warnings: set[str] = set()
        self.has_content = False
        self._handlers = {
            FILE_ID: self._file_id,
            _SPORT: self._sport,
            _SESSION: self._session,
            _LAP: self._lap,
            _EVENT: self._event,
            _ACTIVITY: self._activity,
            _LENGTH: self._length,
        }

    def take(self, message: FitDataMessage) -> None:
        """Keep what matters of a message.

        Raises: FileRefused.
        """
        self.has_content = True
        number = message.def_mesg.global_mesg_num
        if number == _RECORD:
            self._record(message)
            return
        handler = self._handlers.get(number)
        if handler:
            handler(named(message))

    def _record(self, message: FitDataMessage) -> None:
        row: list[Any] = [None] * 10
        for data in message.fields:
            field, value = data.field, data.value
            if field is None or value is None:
                continue
            definition = data.field_def
            if definition is not None and definition.is_dev:
                slot = _NATIVE_SLOTS.get(field.native_field_num)
                if slot is not None and row[slot] is None:
                    row[slot] = value
                continue
            slot = _SLOTS.get(field.name)
            if slot is not None:
                row[slot] = value
        numbers = [None if value is None else scalar(value) for value in row]
        at_s, latitude, longitude, *others = numbers
        self.track.add(
            None if at_s is None else fit_ms(at_s),
            None if latitude is None else latitude * DEGREES,
            None if longitude is None else longitude * DEGREES,
            *others,
        )

    def _file_id(self, fields: Fields) -> None:
        self.file_type = fields.get("type")
        maker = fields.get("manufacturer")
        product = fields.get("product_name") or fields.get("garmin_product")
        product = product or fields.get("product")
        self.device = " ".join(str(word) for word in (maker, product) if word is not None)

    def _sport(self, fields: Fields) -> None:
        self.sport = self.sport or fields

    def _session(self, fields: Fields) -> None:
        """Raises: FileRefused."""
        if self.sessions:
            self._budget.spend_activity()
        self.sessions.append(fields)

    def _lap(self, fields: Fields) -> None:
        if len(self.laps) < _MAX_LAPS:
            self.laps.append(fields)

    def _activity(self, fields: Fields) -> None:
        self.activity = fields

    def _event(self, fields: Fields) -> None:
        if fields.get("event") == "timer" and fields.get("event_type") in _STOPS:
            self.track.pause()

    def _length(self, fields: Fields) -> None:
        """A pool swim may write its records without times, each before its length."""
        start_s = number_of(fields, "start_time")
        if start_s is not None:
            elapsed_s = number_of(fields, "total_elapsed_time") or 0.0
            self.track.date_untimed(fit_ms(start_s + elapsed_s))


def named(message: FitDataMessage) -> Fields:
    """Return the profile's own fields of a message by name, without those left empty."""
    fields: Fields = {}
    for data in message.fields:
        is_dev = data.field_def is not None and data.field_def.is_dev
        if data.field is not None and data.value is not None and not is_dev:
            fields[data.field.name] = data.value
    return fields


def number_of(fields: Fields, *names: str) -> float | None:
    """Return the first of the fields that holds a number."""
    for name in names:
        value = scalar(fields.get(name))
        if value is not None:
            return value
    return None


def scalar(value: object) -> float | None:
    """Return the number, the first number of several, or None; infinity is none."""
    if isinstance(value, tuple):
        value = next((each for each in value if each is not None), None)
    return value if isinstance(value, _NUMBERS) and -HIGHEST < value < HIGHEST else None


def fit_ms(at_s: float) -> int:
    """Return milliseconds since 1970 of seconds since the FIT epoch."""
    return round((FIT_EPOCH_S + at_s) * 1000)
