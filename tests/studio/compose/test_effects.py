from studio.compose.effects import write_effects


def test_risers_lead_into_rises_and_impacts_mark_them(plan_of, seat):
    plan = plan_of(("verse", 8, 0.4), ("chorus", 8, 0.8), ("chorus", 4, 0.9), ("outro", 2, 0.9))
    riser = write_effects(plan, seat("effects", "riser"))
    assert riser[["onset", "duration", "pitch"]].tolist() == [(16.0, 16.0, 60)]
    impact = write_effects(plan, seat("effects", "impact"))
    assert impact[["onset", "duration"]].tolist() == [(32.0, 4.0)]
    assert len(write_effects(plan, seat("effects", "downlifter"))) == 0


def test_falls_are_followed_by_a_downlifter(plan_of, seat):
    plan = plan_of(("drop", 4, 0.9), ("break", 4, 0.4), ("drop", 4, 0.95))
    down = write_effects(plan, seat("effects", "downlifter"))
    assert down[["onset", "duration"]].tolist() == [(16.0, 8.0)]


def test_a_larger_step_is_louder_and_nothing_starts_before_the_piece(plan_of, seat):
    small, large = (
        write_effects(plan_of(("intro", 1, 0.3), ("drop", 4, energy)), seat("effects", "riser"))
        for energy in (0.5, 1.0)
    )
    assert large["velocity"][0] - small["velocity"][0] >= 20
    assert small["onset"][0] == large["onset"][0] == 0.0 and large["duration"][0] == 4.0


def test_a_chair_that_enters_later_leaves_quiet_joins_unmarked(plan_of, seat):
    plan = plan_of(("intro", 4, 0.2), ("verse", 4, 0.5), ("chorus", 4, 0.9))
    assert write_effects(plan, seat("effects", "impact", enters=0.7))["onset"].tolist() == [32.0]


def test_a_texture_lies_under_every_section_that_its_chair_plays_in(plan_of, seat):
    plan = plan_of(("intro", 4, 0.2), ("verse", 4, 0.5), ("chorus", 4, 0.9), ("outro", 2, 0.2))
    vinyl = write_effects(plan, seat("effects", "vinyl", velocity=70))
    assert vinyl[["onset", "duration", "velocity"]].tolist() == [(0.0, 56.0, 70)]
    assert write_effects(plan, seat("effects", "rain", enters=0.4))[["onset", "duration"]].tolist() == [(16.0, 32.0)]


def test_a_cymbal_swells_for_a_bar_and_a_sub_falls_on_the_beat(plan_of, seat):
    plan = plan_of(("verse", 4, 0.4), ("chorus", 4, 0.9))
    assert write_effects(plan, seat("effects", "cymbal-swell"))[["onset", "duration"]].tolist() == [(12.0, 4.0)]
    assert write_effects(plan, seat("effects", "sub-drop"))[["onset", "duration"]].tolist() == [(16.0, 4.0)]
