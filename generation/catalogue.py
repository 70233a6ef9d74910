"""Everything a brief may say, as plain values: what the API's ``styles`` answers."""

from functools import lru_cache
from typing import Any

from studio.brief import DURATION_RANGE, METERS, MODES, MOODS, TEMPO_RANGE, instruments_known
from studio.styles import COMPLEXITIES, Genre, Style, genres


@lru_cache(maxsize=1)
def styles_table() -> dict[str, Any]:
    """Return genres with their sub-styles, moods, tempo ranges, keys, meters, instruments and forms."""
    return {
        "genres": [_genre(genre) for genre in genres().values()],
        "moods": list(MOODS),
        "complexities": list(COMPLEXITIES),
        "modes": list(MODES),
        "meters": list(METERS),
        "instruments": list(instruments_known()),
        "tempo": list(TEMPO_RANGE),
        "duration": list(DURATION_RANGE),
    }


def _genre(genre: Genre) -> dict[str, Any]:
    return {
        "id": genre.id,
        "name": genre.name,
        "description": genre.description,
        "default_style": genre.default,
        "moods": list(genre.moods),
        "styles": [_style(style) for style in genre.styles.values()],
    }


def _style(style: Style) -> dict[str, Any]:
    return {
        "id": style.id,
        "name": style.name,
        "description": style.description,
        "tempo": {"min": style.tempo.min, "typical": style.tempo.typical, "max": style.tempo.max},
        "keys": list(style.keys),
        "meters": list(style.meters),
        "instruments": sorted({name for part in style.parts for name in (part.instrument, *part.alternatives)}),
        "forms": [
            {
                "id": form.id,
                "sections": [
                    {"kind": part.kind, "name": part.name, "bars": part.bars, "energy": part.energy}
                    for part in form.sections
                ],
            }
            for form in style.forms
        ],
    }
