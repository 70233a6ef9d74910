"""Mixing and mastering: stems in, a balanced mix and a finished master out."""

from studio.mix.desk import MixingDesk
from studio.mix.master import STREAMING, TARGETS, Master, MasterTarget, master
from studio.mix.mixbus import MixBus, ThroughMaster
from studio.mix.submix import Submix

__all__ = [
    "STREAMING", "TARGETS", "Master", "MasterTarget", "MixBus", "MixingDesk", "Submix", "ThroughMaster", "master",
]  # fmt: skip
