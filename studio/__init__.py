"""Songwright's music library: a brief in, finished music out. No Django, no network, no database."""
