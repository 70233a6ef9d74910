import pytest

from studio.theory.meter import Meter


@pytest.mark.parametrize(
    ("text", "bar", "pulse", "pulses"), [("4/4", 4, 1, 4), ("3/4", 3, 1, 3), ("6/8", 3, 1.5, 2), ("12/8", 6, 1.5, 4)]
)
def test_bars_and_pulses(text, bar, pulse, pulses):
    meter = Meter.parse(text)
    assert (meter.bar_beats, meter.pulse_beats, meter.pulses) == (bar, pulse, pulses)


def test_weight_falls_from_downbeat_to_offbeat():
    meter = Meter.parse("4/4")
    weights = [meter.weight(beat) for beat in (0, 2, 1, 0.5, 0.25)]
    assert weights == sorted(weights, reverse=True) and len(set(weights)) == 5
    assert meter.weight(4.0) == 1.0


def test_unknown_meter_is_refused():
    with pytest.raises(ValueError):
        Meter.parse("7/8")
