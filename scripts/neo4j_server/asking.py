"""Is a server there, and does it take this password? Asked with nothing but the standard library."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import urllib.request

HANDSHAKE = bytes.fromhex("6060b017 00000404 00000004 00000000 00000000")
"""Bolt's preamble and the versions of it that we would take: any version picked is an answer."""

SLOWEST = 10.0


def speaks_bolt(host: str, port: int) -> bool:
    """Return whether something that speaks Bolt listens there."""
    try:
        with socket.create_connection((host, port), timeout=SLOWEST) as one:
            one.sendall(HANDSHAKE)
            return len(one.recv(4)) == 4
    except OSError:
        return False


def takes(address: str, username: str, password: str) -> bool:
    """Return whether the default database answers a query to this user."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json", "Accept": "application/json"}
    body = json.dumps({"statement": "RETURN 1"}).encode()
    request = urllib.request.Request(f"{address}/db/neo4j/query/v2", data=body, headers=headers)
    local = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy stands between us and our own machine
    try:
        with local.open(request, timeout=SLOWEST) as answer:
            return int(answer.status) in (200, 202)
    except (OSError, http.client.HTTPException):  # refused, too slow, an answer that says no, or none that is HTTP
        return False


def answers(address: str, username: str, password: str, host: str, port: int) -> bool:
    """Return whether the server answers on both of its ports."""
    return speaks_bolt(host, port) and takes(address, username, password)
