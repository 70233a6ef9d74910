"""Projects for workstations: stems in place, notes, tempo map and sections, in one file that opens."""

from studio.deliver.project.dawproject import write_dawproject
from studio.deliver.project.reaper import write_reaper
from studio.deliver.project.session import ProjectError

__all__ = ["ProjectError", "write_dawproject", "write_reaper"]
