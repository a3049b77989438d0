"""The caller of the smoke walk: plain HTTP, and every unexpected status is a broken promise."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class NotAsPromised(Exception):
    """The server did something else than its documents say."""


@dataclass
class Answer:
    """A response: its status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One caller of the API, signed in or not."""

    base_url: str
    token: str | None = None

    def get(self, path: str, *, expect: int = 200, **query: str) -> Answer:
        suffix = f"?{urlencode(query)}" if query else ""
        return self._send("GET", path + suffix, None, {}, expect)

    def post(
        self, path: str, body: Any = None, *, expect: int = 200, key: str | None = None
    ) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        data = json.dumps(body).encode() if body is not None else b""
        return self._send("POST", path, data, headers, expect)

    def patch(self, path: str, body: Any, *, expect: int = 200) -> Answer:
        headers = {"Content-Type": "application/json"}
        return self._send("PATCH", path, json.dumps(body).encode(), headers, expect)

    def delete(self, path: str, *, expect: int = 204) -> Answer:
        return self._send("DELETE", path, None, {}, expect)

    def upload(
        self, files: dict[str, bytes], *, expect: int = 202, key: str | None = None
    ) -> Answer:
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
            "\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in files.items()
        ]
        data = b"".join(parts) + f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        if key:
            headers["Idempotency-Key"] = key
        return self._send("POST", "/api/v1/activities/files", data, headers, expect)

    def _send(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str], expect: int
    ) -> Answer:
        if self.token:
            headers = {**headers, "Authorization": f"Bearer {self.token}"}
        request = Request(self.base_url + path, data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=30) as response:
                answer = Answer(response.status, dict(response.headers), response.read())
        except HTTPError as error:
            answer = Answer(error.code, dict(error.headers), error.read())
        except (URLError, ConnectionError, TimeoutError) as error:
            raise NotAsPromised(f"{method} {self.base_url}{path}: no answer: {error}") from error
        if answer.status != expect:
            body = answer.body[:500].decode(errors="replace")
            raise NotAsPromised(f"{method} {path}: {answer.status}, not {expect}: {body}")
        return answer
