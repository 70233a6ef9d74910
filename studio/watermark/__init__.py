"""Watermarks: one that only a machine hears, in every delivery, and one that everybody hears, in the free tier's."""

from studio.watermark.codes import DEVELOPMENT_KEY, payload_of
from studio.watermark.detection import Detection, detect
from studio.watermark.embedding import embed
from studio.watermark.mark import Mark
from studio.watermark.motif import announce, motif_part

__all__ = ["DEVELOPMENT_KEY", "Detection", "Mark", "announce", "detect", "embed", "motif_part", "payload_of"]
