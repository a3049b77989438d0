"""Accounts at the edge, as admins and auditors see and change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.accounts.administration.models import ACTION_KINDS
from fittrack.accounts.administration.rules import ROLES, STATUSES
from fittrack.accounts.rules import STATES
from fittrack.accounts.schemas import SuspensionSchema, words_field
from fittrack.pagination import PageQuery, page_schema


def instant_field(**more: Any) -> fields.AwareDateTime:
    """Return the field of an instant between 1970 and 2200."""
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    return fields.AwareDateTime(validate=validate.Range(min=first, max=last), **more)


def role_field(example: str, **more: Any) -> fields.String:
    """Return the field of a role that an account may be given."""
    return fields.String(validate=validate.OneOf(ROLES), metadata={"example": example}, **more)


def sponsor_field(**more: Any) -> fields.UUID:
    """Return the field of the sponsor whose person an account is."""
    return fields.UUID(
        metadata={
            "description": "The sponsor whose person this is; only with role `sponsor`.",
            "example": None,
        },
        **more,
    )


class UsersQuery(PageQuery):
    """What to search accounts by; filters narrow each other."""

    q = words_field(
        2,
        254,
        load_default=None,
        metadata={"description": "The beginning of a display name, or a whole e-mail address."},
    )
    role = fields.String(load_default=None, validate=validate.OneOf(ROLES))
    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))
    created_from = instant_field(
        load_default=None, metadata={"description": "Registered at this instant or later."}
    )
    created_before = instant_field(
        load_default=None, metadata={"description": "Registered before this instant."}
    )


class ListedUserSchema(Schema):
    """One account of a search."""

    account_id = fields.UUID(required=True)
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    role = fields.String(required=True, metadata={"example": "user"})
    status = fields.String(required=True, metadata={"example": "active"})
    created_at = fields.AwareDateTime(required=True)
    email_verified_at = fields.AwareDateTime(required=True, allow_none=True)
    premium_until_at = fields.AwareDateTime(required=True, allow_none=True)


UserPageSchema = page_schema(ListedUserSchema)


class UserFactorsSchema(Schema):
    """How an account proves who it is."""

    is_password_set = fields.Boolean(required=True)
    totp_confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    passkeys = fields.Integer(required=True, metadata={"example": 1})
    recovery_codes_left = fields.Integer(required=True, metadata={"example": 10})


class AdminSuspensionSchema(SuspensionSchema):
    """A suspension as admins see it: also who suspended."""

    suspension_id = fields.UUID(required=True)
    suspended_by_id = fields.UUID(required=True)


class UserSchema(Schema):
    """One account with all that admins and auditors may know of it."""

    account_id = fields.UUID(required=True, attribute="user.account_id")
    email = fields.String(
        required=True,
        allow_none=True,
        attribute="user.email",
        metadata={"example": "ana@example.com"},
    )
    display_name = fields.String(
        required=True, attribute="user.display_name", metadata={"example": "Ana"}
    )
    role = fields.String(required=True, attribute="user.role", metadata={"example": "user"})
    status = fields.String(required=True, attribute="user.status", metadata={"example": "active"})
    date_of_birth = fields.Date(
        required=True,
        allow_none=True,
        attribute="user.date_of_birth_on",
        metadata={"example": "1990-05-17"},
    )
    state = fields.String(
        required=True, allow_none=True, attribute="user.state_code", metadata={"example": "CA"}
    )
    tier = fields.String(
        required=True, allow_none=True, attribute="user.tier_code", metadata={"example": "OPEN"}
    )
    created_at = fields.AwareDateTime(required=True, attribute="user.created_at")
    email_verified_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="user.email_verified_at"
    )
    premium_until_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="user.premium_until_at"
    )
    sponsor_id = fields.UUID(required=True, allow_none=True, attribute="user.sponsor_id")
    factors = fields.Nested(UserFactorsSchema, required=True, attribute="user")
    live_sessions = fields.Integer(
        required=True, attribute="user.live_sessions", metadata={"example": 2}
    )
    last_login_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="user.last_login_at"
    )
    suspension = fields.Nested(AdminSuspensionSchema, required=True, allow_none=True)


class InvitedSchema(Schema):
    """An account that was just made, without what belongs to its owner alone."""

    account_id = fields.UUID(required=True, attribute="user.account_id")
    role = fields.String(required=True, attribute="user.role", metadata={"example": "auditor"})
    status = fields.String(required=True, attribute="user.status", metadata={"example": "pending"})
    premium_until_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="user.premium_until_at"
    )
    sponsor_id = fields.UUID(required=True, allow_none=True, attribute="user.sponsor_id")
    created_at = fields.AwareDateTime(required=True, attribute="user.created_at")


class EditUserSchema(Schema):
    """What an admin may change of an account; what is not given stays."""

    role = role_field("premium")
    premium_until_at = instant_field(
        allow_none=True,
        metadata={
            "description": "Until when a premium account is one; needed with role `premium`.",
            "example": "2027-01-01T00:00:00Z",
        },
    )
    sponsor_id = sponsor_field(allow_none=True)
    status = fields.String(
        validate=validate.OneOf(["active", "suspended"]), metadata={"example": "suspended"}
    )
    suspension_reason = words_field(
        3,
        500,
        metadata={
            "description": "Needed to suspend; the member is told it.",
            "example": "Activities recorded in a car.",
        },
    )
    date_of_birth = fields.Date(metadata={"example": "1990-05-17"})
    state = fields.String(validate=validate.OneOf(sorted(STATES)), metadata={"example": "CA"})
    email_verified = fields.Boolean(
        truthy={True},
        falsy=set(),
        metadata={"description": "Only true: the address is known to be the member's."},
    )


class AdminActionSchema(Schema):
    """What was done to an account, and by whom; by itself where nobody is named."""

    action_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf(ACTION_KINDS),
        metadata={"example": "role_changed"},
    )
    before = fields.Dict(
        keys=fields.String(),
        required=True,
        allow_none=True,
        attribute="before_json",
        metadata={"example": {"role": "user"}},
    )
    after = fields.Dict(
        keys=fields.String(),
        required=True,
        allow_none=True,
        attribute="after_json",
        metadata={"example": {"role": "auditor"}},
    )
    happened_at = fields.AwareDateTime(required=True)


HistoryPageSchema = page_schema(AdminActionSchema)
