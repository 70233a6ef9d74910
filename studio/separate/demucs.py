"""Demucs, where somebody has installed it (MIT); it fetches its weights by itself when it is first used."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from studio.audio import SAMPLE_RATE, Audio, silence
from studio.errors import SeparationError

MODEL = "htdemucs"


def is_installed() -> bool:
    """Return whether Demucs can be imported."""
    return find_spec("demucs") is not None


def split(audio: Audio) -> dict[str, Audio]:
    """Return the sources that Demucs hears in ``audio``, shape ``(2, frames)`` each. Raises ``SeparationError``."""
    model, apply_model = _model()
    if not audio.any():
        return {name: silence(audio.shape[1]) for name in model.sources}
    wave = import_module("torch").from_numpy(audio)
    mean, spread = wave.mean(), wave.mean(0).std() + 1e-8
    # Without shifts, which Demucs draws at random: the same sound gives the same stems.
    found = apply_model(model, ((wave - mean) / spread)[None], shifts=0, split=True, device="cpu", progress=False)[0]
    return dict(zip(model.sources, (found * spread + mean / len(model.sources)).numpy(), strict=True))


@cache
def _model() -> tuple[Any, Any]:
    if not is_installed():
        raise SeparationError("engine: demucs is not installed; `pip install demucs`, or take the engine network")
    try:
        model = import_module("demucs.pretrained").get_model(MODEL)
        apply_model = import_module("demucs.apply").apply_model
    except Exception as error:  # whatever Demucs meets while it fetches its weights
        raise SeparationError(f"engine: demucs could not be loaded ({error}); take the engine network") from error
    if model.samplerate != SAMPLE_RATE:
        raise SeparationError(f"engine: demucs' model {MODEL} works at {model.samplerate} Hz, not at {SAMPLE_RATE}")
    return model.eval(), apply_model
