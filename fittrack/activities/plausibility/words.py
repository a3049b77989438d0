"""Why a record is held, in words for its member."""

from __future__ import annotations

from collections.abc import Sequence

WORDS = {
    "starts_in_the_future": "It starts in the future.",
    "ends_in_the_future": "It ends in the future.",
    "clock_never_set": "It starts before there were devices to record it: the clock was not set.",
    "more_than_a_day": "It holds more than 24 hours of movement.",
    "day_too_long": "The activities of one day add up to more than 24 hours.",
    "too_fast": "It is faster for longer than anybody is in this sport.",
    "engine": "Its speed comes and goes as that of a motor vehicle.",
    "teleport": "It goes on in a place that can't be reached in the time between.",
    "heart_rate_out_of_range": "Much of its heart rate lies outside 30 to 230 beats a minute.",
    "heart_rate_flat": "Its heart rate does not change by one beat for a long time.",
    "heart_rate_against_speed": "Its heart rate is that of rest, its speed that of a race.",
    "cadence_too_high": "Its cadence is higher than legs can move.",
    "cadence_against_speed": "Its cadence does not fit its speed: the steps would be too long or"
    " too short, or the gear too high.",
    "too_many_steps": "It has more steps than its time allows.",
    "steps_without_way": "It has many steps, but comes nowhere.",
    "too_much_power": "Its power is beyond the best in the world.",
    "climbs_too_fast": "It climbs faster than anybody does.",
    "too_many_calories": "It uses more energy than anybody can.",
    "shifted_copy": "It is another of your recordings, moved in time or changed.",
    "copy_of_rejected": "It is a recording that was rejected before.",
    "copy_of_another": "It is the recording of another member.",
}


def words_of(codes: Sequence[str]) -> str:
    """Return the sentences for some codes, in their order."""
    return " ".join(WORDS[code] for code in codes)
