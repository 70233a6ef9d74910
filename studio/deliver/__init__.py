"""Delivery: a master and a score in, files out."""

from studio.deliver.formats import FORMATS, DeliveryError, Format, deliver
from studio.deliver.recording import Recording, Swing
from studio.deliver.waveform import peaks

__all__ = ["FORMATS", "DeliveryError", "Format", "Recording", "Swing", "deliver", "peaks"]
