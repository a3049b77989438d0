"""What the pages show, gathered from what drawings publish."""

from __future__ import annotations

from typing import Any

from fittrack.drawings import service as drawings
from fittrack.drawings.errors import NotPublishedYet
from fittrack.drawings.fair import rules
from fittrack.drawings.fair.models import DrawingPage
from fittrack.drawings.record import publication
from fittrack.drawings.record import rules as record_rules
from fittrack.drawings.record.models import Results, Verification
from fittrack.drawings.record.schemas import PickSchema

SHOWN_WINNERS = 100


def get_page(*, drawing_id: str) -> DrawingPage:
    """Return all that a drawing's page shows. Raises: DrawingNotFound."""
    details = drawings.get_drawing(drawing_id=drawing_id, with_drafts=False)
    found, results = _find_verification(drawing_id), _find_results(drawing_id)
    terms = record_rules.parsed(found.documents["terms"].body_text) if found else {}
    reveals = [record_rules.parsed(one.body_text) for one in found.reveals] if found else []
    winners, winner_count = _winners(results)
    return DrawingPage(
        details=details,
        found=found,
        results=results,
        winners=winners,
        winner_count=winner_count,
        sources=rules.sources(terms, reveals) if found else [],
        hashes=rules.hashes(found.documents) if found else [],
        documents=rules.documents(found.documents) if found else [],
        records=publication.list_drawing_records(drawing_id=drawing_id) if found else [],
        assurance=record_rules.assurance(found.sources) if found else "",
        left_to_trust=record_rules.left_to_trust(found.sources) if found else "",
        operator_key=terms.get("operator_key", ""),
    )


def _find_verification(drawing_id: str) -> Verification | None:
    try:
        return publication.get_verification(drawing_id=drawing_id)
    except NotPublishedYet:
        return None


def _find_results(drawing_id: str) -> Results | None:
    try:
        return publication.get_results(drawing_id=drawing_id)
    except NotPublishedYet:
        return None


def _winners(results: Results | None) -> tuple[list[dict[str, Any]], int]:
    """Return the first winners, named as the API names them, and how many there are."""
    if results is None:
        return [], 0
    winners = [pick for pick in results.picks if pick.role == "winner"]
    return list(PickSchema(many=True).dump(winners[:SHOWN_WINNERS])), len(winners)
