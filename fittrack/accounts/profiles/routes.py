"""The own profile and preferences over HTTP, and what others see of a member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency, tags, units
from fittrack.accounts.profiles import service
from fittrack.accounts.profiles.models import Completeness, Preferences, ProfileView
from fittrack.accounts.profiles.pictures import MAX_BYTES
from fittrack.accounts.profiles.schemas import (
    CompletenessSchema,
    ImageSchema,
    PreferencesSchema,
    ProfilePatchSchema,
    ProfileSchema,
    PublicProfileSchema,
    changed_preferences,
    plain_image,
    plain_preferences,
    plain_profile,
    plain_public_profile,
)
from fittrack.auth import current_account_id, login_required
from fittrack.cache import kept
from fittrack.clock import utc_now
from fittrack.errors import Invalid, UnsupportedMediaType, field_error
from fittrack.parsing import read_body
from fittrack.units import UnitsQuery

# A form has a few lines around the file.
MAX_BODY_BYTES = MAX_BYTES + 65_536
MAX_FORM_PARTS = 4
_BINARY = {"type": "string", "format": "binary"}
PICTURE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "additionalProperties": False,
                "properties": {
                    "image": _BINARY
                    | {"description": "JPEG, PNG or WebP, up to 8 MiB and 40 megapixels"}
                },
            }
        },
        "image/jpeg": {"schema": _BINARY},
        "image/png": {"schema": _BINARY},
        "image/webp": {"schema": _BINARY},
    },
}

blp = Blueprint(
    "profiles",
    __name__,
    url_prefix="/api/v1/users",
    description="What members tell of themselves, and who may see it",
)


@blp.get("/me/profile")
@login_required
@kept("cache_profiles_s")
@blp.arguments(UnitsQuery, location="query")
@blp.response(200, ProfileSchema)
def get_profile(query: dict[str, Any]) -> Response:
    """Return my profile."""
    view = service.get_profile(account_id=current_account_id(), now=utc_now())
    return tagged_profile(view, query["units"])


@blp.patch("/me/profile")
@login_required
@blp.arguments(ProfilePatchSchema)
@blp.response(200, ProfileSchema)
def edit_profile(body: dict[str, Any]) -> Response:
    """Change my profile; the tier and today's points follow at once."""
    view = service.edit_profile(
        account_id=current_account_id(),
        changes=body,
        revisions=tags.expected_versions(),
        now=utc_now(),
    )
    return tagged_profile(view)


@blp.get("/me/completeness")
@login_required
@blp.response(200, CompletenessSchema)
def get_completeness() -> Completeness:
    """Return what my profile lacks, and what each part would unlock."""
    return service.get_completeness(account_id=current_account_id())


@blp.get("/me/preferences")
@login_required
@blp.response(200, PreferencesSchema)
def get_preferences() -> Response:
    """Return my units, my privacy and whether I compete in OPEN besides my tier."""
    return _tagged_preferences(service.get_preferences(account_id=current_account_id()))


@blp.patch("/me/preferences")
@login_required
@blp.arguments(PreferencesSchema)
@blp.response(200, PreferencesSchema)
def edit_preferences(body: dict[str, Any]) -> Response:
    """Change my preferences."""
    preferences = service.edit_preferences(
        account_id=current_account_id(),
        changes=changed_preferences(body),
        revisions=tags.expected_versions(),
        now=utc_now(),
    )
    return _tagged_preferences(preferences)


@blp.get("/<uuid:account_id>/public")
@login_required
@blp.response(200, PublicProfileSchema)
def get_public_profile(account_id: UUID) -> dict[str, Any]:
    """Return what a member shows of themselves."""
    profile = service.get_public_profile(account_id=str(account_id), viewer_id=current_account_id())
    return plain_public_profile(profile)


@blp.put("/me/profile/image")
@login_required
@blp.doc(requestBody=PICTURE)
@blp.response(200, ImageSchema)
def set_image() -> dict[str, Any]:
    """Send a picture, as the body or as the form's `image`; it is cut to a square."""
    image = service.set_image(
        account_id=current_account_id(), content=sent_picture(), now=utc_now()
    )
    return plain_image(image)


@blp.delete("/me/profile/image")
@login_required
@blp.response(204)
def delete_image() -> None:
    """Delete my picture."""
    service.delete_image(account_id=current_account_id())


@blp.get("/<uuid:account_id>/image")
@login_required
@blp.response(200, {"type": "string", "format": "binary"}, content_type="image/webp")
def get_image(account_id: UUID) -> Response:
    """Return a member's picture."""
    image = service.get_image(account_id=str(account_id), viewer_id=current_account_id())
    response = Response(image.image_bytes, content_type="image/webp")
    response.set_etag(image.content_sha256)
    return response


def sent_picture() -> bytes:
    """Return the picture of the request: its body, or the one file of its form.

    Raises: UnsupportedMediaType, Invalid, TooLarge.
    """
    request.max_content_length = MAX_BODY_BYTES
    if request.mimetype == "multipart/form-data":
        return _file_of_form()
    if not request.mimetype.startswith("image/"):
        raise UnsupportedMediaType("A picture is sent as image/*, or as multipart/form-data.")
    if request.content_encoding not in {None, "", "identity"}:
        raise UnsupportedMediaType("The body must not be compressed.")
    return read_body(request)


def _file_of_form() -> bytes:
    """Return the file `image` of a form that has nothing else. Raises: Invalid, TooLarge."""
    request.max_form_parts = MAX_FORM_PARTS
    odd = sorted({*request.form, *request.files} - {"image"})
    if odd:
        raise Invalid(errors=[{"pointer": f"/{name}", "message": "Unknown field."} for name in odd])
    sent = request.files.getlist("image")
    if len(sent) != 1 or "image" in request.form:
        raise field_error("/image", "One file is needed, in a well-formed form.")
    return sent[0].stream.read()


def tagged_profile(view: ProfileView, system: str | None = None) -> Response:
    """Return a profile with the tag that If-Match is held to, in a system's units or preferred."""
    shown_in = units.chosen(system, view.stored.units)
    body = idempotency.render(ProfileSchema, plain_profile(view, shown_in))
    response = idempotency.answer(body, 200)
    return tags.set_version(response, view.stored.revision, tags.of_bytes(body))


def _tagged_preferences(preferences: Preferences) -> Response:
    body = idempotency.render(PreferencesSchema, plain_preferences(preferences))
    return tags.set_version(idempotency.answer(body, 200), preferences.preferences_revision)
