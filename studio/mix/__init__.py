"""Mixing and mastering: stems in, a balanced mix and a finished master out."""

from studio.mix.desk import MixingDesk
from studio.mix.master import STREAMING, TARGETS, Master, MasterTarget, master

__all__ = ["STREAMING", "TARGETS", "Master", "MasterTarget", "MixingDesk", "master"]
