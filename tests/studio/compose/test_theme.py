from studio.compose.theme import Rhythm, write_theme


def test_a_phrase_off_the_beat_comes_to_rest_on_one_and_does_not_lose_its_half(plan_of):
    plan = plan_of(("bridge", 8, 0.4))
    pushed = Rhythm(((0.5, 1.0), (1.5, 1.0), (2.5, 0.5), (3.5, 0.5)), 4.0)
    closes = [note for note in write_theme(plan, plan.sections[0], "Bridge", (pushed, pushed)) if note.close]
    assert len(closes) == 2
    for note in closes:
        assert plan.meter.weight(note.onset) >= 0.5
        assert 8.0 <= note.onset % 16.0 <= 12.0, "it sings into its third bar of four, then breathes"
