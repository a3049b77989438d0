"""FitTrack's names of sports, and what the formats and services call them."""

from __future__ import annotations

from fittrack.activities.sport_names import ALIASES, WITHINGS

# Sports of one family are "the same kind of sport" where two records of one workout are compared.
FAMILIES: dict[str, tuple[str, ...]] = {
    "foot": ("running", "trail_running", "track_running", "treadmill", "virtual_run"),
    "walk": ("walking", "hiking", "snowshoeing"),
    "ride": ("cycling", "gravel", "mtb", "ebike", "indoor_cycling", "virtual_ride", "handcycling"),
    "swim": ("swimming", "open_water"),
    "row": ("rowing", "indoor_rowing", "paddling", "sup"),
    "snow": ("skiing", "cross_country_skiing", "snowboarding", "skating"),
    "gym": (
        *("strength", "yoga", "pilates", "hiit", "cardio", "elliptical", "stairs"),
        *("boxing", "martial_arts", "mindfulness"),
    ),
    "climb": ("climbing",),
    "ball": (
        *("football", "american_football", "basketball", "rugby", "volleyball", "handball"),
        *("hockey", "baseball", "golf", "frisbee"),
    ),
    "racket": ("tennis", "badminton", "squash", "table_tennis", "padel", "pickleball"),
    "water": ("sailing", "surfing", "water_sport", "diving"),
    "dance": ("dance",),
    "board": ("skateboarding",),
    "horse": ("horse_riding",),
    "motor": ("motor_sport", "air_sport"),
    "multisport": ("multisport",),
    "transition": ("transition",),
    "other": ("other",),
}
FAMILY_OF = {sport: family for family, sports in FAMILIES.items() for sport in sports}
SPORTS = frozenset(FAMILY_OF)

# Done on one spot: the way covered says nothing about whether the member is at it.
ON_THE_SPOT = frozenset(
    {"treadmill", "indoor_cycling", "indoor_rowing", "climbing", "dance", *FAMILIES["gym"]}
)

# FIT profile: the sub sport decides where it is known, else the sport.
_FIT_SUB_SPORTS = {
    "treadmill": "treadmill",
    "indoor_running": "treadmill",
    "trail": "trail_running",
    "ultra": "trail_running",
    "track": "track_running",
    "spin": "indoor_cycling",
    "indoor_cycling": "indoor_cycling",
    "mountain": "mtb",
    "downhill": "mtb",
    "bmx": "mtb",
    "e_bike_mountain": "ebike",
    "e_bike_fitness": "ebike",
    "gravel_cycling": "gravel",
    "cyclocross": "gravel",
    "mixed_surface": "gravel",
    "hand_cycling": "handcycling",
    "indoor_hand_cycling": "handcycling",
    "indoor_rowing": "indoor_rowing",
    "elliptical": "elliptical",
    "stair_climbing": "stairs",
    "lap_swimming": "swimming",
    "open_water": "open_water",
    "strength_training": "strength",
    "flexibility_training": "yoga",
    "yoga": "yoga",
    "pilates": "pilates",
    "cardio_training": "cardio",
    "hiit": "hiit",
    "amrap": "hiit",
    "emom": "hiit",
    "tabata": "hiit",
    "indoor_walking": "walking",
    "indoor_climbing": "climbing",
    "bouldering": "climbing",
    "skate_skiing": "cross_country_skiing",
    "badminton": "badminton",
    "padel": "padel",
    "pickleball": "pickleball",
    "racquetball": "squash",
    "squash": "squash",
    "table_tennis": "table_tennis",
    "breathing": "mindfulness",
}
# Sub sports whose name means something else beside another sport than this.
_FIT_ONLY_UNDER = {
    "track": {"running"},
    "trail": {"running"},
    "ultra": {"running"},
    "mountain": {"cycling"},
    "downhill": {"cycling"},
    "open_water": {"swimming"},
}
_VIRTUAL = {"cycling": "virtual_ride", "running": "virtual_run", "rowing": "indoor_rowing"}

_NAMES = {sport.replace("_", ""): sport for sport in SPORTS} | {
    alias: sport for sport, aliases in ALIASES.items() for alias in aliases.split()
}
# Apple writes its own before each name, Garmin Connect its own behind some.
_APPLE_PREFIX = "hkworkoutactivitytype"
_GARMIN_SUFFIXES = ("v2", "v3", "ws")

_WITHINGS = {number: sport for sport, numbers in WITHINGS.items() for number in numbers}


def from_name(name: str | None) -> str:
    """Return the sport behind what a format or service calls it; `other` for an unknown name."""
    return _NAMES.get(_letters(name), "other")


def is_known(name: str | None) -> bool:
    """Tell whether a name is one that some format or service has for a sport, or for none."""
    return _letters(name) in _NAMES


def _letters(name: str | None) -> str:
    letters = "".join(letter for letter in (name or "").lower() if letter.isalnum())
    letters = letters.removeprefix(_APPLE_PREFIX)
    if letters not in _NAMES and letters.endswith(_GARMIN_SUFFIXES):
        return letters[:-2]
    return letters


def from_withings(category: int | None) -> str:
    """Return the sport behind Withings' number of a category of workouts."""
    return _WITHINGS.get(category or 0, "other")


def from_fit(sport: object, sub_sport: object) -> str:
    """Return the sport behind FIT's pair of names; numbers unknown to the profile are `other`."""
    main, sub = str(sport or ""), str(sub_sport or "")
    if sub == "virtual_activity" and main in _VIRTUAL:
        return _VIRTUAL[main]
    if sub in _FIT_SUB_SPORTS and main in _FIT_ONLY_UNDER.get(sub, {main}):
        return _FIT_SUB_SPORTS[sub]
    return from_name(main)


def family(sport: str) -> str:
    """Return the family of a sport; two records of one workout share it."""
    return FAMILY_OF.get(sport, "other")
