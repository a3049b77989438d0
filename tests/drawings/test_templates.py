"""Templates make the coming drawings, once each, whoever runs and whenever it is killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from fittrack import db
from fittrack.drawings import service as drawings
from fittrack.drawings.errors import OfficialRulesMissing
from fittrack.drawings.templates import making, repository, service
from fittrack.drawings.templates.errors import StaleTemplate, TemplateNotFound
from fittrack.drawings.templates.models import Unsigned
from fittrack.errors import Invalid
from fittrack.sponsors import service as sponsors
from tests import factories_drawings as make
from tests import factories_templates as templates

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# 14:00 in New York, seven hours before the draw.
NOON = datetime(2027, 6, 10, 18, tzinfo=UTC)


@pytest.fixture
def now(database):
    return NOON


class Killed(BaseException):
    """A process that ends here and now."""


def test_a_template_makes_and_schedules_the_coming_drawings_once(now):
    template = templates.make_template(now)
    assert templates.run(now) == 2
    assert templates.run(now) == 0
    today, tomorrow = templates.made(template)
    first, second = templates.drawing_of(today), templates.drawing_of(tomorrow)
    assert (first.name, second.name) == ("Daily draw of 2027-06-10", "Daily draw of 2027-06-11")
    assert [first.status, second.status] == ["scheduled", "scheduled"]
    assert (first.sequence_no, second.sequence_no) == (1, 2)
    assert first.opens_at == now + 5 * MINUTE
    assert second.opens_at == first.draws_at == datetime(2027, 6, 11, 1, tzinfo=UTC)
    assert first.draws_at - first.closes_at == 5 * MINUTE
    assert first.template_id == template.template_id
    assert (first.rules_version, first.min_ages_json) == ("2026-12", {"AL": 19, "MS": 21, "NE": 19})


def test_a_drawing_from_a_template_opens_closes_and_is_drawn(now):
    template = templates.make_template(now)
    templates.run(now)
    drawing = templates.drawing_of(templates.made(template)[0])
    for at in (drawing.opens_at, drawing.closes_at, drawing.draws_at, drawing.draws_at):
        make.advance(drawing, at)
    assert make.get(drawing).status == "completed"


def test_downtime_is_made_up_for_without_drawings_of_the_past(now):
    template = templates.make_template(now, made_ahead_days=2)
    templates.run(now)
    assert len(templates.made(template)) == 3
    later = now + 10 * DAY
    assert templates.run(later) == 3
    days = [row.draw_on.day for row in templates.made(template)]
    assert days == [10, 11, 12, 20, 21, 22]
    for row in templates.made(template)[3:]:
        assert templates.drawing_of(row).opens_at > later


def test_many_schedulers_at_once_make_each_drawing_once(now):
    template = templates.make_template(now, made_ahead_days=5)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: templates.run(now), range(4)))
    assert sum(counts) == 6
    assert [row.status for row in templates.made(template)] == ["scheduled"] * 6
    assert templates.all_made() == 6


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (repository, "update_made_drawing"),
        (making.drawings, "add_draft"),
        (making.scheduling, "schedule"),
        (repository, "erase_refusal"),
    ],
)
def test_a_scheduler_killed_anywhere_leaves_nothing_half_made(now, monkeypatch, module, step):
    template = templates.make_template(now)

    def die(*_args, **_more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, step, die)
        with pytest.raises(Killed):
            templates.run(now)
    templates.run(now)
    rows = templates.made(template)
    assert [row.status for row in rows] == ["scheduled", "scheduled"]
    assert templates.all_made() == 2
    assert sorted(templates.drawing_of(row).sequence_no for row in rows) == [1, 2]


def test_an_edit_affects_only_drawings_that_are_not_made_yet(now):
    template = templates.make_template(now)
    templates.run(now)
    service.edit_template(
        template_id=template.template_id,
        changes={"ticket_price_points": 70, "name": "Evening draw of {date}"},
        revisions={1},
        now=now,
    )
    templates.run(now + DAY)
    prices = [templates.drawing_of(row).ticket_price_points for row in templates.made(template)]
    assert prices == [100, 100, 70]


def test_a_run_beside_an_edit_makes_nothing_from_what_was(now):
    template = templates.make_template(now)
    changes = {"ticket_price_points": 70}
    service.edit_template(
        template_id=template.template_id, changes=changes, revisions=None, now=now
    )
    assert making._make_from(template, now=now) == 0
    assert templates.all_made() == 0


def test_while_paused_nothing_is_made_or_signed(now):
    template = templates.make_template(now, prizes=[make.prize(value_cents=90_000)])
    templates.run(now)
    pause = {"is_paused": True, "sponsor_id": make.make_sponsor()}
    service.edit_template(template_id=template.template_id, changes=pause, revisions=None, now=now)
    assert templates.run(now + DAY) == 0
    assert [row.status for row in templates.made(template)] == ["draft", "draft"]
    goes_on = {"is_paused": False}
    service.edit_template(
        template_id=template.template_id, changes=goes_on, revisions=None, now=now
    )
    assert templates.run(now + DAY) == 1


def test_a_deleted_template_makes_no_more_and_what_it_made_goes_on(now):
    template = templates.make_template(now)
    templates.run(now)
    [today, _] = templates.made(template)
    service.delete_template(template_id=template.template_id, revisions=None, now=now)
    assert templates.run(now + DAY) == 0
    drawing = templates.drawing_of(today)
    assert make.advance(drawing, drawing.opens_at) == ["open_drawing"]
    with pytest.raises(TemplateNotFound):
        service.get_template(template_id=template.template_id)


def test_what_lacks_something_stays_a_draft_and_the_admins_are_told_why_once(now):
    template = templates.make_template(now, prizes=[make.prize(value_cents=90_000)])
    for at in (now, now + MINUTE, now + 2 * MINUTE):
        templates.run(at)
    rows = templates.made(template)
    assert [(row.status, row.refusal_code) for row in rows] == [("draft", "witness_required")] * 2
    assert make.notices(template.created_by_id) == ["drawing_not_scheduled"] * 2


def test_a_draft_is_signed_as_soon_as_nothing_is_lacking(now):
    sponsor_id = make.make_sponsor()
    sponsors.edit_sponsor(sponsor_id=sponsor_id, fields={"is_active": False}, now=now)
    template = templates.make_template(now, sponsor_id=sponsor_id)
    templates.run(now)
    assert {row.refusal_code for row in templates.made(template)} == {"sponsor_not_active"}
    sponsors.edit_sponsor(sponsor_id=sponsor_id, fields={"is_active": True}, now=now)
    # Today's opening has passed by now; what is left of its sale is worth holding.
    templates.run(now + HOUR)
    rows = templates.made(template)
    assert [(row.status, row.refusal_code) for row in rows] == [("scheduled", None)] * 2
    assert templates.drawing_of(rows[0]).opens_at == now + HOUR + 5 * MINUTE


def test_a_draft_whose_sale_is_over_is_left_to_the_admins(now):
    sponsor_id = make.make_sponsor()
    sponsors.edit_sponsor(sponsor_id=sponsor_id, fields={"is_active": False}, now=now)
    template = templates.make_template(now, sponsor_id=sponsor_id)
    templates.run(now)
    sponsors.edit_sponsor(sponsor_id=sponsor_id, fields={"is_active": True}, now=now)
    templates.run(now + 6 * HOUR)
    assert templates.made(template)[0].refusal_code == "opens_in_the_past"
    assert templates.made(template)[0].status == "draft"


def test_a_draft_that_an_admin_edited_is_theirs_to_schedule(now):
    template = templates.make_template(now, prizes=[make.prize(value_cents=90_000)])
    templates.run(now)
    drawing = templates.drawing_of(templates.made(template)[0])
    make.edit(drawing, {"prizes": [make.prize()]}, now=now)
    templates.run(now + MINUTE)
    row = templates.made(template)[0]
    assert (row.status, row.is_by_hand) == ("draft", True)
    assert make.schedule(drawing.drawing_id, now=now).status == "scheduled"


def test_without_official_rules_nothing_is_scheduled(now):
    template = templates.make_template(now)
    db.engine().raw().execute(
        "UPDATE drawing_templates SET terms_json = json_set(terms_json, '$.rules_version', 'old')"
    )
    templates.run(now)
    rows = templates.made(template)
    assert {(row.status, row.refusal_code) for row in rows} == {("draft", "official_rules_missing")}
    with pytest.raises(OfficialRulesMissing):
        make.schedule(rows[0].drawing_id, now=now)


def test_a_deleted_draft_is_not_made_again(now):
    template = templates.make_template(now, prizes=[make.prize(value_cents=90_000)])
    templates.run(now)
    drawing = templates.drawing_of(templates.made(template)[0])
    drawings.delete_drawing(drawing_id=drawing.drawing_id, revisions=None)
    assert templates.run(now + MINUTE) == 0
    row = templates.made(template)[0]
    assert (row.drawing_id, row.status) == (None, None)


def test_a_drawing_waits_for_the_commitment_of_a_sponsor_that_keeps_its_value(now):
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    account_id = make.make_sponsor_account(sponsor_id)
    template = templates.make_template(now, sponsor_id=sponsor_id, is_commitment_needed=True)
    templates.run(now)
    rows = templates.made(template)
    assert {row.refusal_code for row in rows} == {"commitment_missing"}
    assert make.notices(account_id) == ["commitment_wanted"] * 2
    drawings.commit_value(
        drawing_id=rows[0].drawing_id, account_id=account_id, commitment="ab" * 32, now=now
    )
    templates.run(now + MINUTE)
    assert [row.status for row in templates.made(template)] == ["scheduled", "draft"]


def test_one_template_that_fails_does_not_stop_the_others(now):
    bad, good = templates.make_template(now), templates.make_template(now)
    db.engine().raw().execute(
        "UPDATE drawing_templates SET terms_json = json_set(terms_json, '$.prizes', json_array("
        "json_object('name', 'x', 'description', NULL, 'value_cents', 1, 'quantity', 1, 'kind', "
        "'physical', 'sponsor_id', 'nobody', 'image_url', NULL))) WHERE template_id = ?",
        (bad.template_id,),
    )
    assert templates.run(now) == 2
    assert templates.made(bad) == []
    assert len(templates.made(good)) == 2
    assert make.notices(bad.created_by_id) == ["drawing_not_made"] * 2


def test_a_template_of_which_no_draft_can_be_made_is_refused(now):
    with pytest.raises(Invalid):
        templates.make_template(now, sponsor_id="nobody")
    with pytest.raises(Invalid):
        templates.make_template(now, prizes=[make.prize(quantity=10_000)], alternates=1)
    template = templates.make_template(now)
    with pytest.raises(Invalid):
        service.edit_template(
            template_id=template.template_id,
            changes={"sponsor_id": "nobody"},
            revisions=None,
            now=now,
        )


def test_a_template_that_somebody_else_edited_is_not_changed_or_deleted(now):
    template = templates.make_template(now)
    with pytest.raises(StaleTemplate):
        service.edit_template(template_id=template.template_id, changes={}, revisions={7}, now=now)
    with pytest.raises(StaleTemplate):
        service.delete_template(template_id=template.template_id, revisions={7}, now=now)


def test_its_history_says_from_which_template_a_drawing_was_made(now):
    template = templates.make_template(now)
    templates.run(now)
    drawing_id = templates.made(template)[0].drawing_id
    events = drawings.list_events(drawing_id=drawing_id, cursor=make.Cursor("h"), limit=10).items
    assert events[0].action == "scheduled"
    assert events[0].details_json == {"template_id": template.template_id}
    assert events[0].actor_role == "platform"


def test_a_leap_year_has_its_366_daily_draws_and_a_draw_on_29_february(now):
    start = datetime(2028, 1, 1, 6, tzinfo=UTC)
    template = templates.bare(made_ahead_days=366)
    zone = make.zone()
    days = [slot.draw_on for slot in making.rules.coming_slots(template, zone=zone, now=start)]
    in_year = [day for day in days if day.year == 2028]
    assert len(in_year) == 366
    monthly = templates.bare(type="monthly", made_ahead_days=366)
    months = [slot.draw_on for slot in making.rules.coming_slots(monthly, zone=zone, now=start)]
    assert [f"{day:%m-%d}" for day in months][:3] == ["01-31", "02-29", "03-31"]


def test_a_scheduler_an_hour_ahead_makes_no_drawing_twice_and_delays_no_other_for_good(now):
    first = templates.make_template(now)
    assert templates.run(now + HOUR) == 2
    assert templates.run(now) == 0
    second = templates.make_template(now)
    assert templates.run(now) == 2
    # The log's time never goes back: what would open before it can't be signed yet.
    assert [row.refusal_code for row in templates.made(second)] == ["opens_in_the_past", None]
    templates.run(now + HOUR + MINUTE)
    for template in (first, second):
        assert [row.status for row in templates.made(template)] == ["scheduled", "scheduled"]


def test_a_run_beside_an_admins_edit_or_a_pause_signs_nothing(now):
    lacking = {"prizes": [make.prize(value_cents=90_000)]}
    edited, paused = (
        templates.make_template(now, **lacking),
        templates.make_template(now, **lacking),
    )
    templates.run(now)
    drafts = {row.template_id: row for one in (edited, paused) for row in templates.made(one)}
    for row in drafts.values():
        db.engine().raw().execute(
            "UPDATE prizes SET value_cents = 1 WHERE drawing_id = ?", (row.drawing_id,)
        )
    make.edit(templates.drawing_of(drafts[edited.template_id]), {"name": "Ours"}, now=now)
    service.edit_template(
        template_id=paused.template_id, changes={"is_paused": True}, revisions=None, now=now
    )
    for row in drafts.values():
        making._sign(Unsigned(row.template_id, row.draw_on, row.drawing_id or ""), now=now)
        assert templates.drawing_of(row).status == "draft"
