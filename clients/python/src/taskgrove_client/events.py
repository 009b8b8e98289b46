"""Event streams that survive lost connections: they reconnect behind the last event that was seen."""

from __future__ import annotations

import http.client
import json
import socket
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, Optional

from .errors import RpcError, TaskgroveError, UnreachableError
from .transport import rpc_error

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Event:
    """An event as the server sends it; ``type`` is ``data["type"]`` (``task_start``, ``final`` ...)."""

    #: ``<run_id>:<seq>``; None when the event cannot be resumed behind.
    id: Optional[str]
    type: str
    data: Dict[str, Any]


def read_events(response: http.client.HTTPResponse) -> Iterator[Event]:
    """The events of one connection. The answer that stands first in an execute stream has the type ``started``."""
    event_id: Optional[str] = None
    lines: list[str] = []
    for raw in response:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line.startswith("data:"):
            lines.append(line[5:].lstrip(" "))
        elif line.startswith("id:"):
            event_id = line[3:].strip()
        elif line == "":
            if lines:
                yield _event(event_id, "\n".join(lines))
            event_id, lines = None, []


def _event(event_id: Optional[str], text: str) -> Event:
    data = json.loads(text)
    if isinstance(data.get("error"), dict) and data.get("jsonrpc") == "2.0":
        raise rpc_error(data["error"], 200)
    if data.get("jsonrpc") == "2.0" and isinstance(data.get("result"), dict):
        return Event(event_id, "started", data["result"])
    return Event(event_id, str(data.get("type", "message")), data)


def follow_events(
    url: str,
    connect: Callable[[Optional[str]], http.client.HTTPResponse],
    *,
    opened: Optional[http.client.HTTPResponse] = None,
    last_event_id: Optional[str] = None,
    retries: int,
) -> Iterator[Event]:
    """Ends after the run's last event.

    Raises UnreachableError after ``retries`` connections in a row without an event, RpcError when refused.
    """
    response = opened
    failures = 0
    is_final = False
    while True:
        problem: Optional[Exception] = None
        try:
            if response is None:
                response = connect(last_event_id)
            with response:
                for event in read_events(response):
                    failures = 0
                    last_event_id = event.id or last_event_id
                    is_final = is_final or event.type == "final"
                    yield event
                    if event.type == "stream_end":
                        return
        except RpcError as error:
            # A refusal will not change by asking again; 503 is a server that is just restarting.
            if error.http_status != 503:
                raise
            problem = error
        except (TaskgroveError, http.client.HTTPException, socket.timeout, OSError) as error:
            problem = error
        if is_final:
            return
        response = None
        failures += 1
        if failures > retries:
            raise UnreachableError(url, f"the event stream broke off ({problem})") from problem
        time.sleep(min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS))
