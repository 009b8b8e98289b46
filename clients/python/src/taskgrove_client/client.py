"""The client: every method of the server by name, and event streams that resume by themselves."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, Dict, Iterator, Mapping, Optional
from urllib.parse import quote

from .errors import RpcError
from .events import Event, follow_events, read_events
from .generation import read_generation
from .methods import SYSTEM_METHODS, Methods
from .transport import Transport, parse_object, rpc_error

_KEYED = {
    "tasks.create",
    "tasks.execute",
    "tasks.generate",
    "tasks.cancel",
    "personas.create",
    "personas.duplicate",
    "personas.import",
}
_READS = re.compile(r"\.(get|detail|tree|list|count|children|status|events|due|summary|export|health|executors)$")


class Client(Methods):
    """A Taskgrove server.

    ``client.tasks.execute(tasks=[...])`` and so on: one function a method, with the parameters of the server's own
    schema, typed. Every one raises RpcError (refused) or UnreachableError (no answer).

    :param url: base URL, e.g. ``http://127.0.0.1:8000``
    :param api_key: sent as ``X-API-Key``
    :param token: sent as ``Authorization: Bearer``
    :param llm_key: ``provider:key``, sent as ``X-LLM-API-KEY``: pays the models of the runs this client starts
    :param timeout_seconds: longest silence of the server; longer than the server's own wait (25 s)
    :param retries: repeats of 429, 503 and, for reads, network failures
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: Optional[str] = None,
        token: Optional[str] = None,
        llm_key: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout_seconds: float = 60.0,
        retries: int = 2,
    ) -> None:
        sent: Dict[str, str] = {"Accept": "application/json", "User-Agent": "taskgrove-client-python"}
        if api_key is not None:
            sent["X-API-Key"] = api_key
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if llm_key is not None:
            sent["X-LLM-API-KEY"] = llm_key
        sent.update(headers or {})
        self._transport = Transport(url, sent, timeout_seconds, retries)
        super().__init__(self.call)

    @property
    def url(self) -> str:
        return self._transport.url

    def call(self, method: str, params: Any = None, *, idempotency_key: Optional[str] = None) -> Any:
        """The result of any method. A repeat with the same idempotency key is harmless for 24 hours; create, execute,
        generate and cancel get one by themselves."""
        with self._post(method, params, idempotency_key) as response:
            return _result(parse_object(response.read().decode()), response.status)

    def stream(self, **params: Any) -> Iterator[Event]:
        """``tasks.execute``, and its events while it runs. The first has the type ``started``; the last ``stream_end``."""
        response = self._post("tasks.execute", {**params, "use_streaming": True}, None)
        if not (response.headers.get("Content-Type") or "").startswith("text/event-stream"):
            with response:
                data = _result(parse_object(response.read().decode()), response.status)
            yield Event(None, "started", data)
            yield from self.events(data["run_id"])
            return
        run_id: Optional[str] = None
        last_event_id: Optional[str] = None
        try:
            with response:
                for event in read_events(response):
                    run_id = run_id or event.data.get("run_id")
                    last_event_id = event.id or last_event_id
                    yield event
                    if event.type == "stream_end":
                        return
        except OSError:
            if run_id is None:
                raise
        if run_id is not None:
            yield from self.events(run_id, last_event_id=last_event_id)

    def stream_generate(self, **params: Any) -> Iterator[Event]:
        """``tasks.generate``, and the tree while it grows; the last event has the type ``answer``.

        The data of ``plan_start``, ``plan_task`` (``task``) and ``plan_repair`` (``problems``) holds ``tasks``, the tree so
        far: name, executor, parent, depends_on. A repair empties it, because the model plans anew. Raises RpcError when no
        tree could be planned, UnreachableError when the stream breaks off. Who closes the iterator stops the model.
        """
        with self._post("tasks.generate", {**params, "use_streaming": True}, None) as response:
            if (response.headers.get("Content-Type") or "").startswith("text/event-stream"):
                yield from read_generation(self.url, response)
            else:
                yield Event(None, "answer", _result(parse_object(response.read().decode()), response.status))

    def events(self, run_id: str, *, last_event_id: Optional[str] = None) -> Iterator[Event]:
        """The events of a run, from its start or behind an event, until its end."""

        def connect(behind: Optional[str]) -> Any:
            headers = {"Accept": "text/event-stream"}
            if behind is not None:
                headers["Last-Event-ID"] = behind
            # follow_events does the repeating: it knows whether events came in between.
            path = f"/runs/{quote(run_id, safe='')}/events"
            return self._transport.exchange(path, headers=headers, is_read=True, retries=0)

        return follow_events(
            self.url, connect, last_event_id=last_event_id, retries=max(self._transport.retries, 5)
        )

    def get(self, path: str) -> Any:
        """A plain route that answers JSON, e.g. ``/api/quota/status``."""
        with self._transport.exchange(path, is_read=True) as response:
            return json.loads(response.read())

    def _post(self, method: str, params: Any, idempotency_key: Optional[str]) -> Any:
        is_keyed = method in _KEYED
        key = idempotency_key or (str(uuid.uuid4()) if is_keyed else None)
        return self._transport.exchange(
            "/system" if method in SYSTEM_METHODS else "/tasks",
            body={"jsonrpc": "2.0", "id": 1, "method": method, "params": {} if params is None else params},
            headers={} if key is None else {"Idempotency-Key": key},
            is_read=_READS.search(method) is not None,
            is_keyed=is_keyed,
        )


def _result(body: Dict[str, Any], http_status: int) -> Any:
    error = body.get("error")
    if isinstance(error, dict):
        raise rpc_error(error, http_status)
    if "result" not in body:
        raise RpcError(-32603, "The answer holds neither result nor error", http_status=http_status)
    return body["result"]
