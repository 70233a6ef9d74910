"""From a brief to a composition that is fit to be played: compose, judge, and write again what fails.

The judge is the musical gate (``studio.review.musical``) and the comparison with known music
(``studio.review.originality``). What fails is composed again with its next variation, section by section where the
fault can be told; the best try is kept.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.brief import Brief
from studio.compose import Composition, compose
from studio.review.leadsheet import LeadSheet, excerpt, lead_sheet
from studio.review.musical import THRESHOLDS, measure
from studio.review.originality import Known, OriginalityReport, examine
from studio.score import Section
from studio.variations import Variations

TRIES = 10
"""How often a piece is composed at most."""

REMEDIES = {
    "melodic": ("melody",),
    "harmonic": ("melody", "harmony"),
    "rhythmic": ("melody",),
    "structural": ("melody", "form"),
    "original": ("melody",),
}
"""What fails → the layers that are drawn again, by turns."""


@dataclass(frozen=True)
class Verdict:
    """What the judge found: ``axes`` 0–1 by name (``None`` where there is no tune), and what the melody shares."""

    axes: Mapping[str, float] | None
    originality: OriginalityReport

    @property
    def faults(self) -> tuple[str, ...]:
        """What is below its threshold, the worst first."""
        below = {name: value - THRESHOLDS[name] for name, value in (self.axes or {}).items()}
        faults = sorted((name for name, margin in below.items() if margin < 0), key=lambda name: below[name])
        return (*faults, *(() if self.originality.original else ("original",)))

    @property
    def merit(self) -> tuple[bool, float]:
        """How good it is: original before all, then by the axis that has the least to spare."""
        margins = [value - THRESHOLDS[name] for name, value in (self.axes or {}).items()]
        return self.originality.original, min(margins, default=0.0)


@dataclass(frozen=True)
class Rehearsal:
    """The piece that is played, the variations that make it again, its verdict, those of all tries in order, and the
    seconds that it took."""

    piece: Composition
    variations: Variations
    verdict: Verdict
    tries: tuple[Verdict, ...]
    seconds: float = 0.0


def rehearse(brief: Brief, *, variations: Variations | None = None, known: Known | None = None) -> Rehearsal:
    """Compose a brief until the judge has no fault to find, ``TRIES`` times at most; return the best.

    What somebody has chosen, by variations, is composed as it stands: only a first draft is written again. ``known``
    asks for music made before. Raises ``BriefError`` as ``compose`` does.
    """
    begun = time.perf_counter()
    asked = variations or Variations()
    tries = [_tried(brief, asked, known)]
    while tries[-1].verdict.faults and len(tries) < TRIES and asked == Variations():
        tries.append(_tried(brief, _next(tries), known))
    best = max(tries, key=lambda rehearsal: rehearsal.verdict.merit)
    verdicts = tuple(rehearsal.verdict for rehearsal in tries)
    return replace(best, tries=verdicts, seconds=time.perf_counter() - begun)


def judged(piece: Composition, known: Known | None = None) -> Verdict:
    """Return the judge's verdict on a composition."""
    sheet = lead_sheet(piece.score)
    return Verdict(measure(sheet), examine(sheet, known=known, sections=piece.score.sections))


def _tried(brief: Brief, variations: Variations, known: Known | None) -> Rehearsal:
    piece = compose(brief, variations=variations)
    verdict = judged(piece, known)
    return Rehearsal(piece, variations, verdict, (verdict,))


def _next(tries: Sequence[Rehearsal]) -> Variations:
    """Return the variations to try next: from the best so far, another layer or section than those tried from there."""
    best = max(tries, key=lambda rehearsal: rehearsal.verdict.merit)
    fault = best.verdict.faults[0]
    remedies = REMEDIES[fault]
    layer = remedies[(len(tries) - 1) % len(remedies)]
    names = [layer] if layer == "form" else [f"{layer}@{name}" for name in _failing(best, fault)]
    counts = dict(best.variations.counts)
    for name in names:
        counts[name] = max(rehearsal.variations.counts.get(name, 0) for rehearsal in tries) + 1
    return replace(best.variations, counts=counts)


def _failing(rehearsal: Rehearsal, fault: str) -> tuple[str, ...]:
    """Return the names of the sections in which a fault lies; where none can be blamed, all that have a tune."""
    if fault == "original":
        report = rehearsal.verdict.originality
        return tuple({match.section for match in report.matches if match.notes >= report.limit})
    score, sheet = rehearsal.piece.score, lead_sheet(rehearsal.piece.score)
    named: dict[str, list[float]] = {}
    for section in score.sections:
        part = _within(sheet, section)
        if len(part.onset):
            value = (measure(part) or {}).get(fault)
            named.setdefault(section.name, []).extend([] if value is None else [value])
    failing = [name for name, values in named.items() if values and np.mean(values) < THRESHOLDS.get(fault, 0.0)]
    return tuple(failing or named)


def _within(sheet: LeadSheet, section: Section) -> LeadSheet:
    first = int(np.searchsorted(sheet.bars, section.start - 1e-6))
    return excerpt(sheet, first, section.bars)
