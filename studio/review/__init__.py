"""Review: what was asked beside what came out."""

from studio.review.audio import AudioMeasures, ReviewError, measure_audio
from studio.review.card import ReviewCard, Row, review

__all__ = ["AudioMeasures", "ReviewCard", "ReviewError", "Row", "measure_audio", "review"]
