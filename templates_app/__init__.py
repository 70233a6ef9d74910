"""The template catalogue: briefs to start from."""
