"""Telling another site that a generation is finished: a signed POST, at least once, with a few retries."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.services import signing_secret
from generation.addresses import public_address
from generation.models import Generation

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = (30, 120, 600, 3600)
"""The waits after the first, second, … failed attempt; after the last one we give up."""
TIMEOUT_SECONDS = 10.0
HOLD_SECONDS = 60
"""How long another worker leaves a callback alone that one has begun to send."""


def callbacks_send() -> int:
    """Send the callbacks that are due and return how many arrived."""
    due = Generation.objects.filter(callback_state="pending", callback_due__lte=timezone.now())
    return sum(callback_send(generation_pk=pk) for pk in list(due.values_list("pk", flat=True)[:20]))


def callback_send(*, generation_pk: int) -> bool:
    """Try one callback, unless another worker is at it; tell whether the other site took it."""
    now = timezone.now()
    taken = Generation.objects.filter(pk=generation_pk, callback_state="pending", callback_due__lte=now).update(
        callback_due=now + timedelta(seconds=HOLD_SECONDS), callback_attempts=F("callback_attempts") + 1
    )
    if not taken:
        return False
    generation = Generation.objects.select_related("user").get(pk=generation_pk)
    try:
        _post(generation)
    except (OSError, ValueError, HTTPException) as error:
        logger.warning("Callback of %s failed: %s", generation.public_id, error)
        _postpone(generation)
        return False
    Generation.objects.filter(pk=generation_pk).update(callback_state="delivered", callback_due=None)
    return True


def _postpone(generation: Generation) -> None:
    rows = Generation.objects.filter(pk=generation.pk, callback_state="pending")
    if generation.callback_attempts > len(RETRY_AFTER_SECONDS):
        rows.update(callback_state="failed", callback_due=None)
    else:
        wait = RETRY_AFTER_SECONDS[generation.callback_attempts - 1]
        rows.update(callback_due=timezone.now() + timedelta(seconds=wait))


def _post(generation: Generation) -> None:
    """POST the state. Raises ``OSError`` or ``HTTPException`` unless a 2xx comes back; redirects are not followed."""
    url = urlsplit(generation.callback_url)
    host, tls = url.hostname or "", url.scheme == "https"
    port = url.port or (443 if tls else 80)
    body = json.dumps(_payload(generation), separators=(",", ":"))
    headers = _headers(generation, body) | {"Host": url.netloc}
    with socket.create_connection((public_address(host, port), port), TIMEOUT_SECONDS) as plain, _hung_up(plain):
        connection = HTTPConnection(host, port)
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if tls else plain
        with closing(connection):
            connection.request("POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), body, headers)
            status = connection.getresponse().status
    if not 200 <= status < 300:
        raise OSError(f"the other site answered {status}")


@contextmanager
def _hung_up(plain: socket.socket) -> Iterator[None]:
    """End the connection when the time is over: a socket's own timeout begins anew with every byte that arrives."""
    with plain.dup() as line:  # TLS takes the first one over
        timer = Timer(TIMEOUT_SECONDS, _end, (line,))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _headers(generation: Generation, body: str) -> dict[str, str]:
    """Sign as the Standard Webhooks specification says; the id is the same at every retry."""
    message_id, now = f"msg_{generation.public_id.hex}_{generation.state}", timezone.now()
    signature = Webhook(signing_secret(user=generation.user)).sign(message_id, now, body)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Songwright-Callback/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def _payload(generation: Generation) -> dict[str, Any]:
    finished = generation.finished_at
    return {
        "type": f"generation.{generation.state}",
        "timestamp": finished.isoformat() if finished else None,
        "data": {
            "id": str(generation.public_id),
            "state": generation.state,
            "title": generation.title,
            "error": {"code": generation.error_code, "message": generation.error_message}
            if generation.error_message
            else None,
        },
    }
