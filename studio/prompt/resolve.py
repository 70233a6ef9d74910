"""From the words heard to the fields of a brief."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.brief import MOODS, Brief, BriefError, Problem
from studio.prompt.hearing import Heard, Phrase, hear
from studio.prompt.kind import Kind, decide_kind, style_for_tempo, suited_to_tempo
from studio.prompt.lexicon import lexicon
from studio.prompt.meaning import nearest
from studio.prompt.players import decide_players
from studio.prompt.sentences import encoder
from studio.prompt.understanding import Contradiction, Found, Understanding, said
from studio.styles import Style, genres
from studio.theory.key import Key

PROMPT_LENGTH = 2000
"""Characters of the longest prompt."""
ANY_TEMPO = (60.0, 160.0)
"""The range that slow and fast are measured in while the style is open; BPM."""
FAST_ENOUGH, SLOW_ENOUGH = 90.0, 140.0
"""A number below the one contradicts "fast", above the other "slow"; BPM."""
WORDS_SHOWN = 8
"""Left-over words that a meaning is said to come from, at most."""
NO_MODEL = "the sentence model is not installed: only words of the vocabulary were understood"
PLAIN = frozenset(("genre-like", "substyle-like", "form", "mood-like", "use"))
"""Tables whose words count as left over when nothing came of them."""


def fill(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked with ``prompt`` replaced by what it says; fields beside it win.

    Raises ``BriefError`` for a prompt that is no text or too long.
    """
    given = {name: value for name, value in asked.items() if name != "prompt"}
    if asked.get("prompt") in (None, ""):
        return given
    return understand(asked["prompt"], given=given).beside(given)


def understand(prompt: Any, *, given: Mapping[str, Any] | None = None) -> Understanding:
    """Return what a prompt says of a brief, word by word; the fields in ``given`` are settled and not looked for.

    Raises ``BriefError`` for a prompt that is missing, no text or longer than ``PROMPT_LENGTH`` characters.
    """
    if prompt is None:
        raise BriefError((Problem("prompt", "required", "prompt: is required"),))
    if not isinstance(prompt, str):
        raise BriefError((Problem("prompt", "not_text", f"prompt: {prompt!r} is not text"),))
    if len(prompt) > PROMPT_LENGTH:
        message = f"prompt: {len(prompt)} characters are more than {PROMPT_LENGTH}"
        raise BriefError((Problem("prompt", "too_long", message, PROMPT_LENGTH),))
    settled = said(given or {})
    model = encoder()
    is_word = model.knows if model else lambda _word: False
    return _Reader(hear(prompt, lexicon(), is_word), settled).read()


@dataclass
class _Reader:
    """One prompt on its way: what was heard, what is settled, what has been made of it so far."""

    heard: Heard
    given: Mapping[str, Any]
    found: list[Found] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self) -> Understanding:
        kind = decide_kind(self.heard, lexicon(), self.given)
        self.found += kind.found
        self.contradictions += kind.contradictions
        self._numbers()
        for table in ("mood", "complexity", "meter"):
            self._words(table)
        self._hints()
        place = self._place()
        self._meanings(kind, place)
        style = self._style(kind, place)
        self._tempo(place, style)
        self._mode(style)
        players, clashes, notes = decide_players(self.heard, lexicon(), style)
        self.found += [found for found in players if found.field not in self.given]
        self.contradictions += clashes
        self.notes += notes
        left_over = tuple(token for token, _start, _end in self._left_over())
        self.found.sort(key=lambda found: (found.start, found.end))
        return Understanding(
            self.heard.text, tuple(self.found), left_over, tuple(self.contradictions), tuple(self.notes)
        )

    # ------------------------------------------------------------------------------------------------ what was said
    def _value(self, name: str) -> Any:
        return self.given.get(name) or next((found.value for found in self.found if found.field == name), None)

    def _add(self, name: str, value: Any, source: Phrase, how: str = "") -> None:
        """Take a value, unless the field is settled or has another, which is then a contradiction."""
        if name in self.given:
            return
        how = how or ("slip" if source.match.slip else "word")
        earlier = next((found for found in self.found if found.field == name), None)
        if earlier is None:
            self.found.append(Found(name, value, source.words, source.start, source.end, how))
        elif earlier.value != value and how != "hint":
            self._contradict(earlier, value, source.words)

    def _contradict(self, earlier: Found, left: Any, words: str) -> None:
        message = (
            f"{words!r} says {earlier.field} {left}, {earlier.words!r} says {earlier.value}: {earlier.value} was taken"
        )
        self.contradictions.append(Contradiction(earlier.field, earlier.value, left, message))

    def _numbers(self) -> None:
        for number in self.heard.numbers:
            if number.field in self.given or number.field == "mode":
                continue
            words = self.heard.text[number.start : number.end].strip()
            earlier = next((found for found in self.found if found.field == number.field), None)
            if earlier is None:
                self.found.append(Found(number.field, number.value, words, number.start, number.end, "number"))
            elif earlier.value != number.value:
                self._contradict(earlier, number.value, words)

    def _words(self, table: str) -> None:
        for phrase in self.heard.wished(table):
            self._add(table, phrase.rows(table)[0], phrase)

    def _hints(self) -> None:
        """Take what only leans to a mood, and what the purpose suggests."""
        for phrase in self.heard.wished("mood-like"):
            self._add("mood", phrase.rows("mood-like")[0], phrase, "hint")
        for phrase in self.heard.wished("use"):
            for row in phrase.rows("use"):
                for name in ("mood", "duration"):
                    if value := lexicon().uses[row].get(name):
                        self._add(name, value, phrase, "hint")

    # ------------------------------------------------------------------------------------------------ what was meant
    def _left_over(self) -> list[tuple[str, int, int]]:
        """Return the words that changed nothing, with their places."""
        used = [(number.start, number.end) for number in self.heard.numbers]
        sources = {(found.start, found.end) for found in self.found}
        for phrase in self.heard.phrases:
            tables = {sense.table for sense in phrase.match.senses}
            if phrase.denied or (phrase.start, phrase.end) in sources or not tables <= PLAIN:
                used.append((phrase.start, phrase.end))
        return [
            (self.heard.text[token.start : token.end], token.start, token.end)
            for token in self.heard.tokens
            if not any(start <= token.start < end for start, end in used)
            and not token.word.isdigit() and len(token.word) > 1
            and token.word not in lexicon().fillers
        ]  # fmt: skip

    def _meanings(self, kind: Kind, place: float | None) -> None:
        """Let the sentence model decide what is open: the genre, and where words are left over sub-style and mood."""
        left = self._left_over()
        has_words = any(token.word not in lexicon().fillers for token in self.heard.tokens)
        open_genre = not kind.genre and "genre" not in self.given and has_words
        if not left and not open_genre:
            return
        model = encoder()
        if model is None:
            self.notes.append(NO_MODEL)
            return
        plain = [word for word, _start, _end in left]
        if plain and sum(map(model.knows, map(str.lower, plain))) < len(plain) / 2:
            return  # another language, or no words at all
        span = (left[0][1], left[-1][2]) if left else (0, len(self.heard.text))
        words = " … ".join(plain[:WORDS_SHOWN]) if left else self.heard.text.strip()
        self._mean(kind, place, words, span)

    def _mean(self, kind: Kind, place: float | None, words: str, span: tuple[int, int]) -> None:
        sentence = self._sentence()
        is_open = not kind.genre and "genre" not in self.given
        if is_open and (meant := nearest("genre", sentence, set(genres()) - kind.denied)):
            kind.genre = meant[0]
            self.found.append(Found("genre", meant[0], words, *span, "meaning", round(meant[1], 3)))
        if kind.genre and not kind.substyle and self._left_over():
            able = {f"{kind.genre}/{name}" for name in suited_to_tempo(kind.genre, 0.5 if place is None else place)}
            if meant := nearest("substyle", sentence, able - kind.denied):
                kind.substyle = meant[0].partition("/")[2]
                self.found.append(Found("substyle", kind.substyle, words, *span, "meaning", round(meant[1], 3)))
        if not self._value("mood") and (scene := self._scene()):
            denied = {
                row for phrase in self.heard.denied("mood", "mood-like") for row in phrase.rows("mood", "mood-like")
            }
            if meant := nearest("mood", scene, set(MOODS) - denied):
                self.found.append(Found("mood", meant[0], words, *span, "meaning", round(meant[1], 3)))

    def _sentence(self) -> str:
        """Return the prompt without its numbers and without what was wished away."""
        gone = [(number.start, number.end) for number in self.heard.numbers]
        gone += [(phrase.start, phrase.end) for phrase in self.heard.phrases if phrase.denied]
        return self._spoken(gone)

    def _scene(self) -> str:
        """Return the words left over, with the small words between them; empty where nothing is left."""
        left = self._left_over()
        gone = [(number.start, number.end) for number in self.heard.numbers]
        gone += [(phrase.start, phrase.end) for phrase in self.heard.phrases]
        kept = {start for _word, start, _end in left}
        gone = [(start, end) for start, end in gone if start not in kept]
        if left:
            gone += [(0, left[0][1]), (left[-1][2], len(self.heard.text))]
        return self._spoken(gone) if left else ""

    def _spoken(self, gone: Sequence[tuple[int, int]]) -> str:
        kept = (token for token in self.heard.tokens if not any(start <= token.start < end for start, end in gone))
        return " ".join(self.heard.text[token.start : token.end] for token in kept)

    # ------------------------------------------------------------------------------------ what depends on the style
    def _place(self) -> float | None:
        """Return where in the range of tempo the words put it, 0–1; ``None`` where nothing says so."""
        spoken = self.heard.wished("tempo")
        return float(spoken[0].rows("tempo")[0]) if spoken else None

    def _style(self, kind: Kind, place: float | None) -> Style | None:
        """Return the style that the brief will have; slow and fast choose one where nothing else did."""
        if kind.genre not in genres():
            return None
        fields = {"genre": kind.genre, "mood": self._value("mood") or "", "substyle": kind.substyle}
        try:
            style = Brief.from_mapping(fields).style
        except BriefError:
            return None
        if place is None or kind.substyle:
            return style
        chosen = style_for_tempo(kind.genre, style.id, place)
        if chosen != style.id:
            self._add("substyle", chosen, self.heard.wished("tempo")[0], "hint")
        return genres()[kind.genre].styles[chosen]

    def _tempo(self, place: float | None, style: Style | None) -> None:
        if place is None:
            return
        phrase = self.heard.wished("tempo")[0]
        low, high = (style.tempo.min, style.tempo.max) if style else ANY_TEMPO
        number = next((found for found in self.found if found.field == "tempo"), None)
        if number is None:
            self._add("tempo", float(round(low + place * (high - low))), phrase)
        elif (place >= 0.8 and number.value < FAST_ENOUGH) or (place <= 0.2 and number.value > SLOW_ENOUGH):
            self._contradict(number, phrase.words, phrase.words)
        for other in self.heard.wished("tempo")[1:]:
            if abs(float(other.rows("tempo")[0]) - place) > 0.5:
                self._contradict(next(f for f in self.found if f.field == "tempo"), other.words, other.words)

    def _mode(self, style: Style | None) -> None:
        """Give a mode that came without a tonic the style's usual one."""
        number = next((number for number in self.heard.numbers if number.field == "mode"), None)
        if number is None or self._value("key"):
            return
        keys = [Key.parse(key) for key in style.keys] if style else [Key.parse("C major")]
        key = next((key for key in keys if key.mode == number.value), Key(keys[0].tonic, number.value))
        words = self.heard.text[number.start : number.end].strip()
        self.found.append(Found("key", str(key), words, number.start, number.end, "hint"))
