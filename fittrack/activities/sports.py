"""FitTrack's names of sports, and what the formats and services call them."""

from __future__ import annotations

# Sports of one family are "the same kind of sport" where two records of one workout are compared.
FAMILIES: dict[str, tuple[str, ...]] = {
    "foot": ("running", "trail_running", "track_running", "treadmill", "virtual_run"),
    "walk": ("walking", "hiking", "snowshoeing"),
    "ride": ("cycling", "gravel", "mtb", "ebike", "indoor_cycling", "virtual_ride", "handcycling"),
    "swim": ("swimming", "open_water"),
    "row": ("rowing", "indoor_rowing", "paddling", "sup"),
    "snow": ("skiing", "cross_country_skiing", "snowboarding", "skating"),
    "gym": ("strength", "yoga", "pilates", "hiit", "cardio", "elliptical", "stairs", "boxing"),
    "climb": ("climbing",),
    "ball": ("football", "basketball", "tennis", "golf"),
    "water": ("sailing", "surfing"),
    "dance": ("dance",),
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
_VIRTUAL = {"cycling": "virtual_ride", "running": "virtual_run"}

# Other names than our own, in lower case letters and digits: TCX, GPX, Garmin, Strava, Fitbit,
# WHOOP. The numbers are those of old Strava exports.
_ALIASES = {
    "running": "run jogging race outdoorrun streetrunning 9",
    "trail_running": "trailrun ultrarun",
    "treadmill": "treadmillrunning indoorrunning indoorrun treadmillrun",
    "track_running": "trackrun",
    "virtual_run": "virtualrunning",
    "walking": "walk speedwalking casualwalking indoorwalking stroller 10",
    "hiking": "hike hikingrucking rucking mountaineering trekking 4",
    "snowshoeing": "snowshoe",
    "cycling": (
        "ride biking bike roadbiking outdoorbike velomobile roadcycling bicycling "
        "commuting recumbentcycling 1 "
    ),
    "gravel": "gravelride gravelcycling cyclocross",
    "mtb": "mountainbiking mountainbike mountainbikeride bmx",
    "ebike": "ebikeride emountainbikeride ebiking ebikefitness",
    "indoor_cycling": "spinning spin stationarybike indoorbiking",
    "virtual_ride": "virtualcycling zwift",
    "handcycling": "handcycle wheelchair",
    "swimming": "swim lapswimming poolswim poolswimming 16",
    "open_water": "openwaterswimming openwaterswim",
    "rowing": "row watersports",
    "indoor_rowing": "virtualrow rowingmachine rower",
    "paddling": "kayaking canoeing whitewaterraftingkayaking rafting",
    "sup": "standuppaddling standuppaddleboarding paddleboarding",
    "skiing": (
        "alpineski alpineskiing downhillskiing resortskiing backcountryski "
        "resortskiingsnowboarding ski "
    ),
    "cross_country_skiing": "nordicski rollerski crosscountryski",
    "snowboarding": "snowboard",
    "skating": "iceskate inlineskate iceskating inlineskating",
    "strength": (
        "weighttraining strengthtraining weights weightlifting powerlifting "
        "functionalfitness bodyweight "
    ),
    "hiit": "crossfit highintensityintervaltraining circuittraining bootcamp intervalworkout",
    "yoga": "hotyoga flexibility flexibilitytraining stretching",
    "cardio": (
        "workout aerobicworkout indoorcardio cardiotraining fitnessequipment training aerobics "
    ),
    "elliptical": "crosstrainer ellipticaltraining",
    "stairs": "stairstepper stairclimber stairmaster stairclimbing",
    "boxing": "kickboxing martialarts",
    "climbing": "rockclimbing indoorclimbing bouldering",
    "football": "soccer",
    "sailing": "sail",
    "surfing": "surf windsurf kitesurf windsurfing kitesurfing",
    "dance": "dancing zumba",
}
_NAMES = {sport.replace("_", ""): sport for sport in SPORTS} | {
    alias: sport for sport, aliases in _ALIASES.items() for alias in aliases.split()
}


def from_name(name: str | None) -> str:
    """Return the sport behind what TCX, GPX, Garmin, Strava, Fitbit or WHOOP call it."""
    letters = "".join(letter for letter in (name or "").lower() if letter.isalnum())
    return _NAMES.get(letters, "other")


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
