"""Webhooks of the whole application: asked for by a command, proven over HTTP, kept alive."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from fittrack import config, queues, worker
from fittrack.simulator.faults import Fault
from fittrack.trackers.subscriptions import (
    CannotSubscribe,
    plan_renewals,
    renew_subscription,
    subscribable,
    subscribe,
)
from tests.trackers.test_operators import run

NAMES = {"oura", "polar", "strava"}


@pytest.fixture
def base_url(app, trackers):
    """Serve the application where its settings say that it is."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    base_url = f"http://127.0.0.1:{server.port}"
    config.use(replace(config.current(), base_url=base_url))
    yield base_url
    server.shutdown()
    server.server_close()
    thread.join()


def standing(tracker):
    """Return what is told, and where, as the provider has it."""
    return {
        (one.get("data_type"), one.get("event_type"), one.get("callback_url") or one["url"])
        for one in tracker.subscriptions.values()
    }


def asked(provider, **at):
    return subscribe(provider, tell_secret=[].append, **at)


def at(base_url, provider):
    return f"{base_url}/api/v1/webhooks/{provider}"


def test_what_is_asked_for_once_stands_and_is_asked_for_no_second_time(app, trackers, base_url):
    answer = run(app, "subscribe")
    assert answer.exit_code == 0, answer.output
    assert {line.split()[0] for line in answer.output.splitlines() if " made" in line} == NAMES
    assert standing(trackers["oura"]) == {
        (kind, event, at(base_url, "oura"))
        for kind in ("workout", "daily_activity", "sleep", "daily_readiness")
        for event in ("create", "update", "delete")
    }
    assert standing(trackers["polar"]) == {(None, None, at(base_url, "polar"))}
    [(_, _, address)] = standing(trackers["strava"])
    assert address == f"{at(base_url, 'strava')}?key=the-address-of-strava"
    [polar] = trackers["polar"].subscriptions.values()
    assert f"POLAR_WEBHOOK_SECRET={polar['signature_secret_key']}" in answer.output
    before = {name: dict(trackers[name].subscriptions) for name in NAMES}
    again = run(app, "subscribe")
    assert (again.exit_code, " made" in again.output) == (0, False)
    assert {name: trackers[name].subscriptions for name in NAMES} == before
    shown = answer.output + again.output
    assert "the-address-of" not in shown
    assert "our-secret-at" not in shown
    assert polar["signature_secret_key"] not in again.output


def renewed(now):
    return [name for name in subscribable() if renew_subscription(provider=name, now=now)]


def test_workers_look_after_each_provider_by_itself(trackers, base_url):
    now = trackers["oura"].world.now()
    asked("polar", now=now)
    [polar] = trackers["polar"].subscriptions.values()
    polar["active"] = False
    plan_renewals(now=now)
    due = [job for job in queues.list_due(now=now) if job.job_name == "renew_subscription"]
    assert len(due) == len(subscribable())
    for job in due:
        worker.run_outbox(job.outbox_id)
    assert polar["active"]
    assert not queues.list_due(now=now)


def test_what_ends_or_falls_asleep_by_itself_is_kept_alive(trackers, base_url):
    now = trackers["oura"].world.now()
    assert renewed(now) == []
    assert not any(trackers[name].subscriptions for name in NAMES)
    for name in NAMES - {"strava"}:
        asked(name, now=now)
    [polar] = trackers["polar"].subscriptions.values()
    polar["active"] = False
    first = next(iter(trackers["oura"].subscriptions.values()))
    ends = first["expiration_time"]
    assert renewed(now) == ["oura", "polar"]
    assert (polar["active"], first["expiration_time"]) == (True, ends)
    trackers["oura"].world.ahead_s = timedelta(days=70).total_seconds()
    renewed(trackers["oura"].world.now())
    assert all(one["expiration_time"] > ends for one in trackers["oura"].subscriptions.values())


@pytest.mark.parametrize("provider", ["strava", "polar"])
def test_what_is_told_to_another_address_stays_so_until_it_is_taken_over(
    app, trackers, base_url, provider
):
    elsewhere = "https://other.example/hook"
    told = {"events": ["EXERCISE"], "url": elsewhere, "callback_url": elsewhere, "active": True}
    trackers[provider].subscriptions["9"] = {"id": "9", **told}
    before = standing(trackers[provider])
    answer = run(app, "subscribe", provider)
    assert (answer.exit_code, "another address" in answer.output) == (1, True)
    assert standing(trackers[provider]) == before
    assert renewed(trackers[provider].world.now()) == []
    del trackers[provider].subscriptions["9"]["callback_url" if provider == "polar" else "url"]
    answer = run(app, "subscribe", provider, "--replace")
    assert answer.exit_code == 0, answer.output
    assert all(base_url in address for _, _, address in standing(trackers[provider]))


def test_a_secret_that_is_told_once_is_told_on_before_anything_can_fail(trackers, base_url):
    told = []

    def tell(secret):
        told.append(secret)
        trackers["polar"].faults.add(Fault("error_500", "hooks"))

    now = trackers["polar"].world.now()
    with pytest.raises(CannotSubscribe):
        subscribe("polar", tell_secret=tell, now=now)
    [made] = trackers["polar"].subscriptions.values()
    assert told == [made["signature_secret_key"]]
    assert subscribe("polar", tell_secret=tell, now=now).is_ours
    assert len(told) == 1


def test_an_address_that_is_not_ours_is_subscribed_nowhere(app, trackers):
    config.use(replace(config.current(), base_url="http://127.0.0.1:1"))
    for name in sorted(NAMES):
        answer = run(app, "subscribe", name)
        assert (answer.exit_code, "ProviderDown" in answer.output) == (1, True), answer.output
        assert trackers[name].subscriptions == {}


def test_whoever_cannot_be_asked_is_named(trackers):
    now = trackers["strava"].world.now()
    with pytest.raises(CannotSubscribe, match="by hand"):
        asked("google_health", now=now)
    config.use(replace(config.current(), strava_webhook_secret=""))
    with pytest.raises(CannotSubscribe, match="STRAVA_WEBHOOK_SECRET"):
        asked("strava", now=now)
    config.use(replace(config.current(), strava_client_id="", oura_client_secret="another"))
    with pytest.raises(CannotSubscribe, match="STRAVA_CLIENT_ID"):
        asked("strava", now=now)
    with pytest.raises(CannotSubscribe, match="TokenRefused"):
        asked("oura", now=now)
