"""Makes recordings of the messages of one FIT activity: one for each session."""

from __future__ import annotations

from bisect import bisect_right

from fittrack.activities import sports
from fittrack.activities.files.assemble import Stated, assemble, lap_of
from fittrack.activities.files.errors import refused
from fittrack.activities.files.fit_activity import Fields, FitActivity, fit_ms, number_of
from fittrack.activities.files.track import EARLIEST_MS, time_in_range
from fittrack.activities.recording import Lap, Recording
from fittrack.activities.samples import Samples, take

# File types of the FIT profile that hold a workout; sensors leave the type away.
_WORKOUTS = {None, "activity", "activity_summary"}
# Below this a date_time counts seconds since the device was switched on (FIT profile, date_time).
_LEAST_DATE_S = 0x10000000
_QUARTER_S = 900
_WIDEST_OFFSET_S = 14 * 3600


def recordings_of(activity: FitActivity) -> list[Recording]:
    """Return a recording per session, or one of the records alone where no session was written.

    Raises: FileRefused.
    """
    if activity.file_type not in _WORKOUTS:
        raise refused("not_an_activity", f"a FIT file of type {activity.file_type}")
    if not activity.sessions and not len(activity.track):
        raise refused("no_points")
    return _Legs(activity).recordings()


class _Legs:
    """The sessions in order of time, and which points and laps belong to each."""

    def __init__(self, activity: FitActivity) -> None:
        self._activity = activity
        self._shift_ms = _clock_shift_ms(activity)
        self.sessions = sorted(activity.sessions or [{}], key=lambda fields: _order(fields))
        self._starts_ms = [self._start_ms(fields) for fields in self.sessions]
        self._begun_ms = [EARLIEST_MS if at is None else at for at in self._starts_ms]
        first_ms = next((at_ms for at_ms in self._starts_ms if at_ms is not None), None)
        # The track applies the shift itself to whatever time it uses.
        unshifted_ms = None if first_ms is None else first_ms - self._shift_ms
        self._samples = activity.track.finish(start_ms=unshifted_ms, shift_ms=self._shift_ms)

    def recordings(self) -> list[Recording]:
        """Raises: FileRefused."""
        legs = zip(self.sessions, self._starts_ms, self._by_leg(), self._laps_by_leg(), strict=True)
        return [self._recording(*leg) for leg in legs]

    def _recording(
        self, fields: Fields, start_ms: int | None, samples: Samples, laps: list[Lap]
    ) -> Recording:
        stated = _stated(fields, self._activity)
        stated.start_ms, stated.laps = start_ms, laps
        if self._shift_ms:
            stated.warnings.add("clock_set_from_local_time")
        return assemble(stated, samples)

    def _start_ms(self, fields: Fields) -> int | None:
        start_s = number_of(fields, "start_time")
        if start_s is None:
            return None
        return time_in_range(fit_ms(start_s) + self._shift_ms)

    def _leg_of(self, at_ms: int) -> int:
        """Return the leg that has begun last at an instant; the first is open to the past."""
        return max(0, bisect_right(self._begun_ms, at_ms) - 1)

    def _by_leg(self) -> list[Samples]:
        """Return the points of each leg."""
        if len(self.sessions) == 1:
            return [self._samples]
        indexes: list[list[int]] = [[] for _ in self.sessions]
        for index, at_ms in enumerate(self._samples.at_ms):
            indexes[self._leg_of(at_ms)].append(index)
        return [take(self._samples, chosen) for chosen in indexes]

    def _laps_by_leg(self) -> list[list[Lap]]:
        laps: list[list[Lap]] = [[] for _ in self.sessions]
        for fields in self._activity.laps:
            start_ms = self._start_ms(fields)
            if start_ms is not None:
                elapsed_s = number_of(fields, "total_elapsed_time", "total_timer_time")
                distance_m = number_of(fields, "total_distance")
                laps[self._leg_of(start_ms)].append(lap_of(start_ms, elapsed_s, distance_m))
        return laps


def _order(session: Fields) -> float:
    return number_of(session, "start_time") or 0.0


def _clock_shift_ms(activity: FitActivity) -> int:
    """Return what to add to the times of a device that counts from when it was switched on.

    Its activity message ties that count to the local time on its display, taken as UTC.
    """
    at_s = number_of(activity.activity, "timestamp")
    local_s = number_of(activity.activity, "local_timestamp")
    if at_s is None or local_s is None or at_s >= _LEAST_DATE_S or local_s < _LEAST_DATE_S:
        return 0
    return round((local_s - at_s) * 1000)


def _utc_offset_s(activity: FitActivity) -> int | None:
    """Return the offset of the local time from UTC, None when it is none that a zone has."""
    at_s = number_of(activity.activity, "timestamp")
    local_s = number_of(activity.activity, "local_timestamp")
    if at_s is None or local_s is None:
        return None
    offset_s = round((local_s - at_s) / _QUARTER_S) * _QUARTER_S
    # A minute of slack: some clocks are written a few seconds apart.
    near = abs(local_s - at_s - offset_s) <= 60
    return offset_s if near and abs(offset_s) <= _WIDEST_OFFSET_S else None


def _stated(fields: Fields, activity: FitActivity) -> Stated:
    """Return the session's own figures; a multi-part field counts by its first number."""
    sport = fields if "sport" in fields else activity.sport
    timer_s = number_of(fields, "total_timer_time")
    elapsed_s = number_of(fields, "total_elapsed_time")
    stated = Stated(
        "fit",
        sport=sports.from_fit(sport.get("sport"), sport.get("sub_sport")),
        elapsed_s=elapsed_s,
        moving_s=timer_s,
        distance_m=number_of(fields, "total_distance"),
        ascent_m=number_of(fields, "total_ascent"),
        descent_m=number_of(fields, "total_descent"),
        calories_kcal=number_of(fields, "total_calories"),
        steps=_steps(fields),
        max_speed_mps=number_of(fields, "enhanced_max_speed", "max_speed"),
        utc_offset_s=_utc_offset_s(activity),
        device=activity.device,
        warnings=activity.warnings | _track_warnings(activity),
    )
    if isinstance(sport.get("sport"), int):  # a number that the profile has no name for
        stated.warnings.add("unknown_sport")
    # An average over a time that isn't stated is not taken; the points then say it.
    if timer_s or elapsed_s:
        _state_effort(stated, fields)
    return stated


def _state_effort(stated: Stated, fields: Fields) -> None:
    stated.avg_hr_bpm = number_of(fields, "avg_heart_rate")
    stated.max_hr_bpm = number_of(fields, "max_heart_rate")
    stated.avg_cadence_rpm = number_of(fields, "avg_running_cadence", "avg_cadence")
    stated.max_cadence_rpm = number_of(fields, "max_running_cadence", "max_cadence")
    stated.avg_power_w = number_of(fields, "avg_power")
    stated.max_power_w = number_of(fields, "max_power")


def _steps(fields: Fields) -> float | None:
    """Return the steps of a run or walk: the profile counts strides, of two steps each."""
    strides = number_of(fields, "total_strides")
    return None if strides is None else strides * 2


def _track_warnings(activity: FitActivity) -> set[str]:
    untimed = {"points_without_times"} if activity.track.untimed else set()
    return untimed | ({"positions_dropped"} if activity.track.lost_positions else set())
