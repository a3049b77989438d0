"""What formats and services call each sport, in lower case letters and digits.

One table for all of them: nobody's name for one sport is another's name for a different one. From
the FIT profile, TCX, Garmin Connect, Strava, Fitbit and Google Health, WHOOP, Apple Health
(HKWorkoutActivityType), Polar Flow, Oura. Numbers alone are those of old Strava exports.
"""

from __future__ import annotations

ALIASES: dict[str, str] = {
    "running": (
        "run jogging race racing outdoorrun outdoorrunning streetrunning roadrunning street 9 "
        "runningonsand strollerjogging joggingstroller fitnessrunning orienteering "
        "trackandfieldrunning duathlonrunning triathlonrunning offroadduathlonrunning "
        "offroadtriathlonrunning swimrunrunning inclinerun fellrunning crosscountryrunning "
        "wheelchairpushrun wheelchairrunpace indoorwheelchairrun parkrun "
    ),
    "trail_running": (
        "trailrun trail ultrarun ultrarunning ultrarunningrunning skyrunning obstaclerun "
        "obstaclecourseracing obstacle mountainrunning ultra"
    ),
    "treadmill": "treadmillrunning indoorrunning indoorrun treadmillrun runningtreadmill",
    "track_running": "trackrun trackandfield trackfield track",
    "virtual_run": "virtualrunning",
    "walking": (
        "walk speedwalking casualwalking indoorwalking stroller strollerwalk strollerwalking "
        "10 nordicwalking fitnesswalking powerwalking treadmillwalk treadmillwalking inclinewalk "
        "walkingtreadmill walkwithweights dogwalking onfoot wheelchairpushwalk wheelchairwalkpace "
        "indoorwheelchairwalk wheelchairpushing babywearing toddlerwearing caddying walkingfitness "
        "walkingnordic walkingstroller waterjogging"
    ),
    "hiking": (
        "hike hikingrucking rucking mountaineering trekking 4 backpacking hikinghikingrucking "
        "mountainhiking"
    ),
    "snowshoeing": "snowshoe snowshoetrekking",
    "cycling": (
        "ride biking bike roadbiking outdoorbike velomobile roadcycling bicycling commuting "
        "recumbentcycling 1 outdoorcycling outdoorbiking road recumbent trackcycling "
        "duathloncycling triathloncycling bikecommuting commutingcycling unicycling bikepolo "
        " tandemcycling utilitybiking"
    ),
    "gravel": "gravelride gravelcycling cyclocross gravelunpavedcycling mixedsurface gravelbiking",
    "mtb": (
        "mountainbiking mountainbike mountainbikeride bmx mountain downhillbiking enduromtb "
        "offroadduathloncycling offroadtriathloncycling mountainbikeorienteering "
        "enduromountainbiking mountaincycling"
    ),
    "ebike": (
        "ebikeride emountainbikeride ebiking ebikefitness ebikemountain electricbike "
        "ecycling emtb ebikefitnesscycling ebikemountaincycling"
    ),
    "indoor_cycling": (
        "spinning spin stationarybike indoorbiking assaultbike stationarybiking spinningbike "
        "indoorbike airbike ergometer exercisebike peloton"
    ),
    "virtual_ride": "virtualcycling zwift",
    "handcycling": (
        "handcycle handbiking wheelchair indoorhandcycling wheelchairracing handcyclingoutdoor"
    ),
    "swimming": (
        "swim lapswimming poolswim poolswimming 16 swimmingpool synchronizedswimming "
        "triathlonswimming swimmingpoolswimming indoorswimming"
    ),
    "open_water": (
        "openwaterswimming openwaterswim swimmingopenwater offroadtriathlonswimming swimrunswimming"
    ),
    "rowing": "row outdoorrowing watersportsrowing",
    "indoor_rowing": "virtualrow rowingmachine rower indoorrower rowingindoor",
    "paddling": (
        "kayaking canoeing whitewaterraftingkayaking rafting paddlesports watersportskayaking "
        "watersportscanoeing whitewater dragonboat whitewaterkayaking packrafting"
    ),
    "sup": "standuppaddling standuppaddleboarding paddleboarding standuppaddle",
    "skiing": (
        "alpineski alpineskiing downhillskiing resortskiing backcountryski resort backcountry "
        "resortskiingsnowboarding ski telemarkskiing freestyleskiing backcountryskiing "
        "snowsport snowsports downhill skimountaineering skitouring indoorskiing kiteskiing "
        "backcountryskiingsnowboarding"
    ),
    "cross_country_skiing": (
        "nordicski rollerski crosscountryski crosscountryskiingfreestyle biathlon "
        "crosscountryskiingclassic rollerskiing rollerskiingclassic rollerskiingfreestyle "
        "classiccrosscountryskiing freestylecrosscountryskiing classicrollerskiing "
        "freestylerollerskiing skiorienteering skateskiing "
        "crosscountryclassicskiing xcskiing classicxcskiing freestylexcskiing"
    ),
    "snowboarding": "snowboard backcountrysnowboarding",
    "skating": (
        "iceskate inlineskate iceskating inlineskating rollerskating rollerblading speedskating "
        "skatingsports crossskating indoorskating figureskating skate skatingice skatingindoor "
        "skatinginline"
    ),
    "strength": (
        "weighttraining strengthtraining weights weightlifting powerlifting functionalfitness "
        "bodyweight traditionalstrengthtraining functionalstrengthtraining freeweights "
        "weightmachines trx resistancebands core coretraining calisthenics "
        "strengthtrainer kettlebell kettlebells gymnastics artisticgymnastics bodypump "
        "lesmillsbodypump f45training liftweights functionaltraining musclestrength "
        "fitnesscalisthenics p90x gym weightsmachines barre barre3 barreclass barrys"
    ),
    "hiit": (
        "crossfit highintensityintervaltraining circuittraining bootcamp intervalworkout "
        "tabataworkout intervaltraining tabata amrap emom crosstraining mixedcardio "
        "mixedmetaboliccardiotraining lesmillsgrit hiitworkout crossfittraining"
    ),
    "yoga": (
        "hotyoga flexibility flexibilitytraining stretching yogabikram yogahatha yogapower "
        "yogavinyasa poweryoga mindandbody bodyandmind taichi mobilitydynamic mobilitystatic "
        "stretch preparationandrecovery cooldown bodybalance lesmillsbodybalance qigong "
        "aerialyoga yogaflow bodymind"
    ),
    "pilates": "reformerpilates",
    "cardio": (
        "workout aerobicworkout indoorcardio cardiotraining fitnessequipment training aerobics "
        "structuredworkout "
        "cardioworkout cardiosculpt exercise exerciseclass outdoorworkout steptraining "
        "stepworkout step aerobic groupexercise fitnessgaming wateraerobics waterfitness aqua "
        "aquafitness waterexercise jumpingrope jumprope ropejumping trampoline physicaltherapy "
        "warmup rebounding fitness fitnessclass bodyattack lesmillsbodyattack lesmillsbodycombat "
        "gymandfitness gymandfitnessequipment fitnessmartialarts cardiofitness "
        "danceinspiredtraining hula hulahoop jumptraining activity"
    ),
    "elliptical": "crosstrainer ellipticaltraining ellipticaltrainer arctrainer",
    "stairs": (
        "stairstepper stairclimber stairmaster stairclimbing floorclimbing stadiumsteps climber "
        "stairclimbingmachine stairstep stairsteppermachine"
    ),
    "boxing": "boxfitness shadowboxing boxingtraining",
    "martial_arts": (
        "kickboxing karate jiujitsu brazilianjiujitsu muaythai taekwondo judo wrestling "
        "mixedmartialarts mma fencing capoeira kungfu krav kravmaga selfdefense combat "
        "kickboxingmartialarts aikido sumo"
    ),
    "climbing": (
        "rockclimbing indoorclimbing bouldering climbingindoor iceclimbing outdoorclimbing "
        "viaferrata canyoning sportclimbing"
    ),
    "football": (
        "soccer footballsoccer futsal beachsoccer gaelicfootball footballaustralian "
        "australianfootball indoorsoccer"
    ),
    "american_football": "footballamerican flagfootball",
    "basketball": "basket wheelchairbasketball",
    "rugby": "rugbyleague rugbyunion touchrugby",
    "volleyball": ("volleyballbeach beachvolleyball beachvolley watervolleyball volleyballindoor"),
    "handball": "teamhandball beachhandball netball korfball",
    "hockey": (
        "icehockey fieldhockey floorball rollerhockey bandy lacrosse hurling hurlingcamogie "
        "inlinehockey streethockey ringette shinty camogie polo"
    ),
    "baseball": "softball cricket pesapallo finnishbaseball rounders tball",
    "tennis": "paddletennis tennisindoor",
    "badminton": "",
    "squash": "racquetball racketsports racket racquetsports",
    "table_tennis": "pingpong",
    "padel": "padeltennis platformtennis",
    "pickleball": "pickelball",
    "golf": "discgolf golfing minigolf discsports",
    "frisbee": (
        "frisbeeplayinggeneral ultimatefrisbee ultimate spikeball frisbeegolf ultimatedisc"
    ),
    "sailing": "sail sailrace boating watersportssailing yachting",
    "surfing": (
        "surf windsurf kitesurf windsurfing kitesurfing surfingsports wakesurfing wakeboarding "
        "watersportssurfing watersportswindsurfing watersportskitesurfing kiteboarding "
        "watersportswakeboarding waterskiing watersportswaterski bodyboard bodyboarding foiling "
        "watersurfing wingfoil"
    ),
    "water_sport": ("waterpolo watersports watertubing underwaterhockey aquatics"),
    "diving": (
        "scubadiving snorkeling underwaterdiving singlegasdiving multigasdiving gaugediving "
        "apneadiving apneahunting scuba freediving snorkelling"
    ),
    "dance": (
        "dancing zumba ballet ballroomdance breakdancing hiphop jazzdance moderndance tango "
        "cardiodance socialdance ballroomdancing latindancing streetdancing showdancing "
        "jazzdancing balletdancing moderndancing cheerleading lesmillsbodyjam latin "
        "folkdance folkdancing"
    ),
    "skateboarding": "skateboard longboarding scootering parkour",
    "horse_riding": ("equestriansports horsebackriding equestrian riding dressage showjumping"),
    "mindfulness": (
        "meditation meditate breathing guidedbreathing breathwork sauna icebath relaxing "
        "meditating "
    ),
    "motor_sport": (
        "motorcycling motorcycle driving flying motocross snowmobiling atv motorracing "
        "electricscooter operationsflying invehicle jumpmaster rcdrone motorsports "
        "motorsportscarracing motorsportscrosscar motorsportsenduro motorsportsmotocross "
        "motorsportsroadracing motorsportssnocross motorsportshardenduro snowmobile motorbike "
        "flyparamotor flypressurized flycanopy flynavigate flytimer flyaltimeter flywx flyvfr "
        "flyifr drivinggeneral autoracing"
    ),
    "air_sport": "hanggliding skydiving paragliding wingsuit flyparaglide",
    "transition": (
        "biketoruntransition runtobiketransition swimtobiketransition transitiontraining"
    ),
    "multisport": (
        "triathlon duathlon offroadtriathlon offroadduathlon swimbikerun aquathlon "
        "aquabike multisportrace brick swimrun pentathlon heptathlon decathlon"
    ),
    # Known, and none of the above: hunting is not hiking, gardening no sport at all.
    "other": (
        "generic all exercisetypeunspecified sport sports archery billiards bowling carpentry "
        "cleaning croquet curling fishing gardening hoeing householdchores hunting mowinglawn "
        "huntingfishing "
        "musicalperformance painting shooting shoveling weeding tactical match challenge "
        "navigate trackme map play otherindoor otheroutdoor operationstactical "
        "operationsmedical operationswater coaching gaming manuallabor circusarts "
        "stageperformance highstresswork massagetherapy watchingsports yardwork aircompression "
        "percussivemassage paintball dedicatedparenting cooking publicspeaking housework "
        "noactivity virtualactivity still unknown tilting teamsports sledding petanque snooker "
        "uncategorized default sledging tobogganing teamsport darts"
    ),
}

# Withings numbers its categories of workouts.
WITHINGS: dict[str, tuple[int, ...]] = {
    "walking": (1, 306),
    "running": (2,),
    "treadmill": (307,),
    "hiking": (3,),
    "skating": (4, 196),
    "mtb": (5,),
    "cycling": (6,),
    "indoor_cycling": (308,),
    "swimming": (7,),
    "rowing": (187,),
    "surfing": (8, 9, 10, 11),
    "water_sport": (25,),
    "skiing": (34,),
    "snowboarding": (35,),
    "tennis": (12,),
    "table_tennis": (13,),
    "squash": (14,),
    "badminton": (15,),
    "basketball": (20,),
    "football": (21,),
    "american_football": (22,),
    "rugby": (23,),
    "volleyball": (24,),
    "handball": (192,),
    "hockey": (193, 194),
    "baseball": (191,),
    "golf": (27,),
    "strength": (16, 17),
    "elliptical": (18,),
    "pilates": (19,),
    "yoga": (28,),
    "dance": (29, 188),
    "boxing": (30,),
    "martial_arts": (31, 32, 33),
    "climbing": (195,),
    "horse_riding": (26,),
    "multisport": (272,),
}
