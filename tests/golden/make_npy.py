#!/usr/bin/python3
"""Makes the NumPy files that the tests read, and what they hold as safetensors:  python3 tests/golden/make_npy.py"""

import os

import numpy as np

import safetensors_out

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy")


def main():
    os.makedirs(OUT, exist_ok=True)
    ramp = np.arange(24).reshape(2, 3, 4)
    arrays = {
        "f2": (ramp / 8).astype("<f2"),
        "f4": (ramp / 7).astype("<f4"),
        "f8": (ramp / 7).astype("<f8"),
        "f4_big": (ramp / 7).astype(">f4"),
        "f8_fortran": np.asfortranarray((ramp / 7).astype("<f8")),
        "f2_big_fortran": np.asfortranarray((ramp / 8).astype(">f2")),
        "i1": (ramp - 12).astype("i1"),
        "i2_big": (ramp * -999).astype(">i2"),
        "i4": (ramp * -99999).astype("<i4"),
        "i8_big": (ramp * -(10**15)).astype(">i8"),
        "u1": (ramp * 10).astype("u1"),
        "u2": (ramp * 2000).astype("<u2"),
        "u4_big": (ramp * 10**8).astype(">u4"),
        "b1": ramp % 3 == 0,
        "scalar": np.float64(2.5),
        "vector": np.arange(3, dtype="<f4"),
        "empty": np.zeros((3, 0), dtype="<f4"),
    }
    for name, array in arrays.items():
        np.save(os.path.join(OUT, name + ".npy"), array)
    for version in ((2, 0), (3, 0)):
        with open(os.path.join(OUT, f"version{version[0]}.npy"), "wb") as file:
            np.lib.format.write_array(file, arrays["f4"], version=version)
        arrays[f"version{version[0]}"] = arrays["f4"]
    np.savez(os.path.join(OUT, "stored.npz"), **arrays)
    np.savez_compressed(os.path.join(OUT, "deflated.npz"), **arrays)
    wide = {name: safetensors_out.widen(np.asarray(array)) for name, array in arrays.items()}
    safetensors_out.write(os.path.join(OUT, "expected.safetensors"), wide)


if __name__ == "__main__":
    main()
