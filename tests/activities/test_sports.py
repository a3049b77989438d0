"""The names of sports."""

from __future__ import annotations

import json

import pytest
from fitdecode import profile

from fittrack.activities import sports
from fittrack.activities.sport_names import ALIASES
from tests.conftest import SHARED


@pytest.mark.parametrize(
    ("name", "sport"),
    [
        ("Running", "running"),
        ("run", "running"),
        ("9", "running"),
        ("Biking", "cycling"),
        ("TrailRun", "trail_running"),
        ("trail_running", "trail_running"),
        ("AlpineSki", "skiing"),
        ("NordicSki", "cross_country_skiing"),
        ("MountainBikeRide", "mtb"),
        ("VirtualRide", "virtual_ride"),
        ("lap_swimming", "swimming"),
        ("open_water_swimming", "open_water"),
        ("Outdoor Bike", "cycling"),
        ("WeightTraining", "strength"),
        ("functional-fitness", "strength"),
        ("HIIT", "hiit"),
        ("Walk", "walking"),
        ("kayaking_v2", "paddling"),
        ("TENNIS_V2", "tennis"),
        ("cross_country_skiing_ws", "cross_country_skiing"),
        ("resort_skiing_snowboarding_ws", "skiing"),
        ("snow_shoe_ws", "snowshoeing"),
        ("platform_tennis", "padel"),
        ("auto_racing", "motor_sport"),
        ("Other", "other"),
        ("quidditch", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_the_names_of_the_formats_and_services_are_known(name, sport):
    assert sports.from_name(name) == sport


@pytest.mark.parametrize(
    ("sport", "sub_sport", "expected"),
    [
        ("running", "generic", "running"),
        ("running", "trail", "trail_running"),
        ("running", "treadmill", "treadmill"),
        ("running", "virtual_activity", "virtual_run"),
        ("cycling", None, "cycling"),
        ("cycling", "road", "cycling"),
        ("cycling", "mountain", "mtb"),
        ("cycling", "virtual_activity", "virtual_ride"),
        ("swimming", "lap_swimming", "swimming"),
        ("swimming", "open_water", "open_water"),
        ("fitness_equipment", "indoor_rowing", "indoor_rowing"),
        ("training", "strength_training", "strength"),
        ("alpine_skiing", "downhill", "skiing"),
        ("hiking", "trail", "hiking"),
        ("transition", "generic", "transition"),
        ("generic", "generic", "other"),
        (250, 250, "other"),
        (None, None, "other"),
    ],
)
def test_the_pair_of_fit_names_says_the_sport(sport, sub_sport, expected):
    assert sports.from_fit(sport, sub_sport) == expected


def test_every_name_leads_to_a_sport_of_ours():
    assert set(sports._NAMES.values()) <= sports.SPORTS
    assert set(sports._FIT_SUB_SPORTS.values()) <= sports.SPORTS
    assert sports.ON_THE_SPOT <= sports.SPORTS


def test_every_sport_is_known_by_its_own_name_and_has_one_family():
    assert all(sports.from_name(sport) == sport for sport in sports.SPORTS)
    assert sum(map(len, sports.FAMILIES.values())) == len(sports.SPORTS)
    assert sports.family("trail_running") == sports.family("treadmill")


APPLE = """
AmericanFootball Archery AustralianFootball Badminton Barre Baseball Basketball Bowling Boxing
CardioDance Climbing Cooldown CoreTraining Cricket CrossCountrySkiing CrossTraining Curling Cycling
Dance DanceInspiredTraining DiscSports DownhillSkiing Elliptical EquestrianSports Fencing Fishing
FitnessGaming Flexibility FunctionalStrengthTraining Golf Gymnastics HandCycling Handball
HighIntensityIntervalTraining Hiking Hockey Hunting JumpRope Kickboxing Lacrosse MartialArts
MindAndBody MixedCardio MixedMetabolicCardioTraining Other PaddleSports Pickleball Pilates Play
PreparationAndRecovery Racquetball Rowing Rugby Running Sailing SkatingSports SnowSports
Snowboarding Soccer SocialDance Softball Squash StairClimbing Stairs StepTraining SurfingSports
SwimBikeRun Swimming TableTennis TaiChi Tennis TrackAndField TraditionalStrengthTraining Transition
UnderwaterDiving Volleyball Walking WaterFitness WaterPolo WaterSports WheelchairRunPace
WheelchairWalkPace Wrestling Yoga
"""
POLAR = """
RUNNING JOGGING ROAD_RUNNING TRAIL_RUNNING TREADMILL_RUNNING TRACK_AND_FIELD_RUNNING
ULTRARUNNING_RUNNING CYCLING ROAD_BIKING MOUNTAIN_BIKING INDOOR_CYCLING SPINNING WALKING
NORDIC_WALKING HIKING SWIMMING POOL_SWIMMING OPEN_WATER_SWIMMING STRENGTH_TRAINING CORE
CIRCUIT_TRAINING CROSS_TRAINER AEROBICS STEP_WORKOUT PILATES YOGA STRETCHING BODY_AND_MIND BOOTCAMP
CROSS_COUNTRY_SKIING CLASSIC_XC_SKIING FREESTYLE_XC_SKIING BACKCOUNTRY_SKIING DOWNHILL_SKIING
TELEMARK_SKIING ROLLER_SKIING_CLASSIC ROLLER_SKIING_FREESTYLE SNOWBOARDING SNOWSHOE_TREKKING
ICE_SKATING INLINE_SKATING ROLLER_SKATING ICE_HOCKEY FIELD_HOCKEY FLOORBALL FUTSAL SOCCER
BEACH_VOLLEY VOLLEYBALL HANDBALL BASKETBALL BASEBALL RUGBY AMERICAN_FOOTBALL TENNIS BADMINTON
SQUASH TABLE_TENNIS GOLF DISC_GOLF ORIENTEERING SKI_ORIENTEERING MOUNTAIN_BIKE_ORIENTEERING
TRIATHLON DUATHLON OFFROADTRIATHLON MULTISPORT INDOOR_ROWING ROWING CANOEING KAYAKING SAILING
WATERSPORTS_WATERSKI WATERSPORTS_KITESURFING WATERSPORTS_WINDSURFING WATERSPORTS_SURFING
WATERSPORTS_WAKEBOARDING WATER_EXERCISE BOXING KICKBOXING_MARTIAL_ARTS JUDO TAEKWONDO
MOBILITY_DYNAMIC GROUP_EXERCISE GYMNASTICS DANCING BALLET_DANCING LATIN_DANCING RIDING
MOTORSPORTS_ENDURO MOTORSPORTS_ROADRACING SKATEBOARDING CLIMBING_INDOOR OTHER OTHER_INDOOR
OTHER_OUTDOOR
"""
WHOOP = """
activity running cycling baseball basketball rowing fencing field-hockey football golf ice-hockey
lacrosse rugby sailing skiing soccer softball squash swimming tennis track-field volleyball
water-polo wrestling boxing dance pilates yoga weightlifting cross-country-skiing functional-fitness
duathlon gymnastics hiking-rucking horseback-riding kayaking martial-arts mountain-biking
powerlifting rock-climbing paddleboarding triathlon walking surfing elliptical stairmaster
meditation other diving operations-tactical operations-flying ultimate climber jumping-rope
australian-football skateboarding coaching ice-bath commuting gaming snowboarding motocross
caddying obstacle-course-racing motor-racing hiit spin jiu-jitsu manual-labor cricket pickleball
inline-skating box-fitness spikeball wheelchair-pushing paddle-tennis barre stage-performance
parkour gaelic-football hurling-camogie circus-arts massage-therapy assault-bike kickboxing
stretching table-tennis badminton netball sauna disc-golf yard-work ice-skating handball
f45-training padel barrys stroller-walking stroller-jogging hot-yoga stadium-steps polo
kite-boarding dog-walking water-skiing wakeboarding cooking cleaning
"""
OURA = """
running walking cycling swimming yoga strength_training hiit hiking dancing pilates rowing
elliptical stairmaster crosscountry_skiing downhill_skiing snowboarding soccer tennis basketball
golf boxing climbing housework gardening meditation other indoor_cycling treadmill_running
"""
# Lists of that service's own names; hyphens and capitals make no difference.
LISTS = {"apple": APPLE, "polar": POLAR, "whoop": WHOOP, "oura": OURA}


@pytest.mark.parametrize(
    "name", [f"{service} {name}" for service, names in LISTS.items() for name in names.split()]
)
def test_every_name_of_a_service_is_known(name):
    assert sports.is_known(name.partition(" ")[2])


@pytest.mark.parametrize(
    ("name", "sport"),
    [
        ("HKWorkoutActivityTypeRunning", "running"),
        ("HKWorkoutActivityTypeTraditionalStrengthTraining", "strength"),
        ("WATERSPORTS_WATERSKI", "surfing"),
        ("horseback-riding", "horse_riding"),
        ("SWIMMING_OPEN_WATER", "open_water"),
        ("DRIVING", "motor_sport"),
        ("HUNTING", "other"),
    ],
)
def test_a_name_of_a_service_leads_to_the_sport_meant(name, sport):
    assert (sports.from_name(name), sports.is_known(name)) == (sport, True)


@pytest.mark.parametrize(
    ("file_name", "schema", "properties"),
    [
        ("strava.json", "SportType", ()),
        ("strava.json", "ActivityType", ()),
        ("google-health.json", "Exercise", ("properties", "exerciseType")),
    ],
)
def test_every_name_in_a_services_own_description_is_known(file_name, schema, properties):
    path = SHARED / "provider-specs" / file_name
    if not path.exists():
        pytest.skip("the shared provider-specs folder is not here")
    found = json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"][schema]
    for name in properties:
        found = found[name]

    assert [name for name in found["enum"] if not sports.is_known(name)] == []


@pytest.mark.parametrize("kind", ["sport", "sub_sport"])
def test_every_name_of_the_fit_profile_is_known(kind):
    names = [str(name) for name in profile.FIELD_TYPES[kind].enum.values()]

    assert len(names) > 60
    assert [name for name in names if not sports.is_known(name)] == []


def test_no_name_stands_for_two_sports():
    names = [name for aliases in ALIASES.values() for name in aliases.split()]
    own = {sport.replace("_", "") for sport in sports.SPORTS}

    assert sorted(set(names)) == sorted(names)
    assert own & set(names) == set()
    assert ALIASES.keys() <= sports.SPORTS


@pytest.mark.parametrize(
    ("category", "sport"), [(1, "walking"), (308, "indoor_cycling"), (36, "other"), (None, "other")]
)
def test_the_numbers_of_withings_are_known(category, sport):
    assert sports.from_withings(category) == sport


def test_an_unknown_name_is_not_known():
    assert not any(map(sports.is_known, ("quidditch", "", None)))
