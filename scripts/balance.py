"""How does each sub-style sound in numbers and pictures? `python scripts/balance.py jazz rock/punk --out DIR`.

Each sub-style is produced as WAV, read back and measured: loudness, loudness range, peak to loudest three seconds,
stereo, and how far its octave bands lie from the genre's reference curve (`studio/review/curves.toml`). Prints
Markdown; a band in bold lies beyond its tolerance. With `--out`, a picture of each track: spectrogram, long-term
spectrum beside the curve, short-term loudness over the form, stereo field.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

from studio.audio import SAMPLE_RATE, Audio  # noqa: E402
from studio.brief import Brief  # noqa: E402
from studio.mix.loudness import hop_power, integrated_of, short_term_of  # noqa: E402
from studio.produce import produce  # noqa: E402
from studio.review import ReviewCard, hear  # noqa: E402
from studio.review.audio import OCTAVE_NAMES  # noqa: E402
from studio.review.curves import Balance, Curve, compare, curve_of  # noqa: E402
from studio.review.spectrum import OCTAVES, long_term  # noqa: E402
from studio.score import Score  # noqa: E402
from studio.styles import Style, genres  # noqa: E402

BALANCE_ROWS = ("loudness", "loudness_range", "dynamic_range", "true_peak", "correlation", "mono_loss", "low_mono_loss")
TITLES = ("LUFS", "LRA", "peak to 3 s", "dBTP", "correlation", "mono loss", "below 120")
THIRDS = 1000.0 * 2.0 ** (np.arange(-16, 14) / 3.0)
"""Middles of the third-octave bands in the picture, 25 Hz to 20 kHz."""
FIELD_STEP, FIELD_HOP = 97, SAMPLE_RATE // 4


@dataclass(frozen=True)
class Sounding:
    """One track, read back from its file."""

    style: Style
    score: Score
    card: ReviewCard
    audio: Audio

    @property
    def name(self) -> str:
        """Genre and sub-style."""
        return f"{self.style.genre}/{self.style.id}"

    @property
    def curve(self) -> Curve:
        """What its octave bands are compared with."""
        return curve_of(self.style)

    @property
    def balance(self) -> Balance:
        """How far its octave bands lie from the curve."""
        return compare(np.array(list(self.card.measures.octaves.values())), self.curve)


def styles_of(names: Sequence[str]) -> Iterator[Style]:
    """Yield the sub-styles of `genre`, `genre/sub-style` or, without names, every genre's default."""
    known = genres()
    for name in names or [f"{genre.id}/{genre.default}" for genre in known.values()]:
        genre, _, substyle = name.partition("/")
        if genre not in known or (substyle and substyle not in known[genre].styles):
            raise SystemExit(f"{name}: no such style; genres are {', '.join(known)}")
        yield from [known[genre].styles[substyle]] if substyle else known[genre].styles.values()


def sounding(style: Style, seconds: float, seed: int) -> Sounding:
    """Produce a track of a sub-style and read its file back."""
    brief = Brief.from_mapping({"genre": style.genre, "substyle": style.id, "duration": seconds, "seed": seed})
    with tempfile.TemporaryDirectory() as folder:
        track = produce(brief, Path(folder), formats=("wav",))
        return Sounding(style, track.score, track.card, hear(track.files["wav"]))


# ------------------------------------------------------------------------------------------------- what is printed
def header() -> str:
    """Return the head of the table."""
    titles = ("style", *TITLES, *OCTAVE_NAMES)
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"


def table_row(track: Sounding) -> str:
    """Return a track's row: measures, then dB from the curve by octave band."""
    values = [f"{track.card.row(name).measured:.1f}" for name in BALANCE_ROWS[:4]]
    values += [f"{track.card.row(name).measured:.2f}" for name in BALANCE_ROWS[4:]]
    balance = track.balance
    bands = [
        f"**{off:+.0f}**" if excess else f"{off:+.0f}"
        for off, excess in zip(balance.deviation, balance.excess, strict=True)
    ]
    return f"| {' | '.join([track.name, *values, *bands])} |"


def warnings(track: Sounding) -> str:
    """Return what the card warns of, in a line; empty if nothing."""
    off = [row for row in track.card.rows if row.verdict in ("warn", "fail")]
    rows = [f"{row.label} {row.measured} {row.unit}".strip() for row in off]
    return f"- {track.name}: {'; '.join(rows)}" if rows else ""


# -------------------------------------------------------------------------------------------------- what is drawn
def draw(track: Sounding, path: Path) -> None:
    """Draw spectrogram, spectrum beside its curve, loudness over the form and stereo field as PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(15, 9), layout="constrained")
    figure.suptitle(f"{track.name}   {track.card.row('loudness').measured:.1f} LUFS")
    power = hop_power(track.audio)
    _draw_spectrogram(axes[0, 0], track.audio)
    _draw_spectrum(axes[0, 1], track, power)
    _draw_loudness(axes[1, 0], track.score, power)
    _draw_field(axes[1, 1], track.audio)
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def _draw_spectrogram(axis, audio):  # type: ignore[no-untyped-def]
    middle = audio.mean(axis=0) + 1e-9
    axis.specgram(middle, NFFT=4096, Fs=SAMPLE_RATE, noverlap=1024, vmin=-130, vmax=-30, cmap="magma")
    axis.set(ylim=(30, 20000), title="Spectrogram (middle)", xlabel="s", ylabel="Hz")
    axis.set_yscale("log")


def _draw_spectrum(axis, track, power):  # type: ignore[no-untyped-def]
    spectrum, curve, balance = long_term(track.audio, power), track.curve, track.balance
    offset = float(np.median(spectrum.bands() - curve.levels - balance.deviation))
    expected = curve.levels + offset
    axis.fill_between(OCTAVES, expected - curve.below, expected + curve.above, alpha=0.2, label="tolerance")
    axis.plot(OCTAVES, expected, "--", label="curve")
    axis.plot(OCTAVES, spectrum.bands(), "o-", label="octave bands")
    axis.step(THIRDS, spectrum.bands(THIRDS, 1 / 3) + 4.8, where="mid", alpha=0.5, label="third octaves + 4.8 dB")
    worst = track.card.row("spectral_balance")
    axis.set(xscale="log", ylim=(-60, 5), title=f"Long-term spectrum: {worst.measured}", xlabel="Hz", ylabel="dB")
    axis.grid(alpha=0.3)
    axis.legend()


def _draw_loudness(axis, score, power):  # type: ignore[no-untyped-def]
    loudness = short_term_of(power)
    axis.plot(1.5 + np.arange(len(loudness)) / 10, loudness, label="short-term (3 s)")
    axis.axhline(integrated_of(power), linestyle="--", label="integrated")
    for section in score.sections:
        start = float(score.tempo.seconds(section.start))
        axis.axvline(start, alpha=0.3)
        axis.text(start, loudness.max() + 2, f"{section.name} {section.energy:.2f}", rotation=30, fontsize=8)
    axis.set(ylim=(loudness.max() - 25, loudness.max() + 6), title="Loudness", xlabel="s", ylabel="LUFS")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")


def _draw_field(axis, audio):  # type: ignore[no-untyped-def]
    middle, side = (audio[0] + audio[1]) / 2, (audio[0] - audio[1]) / 2
    axis.hexbin(side[::FIELD_STEP], middle[::FIELD_STEP], gridsize=80, bins="log", extent=(-0.5, 0.5, -0.7, 0.7))
    axis.set(title="Stereo field, correlation over time", xlabel="side", ylabel="middle")
    frames = audio.shape[1] // FIELD_HOP * FIELD_HOP
    left, right = audio[:, :frames].reshape(2, -1, FIELD_HOP)
    correlation = (left * right).sum(axis=1) / np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1) + 1e-9)
    over_time = axis.twiny().twinx()
    over_time.plot(np.linspace(0, frames / SAMPLE_RATE, len(correlation)), correlation, color="tab:red", linewidth=1.0)
    over_time.set(ylim=(-1.05, 1.05), ylabel="correlation")


def main() -> None:
    """Print the table, row by row, then the card's warnings."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("styles", nargs="*", help="genre or genre/sub-style; without any, every genre's default")
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for a picture of each track")
    options = parser.parse_args()
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    print(header())
    notes = []
    for style in styles_of(options.styles):
        track = sounding(style, options.seconds, options.seed)
        print(table_row(track), flush=True)
        notes.append(warnings(track))
        if options.out:
            draw(track, options.out / f"{style.genre}-{style.id}.png")
    print("\nWarnings of the review card:\n")
    print("\n".join(filter(None, notes)) or "none")


if __name__ == "__main__":
    main()
