"""Delivery: a master and a score in, files out."""

from studio.deliver.delivery import Delivery, deliver, delivering
from studio.deliver.formats import FORMATS, Format, check_formats
from studio.deliver.recording import Recording, Swing
from studio.deliver.stems import StemFolder, Stems
from studio.deliver.tags import Tags
from studio.deliver.waveform import peaks
from studio.errors import DeliveryError

__all__ = [
    "FORMATS", "Delivery", "DeliveryError", "Format", "Recording", "StemFolder", "Stems", "Swing", "Tags",
    "check_formats", "deliver", "delivering", "peaks",
]  # fmt: skip
