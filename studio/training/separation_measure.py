"""How well sources are told apart: SI-SDR of every engine on songs that the network was not trained on."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.models.separation import SOURCES
from studio.models.separation_network import MaskNetwork
from studio.separate.engines import Split, by_shares
from studio.separate.shares import filtered
from studio.training.separation_songs import Songs, render

HELD_OUT = (Songs("other seeds", 1, 60), Songs("other seeds and sound library", 1, 70))
AUDIBLE = 1e-5
"""Power beside the mix from which a source counts as present: −50 dB."""

Results = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""Set → engine → source → SI-SDR in dB of every song."""


def si_sdr(estimate: NDArray, reference: NDArray) -> float:
    """Return the scale-invariant signal-to-distortion ratio in dB.

    Le Roux, Wisdom, Erdogan and Hershey, *SDR – half-baked or well done?* (ICASSP 2019), equation 5.
    """
    one, other = estimate.ravel().astype(np.float64), reference.ravel().astype(np.float64)
    target = np.dot(one, other) / np.dot(other, other) * other
    return float(10.0 * np.log10(np.dot(target, target) / max(1e-20, float(np.sum(np.square(target - one))))))


def measured(song: NDArray[np.int16], splits: Mapping[str, Split]) -> dict[str, dict[str, float]]:
    """Return the SI-SDR of every engine, and of the mix taken for each source, by engine and source."""
    sources = song.astype(np.float32) / 32768
    mix: Audio = sources.sum(axis=0)
    present = [k for k in range(len(SOURCES)) if np.square(sources[k]).mean() > AUDIBLE * np.square(mix).mean()]
    found = {"mix as estimate": np.repeat(mix[None], len(SOURCES), axis=0)}
    found |= {name: split(mix) for name, split in splits.items()}
    return {name: {SOURCES[k]: si_sdr(stems[k], sources[k]) for k in present} for name, stems in found.items()}


def held_out(network: MaskNetwork, work: Path, other_library: Path | None, say: Callable[[str], None]) -> Results:
    """Measure the network beside the filters on songs of other seeds, and on such of another sound library if given."""
    splits = {"filters": by_shares(filtered), "network": by_shares(network.hear)}
    results: dict[str, dict[str, dict[str, list[float]]]] = {}
    for songs in HELD_OUT[: 2 if other_library else 1]:
        rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for path in render(songs, work / "songs", other_library if songs is HELD_OUT[1] else None):
            for name, row in measured(np.load(path), splits).items():
                for source, value in row.items():
                    rows[name][source].append(value)
        results[songs.name] = {name: dict(row) for name, row in rows.items()}
        say(table({songs.name: results[songs.name]}))
    return results


def table(results: Results) -> str:
    """Return the medians in dB as a Markdown table."""
    lines = ["| songs | engine | " + " | ".join(SOURCES) + " |", "|---|---|" + "---|" * len(SOURCES)]
    for name, engines in results.items():
        for engine, row in engines.items():
            medians = " | ".join(f"{np.median(row[source]):.1f}" if row.get(source) else "–" for source in SOURCES)
            lines.append(f"| {name} | {engine} | {medians} |")
    return "\n".join(lines)


WEAKNESSES = (
    "Vocals were learned from a formant synthesiser that sings syllables without words (`separation_singing.py`) and "
    "from sampled choirs. No human singer was heard: how well real voices come out is not known, and rap, growls, "
    "whispers and speech were not among the examples.",
    "Measured on our own renderings only, unmastered. Music by others is mixed, distorted and compressed in ways that "
    "were not among the examples; expect less there.",
    "Shares are real numbers: where sources meet in a band, each keeps the phase of the mix.",
    "Timpani, gongs and other pitched percussion with a part of its own counts as other; choirs count as vocals.",
)


def card(results: Results, curve: Sequence[Mapping[str, float]], examples: int, weights: int, *, seed: int) -> str:
    """Return the model card as Markdown."""
    lines = [
        "# The separation model", "",
        "Shares of drums, bass, vocals and other in every band of a recording's spectrum, for `studio.separate`.", "",
        f"Convolutions over frequency and time with a recurrent memory between them, {weights / 1e6:.2f} million "
        "weights, kept in half precision.", "",
        "## Data", "",
        "Songs of 30 s in all fifteen genres, composed and rendered by this library (MuseScore General Lite, licence "
        "MIT, and "
        "our own synthesiser), sung by the singer of `studio/training/separation_singing.py`. No recording by anybody "
        "else is among them. 45 songs to train on, 15 to choose "
        f"when to stop; from the 45, {examples} examples of 6 s are drawn with new levels, equalisers and sides, half "
        "of them with sources of different songs.", "",
        "## Training", "",
        f"    python -m studio.training separation --work WORK --seed {seed} --steps {curve[-1]['step']} "
        "--other-library FluidR3_GM.sf2", "",
        f"{curve[-1]['step']} steps, {curve[-1]['minutes']:.0f} minutes on a share of one processor core. The weights "
        "that did best on the validation side were kept. The loss is the squared error of the shares, weighted by "
        "power to the 0.6, beside that of giving a source nothing.", "",
        "| step | minutes | training | validation |", "|---|---|---|---|",
        *(f"| {p['step']} | {p['minutes']:.0f} | {p['train']:.3f} | {p['valid']:.3f} |" for p in curve), "",
        "## Held out", "",
        "SI-SDR in dB (Le Roux et al. 2019), medians over songs in which the source is present:", "",
        table(results), "",
        "## Known weaknesses", "", *(f"- {text}" for text in WEAKNESSES), "",
    ]  # fmt: skip
    return "\n".join(lines)
