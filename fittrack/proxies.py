"""What the proxies before us say of the caller, taken for no more than it is."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def believe(app: WSGIApplication, *, hops: int) -> WSGIApplication:
    """Return an application that takes the caller's address, scheme and host from its proxies.

    Some proxies add a port to the address, which would give each connection counters of its own;
    what is no address at all is not stored, and counts as the proxy's.
    """

    def plain(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        own = environ["werkzeug.proxy_fix.orig"]["REMOTE_ADDR"] or ""
        environ["REMOTE_ADDR"] = address_in(environ.get("REMOTE_ADDR") or "") or own
        return app(environ, start_response)

    return ProxyFix(plain, x_for=hops, x_proto=hops, x_host=hops)


def address_in(text: str) -> str | None:
    """Return the address of an entry of X-Forwarded-For, without port and zone; None if none."""
    host = text.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return None
