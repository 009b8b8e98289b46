"""One HTTP exchange: repeats what may be repeated, and turns everything that went wrong into an error."""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from typing import Any, Dict, Mapping, Optional, Union

from .errors import RpcError, UnreachableError

# Longer than this nobody waits: a daily quota answers with hours.
LONGEST_PAUSE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.2

Failure = Union[RpcError, UnreachableError]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key in a header must not follow to another server."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Transport:
    """Where the server is, and how often a call is repeated. Safe to share between threads."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: float, retries: int) -> None:
        self.url = url.rstrip("/")
        self.retries = retries
        self._headers = dict(headers)
        self._timeout_seconds = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirect)

    def exchange(
        self,
        path: str,
        *,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        is_read: bool,
        is_keyed: bool = False,
        retries: Optional[int] = None,
    ) -> http.client.HTTPResponse:
        """The open response, when its status is 2xx. Raises RpcError or UnreachableError.

        ``is_read``: repeating changes nothing, so network failures are tried again. ``is_keyed``: the call carries an
        idempotency key, so a 503 is tried again.
        """
        attempts = self.retries if retries is None else retries
        attempt = 0
        while True:
            outcome = self._attempt(path, body, headers or {})
            if isinstance(outcome, http.client.HTTPResponse):
                return outcome
            pause = _pause_before(outcome, is_read, is_keyed, attempt) if attempt < attempts else None
            if pause is None:
                raise outcome
            time.sleep(pause)
            attempt += 1

    def _attempt(
        self, path: str, body: Any, headers: Mapping[str, str]
    ) -> Union[http.client.HTTPResponse, Failure]:
        request = urllib.request.Request(self.url + path, headers={**self._headers, **headers})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            return self._opener.open(request, timeout=self._timeout_seconds)
        except urllib.error.HTTPError as error:
            with error:
                return self._refusal(error)
        except (urllib.error.URLError, http.client.HTTPException, socket.timeout, OSError) as error:
            reason = getattr(error, "reason", error)
            return UnreachableError(self.url, str(reason) or type(reason).__name__)

    def _refusal(self, error: urllib.error.HTTPError) -> Failure:
        text = error.read().decode("utf-8", "replace")
        said = parse_object(text)
        refused = said.get("error")
        if isinstance(refused, dict):
            return rpc_error(refused, error.code, error.headers.get("Retry-After"))
        # Routes of older systems answer {success: false, error, message}.
        detail = str(said.get("message") or text).strip()[:200]
        if error.code >= 500:
            return UnreachableError(self.url, f"HTTP {error.code} {detail}".strip())
        return RpcError(-32004, detail or f"HTTP {error.code}", http_status=error.code)


def rpc_error(error: Dict[str, Any], http_status: int, retry_after: Optional[str] = None) -> RpcError:
    """JSON-RPC errors and the ``{error: {code, message}}`` of plain routes alike."""
    code, message, meta = error.get("code"), error.get("message"), error.get("meta")
    try:
        seconds = None if retry_after is None else float(retry_after)
    except ValueError:
        seconds = None
    return RpcError(
        code if isinstance(code, int) else -32603,
        message if isinstance(message, str) else "Error",
        data=error.get("data"),
        meta=meta if isinstance(meta, dict) else None,
        http_status=http_status,
        retry_after_seconds=seconds,
    )


def parse_object(text: str) -> Dict[str, Any]:
    """{} when it is no JSON object: a proxy's page or plain text."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _pause_before(error: Failure, is_read: bool, is_keyed: bool, attempt: int) -> Optional[float]:
    """Seconds to wait before the next attempt; None = do not try again."""
    backoff = FIRST_PAUSE_SECONDS * 2**attempt
    if isinstance(error, UnreachableError):
        return backoff if is_read else None
    is_repeatable = error.http_status == 429 or is_read or is_keyed
    if not is_repeatable or error.http_status not in (429, 503):
        return None
    asked = error.retry_after_seconds
    if asked is None:
        return backoff if error.http_status == 503 else None
    return asked if asked <= LONGEST_PAUSE_SECONDS else None
