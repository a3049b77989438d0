"""Webhooks of the week: on time, lost, late, early, repeated, out of order, forged."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fittrack.simulator.trackers import google_health, oura, polar, telling, whoop, withings
from fittrack.simulator.trackers.telling import News, Told
from fittrack.trackers.providers.base import Hook
from fittrack.trackers.webhooks import service as webhooks
from fittrack.trackers.webhooks.errors import WebhookRefused
from tests.trackers.week.people import Member

SLEEP_APPLI = 44


def receive(member: Member, told: Told, now: datetime) -> bool:
    """Let the application have a webhook; tell whether it believed it."""
    headers = {name.lower(): text for name, text in told.headers.items()}
    args = dict(parse_qsl(urlsplit(told.url).query))
    try:
        webhooks.receive(provider=member.provider, hook=Hook(headers, args, told.body), now=now)
    except WebhookRefused:
        return False
    return True


def about_workout(member: Member, workout: Any, aspect: str, now: datetime) -> list[Told]:
    """Return what is told of a workout, whether it is there or not."""
    told = telling.about(member.tracker, News(member.account, workout, aspect, now))
    return [told] if told else []


def about_night(member: Member, number: int, aspect: str, now: datetime) -> list[Told]:
    """Return what is told of a night that came, was scored or went."""
    tell = NIGHTS.get(member.provider)
    night = member.account.nights[number]
    return tell(member, night, aspect == "no_night", now) if tell else []


def _address(member: Member) -> str:
    return f"http://here/api/v1/webhooks/{member.provider}"


def _whoop(member: Member, night: Any, is_gone: bool, now: datetime) -> list[Told]:
    kinds = ("sleep.deleted",) if is_gone else ("recovery.updated", "sleep.updated")
    named, number = whoop.id_of("sleep", night.number), member.account.number
    found = []
    for kind in kinds:
        event = whoop.event_of(number, kind, named, f"{kind} {night.number} {now}")
        body, headers = whoop.webhook(member.tracker.client.secret, event, at=now)
        found.append(Told(_address(member), body, headers))
    return found


def _google(member: Member, night: Any, is_gone: bool, _: datetime) -> list[Told]:
    operation = "DELETE" if is_gone else "UPSERT"
    number, ends = member.account.number, (night.started_at, night.ended_at)
    event = google_health.event_of(number, "sleep", operation, *ends)
    body, headers = google_health.webhook(member.tracker.client.hook_secret, event)
    return [Told(_address(member), body, headers)]


def _oura(member: Member, night: Any, is_gone: bool, now: datetime) -> list[Told]:
    kind, found = "delete" if is_gone else "update", []
    for data_type, name in (("sleep", "sleep"), ("daily_readiness", "readiness")):
        named = oura.id_of(name, night.number)
        event = oura.event_of(member.account, kind, data_type, named, now)
        body, headers = oura.webhook(member.tracker.client.secret, event, at=now)
        found.append(Told(_address(member), body, headers))
    return found


def _polar(member: Member, night: Any, _: bool, now: datetime) -> list[Told]:
    day = (night.ended_at + polar.ACROSS).date().isoformat()
    event = polar.event_of(member.account.number, "SLEEP", now, date=day)
    body, headers = polar.webhook(member.tracker.client.hook_secret, event)
    return [Told(_address(member), body, headers)]


def _withings(member: Member, night: Any, _: bool, __: datetime) -> list[Told]:
    ends = (night.started_at, night.ended_at)
    body = withings.event_of(member.account.number, SLEEP_APPLI, *ends)
    return [Told(f"{_address(member)}?key={member.tracker.client.hook_secret}", body, {})]


NIGHTS = {
    "whoop": _whoop,
    "google_health": _google,
    "oura": _oura,
    "polar": _polar,
    "withings": _withings,
}


def delays(aspect: str, chance: random.Random, *, is_calm: bool) -> tuple[str, list[timedelta]]:
    """Return how a webhook goes astray, in a word, and how long after its news it is sent."""
    at_once, luck = timedelta(seconds=chance.uniform(1, 40)), chance.random()
    if is_calm or luck > 0.65:
        return "on time", [at_once]
    if luck < 0.15:
        return "lost", []
    if luck < 0.3:
        return "late", [timedelta(hours=chance.uniform(0.5, 10))]
    if luck < 0.45 and aspect == "create":
        return "early", [-timedelta(minutes=chance.uniform(0.5, 10))]
    return "repeated", [at_once, at_once + timedelta(seconds=20), timedelta(minutes=14)]


def forge(member: Member, chance: random.Random, now: datetime) -> bool:
    """Say as somebody else that a workout is gone; tell whether nobody believed it."""
    living = member.account.living()
    told = about_workout(member, living[0], "delete", now) if living else []
    return not any(receive(member, telling.forged(one), now) for one in told)
