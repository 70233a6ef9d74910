"""The states of a generation's life and which of them are of one kind."""

from django.db.models import TextChoices


class State(TextChoices):
    """queued → composing → rendering → mastering → reviewing → delivering → completed, or an unhappy end."""

    QUEUED = "queued", "Queued"
    COMPOSING = "composing", "Composing"
    RENDERING = "rendering", "Rendering"
    MASTERING = "mastering", "Mastering"
    REVIEWING = "reviewing", "Reviewing"
    DELIVERING = "delivering", "Delivering"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


WORKING = (State.COMPOSING, State.RENDERING, State.MASTERING, State.REVIEWING, State.DELIVERING)
"""A worker holds a lease."""

FINAL = (State.COMPLETED, State.FAILED, State.REJECTED, State.CANCELLED)
"""Nothing happens any more."""

OPEN = (State.QUEUED, *WORKING)
"""Still to be finished; what a person may have in flight is counted over these."""
