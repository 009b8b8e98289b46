"""Client for Taskgrove: durable trees of tasks over HTTP. Standard library only."""

from .client import Client
from .errors import RpcError, TaskgroveError, UnreachableError
from .events import Event

__all__ = ["Client", "Event", "RpcError", "TaskgroveError", "UnreachableError"]
