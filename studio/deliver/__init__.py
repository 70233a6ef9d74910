"""Delivery: a master and a score in, files out."""

from studio.deliver.delivery import Delivery, deliver, delivery
from studio.deliver.formats import FORMATS, DeliveryError, Format
from studio.deliver.recording import Recording, Swing
from studio.deliver.stems import StemFolder, Stems
from studio.deliver.waveform import peaks

__all__ = [
    "FORMATS", "Delivery", "DeliveryError", "Format", "Recording", "StemFolder", "Stems", "Swing", "deliver",
    "delivery", "peaks",
]  # fmt: skip
