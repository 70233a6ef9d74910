"""Licences, certificates and usage records of delivered tracks."""
