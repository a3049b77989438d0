from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_test_reaches_this_machine_only():
    with socket.socket() as link, pytest.raises((SocketConnectBlockedError, UserWarning)):
        link.connect(("192.0.2.1", 80))
