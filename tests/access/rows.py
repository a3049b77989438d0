"""What a row of the access matrix says, and what it means for each identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOBODY, EXPIRED, REVOKED, SUSPENDED = "nobody", "expired token", "ended session", "suspended"
OTHER, OWNER, TIRED_OWNER, PREMIUM = "other member", "owner", "owner without step-up", "premium"
SPONSOR, OTHER_SPONSOR, AUDITOR = "sponsor", "other sponsor", "auditor"
BARE_ADMIN, TIRED_ADMIN, ADMIN = "admin without factor", "admin without step-up", "admin"

IDENTITIES = (
    *(NOBODY, EXPIRED, REVOKED, SUSPENDED),
    *(OTHER, OWNER, TIRED_OWNER, PREMIUM, SPONSOR, OTHER_SPONSOR, AUDITOR),
    *(BARE_ADMIN, TIRED_ADMIN, ADMIN),
)
# Whoever is here gets no further than the door, whatever it is that they ask for.
OUTSIDE = {
    NOBODY: "401 unauthenticated",
    EXPIRED: "401 token_expired",
    REVOKED: "401 session_ended",
    SUSPENDED: "403 account_not_active",
}
MEMBERS = frozenset(IDENTITIES) - OUTSIDE.keys()
OPERATORS = frozenset({AUDITOR, TIRED_ADMIN, ADMIN})
OWNERS = frozenset({OWNER, TIRED_OWNER})
TIRED = frozenset({TIRED_OWNER, TIRED_ADMIN})
# A form's files: name of the field, then file name and content.
Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose role is high enough for an operation, and of those, whose thing it is."""

    let_in: frozenset[str]
    owners: frozenset[str] = frozenset()


EVERYBODY = Audience(frozenset(IDENTITIES))
ANY_MEMBER = Audience(MEMBERS)
ANY_MEMBER_EVEN_SUSPENDED = Audience(MEMBERS | {SUSPENDED})
THE_OWNER = Audience(MEMBERS, owners=OWNERS)
THE_OWNER_EVEN_SUSPENDED_ASKS = Audience(MEMBERS | {SUSPENDED}, owners=OWNERS)
THE_OWNER_OR_OPERATORS = Audience(MEMBERS, owners=OWNERS | OPERATORS)
ADMINS = Audience(frozenset({BARE_ADMIN, TIRED_ADMIN, ADMIN}))
READERS = Audience(frozenset({BARE_ADMIN, TIRED_ADMIN, ADMIN, AUDITOR}))
SPONSORS = Audience(frozenset({SPONSOR, OTHER_SPONSOR}))
THE_SPONSOR = Audience(SPONSORS.let_in, owners=frozenset({SPONSOR}))
THE_SPONSOR_OR_READERS = Audience(
    READERS.let_in | SPONSORS.let_in, owners=READERS.let_in | {SPONSOR}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: who may, what they get, what a stranger gets, and what is sent.

    `ok` and the others are a status, and the problem's code where it is one. A text that begins
    with `$` in `path`, `json` or `query` is the name of something of the world.
    """

    operation: str
    who: Audience
    ok: str
    stranger: str = ""
    asks_step_up: bool = False
    path: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    but: Mapping[str, str] = field(default_factory=dict)
    # A token of the owner is sent, or all mail is shown: whoever calls sees what is theirs.
    shows_owner: bool = False

    @property
    def is_read(self) -> bool:
        """Tell whether this operation changes nothing."""
        return self.operation.startswith("GET ")

    def expected(self, identity: str) -> str:
        """Return the status, and the code of a problem, that an identity must get."""
        if identity in self.but:
            return self.but[identity]
        if identity in OUTSIDE and identity not in self.who.let_in:
            return OUTSIDE[identity]
        if identity not in self.who.let_in:
            return "403 forbidden"
        return self._inside(identity)

    def _inside(self, identity: str) -> str:
        if identity == BARE_ADMIN and self.who.let_in < MEMBERS:
            return "403 second_factor_required"
        if self.asks_step_up and identity in TIRED:
            return "403 step_up_required"
        if self.who.owners and identity not in self.who.owners:
            return self.stranger
        return self.ok

    def succeeds(self, identity: str) -> bool:
        """Tell whether an identity's request does what it asks for."""
        return self.expected(identity)[0] in "23"
