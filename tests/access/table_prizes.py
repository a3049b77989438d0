"""Who may do what with deliveries, sponsors and what they offer."""

from __future__ import annotations

from tests.access.rows import (
    ADMIN,
    ADMINS,
    ANY_MEMBER,
    AUDITOR,
    EVERYBODY,
    MEMBERS,
    OWNERS,
    READERS,
    SPONSOR,
    SPONSORS,
    THE_OWNER,
    THE_OWNER_OR_OPERATORS,
    THE_SPONSOR_OR_READERS,
    TIRED_ADMIN,
    Audience,
    Row,
)

V1 = "/api/v1"
ALL = f"{V1}/fulfillments"
ONE = f"{ALL}/{{fulfilment_id}}"
SPONSORED = f"{V1}/sponsors/{{sponsor_id}}"
PRIZE = f"{V1}/prizes/{{prize_id}}"
DELIVERY = {"fulfilment_id": "$delivery"}
OF_SPONSOR = {"sponsor_id": "$sponsor"}
OFFERED = {"prize_id": "$prize"}
ADDRESS = {
    "name": "Ana Lopez",
    "line1": "12 River Street",
    "city": "Portland",
    "state": "OR",
    "postal_code": "97201",
    "phone": "+1 503 555 0100",
}
WRITERS = Audience(ADMINS.let_in | SPONSORS.let_in, owners=ADMINS.let_in | {SPONSOR})
# The winner, and admins who have just shown a second factor; auditors read no addresses.
WINNER_OR_ADMIN = Audience(MEMBERS, owners=OWNERS | {ADMIN})
NOT_READ = {AUDITOR: "403 forbidden", TIRED_ADMIN: "403 step_up_required"}

ROWS = (
    Row(f"GET {ALL}", ANY_MEMBER, "200"),
    Row(f"GET {ONE}", THE_OWNER_OR_OPERATORS, "200", "404 fulfilment_not_found", path=DELIVERY),
    Row(f"GET {ALL}/winners.csv", ADMINS, "200"),
    Row(
        f"POST {ALL}",
        ADMINS,
        "404 not_an_alternate",
        json={"drawing_id": "$drawn", "position": 999},
    ),
    Row(f"PUT {ONE}", ADMINS, "200", path=DELIVERY, json={}),
    Row(f"POST {ONE}/notify", ADMINS, "409 invalid_transition", path=DELIVERY),
    Row(
        f"POST {ONE}/confirm-address",
        WINNER_OR_ADMIN,
        "200",
        "404 fulfilment_not_found",
        path=DELIVERY,
        json=ADDRESS,
        but=NOT_READ,
    ),
    Row(
        f"POST {ONE}/decline",
        THE_OWNER,
        "200",
        "404 fulfilment_not_found",
        path=DELIVERY,
        json={"reason": "household"},
    ),
    Row(
        f"POST {ONE}/address",
        WINNER_OR_ADMIN,
        "404 address_not_found",
        "404 fulfilment_not_found",
        asks_step_up=True,
        path=DELIVERY,
        but=NOT_READ,
    ),
    Row(
        f"POST {ONE}/code",
        THE_OWNER,
        "409 code_not_ready",
        "404 fulfilment_not_found",
        asks_step_up=True,
        path={"fulfilment_id": "$voucher"},
    ),
    Row(f"POST {ONE}/ship", ADMINS, "409 invalid_transition", path=DELIVERY, json={"carrier": "U"}),
    Row(f"POST {ONE}/deliver", ADMINS, "409 invalid_transition", path=DELIVERY, json={}),
    Row(f"POST {ONE}/tax-form", ADMINS, "200", path=DELIVERY),
    Row(f"POST {ONE}/forfeit", ADMINS, "200", path=DELIVERY),
    Row(f"GET {V1}/sponsors", READERS, "200"),
    Row(f"POST {V1}/sponsors", ADMINS, "201", json={"name": "Ben's shoes"}),
    Row(
        f"GET {SPONSORED}",
        THE_SPONSOR_OR_READERS,
        "200",
        "404 sponsor_not_found",
        path=OF_SPONSOR,
    ),
    Row(
        f"PUT {SPONSORED}",
        WRITERS,
        "200",
        "404 sponsor_not_found",
        path=OF_SPONSOR,
        json={"name": "B"},
    ),
    Row(f"DELETE {SPONSORED}", ADMINS, "200", path=OF_SPONSOR),
    Row(
        f"GET {SPONSORED}/report",
        THE_SPONSOR_OR_READERS,
        "200",
        "404 sponsor_not_found",
        path=OF_SPONSOR,
    ),
    Row(f"GET {V1}/prizes", EVERYBODY, "200"),
    Row(f"GET {PRIZE}", EVERYBODY, "200", path=OFFERED),
    Row(
        f"POST {V1}/prizes",
        Audience(WRITERS.let_in),
        "201",
        json={"name": "Running shoes", "value_cents": 4000},
    ),
    Row(
        f"PATCH {PRIZE}",
        WRITERS,
        "200",
        "404 prize_not_found",
        path=OFFERED,
        json={"offered": 2},
    ),
    Row(f"DELETE {PRIZE}", WRITERS, "204", "404 prize_not_found", path=OFFERED),
)
