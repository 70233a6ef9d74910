"""Songwright's music library: a brief in, finished music out. No Django, no network, no database."""

ENGINE_VERSION = "0.1"
"""Same brief, seed and engine version: the same bytes. Raised by every change that can be heard."""
