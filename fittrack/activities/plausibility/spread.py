"""How far a day is from what a tier does; no I/O."""

from __future__ import annotations

from math import sqrt

from fittrack.activities.plausibility.models import FarDay, Finding, Tier

# With fewer days nobody can tell what is usual.
LEAST_DAYS = 100
DEVIATIONS = 3


def most_points(tier: Tier) -> int | None:
    """Return the points beyond which a day is held, None where too few days are known.

    Three standard deviations (of all days with an award) above the mean.
    """
    if tier.day_count < LEAST_DAYS:
        return None
    return int(_mean(tier) + DEVIATIONS * _deviation(tier))


def _mean(tier: Tier) -> float:
    return tier.sum_points / tier.day_count


def _deviation(tier: Tier) -> float:
    return sqrt(max(0.0, tier.sum_squares / tier.day_count - _mean(tier) ** 2))


def far_finding(tier: Tier, day: FarDay) -> Finding:
    """Return why a day's activities are held."""
    evidence = {
        "day_points": day.awarded_points,
        "tier_mean_points": round(_mean(tier), 1),
        "tier_deviation_points": round(_deviation(tier), 1),
        "tier_days": tier.day_count,
    }
    return Finding("day_beyond_tier", evidence)
