#!/usr/bin/env python3
"""Makes the pictures and expected values under tests/golden/images. Needs Pillow and numpy; run it from anywhere.

Each section writes its own folder, deterministically. What Pillow cannot write (most PNG bit depths, interlacing, odd BMPs) is
written here from the formats' specifications; wherever Pillow can read the result, the script checks that it reads the same pixels.
"""
import base64
import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent / "images"


def noise(count, seed):
    """Numbers below 2**32 from a counter: the tests make the same ones in C#."""
    n = (np.arange(count, dtype=np.uint64) + np.uint64(seed) * np.uint64(1000003)) & np.uint64(0xFFFFFFFF)
    n = (n * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    n ^= n >> np.uint64(15)
    n = (n * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    n ^= n >> np.uint64(13)
    return n


def picture(width, height, channels, seed):
    """Slopes with wrap-round edges and some noise, [height, width, channels] bytes."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.uint64)
    smooth = x * np.uint64(3) + y * np.uint64(5) + c * np.uint64(70)
    return ((smooth + (noise(height * width * channels, seed).reshape(smooth.shape) >> np.uint64(26))) & np.uint64(255)).astype(np.uint8)


def write(folder, name, data):
    path = ROOT / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def expected(pixels, mode, indices=None):
    entry = {"width": pixels.shape[1], "height": pixels.shape[0], "format": mode,
             "pixels": base64.b64encode(pixels.tobytes()).decode()}
    if indices is not None:
        entry["indices"] = base64.b64encode(indices.astype(np.uint8).tobytes()).decode()
    return entry


def save_json(folder, entries):
    write(folder, "expected.json", json.dumps(entries, indent=0, sort_keys=True) + "\n")


# ---------------------------------------------------------------- PNG

def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pack(samples, depth):
    """Rows [height, width, channels] of samples as the bytes PNG stores."""
    height = samples.shape[0]
    flat = samples.reshape(height, -1)
    if depth == 16:
        return flat.astype(">u2").view(np.uint8).reshape(height, -1)
    bits = ((flat[:, :, None].astype(np.uint16) >> np.arange(depth - 1, -1, -1, dtype=np.uint16)) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(height, -1), axis=1)


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(rows, step, first):
    """All five filters in turn, so that each meets each as its neighbour above."""
    out = bytearray()
    above = np.zeros(rows.shape[1], int)
    for y, row in enumerate(rows.astype(int)):
        kind = (first + y) % 5
        out.append(kind)
        for i in range(len(row)):
            a = row[i - step] if i >= step else 0
            b = above[i]
            c = above[i - step] if i >= step else 0
            guess = (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]
            out.append((row[i] - guess) & 255)
        above = row
    return bytes(out)


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, color, interlaced=False, palette=None, transparency=None, first=0, level=9, extra=b"", pieces=1):
    height, width, channels = samples.shape
    step = max(1, channels * depth // 8)
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES]
        raw = b"".join(filtered(pack(p, depth), step, first + i) for i, p in enumerate(parts) if p.shape[0] and p.shape[1])
    else:
        raw = filtered(pack(samples, depth), step, first)
    body = zlib.compress(raw, level)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))) + extra
    if palette is not None:
        out += chunk(b"PLTE", palette.tobytes())
    if transparency is not None:
        out += chunk(b"tRNS", transparency)
    cut = -(-len(body) // pieces)
    for i in range(0, len(body), cut):
        out += chunk(b"IDAT", body[i:i + cut])
    return out + chunk(b"IEND", b"")


def pillow(data, mode):
    array = np.asarray(Image.open(io.BytesIO(data)).convert(mode))
    return array[:, :, None] if array.ndim == 2 else array


def make_png():
    entries = {}
    names = {0: "grey", 2: "rgb", 3: "palette", 4: "greyalpha", 6: "rgba"}
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    formats = {0: "Grey", 2: "Rgb", 3: "Rgb", 4: "GreyAlpha", 6: "Rgba"}
    depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    modes = {"Grey": "L", "Rgb": "RGB", "GreyAlpha": "LA", "Rgba": "RGBA"}
    seed = 0

    def add(name, samples, depth, color, check=True, **options):
        palette, transparency = options.get("palette"), options.get("transparency")
        data = png(samples, depth, color, **options)
        form = formats[color]
        if color == 3:
            colors = np.zeros((256, 4), np.uint8)
            colors[:, 3] = 255
            colors[:len(palette), :3] = palette
            if transparency is not None:
                colors[:len(transparency), 3] = list(transparency)
                form = "Rgba"
            pixels = colors[samples[:, :, 0]][:, :, :4 if form == "Rgba" else 3]
        elif depth == 16:
            pixels = (samples >> 8).astype(np.uint8)
        else:
            pixels = (samples * (255 // (2 ** depth - 1))).astype(np.uint8)
        if transparency is not None and color in (0, 2):
            key = np.frombuffer(transparency, ">u2").astype(np.uint32)
            alpha = np.where((samples == key).all(axis=2, keepdims=True), 0, 255).astype(np.uint8)
            pixels = np.concatenate([pixels, alpha], axis=2)
            form = {"Grey": "GreyAlpha", "Rgb": "Rgba"}[form]
        if check:
            if color == 0 and depth == 16:
                array = np.asarray(Image.open(io.BytesIO(data)))
                assert (array[:, :, None] == samples).all(), name
            else:
                assert (pillow(data, modes[form]) == pixels).all(), name
        indices = samples if channels[color] == 1 and depth <= 8 else None
        entries[name] = expected(pixels, form, indices)
        write("png", name + ".png", data)

    for color, name in names.items():
        for depth in depths[color]:
            for interlaced in (False, True):
                for width, height in ((1, 1), (3, 10), (13, 11)):
                    seed += 1
                    samples = noise(width * height * channels[color], seed).reshape(height, width, channels[color])
                    # Neighbours that resemble one another, or Paeth would choose at random.
                    samples = (((samples >> np.uint64(20)) & np.uint64(0x3FF)) + np.mgrid[0:height, 0:width][1][:, :, None].astype(np.uint64) * np.uint64(1900)
                               ).astype(np.uint32) if depth == 16 else (samples >> np.uint64(32 - depth)).astype(np.uint32)
                    palette = None
                    if color == 3:
                        palette = (noise(3 * 2 ** depth, seed + 500) >> np.uint64(24)).astype(np.uint8).reshape(-1, 3)
                    add(f"{name}{depth}{'-adam7' if interlaced else ''}-{width}x{height}", samples, depth, color,
                        interlaced=interlaced, palette=palette, first=seed % 5)

    def plain(depth, count, width=9, height=8):
        nonlocal seed
        seed += 1
        return (noise(width * height * count, seed) >> np.uint64(32 - depth)).astype(np.uint32).reshape(height, width, count)

    for depth in (1, 2, 4, 8):
        palette = (noise(3 * 2 ** depth, seed) >> np.uint64(24)).astype(np.uint8).reshape(-1, 3)
        add(f"palette{depth}-trns", plain(depth, 1), depth, 3, palette=palette, transparency=bytes(range(7, 7 + 2 ** (depth - 1))))
    for depth in (1, 2, 4, 8, 16):
        samples = plain(depth, 1)
        key = struct.pack(">H", samples[3, 4, 0])
        add(f"grey{depth}-trns", samples, depth, 0, check=False, transparency=key)
        add(f"grey{depth}-trns-adam7", samples, depth, 0, check=False, interlaced=True, transparency=key)
    for depth in (8, 16):
        samples = plain(depth, 3)
        samples[0, 0] = samples[5, 6]
        add(f"rgb{depth}-trns", samples, depth, 2, check=depth == 8, transparency=struct.pack(">HHH", *samples[5, 6]))
    # A key that differs from a pixel in the low byte alone: cutting to 8 bits before comparing would make it transparent.
    samples = plain(16, 1)
    samples[2, 2] = samples[1, 1] ^ 1
    add("grey16-trns-low-byte", samples, 16, 0, check=False, transparency=struct.pack(">H", samples[1, 1, 0]))
    palette = (noise(9, 77) >> np.uint64(24)).astype(np.uint8).reshape(-1, 3)
    samples = plain(2, 1)
    assert samples.max() == 3
    # Pillow leaves a grey ramp where the palette ends, libpng black.
    add("palette2-index-beyond", samples, 2, 3, check=False, palette=palette)
    add("rgb8-many-idat", plain(8, 3), 8, 2, pieces=17)
    add("rgb8-stored", plain(8, 3), 8, 2, level=0)
    add("rgba8-ancillary", plain(8, 4), 8, 6, extra=chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Comment\0words")
        + chunk(b"acTL", struct.pack(">II", 1, 0)))
    save_json("png", entries)


# ---------------------------------------------------------------- resize

FILTERS = {"Nearest": Image.Resampling.NEAREST, "Box": Image.Resampling.BOX, "Bilinear": Image.Resampling.BILINEAR,
           "Hamming": Image.Resampling.HAMMING, "Bicubic": Image.Resampling.BICUBIC, "Lanczos": Image.Resampling.LANCZOS}
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def to_pillow(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array, MODES[array.shape[2]])


def make_resize():
    # Hashes of many results; the source pictures are made by formula on both sides.
    lines = []
    sources = [(1, 1), (2, 3), (7, 5), (61, 43), (500, 375), (333, 500)]
    targets = [(1, 1), (3, 2), (5, 7), (16, 43), (61, 20), (64, 64), (224, 168), (150, 224), (640, 5)]
    for width, height in sources:
        for channels, mode in MODES.items():
            source = to_pillow(picture(width, height, channels, width + channels))
            for to in targets:
                if width * height > 100000 and (channels in (1, 2) or to[0] > 300):
                    continue
                for name, kernel in FILTERS.items():
                    digest = hashlib.sha256(source.resize(to, kernel).tobytes()).hexdigest()[:24]
                    lines.append(f"{width} {height} {channels} {to[0]} {to[1]} {name} {digest}")
    write("resize", "hashes.txt", "\n".join(lines) + "\n")

    # A few to look at, and to say by how much when they differ.
    for channels, mode in MODES.items():
        source = to_pillow(picture(37, 29, channels, channels))
        source.save(ROOT / "resize" / f"{mode}.png")
        for to in ((16, 11), (53, 40)):
            for name, kernel in FILTERS.items():
                source.resize(to, kernel).save(ROOT / "resize" / f"{mode}-{to[0]}x{to[1]}-{name}.png", optimize=True)


SECTIONS = {"png": make_png, "resize": make_resize}

if __name__ == "__main__":
    for section in sys.argv[1:] or SECTIONS:
        (ROOT / section).mkdir(parents=True, exist_ok=True)
        SECTIONS[section]()
