"""The family of errors a caller of the library may want to catch."""


class StudioError(Exception):
    """Anything the library refuses or cannot do; the message is fit to show to a person."""


class SoundLibraryError(StudioError):
    """The sound library is missing, unreadable or not a SoundFont."""


class RenderError(StudioError):
    """A score could not be turned into sound."""
