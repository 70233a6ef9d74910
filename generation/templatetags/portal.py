"""Small words of the portal's templates: icons, times, names as a musician writes them."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from generation.states import OPEN, State

register = template.Library()

STATE_LOOKS = {
    State.COMPLETED: ("good", "circle-check", "Ready"),
    State.FAILED: ("bad", "circle-x", "Failed"),
    State.REJECTED: ("bad", "circle-x", "Not good enough"),
    State.CANCELLED: ("off", "x", "Cancelled"),
    State.QUEUED: ("busy", "list-music", "Waiting"),
}
"""State → tone, icon and word; every other state is work going on."""

LABELS = {"duration": "Length", "substyle": "Style", "instruments": "With these instruments", "avoid": "Without"}
"""Field of a brief → its label, where the two differ."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of the sprite; it is decoration, so name the control beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("vendor/icons.svg"), name
    )


@register.filter
def clock(seconds: Any) -> str:
    """Return seconds as minutes and seconds: 123.4 → ``2:03``; empty without a number."""
    try:
        whole = round(float(seconds))
    except (TypeError, ValueError):
        return ""
    return f"{whole // 60}:{whole % 60:02d}"


@register.filter
def sign(key: Any) -> str:
    """Return a key with its accidental as printed: ``Bb minor`` → ``B♭ minor``."""
    text = str(key or "")
    if len(text) > 1 and text[1] in "b#":
        text = text[0] + {"b": "♭", "#": "♯"}[text[1]] + text[2:]
    return text


@register.filter
def words(name: Any) -> str:
    """Return an identifier as words: ``upright-bass`` → ``upright bass``."""
    return str(name).replace("-", " ").replace("_", " ")


@register.filter
def trimmed(number: Any) -> str:
    """Return a number without needless noughts: 120.0 → ``120``; anything else as it is."""
    return f"{number:g}" if isinstance(number, int | float) and not isinstance(number, bool) else str(number or "")


@register.filter
def said(message: str) -> str:
    """Return a problem's words beside its field: ``tempo: 300 is above 240 BPM`` → ``300 is above 240 BPM``."""
    text = message.partition(": ")[2] or message
    return text[:1].upper() + text[1:]


@register.filter
def labelled(field: str) -> str:
    """Return the label under which a field stands on the page."""
    return LABELS.get(field, words(field).capitalize())


@register.filter
def look(state: str) -> dict[str, str]:
    """Return a state's ``tone``, ``icon`` and ``word``."""
    tone, icon_name, word = STATE_LOOKS.get(State(state), ("busy", "refresh-cw", State(state).label))
    return {"tone": tone, "icon": icon_name, "word": word}


@register.filter
def is_open(state: str) -> bool:
    """Return whether something will still happen to a generation in this state."""
    return state in OPEN
