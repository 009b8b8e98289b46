"""A generated tree while it is planned: its tasks one by one, repairs, and the answer at the end."""

from __future__ import annotations

import http.client
from typing import Any, Dict, Iterator, List

from .errors import UnreachableError
from .events import Event, read_events

_PLAN = {"plan_start", "plan_task", "plan_repair"}


def read_generation(url: str, response: http.client.HTTPResponse) -> Iterator[Event]:
    """Ends after the answer; what comes before it carries ``tasks``, the tree so far."""
    tasks: List[Dict[str, Any]] = []
    events = read_events(response)
    while True:
        try:
            event = next(events)
        except StopIteration:
            break
        # A JSON error is a line that was cut.
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise UnreachableError(url, f"the stream broke off before the answer ({error})") from error
        if event.type == "started":
            yield Event(None, "answer", event.data)
            return
        # A newer server may tell more.
        if event.type in _PLAN:
            tasks = [*tasks, event.data["task"]] if event.type == "plan_task" else []
            yield Event(None, event.type, {**event.data, "tasks": tasks})
    raise UnreachableError(url, "the stream broke off before the answer")
