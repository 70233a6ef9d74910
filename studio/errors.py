"""The family of errors a caller of the library may want to catch."""


class StudioError(Exception):
    """Anything the library refuses or cannot do; the message is fit to show to a person."""


class SoundLibraryError(StudioError):
    """The sound library is missing, unreadable or not a SoundFont."""


class RenderError(StudioError):
    """A score could not be turned into sound."""


class DeliveryError(StudioError):
    """A piece could not be written in the formats asked for, or with these tags."""


class SeparationError(StudioError):
    """A recording could not be taken apart into its sources."""


class WatermarkError(StudioError):
    """A sound in which no watermark can be looked for."""
