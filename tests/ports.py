"""Ports for servers that start a while after their port is chosen."""

from __future__ import annotations

import atexit
import socket


def held_port() -> int:
    """Return a loopback port that nobody else is given while this process lives.

    gunicorn listens beside the socket that holds it (SO_REUSEPORT), which takes no connections.
    """
    holder = socket.socket()
    atexit.register(holder.close)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    return int(holder.getsockname()[1])
