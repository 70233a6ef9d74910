"""A working title for a piece that came without one."""

from studio.compose.plan import Plan

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

GENRE_WORDS: dict[str, tuple[str, ...]] = {
    "classical": ("Garden", "Nocturne", "Promenade", "Letter", "Procession", "Arbour"),
    "jazz": ("Corner", "Standard", "Taxi", "Midnight", "Avenue", "Round"),
    "rock": ("Highway", "Signal", "Stone", "Engine", "River", "Wire"),
    "blues": ("Train", "Porch", "Morning", "Levee", "Dollar", "Crossing"),
    "electronic": ("Circuit", "Pulse", "Grid", "Neon", "Orbit", "Current"),
    "ambient": ("Tide", "Field", "Horizon", "Snow", "Glass", "Harbour"),
}

ANY_WORDS = ("Window", "Road", "Story", "Light", "Season", "Hour")


def title(plan: Plan) -> str:
    """Return two words drawn from the mood's and the genre's."""
    rng = plan.stream("form", "title")
    first = MOOD_WORDS[plan.brief.mood]
    second = GENRE_WORDS.get(plan.style.genre, ANY_WORDS)
    return f"{first[int(rng.integers(len(first)))]} {second[int(rng.integers(len(second)))]}"
