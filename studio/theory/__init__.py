"""Facts of music as plain values: pitches, keys and modes, chords, meters. Nothing is decided here."""
