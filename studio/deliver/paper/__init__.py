"""The written score on paper: note values, staves, voices, spelling. What a file format writes down is decided here."""
