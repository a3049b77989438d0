"""A member's activities over HTTP."""

from __future__ import annotations

import pytest

from tests.factories_activities import Member


@pytest.fixture
def ana(client):
    return Member(client, "ana")


def test_an_uploaded_run_stands_in_the_list(ana):
    activity_id = ana.run()

    page = ana.get("activities").json

    assert [item["activity_id"] for item in page["items"]] == [activity_id]
    assert page["items"][0]["sport"] == "running"
    assert page["items"][0]["elapsed_s"] == 3600
    assert page["items"][0]["state"] == "accepted"
