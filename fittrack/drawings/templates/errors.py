"""What can go wrong with templates of drawings."""

from __future__ import annotations

from fittrack.errors import Invalid, NotFound, PreconditionFailed


class TemplateNotFound(NotFound):
    """There is no such template."""

    code = "template_not_found"


class StaleTemplate(PreconditionFailed):
    """Somebody else has edited this template since you read it."""

    code = "stale_template"


class CommitmentMissing(Invalid):
    """This drawing waits for its sponsor's commitment to a value that it keeps itself."""

    code = "commitment_missing"
