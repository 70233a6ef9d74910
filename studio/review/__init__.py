"""Review: what was asked beside what came out."""

from studio.review.audio import AudioMeasures, measure_audio
from studio.review.card import ReviewCard, review
from studio.review.hearing import ReviewError, hear
from studio.review.row import Row

__all__ = ["AudioMeasures", "ReviewCard", "ReviewError", "Row", "hear", "measure_audio", "review"]
