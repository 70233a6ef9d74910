"""What a generation's services refuse, in words fit for the person."""


class GenerationError(Exception):
    """A refusal; ``code`` is stable, ``status`` is the HTTP status that says the same."""

    code = "refused"
    status = 400


class TooManyInFlightError(GenerationError):
    """The person has as many generations under way as one may have."""

    code = "too_many_in_flight"
    status = 429


class IdempotencyConflictError(GenerationError):
    """An idempotency key came back with another request."""

    code = "idempotency_conflict"
    status = 409


class WrongStateError(GenerationError):
    """The generation's state does not allow what was asked."""

    code = "wrong_state"
    status = 409
