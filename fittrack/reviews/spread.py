"""How far a day is from what a tier does; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import sqrt

from fittrack.points.models import DayAward
from fittrack.reviews.models import Reason, Review, Tier

CODE = "day_beyond_tier"
WORDS = "The day's points are far beyond those of others in the tier."
# With fewer days, or of fewer members, nobody can tell what is usual.
LEAST_DAYS = 100
LEAST_MEMBERS = 10
DEVIATIONS = 3
# Where everybody does the same, one workout's bonus more is no anomaly.
LEAST_DEVIATION_POINTS = 50
# What is usual is learnt from four weeks, and for as long a day that was believed speaks for
# others that are no further.
LEARNT = timedelta(days=28)


def limits_of(tiers: Iterable[Tier]) -> dict[str, int]:
    """Return tier code -> `most_points`, of the tiers of which enough is known."""
    limits = {tier.tier_code: most_points(tier) for tier in tiers}
    return {code: limit for code, limit in limits.items() if limit is not None}


def most_points(tier: Tier) -> int | None:
    """Return the points beyond which a day is held, None where too little is known.

    Three standard deviations (of all days with an award) above the mean.
    """
    if tier.day_count < LEAST_DAYS or tier.member_count < LEAST_MEMBERS:
        return None
    return int(_mean(tier) + DEVIATIONS * _deviation(tier))


def _mean(tier: Tier) -> float:
    return tier.sum_points / tier.day_count


def _deviation(tier: Tier) -> float:
    spread = sqrt(max(0.0, tier.sum_squares / tier.day_count - _mean(tier) ** 2))
    return max(LEAST_DEVIATION_POINTS, spread)


def reason_to_hold(tier: Tier, day: DayAward | None, believed: Sequence[Review]) -> Reason | None:
    """Return why a day is held, None where it is no further than the tier's or a believed one."""
    limit_points = most_points(tier)
    if day is None or limit_points is None:
        return None
    if day.awarded_points <= max([limit_points, *map(_day_points, believed)]):
        return None
    evidence = {
        "day_points": day.awarded_points,
        "limit_points": limit_points,
        "tier_mean_points": round(_mean(tier), 1),
        "tier_deviation_points": round(_deviation(tier), 1),
        "tier_days": tier.day_count,
    }
    return Reason(CODE, WORDS, evidence)


def _day_points(review: Review) -> int:
    return max(int(reason["evidence"]["day_points"]) for reason in review.reasons_json)
