"""What a style is: the shape of the data files beside this module. No values here, only their meaning.

Patterns are strings of steps that share a bar evenly; ``|`` separates bars. ``.`` rest, ``-`` hold, anything else
an onset. So ``"x...x...x...x..."`` is one 4/4 bar in sixteenths and ``"x..x..x..x.."`` one in triplets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

COMPLEXITIES = ("simple", "moderate", "complex")
COLOURS = ("bright", "tender", "tense", "dark")


@dataclass(frozen=True)
class Tempo:
    """Pulses a minute that suit the style (a pulse is a dotted quarter in compound meters)."""

    min: float
    typical: float
    max: float


@dataclass(frozen=True)
class FormSection:
    """One entry of a form: ``kind`` of ``SECTION_KINDS``, the name shown, length in bars, energy 0–1."""

    kind: str
    name: str
    bars: int
    energy: float


@dataclass(frozen=True)
class Form:
    """A named order of sections; written ``"intro Intro 4 .35 | verse Verse 16 .5 | …"``.

    A form that belongs to one meter says so first (``"3/4: theme Minuet 8 .5 | …"``): it is chosen by itself only
    there, and brings its meter along where it was asked for and no meter was.
    """

    id: str
    sections: tuple[FormSection, ...]
    meter: str = ""


@dataclass(frozen=True)
class Feel:
    """How players place notes against the grid.

    ``swing`` is the position of the off-beat inside its pair, 0.5 straight … 0.75; ``swing_unit`` is ``eighth`` or
    ``sixteenth``; ``short_note_ms`` > 0 keeps the short note of a swung pair at that length instead (jazz).
    ``offset_ms`` and ``jitter_ms`` map roles (and the drum voices ``kick snare hat``) to a constant lateness
    (negative: early) and a standard deviation. ``rubato`` 0–1
    says how far tempo may bend over a phrase; performance does not bend it yet.
    """

    swing: float = 0.5
    swing_unit: str = "eighth"
    short_note_ms: float = 0.0
    offset_ms: Mapping[str, float] = field(default_factory=dict)
    jitter_ms: Mapping[str, float] = field(default_factory=dict)
    rubato: float = 0.0


@dataclass(frozen=True)
class Harmony:
    """Progressions as text (see ``studio.theory.numeral``), by mode and colour, and how sections close.

    ``major``/``minor``: colour → progressions. ``sections``: section kind or name → progressions that replace them
    there (a 12-bar blues lives here), again by mode. ``turnarounds``: complexity → bars that end a section which
    goes on; ``cadences``: complexity → bars before the final tonic; both by mode. ``final``: numeral of the last
    chord by mode. ``bars_per_chord`` stretches a progression (ambient: 4). ``richness``: complexity → ``triad``,
    ``asis`` or ``extended``. ``learned``: the repertoire (``song``, ``song/country``, ``standard`` …) in whose manner
    the harmony model writes within these tables where no section's own stand; empty: the tables as they are.
    """

    major: Mapping[str, tuple[str, ...]]
    minor: Mapping[str, tuple[str, ...]]
    sections: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    turnarounds: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    cadences: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    final: Mapping[str, str] = field(default_factory=lambda: {"major": "I", "minor": "i"})
    bars_per_chord: float = 1.0
    richness: Mapping[str, str] = field(default_factory=dict)
    learned: str = ""


@dataclass(frozen=True)
class Melody:
    """How the tune behaves.

    ``rhythms``: section kind (or ``any``) → one- or two-bar cells. ``scale``: ``mode``, ``pentatonic`` or ``blues``.
    ``phrase_bars`` per phrase, of which the last ``rest`` share (0–1) stays silent. ``steps`` share of stepwise
    motion, ``leap`` the largest leap in semitones, ``chromatic`` share of approach notes, ``ornaments`` share of
    long notes with a mordent, ``anticipation`` share of phrases that begin with a pick-up. ``writer`` of its pitches:
    ``model`` or ``rules``; ``voice``: the repertoire whose manner the model takes; ``cells``: whether motifs get the
    ``style``'s rhythms or the ``model``'s.
    """

    rhythms: Mapping[str, tuple[str, ...]]
    scale: str = "mode"
    phrase_bars: int = 4
    rest: float = 0.2
    steps: float = 0.7
    leap: int = 9
    chromatic: float = 0.0
    ornaments: float = 0.0
    anticipation: float = 0.3
    legato: float = 0.95
    writer: str = "model"
    voice: str = "standard"
    cells: str = "style"


@dataclass(frozen=True)
class Groove:
    """A drum pattern: voice (one of ``studio.styles.loader.DRUM_VOICES``) → row of velocities 1–9.

    Used in sections whose energy lies in ``[min_energy, max_energy]``; ``kinds`` limits it to section kinds.
    """

    id: str
    rows: Mapping[str, str]
    min_energy: float = 0.0
    max_energy: float = 1.0
    kinds: tuple[str, ...] = ()
    meter: str = "4/4"


@dataclass(frozen=True)
class Drums:
    """The grooves and the fills of a style. A fill's rows cover its last ``beats`` beats of a section's last bar.

    ``learned``: the style (or style/manner, see ``studio.models.drums``) in which the trained model turns the grooves
    and plays the fills; empty where it does not.
    """

    grooves: tuple[Groove, ...]
    fills: tuple[Groove, ...] = ()
    crash: bool = True
    learned: str = ""


@dataclass(frozen=True)
class PartStyle:
    """One chair of the ensemble.

    It plays in sections of energy ``enters`` … ``leaves``, except in ``rests`` (section kinds or names).
    ``patterns``: rows for the role. Bass and arpeggio rows use digits for chord degrees (``1 3 5 6 7 8 9``; ``<`` and
    ``>`` approach the next root from below and above, ``n`` is the next bar's root); chord rows use velocities 1–9 or
    ``x``; ``low`` and ``high`` are MIDI pitches. ``voicing`` names an entry of ``studio.compose.voicing.VOICINGS``;
    ``strum_ms`` spreads its notes. ``roots``: semitones above the tonic of the chords that it plays on, empty for all
    (timpani: 0 and 7).
    ``doubles``: ``third``, ``sixth`` or ``octave`` for a counter chair that sings the lead along so far below it.
    ``length`` is the share of the time to the next onset that a note sounds. Lead parts alternate when
    several are given: ``kinds`` limits a part to section kinds.
    Levels are dB to the lead; ``pan`` −1 left … 1 right; ``room``, ``hall``, ``delay`` are send levels in dB
    (−60: off); ``low_cut``/``high_cut`` in Hz (0: none); ``eq`` rows are (Hz, dB, Q); ``drive`` 0–1 saturates;
    ``sweep`` > 0 is a low-pass that closes to so many Hz in quiet sections and opens with the energy;
    ``duck`` dB ducks under the kick; ``width`` 0–1.5; ``double_ms`` > 0 plays the part twice, panned apart.
    """

    id: str
    role: str
    instrument: str
    name: str = ""
    enters: float = 0.0
    leaves: float = 1.01
    kinds: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    low: int = 48
    high: int = 72
    roots: tuple[int, ...] = ()
    doubles: str = ""
    voicing: str = "close"
    strum_ms: float = 0.0
    length: float = 0.9
    velocity: int = 80
    alternatives: tuple[str, ...] = ()
    level: float = 0.0
    pan: float = 0.0
    width: float = 1.0
    room: float = -20.0
    hall: float = -60.0
    delay: float = -60.0
    low_cut: float = 0.0
    high_cut: float = 0.0
    eq: tuple[tuple[float, float, float], ...] = ()
    drive: float = 0.0
    sweep: float = 0.0
    duck: float = 0.0
    double_ms: float = 0.0


@dataclass(frozen=True)
class Desk:
    """The mixing desk as a whole: two reverbs (RT60 in seconds, high damping in Hz), a tempo delay (in beats), and
    the buses. ``compression`` is dB of bus gain reduction aimed at; ``width`` scales the side signal; ``tilt`` dB
    added at the top and taken at the bottom; ``duck_ms`` the release of the kick's ducking; ``swell`` dB by which the
    loudest section lies above the softest, beside what players and arrangement do."""

    room_seconds: float = 0.7
    hall_seconds: float = 2.2
    damping_hz: float = 6000.0
    delay_beats: float = 0.75
    delay_feedback: float = 0.3
    compression: float = 1.5
    width: float = 1.0
    tilt: float = 0.0
    drive: float = 0.0
    duck_ms: float = 160.0
    swell: float = 3.0


@dataclass(frozen=True)
class Ending:
    """How the last bar ends: ``hold`` a chord, ``cold`` stop, ``fade`` out. ``ring`` seconds sound after the last
    onset; ``ritard`` 0–1 slows the last two bars by that share."""

    kind: str = "hold"
    ring: float = 3.0
    ritard: float = 0.0


@dataclass(frozen=True)
class Lift:
    """How the last chorus may change key: by one of ``keys`` semitones, in a share ``chance`` (0–1) of the pieces that
    have room for it."""

    keys: tuple[int, ...] = ()
    chance: float = 0.0


@dataclass(frozen=True)
class MoodChange:
    """What a mood does in this genre: relative to the style's own values.

    ``mode`` ``major``/``minor``/a mode name, ``colour`` of ``COLOURS``, ``tempo`` factor, ``register`` semitones for
    the lead, ``density`` factor on onsets, ``dynamics`` dB, ``substyle`` preferred, ``instruments`` favoured.
    """

    mode: str
    colour: str
    tempo: float = 1.0
    register: int = 0
    density: float = 1.0
    dynamics: float = 0.0
    substyle: str = ""
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Style:
    """One sub-style of a genre, complete.

    ``song_form``: its pieces are songs, whose sections may also follow one another as in real ones. ``lift``: how
    their last chorus may change key.
    """

    genre: str
    id: str
    name: str
    description: str
    tempo: Tempo
    meters: tuple[str, ...]
    keys: tuple[str, ...]
    feel: Feel
    forms: tuple[Form, ...]
    harmony: Harmony
    melody: Melody
    drums: Drums
    parts: tuple[PartStyle, ...]
    desk: Desk
    endings: tuple[Ending, ...]
    song_form: bool = False
    lift: Lift = field(default_factory=Lift)

    def part(self, part_id: str) -> PartStyle:
        """Return the chair of that id; raises ``KeyError``."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise KeyError(part_id)


@dataclass(frozen=True)
class Genre:
    """A genre: its sub-styles, what each mood does to it, and the mood it has when nobody asks for one.

    ``titles``: nouns of which a piece without a title takes one.
    """

    id: str
    name: str
    description: str
    default: str
    styles: Mapping[str, Style]
    moods: Mapping[str, MoodChange]
    mood: str = "hopeful"
    titles: tuple[str, ...] = ("Window", "Road", "Story", "Light", "Season", "Hour")
