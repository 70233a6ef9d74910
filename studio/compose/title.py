"""A working title for a piece that came without one."""

from studio.compose.plan import Plan
from studio.styles import genres

MOOD_WORDS: dict[str, tuple[str, ...]] = {
    "happy": ("Sunlit", "Bright", "Saturday", "Golden"),
    "sad": ("Grey", "Distant", "Fallen", "Last"),
    "calm": ("Quiet", "Still", "Slow", "Soft"),
    "energetic": ("Racing", "Electric", "Wild", "Rising"),
    "dark": ("Black", "Hollow", "Shadowed", "Under"),
    "romantic": ("Tender", "Velvet", "Dearest", "Rose"),
    "epic": ("Towering", "Endless", "Great", "Burning"),
    "mysterious": ("Hidden", "Veiled", "Strange", "Unlit"),
    "hopeful": ("First", "Open", "Returning", "New"),
    "aggressive": ("Iron", "Broken", "Red", "Savage"),
    "dreamy": ("Drifting", "Silver", "Floating", "Paper"),
    "playful": ("Crooked", "Dancing", "Curious", "Tumbling"),
}


def title(plan: Plan) -> str:
    """Return two words drawn from the mood's and the genre's."""
    rng = plan.stream("form", "title")
    first = MOOD_WORDS[plan.brief.mood]
    second = genres()[plan.style.genre].titles
    return f"{first[int(rng.integers(len(first)))]} {second[int(rng.integers(len(second)))]}"
