"""What somebody sees of an activity."""

from __future__ import annotations

from datetime import UTC, datetime

from fittrack import db
from fittrack.activities import repository as activities
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.models import Activity
from fittrack.activities.privacy import rules as privacy_rules
from fittrack.activities.privacy import service as privacy
from fittrack.activities.privacy.models import Hiding
from fittrack.activities.samples import Samples, empty_samples, unpack
from fittrack.activities.sharing import repository, rules
from fittrack.activities.sharing.errors import MemberNotFound
from fittrack.activities.sharing.models import Recorded
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page

END = datetime(9999, 12, 31, tzinfo=UTC)
LAST_ID = "~"


def get_recorded(tx: Transaction, activity_id: str, viewer_id: str) -> Recorded:
    """Return an activity with all that was recorded, as far as a viewer may see it.

    Raises: ActivityNotFound.
    """
    try:
        activity = activities.get_activity(tx, activity_id, viewer_id)
    except ActivityNotFound:
        return get_shared(tx, activity_id)
    laps = activities.list_laps(tx, activity_id) if activity.lap_count else []
    return Recorded(activity, laps, _samples(tx, activity))


def get_shared(tx: Transaction, activity_id: str) -> Recorded:
    """Return an activity as everybody but its owner sees it.

    Raises: ActivityNotFound.
    """
    audience = repository.find_audience(tx, activity_id)
    if audience is None or not rules.is_shown(audience):
        raise ActivityNotFound(activity_id=activity_id)
    activity = activities.get_activity(tx, activity_id, audience.account_id)
    hiding = privacy.hiding_of(tx, audience.account_id, audience.start_end_hidden_m)
    return _as_others_see(tx, activity, hiding)


def list_shared_activities(
    *, account_id: str, viewer_id: str, cursor: Cursor, limit: int
) -> Page[Activity]:
    """Return the activities of a member that others may see, as others see them, newest first.

    The cursor names the last one and nothing else: when it really began is not for others.
    Raises: MemberNotFound.
    """
    with db.reading("list_shared_activities") as tx:
        sharer = repository.find_sharer(tx, account_id)
        if sharer is None or not (account_id == viewer_id or rules.is_there(sharer)):
            raise MemberNotFound
        before_id = cursor.text(default=LAST_ID)
        started_at = repository.find_start(tx, before_id, account_id) if cursor.values else END
        rows = repository.list_shared_activities(
            tx, sharer, before_at=started_at or END, before_id=before_id, row_limit=limit + 1
        )
        page = Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.activity_id)
        hiding = privacy.hiding_of(tx, account_id, sharer.start_end_hidden_m)
        shown = [_as_others_see(tx, row, hiding).activity for row in page.items]
    return Page(shown, page.next_cursor)


def _as_others_see(tx: Transaction, activity: Activity, hiding: Hiding) -> Recorded:
    recorded = _samples(tx, activity)
    if hiding.seed is None and activity.position_count:
        return rules.as_others_see(activity, recorded, empty_samples())
    circles = privacy_rules.circles_of(recorded, hiding)
    return rules.as_others_see(activity, recorded, privacy_rules.cut(recorded, circles))


def _samples(tx: Transaction, activity: Activity) -> Samples:
    if not activity.sample_count:
        return empty_samples()
    block_bytes = activities.find_samples(tx, activity.activity_id)
    return unpack(block_bytes) if block_bytes else empty_samples()
