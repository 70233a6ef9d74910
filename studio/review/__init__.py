"""Review: what was asked beside what came out."""

from studio.review.audio import AudioMeasures, measure_audio
from studio.review.card import ReviewCard, Row, review
from studio.review.hearing import ReviewError, hear

__all__ = ["AudioMeasures", "ReviewCard", "ReviewError", "Row", "hear", "measure_audio", "review"]
