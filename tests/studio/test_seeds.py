from studio.seeds import stream


def test_a_stream_depends_on_seed_stage_and_variation_only():
    first = stream(7, "melody").integers(1 << 30, size=4).tolist()
    assert stream(7, "melody").integers(1 << 30, size=4).tolist() == first
    others = [stream(8, "melody"), stream(7, "drums"), stream(7, "melody", 1)]
    assert all(other.integers(1 << 30, size=4).tolist() != first for other in others)
