"""The watermark that one delivery gets."""

from dataclasses import dataclass

from studio.audio import Audio
from studio.score import Score
from studio.watermark.embedding import embed
from studio.watermark.motif import announce


@dataclass(frozen=True)
class Mark:
    """``payload`` (48 bits, see ``payload_of``) under the secret ``key``; ``audible``: with the motif over it, too."""

    payload: int
    key: bytes
    audible: bool = False

    def on_mix(self, mix: Audio, score: Score, *, seed: int) -> None:
        """Play the motif over a ``mix``, in place, if it is to be heard; shape ``(2, frames)``."""
        if self.audible:
            announce(mix, score, seed=seed)

    def on_master(self, audio: Audio) -> None:
        """Write the payload into a master, in place."""
        embed(audio, self.payload, key=self.key)
