"""Who plays and who does not: instruments, ensembles, voices."""

from collections.abc import Iterable

from studio.instruments import INSTRUMENTS
from studio.prompt.hearing import Heard, Phrase
from studio.prompt.lexicon import Lexicon, Player
from studio.prompt.understanding import Contradiction, Found
from studio.score import ROLES
from studio.styles import Style

COMPANY = ("counter", "pad", "arpeggio", "effects")
"""Roles that stay at home when the players named are the only ones."""
VOICES = ("choir", "voice-oohs")
NO_SINGER = "singing is not available yet: {} was left out"


def decide_players(
    heard: Heard, lexicon: Lexicon, style: Style | None
) -> tuple[list[Found], list[Contradiction], list[str]]:
    """Return ``instruments`` and ``avoid`` with their words, what contradicts, and notes.

    A word for a whole family (guitar) becomes the one that the ``style`` has. Who is both wanted and avoided is what
    was said last.
    """
    wanted = [
        (phrase, name) for phrase, player in _named(heard, lexicon, denied=False) for name in _chosen(player, style)
    ]
    avoided = [(phrase, player.avoid) for phrase, player in _named(heard, lexicon, denied=True)]
    avoided += [(phrase, VOICES) for phrase in heard.denied("voice") if "none" in phrase.rows("voice")]
    wanted, avoided, contradictions = _said_last(wanted, avoided)
    home = _at_home(heard, lexicon, tuple(name for _phrase, name in wanted))
    found = [_found("instruments", phrase, (name,)) for phrase, name in wanted]
    found += [_found("avoid", phrase, names) for phrase, names in [*avoided, *home] if names]
    notes = [NO_SINGER.format(repr(phrase.words)) for phrase in heard.wished("voice") if "none" in phrase.rows("voice")]
    return found, contradictions, notes


def _found(field: str, phrase: Phrase, names: tuple[str, ...]) -> Found:
    how = "slip" if phrase.match.slip else "word"
    return Found(field, names, phrase.words, phrase.start, phrase.end, how)


def _named(heard: Heard, lexicon: Lexicon, *, denied: bool) -> list[tuple[Phrase, Player]]:
    """Return the instruments and ensembles said; "lead" beside an instrument only says what it does."""
    phrases = heard.denied("instrument", "ensemble") if denied else heard.wished("instrument", "ensemble")
    named = [
        (phrase, player)
        for phrase in phrases
        for player in (
            *(lexicon.instruments[row] for row in phrase.rows("instrument")),
            *(lexicon.ensembles[row] for row in phrase.rows("ensemble")),
        )
    ]
    return [(phrase, player) for phrase, player in named if denied or not _adjective(heard, phrase)]


def _adjective(heard: Heard, phrase: Phrase) -> bool:
    others = (other for other in heard.wished("instrument") if other is not phrase)
    return phrase.rows("instrument") == ("lead",) and any(heard.adjacent(phrase, other) for other in others)


def _chosen(player: Player, style: Style | None) -> tuple[str, ...]:
    """Return all of an ensemble, and of the instruments that a word may mean the one that the style has."""
    if player.all_in or not player.want:
        return player.want
    parts = style.parts if style else ()
    seats = [*(part.instrument for part in parts), *(name for part in parts for name in part.alternatives)]
    return (next((name for name in seats if name in player.want), player.want[0]),)


def _roles(name: str) -> tuple[str, ...]:
    return INSTRUMENTS[name].roles if name in INSTRUMENTS else (name,)


def _clash(name: str, avoided: Iterable[str]) -> bool:
    """Return whether who is wanted is among those avoided, itself or by the only role that it has."""
    roles = _roles(name)
    return name in avoided or (len(roles) == 1 and roles[0] in avoided)


def _said_last(
    wanted: list[tuple[Phrase, str]], avoided: list[tuple[Phrase, tuple[str, ...]]]
) -> tuple[list[tuple[Phrase, str]], list[tuple[Phrase, tuple[str, ...]]], list[Contradiction]]:
    contradictions = []
    for wish, name in list(wanted):
        for denial, names in list(avoided):
            if not _clash(name, names):
                continue
            said = [("instruments", name, wish), ("avoid", names, denial)]
            (left_field, left, before), (field, taken, last) = sorted(said, key=lambda entry: entry[2].start)
            message = f"{before.words!r} and {last.words!r} contradict each other: what was said last was taken"
            contradictions.append(Contradiction(field, taken, left, message))
            if left_field == "instruments":
                wanted = [entry for entry in wanted if entry != (wish, name)]
            else:
                avoided = [entry for entry in avoided if entry != (denial, names)]
    return wanted, avoided, contradictions


def _at_home(heard: Heard, lexicon: Lexicon, wanted: tuple[str, ...]) -> list[tuple[Phrase, tuple[str, ...]]]:
    """Return who is not in the ensemble that was named, or not among those who were to be the only ones."""
    needed = {role for name in wanted for role in _roles(name)} - {"lead", "chords"} | (set(wanted) & set(ROLES))
    home = [
        (phrase, tuple(role for role in lexicon.ensembles[row].avoid if role not in needed))
        for phrase in heard.wished("ensemble")
        for row in phrase.rows("ensemble")
    ]
    if heard.only and wanted:
        roles = tuple(role for role in (*COMPANY, "bass", "drums") if role not in needed)
        home.append((heard.wished("instrument")[-1], roles))
    return home
