"""What can go wrong: the server refused (RpcError), or there was no answer (UnreachableError)."""

from __future__ import annotations

from typing import Any, Dict, Optional


class TaskgroveError(Exception):
    """Base of all errors of this package."""


class RpcError(TaskgroveError):
    """The server refused a call, and said why.

    ``code`` is JSON-RPC's (-32001 quota, -32602 invalid params ...), ``data`` what the server says in detail,
    ``meta["code"]`` a name that never changes (``quota_exceeded``).
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        data: Any = None,
        meta: Optional[Dict[str, Any]] = None,
        http_status: int,
        retry_after_seconds: Optional[float] = None,
    ) -> None:
        super().__init__(f"{message}: {data}" if isinstance(data, str) else message)
        self.code = code
        self.message = message
        self.data = data
        self.meta = meta or {}
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds


class UnreachableError(TaskgroveError):
    """No answer from the server, or none that it would give."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"No answer from {url}: {reason}")
        self.url = url
        self.reason = reason
