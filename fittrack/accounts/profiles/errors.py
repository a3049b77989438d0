"""What can go wrong with a profile."""

from __future__ import annotations

from fittrack.errors import Conflict, Invalid, NotFound, PreconditionFailed, UnsupportedMediaType


class ProfileChanged(PreconditionFailed):
    """The profile has changed since you read it."""

    code = "profile_changed"


class PreferencesChanged(PreconditionFailed):
    """The preferences have changed since you read them."""

    code = "preferences_changed"


class FitnessLevelLocked(Conflict):
    """A fitness level can be changed once in 30 days."""

    code = "fitness_level_locked"


class ProfileNotFound(NotFound):
    """There is no such profile, or it is not for you to see."""

    code = "profile_not_found"


class ImageNotFound(NotFound):
    """This member has no picture, or it is not for you to see."""

    code = "image_not_found"


class ImageNotSupported(UnsupportedMediaType):
    """A picture is a JPEG, PNG or WebP file."""

    code = "image_not_supported"


class ImageUnreadable(Invalid):
    """This picture is damaged, or something else besides a picture."""

    code = "image_unreadable"


class TooManyPixels(Invalid):
    """A picture has at most 40 megapixels."""

    code = "too_many_pixels"
