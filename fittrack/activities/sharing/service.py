"""What somebody sees of an activity."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from fittrack import db
from fittrack.accounts.profiles.models import ActivityTotals
from fittrack.activities import repository as activities
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.models import Activity
from fittrack.activities.privacy import rules as privacy_rules
from fittrack.activities.privacy import service as privacy
from fittrack.activities.privacy.models import Hiding
from fittrack.activities.samples import Samples, empty_samples, unpack
from fittrack.activities.sharing import repository, rules
from fittrack.activities.sharing.errors import MemberNotFound
from fittrack.activities.sharing.models import Cut, Recorded, SharedActivity
from fittrack.db import Transaction
from fittrack.db.errors import Busy
from fittrack.pagination import Cursor, Page

END = datetime(9999, 12, 31, tzinfo=UTC)
LAST_ID = "~"
# About a quarter of a second's work in one request.
MOST_CUT_AT_ONCE = 20


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
    activity, hiding = _shared(tx, activity_id)
    return _as_others_see(tx, activity, hiding)


def get_shared_activity(tx: Transaction, activity_id: str) -> Activity:
    """Return an activity as everybody but its owner sees it, without what was recorded.

    Raises: ActivityNotFound.
    """
    activity, hiding = _shared(tx, activity_id)
    figures = repository.find_shared_figures(tx, activity_id, rules.hiding_key(hiding))
    if figures is None:
        return _as_others_see(tx, activity, hiding).activity
    return rules.as_others_see(activity, figures)


def _shared(tx: Transaction, activity_id: str) -> tuple[Activity, Hiding]:
    """Raises: ActivityNotFound."""
    audience = repository.find_audience(tx, activity_id)
    if audience is None or not rules.is_shown(audience):
        raise ActivityNotFound(activity_id=activity_id)
    activity = activities.get_activity(tx, activity_id, audience.account_id)
    return activity, privacy.hiding_of(tx, audience.account_id, audience.start_end_hidden_m)


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
        hiding = privacy.hiding_of(tx, account_id, sharer.start_end_hidden_m)
        key = rules.hiding_key(hiding)
        before_id = cursor.text(default=LAST_ID)
        started_at = repository.find_start(tx, before_id, account_id) if cursor.values else END
        rows = repository.list_shared_activities(
            tx,
            sharer,
            hiding_key=key,
            before_at=started_at or END,
            before_id=before_id,
            row_limit=limit + 1,
        )
        page = Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.activity_id)
        cuts = {
            row.activity_id: _cut_anew(tx, row, hiding)
            for row in page.items
            if row.figures_json is None and row.sample_count
        }
    _keep(key, cuts)
    return Page([_shown(row, cuts) for row in page.items], page.next_cursor)


def get_shared_totals(*, account_id: str) -> ActivityTotals:
    """Return what a member's workouts come to as others see them, of cut tracks what is left.

    Tracks that nobody has looked at yet are cut now, a few each time; the others count later. The
    whole distances would tell how much is hidden of each.
    """
    with db.reading("get_shared_totals") as tx:
        sharer = repository.find_sharer(tx, account_id)
        if sharer is None:
            return ActivityTotals(0, 0, 0)
        hiding = privacy.hiding_of(tx, account_id, sharer.start_end_hidden_m)
        key = rules.hiding_key(hiding)
        totals = repository.sum_shared(tx, sharer, hiding_key=key)
        uncut = repository.list_uncut(tx, sharer, hiding_key=key, row_limit=MOST_CUT_AT_ONCE)
        rows = [activities.get_activity(tx, each, account_id) for each in uncut]
        cuts = {row.activity_id: _cut_anew(tx, row, hiding) for row in rows}
    _keep(key, cuts)
    shown = [rules.as_others_see(row, cuts[row.activity_id].figures) for row in rows]
    return replace(
        totals,
        distance_cm=totals.distance_cm + sum(each.distance_cm or 0 for each in shown),
        moving_s=totals.moving_s + sum(each.moving_s for each in shown),
    )


def _cut_anew(tx: Transaction, activity: Activity, hiding: Hiding) -> Cut:
    """Cut a track of which no figures are kept."""
    block_bytes = activities.find_samples(tx, activity.activity_id) or b""
    recorded = unpack(block_bytes) if block_bytes else empty_samples()
    figures = rules.figures_of(recorded, _visible(activity, recorded, hiding))
    return Cut(hashlib.sha256(block_bytes).digest(), figures)


def _keep(hiding_key: str, cuts: Mapping[str, Cut]) -> None:
    """Keep the figures of what is left of tracks that are still as they were when they were cut."""
    if not cuts:
        return
    # Who can't write now has them to show all the same.
    with suppress(Busy), db.transaction("keep_shared_figures") as tx:
        for activity_id, cut in sorted(cuts.items()):
            block_bytes = repository.lock_samples(tx, activity_id)
            if block_bytes and hashlib.sha256(block_bytes).digest() == cut.samples_digest:
                repository.delete_shared_figures(tx, activity_id)
                repository.insert_shared_figures(tx, activity_id, hiding_key, cut.figures)


def _shown(row: SharedActivity, cuts: Mapping[str, Cut]) -> Activity:
    cut = cuts.get(row.activity_id)
    return rules.as_others_see(row, cut.figures if cut else row.figures_json or {})


def _visible(activity: Activity, recorded: Samples, hiding: Hiding) -> Samples:
    """Return what is left of a track for others; without the member's secret nothing."""
    if hiding.seed is None and activity.position_count:
        return empty_samples()
    return privacy_rules.cut(recorded, privacy_rules.circles_of(recorded, hiding))


def _as_others_see(tx: Transaction, activity: Activity, hiding: Hiding) -> Recorded:
    recorded = _samples(tx, activity)
    visible = rules.for_others(_visible(activity, recorded, hiding))
    shown = rules.as_others_see(activity, rules.figures_of(recorded, visible))
    return Recorded(shown, [], visible)


def _samples(tx: Transaction, activity: Activity) -> Samples:
    if not activity.sample_count:
        return empty_samples()
    block_bytes = activities.find_samples(tx, activity.activity_id)
    return unpack(block_bytes) if block_bytes else empty_samples()
