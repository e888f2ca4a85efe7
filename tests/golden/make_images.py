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
from PIL import Image, ImageEnhance

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


# ---------------------------------------------------------------- BMP

def bmp(rows, width, height, bits, compression=0, palette=None, masks=(), header=40, top_down=False, offset_zero=False):
    """rows: the packed pixels, already in the file's order; masks go into a header that has room for them, else behind it."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        used = len(palette) if palette is not None and len(palette) != 2 ** bits else 0
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits, compression, len(rows), 0, 0, used, 0)
        info += struct.pack(f"<{len(masks)}I", *masks)
        info += b"\0" * (header - len(info))
    colors = b""
    if palette is not None:
        colors = b"".join(bytes([b, g, r]) + (b"" if header == 12 else b"\0") for r, g, b in palette.tolist())
    start = 14 + len(info) + len(colors)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, 0 if offset_zero else start) + info + colors + rows


def bmp_rows(packed, top_down=False):
    packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4)))
    return (packed if top_down else packed[::-1]).tobytes()


def rle(indices, bits, seed, jumps):
    """Runs, literals, line ends; some zeros at the end of a row are left to the line's end, some jumped over."""
    out = bytearray()
    height, width = indices.shape
    jump = None
    for y in range(height - 1, -1, -1):
        row = indices[y].tolist()
        x = 0
        if jump is not None:
            x, jump = jump, None
        while x < width:
            if jumps and y > 0 and not any(row[x:]):
                nxt = indices[y - 1].tolist()
                if not any(nxt[:x + 2]) and x + 2 < width:
                    out += bytes([0, 2, 2, 1])
                    jump = x + 2
                break
            run = 1
            while x + run < width and run < 255 and row[x + run] == row[x]:
                run += 1
            literal = min(width - x, 3 + (seed + x) % 5)
            if run >= 3 or literal < 3:
                out += bytes([run, row[x] if bits == 8 else row[x] * 17])
                x += run
                continue
            part = row[x:x + literal]
            data = bytes(part) if bits == 8 else bytes((a << 4 | b) for a, b in zip(part[::2], part[1::2] + [0]))
            out += bytes([0, literal]) + data + b"\0" * (len(data) % 2)
            x += literal
        if jump is None:
            out += b"\0\0"
    return bytes(out) + b"\0\1"


def make_bmp():
    entries = {}
    seed = 900

    def plain(top, width=11, height=7, count=1):
        nonlocal seed
        seed += 1
        return (noise(width * height * count, seed) % np.uint64(top)).astype(np.uint32).reshape(height, width, count)

    def add(name, data, pixels, mode, indices=None, check=True):
        if check:
            got = pillow(data, {"Grey": "L", "Rgb": "RGB", "Rgba": "RGBA"}[mode])
            assert (got == pixels).all(), name
        entries[name] = expected(pixels, mode, indices)
        write("bmp", name + ".bmp", data)

    def colors(count):
        return (noise(3 * count, seed + 5000) >> np.uint64(24)).astype(np.uint8).reshape(-1, 3)

    for bits in (1, 2, 4, 8):
        for top_down in (False, True):
            indices, palette = plain(2 ** bits), colors(2 ** bits)
            data = bmp(bmp_rows(pack(indices, bits), top_down), 11, 7, bits, palette=palette, top_down=top_down)
            add(f"palette{bits}{'-topdown' if top_down else ''}", data, palette[indices[:, :, 0]], "Rgb", indices, check=bits != 2)
    indices, palette = plain(16), colors(16)
    add("os2-palette4", bmp(bmp_rows(pack(indices, 4)), 11, 7, 4, palette=palette, header=12), palette[indices[:, :, 0]], "Rgb", indices)
    indices, palette = plain(256), np.repeat(np.arange(255, -1, -1, dtype=np.uint8)[:, None], 3, 1)
    add("grey8-inverted", bmp(bmp_rows(pack(indices, 8)), 11, 7, 8, palette=palette), palette[indices[:, :, 0]][:, :, :1], "Grey", indices)
    indices, palette = plain(20), colors(20)
    add("palette8-short", bmp(bmp_rows(pack(indices, 8)), 11, 7, 8, palette=palette), palette[indices[:, :, 0]], "Rgb", indices)

    for bits in (8, 4):
        indices, palette = plain(2 ** bits, 23, 12), colors(2 ** bits)
        indices[2:5, 4:17] = 9
        indices[6, 5:] = 0
        indices[7, 3:] = 0
        indices[6, :10] = 0
        indices[9] = 0
        indices[10] = 0
        for jumps in (False, True):
            data = bmp(rle(indices[:, :, 0], bits, seed, jumps), 23, 12, bits, {8: 1, 4: 2}[bits], palette=palette)
            # Pillow 9 reads a jump's bytes twice, and half a byte too few of odd RLE4 literals (netpbm reads these right).
            add(f"rle{bits}{'-jumps' if jumps else ''}", data, palette[indices[:, :, 0]], "Rgb", indices, check=bits == 8 and not jumps)

    rgb = plain(256, count=3).astype(np.uint8)
    add("rgb24", bmp(bmp_rows(rgb[:, :, ::-1].reshape(7, -1)), 11, 7, 24), rgb, "Rgb")
    add("rgb24-topdown-no-offset", bmp(bmp_rows(rgb[:, :, ::-1].reshape(7, -1), True), 11, 7, 24, top_down=True, offset_zero=True), rgb, "Rgb", check=False)
    add("os2-rgb24", bmp(bmp_rows(rgb[:, :, ::-1].reshape(7, -1)), 11, 7, 24, header=12), rgb, "Rgb")

    def fields(name, bits, masks, channels, compression, header, mode, check=True, order=None):
        nonlocal seed
        seed += 1
        values = (noise(77, seed) & np.uint64(2 ** bits - 1)).astype(np.uint64).reshape(7, 11)
        out = []
        for mask in masks[:channels]:
            shift = (mask & -mask).bit_length() - 1
            most = mask >> shift
            out.append((((values & np.uint64(mask)) >> np.uint64(shift)) * np.uint64(255) // np.uint64(most)).astype(np.uint8))
        packed = values.astype(f"<u{bits // 8}").view(np.uint8).reshape(7, -1)
        data = bmp(bmp_rows(packed), 11, 7, bits, compression, masks=masks if compression else (), header=header)
        add(name, data, np.stack(out, 2), mode, check=check)

    fields("rgb555", 16, (0x7C00, 0x3E0, 0x1F), 3, 0, 40, "Rgb")
    fields("rgb565", 16, (0xF800, 0x7E0, 0x1F), 3, 3, 40, "Rgb")
    fields("argb4444", 16, (0xF00, 0xF0, 0xF, 0xF000), 4, 3, 56, "Rgba", check=False)
    fields("rgb32", 32, (0xFF0000, 0xFF00, 0xFF), 3, 0, 40, "Rgb")
    fields("bgr32-fields", 32, (0xFF, 0xFF00, 0xFF0000), 3, 3, 40, "Rgb", check=False)
    fields("rgb30-fields", 32, (0x3FF00000, 0xFFC00, 0x3FF), 3, 3, 52, "Rgb", check=False)
    fields("rgba32-v4", 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), 4, 3, 108, "Rgba")
    fields("rgba32-v5", 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), 4, 3, 124, "Rgba")
    fields("rgba32-alphafields", 32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF), 4, 6, 40, "Rgba", check=False)
    save_json("bmp", entries)


# ---------------------------------------------------------------- PBM, PGM, PPM

def make_ppm():
    entries = {}

    def add(name, extension, data, pixels, check=True):
        if check:
            assert (pillow(data, "RGB" if pixels.shape[2] == 3 else "L") == pixels).all(), name
        entries[name + extension] = expected(pixels, "Rgb" if pixels.shape[2] == 3 else "Grey")
        write("ppm", name + extension, data)

    bits = (noise(13 * 6, 1) >> np.uint64(31)).astype(np.uint8).reshape(6, 13, 1)
    add("p1", ".pbm", b"P1\n# a comment\n13 6\n" + b"\n".join(b"".join(b"%d" % v for v in row) for row in bits[:, :, 0]), (1 - bits) * 255)
    add("p1-spaced", ".pbm", b"P1 13 6\n" + b"\n".join(b" ".join(b"%d" % v for v in row) for row in bits[:, :, 0]), (1 - bits) * 255)
    add("p4", ".pbm", b"P4\n13 6\n" + np.packbits(bits[:, :, 0], axis=1).tobytes(), (1 - bits) * 255)
    for kind, channels, extension in ((2, 1, ".pgm"), (3, 3, ".ppm")):
        for most in (1, 15, 200, 255, 1000, 65535):
            values = (noise(7 * 5 * channels, most) % np.uint64(most + 1)).astype(np.uint32).reshape(5, 7, channels)
            pixels = np.round(values / most * 255).astype(np.uint8)
            # Pillow reads grey of more than 8 bits into another mode.
            check = most <= 255 or channels == 3
            header = b" # size\n7\t5 #\n%d\n" % most
            text = b"\n".join(b" ".join(b"%d" % v for v in row) for row in values.reshape(5, -1))
            add(f"p{kind}-{most}", extension, b"P%d" % kind + header + text + b"\n", pixels, check)
            body = values.astype(">u2" if most > 255 else "u1").tobytes()
            add(f"p{kind + 3}-{most}", extension, b"P%d" % (kind + 3) + header + body, pixels, check)
    save_json("ppm", entries)


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


# ---------------------------------------------------------------- colour

def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:24]


def adjust(image, op, amount):
    """torchvision's functional.adjust_* for Pillow images."""
    if op != "hue":
        enhancer = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast, "saturation": ImageEnhance.Color}[op]
        return enhancer(image).enhance(amount)
    if image.mode in ("L", "LA"):
        return image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    hue, saturation, value = image.convert("RGB").convert("HSV").split()
    turned = ((np.asarray(hue).astype(int) + int(amount * 255)) % 256).astype(np.uint8)
    out = Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert("RGB")
    if alpha is not None:
        out.putalpha(alpha)
    return out


def make_color():
    # Every 24-bit colour, the first channel changing slowest.
    all_colors = np.stack(np.meshgrid(*[np.arange(256, dtype=np.uint8)] * 3, indexing="ij"), -1).reshape(4096, 4096, 3)
    lines = [
        f"rgb-to-grey {digest(np.asarray(Image.fromarray(all_colors).convert('L')))}",
        f"rgb-to-hsv {digest(np.asarray(Image.fromarray(all_colors).convert('HSV')))}",
        f"hsv-to-rgb {digest(np.asarray(Image.fromarray(all_colors, 'HSV').convert('RGB')))}",
    ]
    values = np.arange(256, dtype=np.float32)[None] / np.float32(255)
    mean, deviation = (np.array(v, np.float32)[:, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    lines.append(f"imagenet-planes {digest((values - mean) / deviation)}")
    amounts = {"brightness": (0, 0.4, 1, 1.3, 2.5), "contrast": (0, 0.4, 1, 1.3, 2.5), "saturation": (0, 0.4, 1, 1.3, 2.5),
               "hue": (-0.5, -0.1, 0, 0.03, 0.5)}
    for channels in MODES:
        image = to_pillow(picture(61, 43, channels, 7 + channels))
        for op, factors in amounts.items():
            for amount in factors:
                lines.append(f"{op} {channels} {amount} {digest(np.asarray(adjust(image, op, amount)))}")
        for to in MODES:
            # Pillow has no RGB to LA; a grey picture keeps its samples either way.
            mid = image.convert("L") if channels == 3 and to == 2 else image
            lines.append(f"convert {channels} {to} {digest(np.asarray(mid.convert(MODES[to])))}")
    write("color", "hashes.txt", "\n".join(lines) + "\n")


SECTIONS = {"color": make_color, "png": make_png, "bmp": make_bmp, "ppm": make_ppm, "resize": make_resize}

if __name__ == "__main__":
    for section in sys.argv[1:] or SECTIONS:
        (ROOT / section).mkdir(parents=True, exist_ok=True)
        SECTIONS[section]()
