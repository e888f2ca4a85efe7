"""Writes safetensors files with nothing but NumPy, for the scripts beside it that make expected values."""

import json
import struct

import numpy as np

NAMES = {"float64": "F64", "float32": "F32", "int64": "I64", "uint8": "U8", "bool": "BOOL"}


def write(path, arrays, metadata=None):
    """Writes arrays by name; element types that Fovea's tensors lack must have been widened."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, array in sorted(arrays.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        content = array.tobytes(order="C")
        header[name] = {
            "dtype": NAMES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def widen(array):
    """The element type that Fovea reads an array as."""
    if array.dtype.kind == "f" and array.dtype.itemsize == 2:
        return array.astype(np.float32)
    if array.dtype.kind in "iu" and array.dtype != np.uint8:
        return array.astype(np.int64)
    return array.astype(array.dtype.newbyteorder("="))
