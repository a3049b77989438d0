"""What providers' bodies look like: recorded ones, shapes, descriptions, and bodies gone wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from fittrack.simulator.app import create_simulator
from fittrack.simulator.trackers.service import Family, Tracker
from fittrack.simulator.world import Client, World
from fittrack.trackers.providers.base import Adapter, App, Grant
from fittrack.wire import Answer, Request
from tests.conftest import SHARED

BASE = "https://fittrack.example/api/v1"
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"


def app_for(adapter: Adapter, **over: Any) -> App:
    """Return what we are to a provider, with its own addresses."""
    name = adapter.facts.name
    known = {
        "client_id": f"fittrack.{name}",
        "client_secret": f"our-secret-at-{name}",
        "redirect_uri": f"{BASE}/connections/{name}/callback",
        "webhook_secret": f"the-address-of-{name}",
        "webhook_url": f"{BASE}/webhooks/{name}",
        "hosts": adapter.facts.hosts,
    }
    return App(**known | over)


def grant_for(adapter: Adapter, **over: Any) -> Grant:
    known = {"access_token": "an-access-token", "refresh_token": "a-refresh-token"}
    scopes = frozenset(adapter.facts.scopes)
    told = {"expires_at": None, "scopes": scopes, "external_account_id": "475"}
    return Grant(**known | told | over)


def answer_of(body: Any, status: int = 200, **headers: str) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"date": DATE} | headers, text)


def recorded(provider: str, name: str) -> Any:
    """Return a body of the collection of payloads."""
    path = SHARED / "provider-payloads" / provider / f"{name}.json"
    if not path.exists():
        pytest.skip("the collection of payloads is not here")
    return json.loads(path.read_bytes())


def shapes(body: Any, at: str = "") -> set[tuple[str, str]]:
    """Return the paths of a body with the types there; keys that are times are all alike."""
    if isinstance(body, dict):
        found = {(at, "object")}
        for key, value in body.items():
            found |= shapes(value, f"{at}/{'*' if key[:1].isdigit() else key}")
        return found
    if isinstance(body, list):
        return {(at, "array")}.union(*(shapes(one, f"{at}[]") for one in body))
    kinds = {str: "text", bool: "truth", int: "number", float: "number", type(None): "nothing"}
    return {(at, kinds[type(body)])}


@lru_cache
def description(name: str) -> dict[str, Any]:
    """Return a provider's machine-readable description."""
    path = SHARED / "provider-specs" / name
    if not path.exists():
        pytest.skip("the descriptions of providers are not here")
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def check_described(name: str, method: str, path: str, status: int, body: Any) -> None:
    """Let a body pass that its description allows."""
    answers = description(name)["paths"][path][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {path} has no {status}"
    content = answers[str(status)].get("content")
    if content is None:
        assert body is None, f"{method} {path} {status} has no body"
        return
    root = Resource.from_contents(description(name), default_specification=DRAFT4)
    registry = Registry().with_resource("urn:description", root)
    schema = _absolute(content["application/json"]["schema"])
    OAS30Validator(schema, registry=registry).validate(body)


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return {"$ref": f"urn:description{schema['$ref']}"}
        return {key: _absolute(value) for key, value in schema.items()}
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema


class Stage:
    """A simulated provider in this process, with one member who has let us in."""

    def __init__(self, adapter: Adapter) -> None:
        name = adapter.facts.name
        hosts = {host: f"http://localhost/{name}/{host}" for host in adapter.facts.hosts}
        self.adapter, self.app = adapter, app_for(adapter, hosts=hosts)
        client = Client(self.app.client_id, self.app.redirect_uri, secret=self.app.client_secret)
        simulator = create_simulator(World({name: client}))
        self.tracker: Tracker = simulator.extensions["trackers"][name]
        self.account = self.tracker.account("ana@gmail.test", "Ana Example")
        family = Family(self.account, frozenset(adapter.facts.scopes))
        tokens = self.tracker.issue(family)
        self.grant = grant_for(
            adapter,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            external_account_id=str(self.account.number),
        )
        self._client = simulator.test_client()

    def ask(self, request: Request | None) -> Answer:
        """Return what the simulator answers."""
        assert request is not None
        answer = self._client.open(
            request.url,
            method=request.method,
            query_string=dict(request.params) or None,
            headers=dict(request.headers),
            data=request.form if request.json is None else orjson.dumps(request.json),
            content_type="application/x-www-form-urlencoded"
            if request.form is not None
            else "application/json",
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, answer.get_data())


NONSENSE = st.sampled_from(
    [
        *(None, True, 0, -1, 2**62, 1e300, "", "x", "NaN", "-1", [], {}, [None], {"": None}),
        *("2026-11-20", "9999-99-99", "2026-11-20T10:00:00", "PT-1S", "PT99999H"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("x" * 300, "\x00", "Mars/Olympus", "../etc/passwd"),
    ]
)


def broken(body: Any) -> st.SearchStrategy[Any]:
    """Return bodies in which one or two values are something else, or are gone."""
    places = list(_places(body))
    change = st.tuples(st.sampled_from(places), st.none() | st.just(1), NONSENSE)
    return st.lists(change, min_size=1, max_size=2).map(lambda changes: _changed(body, changes))


def _places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = body.items() if isinstance(body, dict) else enumerate(body[:2])
    for key, value in pairs:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*at, key))


def _changed(body: Any, changes: list[Any]) -> Any:
    changed = json.loads(json.dumps(body))
    for place, is_kept, value in changes:
        inner = changed
        try:
            for key in place[:-1]:
                inner = inner[key]
            if is_kept is None and isinstance(inner, dict):
                inner.pop(place[-1], None)
            else:
                inner[place[-1]] = json.loads(json.dumps(value))
        except (IndexError, KeyError, TypeError):
            continue  # the change before it took its place away
    return changed
