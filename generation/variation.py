"""Variations of a finished track: some of it drawn again, the rest as it was."""

from typing import Any

from accounts.models import User
from generation.errors import WrongStateError
from generation.models import Generation
from generation.services import accepted, asked_before, delivery_problems, request_hash
from studio.brief import BriefError, Problem
from studio.variations import Variations, steps_asked


def generation_vary(
    *,
    user: User,
    generation: Generation,
    vary: Any = None,
    sections: Any = None,
    extend: Any = None,
    idempotency_key: str | None = None,
    callback_url: str = "",
) -> Generation:
    """Ask for a variation of a finished track, on the same way as any music; its row remembers where it comes from.

    ``vary``, ``sections`` and ``extend`` as in ``studio.variations.steps_asked``. Raises ``BriefError`` with every
    problem, ``WrongStateError`` for a track that is not completed, and what ``generation_request`` raises.
    """
    asked = {"variation_of": str(generation.public_id), "vary": vary, "sections": sections, "extend": extend}
    asked = {name: value for name, value in asked.items() if value not in (None, [], {})}
    key, digest = idempotency_key or "", request_hash(asked, None, callback_url)
    if key and (earlier := asked_before(user, key, digest)):
        return earlier
    if not generation.is_completed:
        raise WrongStateError("Only a completed track can be varied.")
    row = Generation(
        user=user,
        title=f"{generation.title[:180]} (variation {generation.children.count() + 1})",
        asked=asked,
        brief=generation.brief,
        variations=_variations(generation, vary, sections, extend, delivery_problems(callback_url, key)).as_dict(),
        parent=generation,
        template=generation.template,
        template_version=generation.template_version,
        idempotency_key=key,
        request_hash=digest,
        callback_url=callback_url,
        message="Waiting for a free place",
    )
    return accepted(row)


def _variations(generation: Generation, vary: Any, sections: Any, extend: Any, problems: list[Problem]) -> Variations:
    """Return the track's variations and the steps asked for. Raises ``BriefError``."""
    names = list(dict.fromkeys(section["name"] for section in generation.sections))
    before = Variations.from_dict(generation.variations)
    try:
        longer = before.then(steps_asked(vary, sections, extend, known=names, duration=generation.duration))
    except BriefError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise BriefError(tuple(problems))
    return longer
