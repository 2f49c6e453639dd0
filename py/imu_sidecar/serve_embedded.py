"""The sidecar inside pythonia: two functions, text in and text out, called on the main thread by its launcher."""

from __future__ import annotations

from . import guard

guard.protect()

import json  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from .failures import to_failure  # noqa: E402
from .interrupts import Interrupts  # noqa: E402

# pythonia cannot be told anything while a handler runs, except in answer to a message: so often do we ask.
SECONDS_BETWEEN_QUESTIONS = 0.1

_interrupts = Interrupts()
_interrupts.install()
_serve: Callable[[str, Callable[[str], str]], str] | None = None


def hello() -> str:
    """Imports all that is needed. Empty, or a failure as JSON."""
    global _serve
    try:
        _serve = _load()
        return ""
    except BaseException as error:
        return json.dumps(to_failure(error))


def dispatch(message: str, emit: Callable[[str], str]) -> str:
    """One call, as JSON. `emit` takes an event as JSON, or nothing, and says `cancel` when the call is not wanted."""
    return _serve(message, emit)


def _load() -> Callable[[str, Callable[[str], str]], str]:
    # The cheap packages first: if one is missing, nobody waits for PyTorch to hear of it.
    from .codec import parse, stringify
    from .exchange import attach, detach
    from .loop import Context, answer, fail

    context = Context(_interrupts)
    from . import operations  # noqa: F401

    def serve(text: str, emit: Callable[[str], str]) -> str:
        try:
            message = parse(text)
            line = _Line(emit, stringify)
            header, arrays = answer(message["operation"], message["input"], detach(message), context, line)
            return stringify({**header, **attach(arrays)})
        except BaseException as error:
            return stringify({**fail(error), **attach({})})

    return serve


class _Line:
    """A call's way back: each message asks whether the call is still wanted."""

    def __init__(self, emit: Callable[[str], str], stringify: Callable[[Any], str]) -> None:
        self._emit = emit
        self._stringify = stringify
        self._asked_at = time.monotonic()
        self._cancelled = False

    def send(self, event: dict[str, Any]) -> None:
        self._ask(self._stringify(event))

    def is_cancelled(self) -> bool:
        if not self._cancelled and time.monotonic() - self._asked_at >= SECONDS_BETWEEN_QUESTIONS:
            self._ask("")
        return self._cancelled

    def _ask(self, text: str) -> None:
        self._cancelled = self._emit(text) == "cancel" or self._cancelled
        self._asked_at = time.monotonic()
