"""How the loops over frames are compiled: to native code, once per machine, free of the interpreter's lock."""

from numba import njit

kernel = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})
"""Compiles a loop over frames.

Sums may be regrouped for speed (the grouping is fixed when the kernel is compiled, so the same machine always gives
the same bits), but infinities and NaN keep their meaning.
"""
