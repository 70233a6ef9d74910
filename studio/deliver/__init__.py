"""Delivery: a master and a score in, files out."""

from studio.deliver.formats import FORMATS, DeliveryError, Format, deliver
from studio.deliver.peaks import waveform_peaks
from studio.deliver.recording import Recording

__all__ = ["FORMATS", "DeliveryError", "Format", "Recording", "deliver", "waveform_peaks"]
