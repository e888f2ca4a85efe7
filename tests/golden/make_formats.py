#!/usr/bin/env python3
"""Makes GIF, ICO and WebP files under tests/golden/images, each with the pixels that Pillow reads from it. Needs Pillow and numpy.

Pillow writes what it can; what it cannot (interlacing with any palette, frames beside the corner, codes that fill the table, icons of few
bits, animations whose first frame is smaller than the canvas) is written here from the formats' specifications, and read by Pillow.
"""
import io
import struct
import sys

import numpy as np
from PIL import Image

from make_images import ROOT, expected, noise, picture, save_json, write


def colors(count, seed):
    """A palette [count, 3] without grey entries in a row."""
    return (noise(count * 3, seed).reshape(count, 3) >> np.uint64(24)).astype(np.uint8)


# ---------------------------------------------------------------- GIF

def lzw(indices, bits, clears=True):
    """GIF's LZW: codes from the least significant bit on. Without clears a full table stays as it is to the end."""
    clear, out, held, count = 1 << bits, bytearray(), 0, 0
    table, following, size = {}, clear + 2, bits + 1

    def put(code):
        nonlocal held, count
        held |= code << count
        count += size
        while count >= 8:
            out.append(held & 255)
            held >>= 8
            count -= 8

    put(clear)
    word = None
    for index in indices:
        index = int(index)
        if word is None:
            word = index
        elif (word, index) in table:
            word = table[word, index]
        else:
            put(word)
            if following < 4096:
                table[word, index] = following
                # The reader's table is one entry behind.
                if following == 1 << size and size < 12:
                    size += 1
                following += 1
            elif clears:
                put(clear)
                table, following, size = {}, clear + 2, bits + 1
            word = index
    put(word)
    if following == 1 << size and size < 12:
        size += 1
    put(clear + 1)
    if count:
        out.append(held & 255)
    return bytes(out)


def blocks(data):
    return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"


def table_flags(palette):
    return 0 if palette is None else 0x80 | (max(1, (len(palette) - 1).bit_length()) - 1)


def table(palette):
    if palette is None:
        return b""
    whole = np.zeros((2 << (table_flags(palette) & 7), 3), np.uint8)
    whole[:len(palette)] = palette
    return whole.tobytes()


def frame(indices, at=(0, 0), palette=None, transparent=None, disposal=None, interlaced=False, bits=None, clears=True):
    height, width = indices.shape
    out = b""
    if transparent is not None or disposal is not None:
        flags = (disposal or 0) << 2 | (transparent is not None)
        out += b"!\xf9\4" + struct.pack("<BHBB", flags, 10, transparent or 0, 0)
    rows = [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(start, height, step)] if interlaced else range(height)
    bits = bits or max(2, int(indices.max()).bit_length())
    out += b"," + struct.pack("<HHHHB", *at, width, height, table_flags(palette) | 0x40 * interlaced) + table(palette)
    return out + bytes([bits]) + blocks(lzw(indices[list(rows)].ravel(), bits, clears))


def gif(size, palette, *parts, version=b"89a", background=0):
    return b"GIF" + version + struct.pack("<HHBBB", *size, table_flags(palette) | 0x70, background, 0) + table(palette) + b"".join(parts) + b";"


def read_gif(data):
    """Pillow's first frame; grey where no colour of the palette is one, with alpha where an index is transparent."""
    image = Image.open(io.BytesIO(data))
    transparent = "transparency" in image.info
    pixels = np.asarray(image.convert("RGBA"))
    stored = np.asarray(image)
    palette = np.array(image.getpalette(), np.uint8).reshape(-1, 3) if image.mode == "P" else np.zeros((1, 3), np.uint8)
    grey = (palette == palette[:, :1]).all()
    channels = ([0] if grey else [0, 1, 2]) + ([3] if transparent else [])
    return pixels[:, :, channels], {1: "Grey", 2: "GreyAlpha", 3: "Rgb", 4: "Rgba"}[len(channels)], stored


def make_gif():
    entries = {}

    def add(name, data):
        write("gif", name + ".gif", data)
        entries[name] = expected(*read_gif(data))

    def indices(width, height, count, seed):
        return (picture(width, height, 1, seed)[:, :, 0].astype(int) * count // 256).astype(np.uint8)

    for i, count in enumerate((2, 3, 4, 8, 16, 32, 64, 128, 200, 256)):
        add(f"colours-{count}", gif((23, 17), colors(count, i), frame(indices(23, 17, count, i))))
        add(f"interlaced-{count}", gif((23, 17), colors(count, i), frame(indices(23, 17, count, 30 + i), interlaced=True)))
    one = np.zeros((5, 7), np.uint8)
    add("colours-1", gif((7, 5), colors(1, 90), frame(one)))
    add("one-pixel", gif((1, 1), colors(4, 91), frame(one[:1, :1] + 3)))
    for height in (1, 2, 3, 4, 5, 8, 9):
        add(f"interlaced-rows-{height}", gif((6, height), colors(16, 92), frame(indices(6, height, 16, height), interlaced=True)))

    plain, palette, own = indices(21, 13, 16, 40), colors(16, 41), colors(16, 42)
    add("version-87a", gif((21, 13), palette, frame(plain), version=b"87a"))
    add("own-palette", gif((21, 13), None, frame(plain, palette=own)))
    add("own-palette-before-common", gif((21, 13), palette, frame(plain, palette=own)))
    add("no-palette", gif((21, 13), None, frame(plain)))
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    add("grey", gif((21, 13), ramp, frame(indices(21, 13, 256, 43))))
    add("grey-inverted", gif((21, 13), ramp[::-1], frame(indices(21, 13, 256, 44))))
    add("grey-transparent", gif((21, 13), ramp, frame(indices(21, 13, 256, 45), transparent=100)))
    add("transparent", gif((21, 13), palette, frame(plain, transparent=5)))
    add("transparent-beyond-palette", gif((21, 13), palette, frame(plain, transparent=200)))
    add("inside", gif((30, 20), palette, frame(plain, at=(4, 3)), background=7))
    add("inside-transparent", gif((30, 20), palette, frame(plain, at=(9, 7), transparent=2), background=7))
    add("inside-own-palette", gif((30, 20), palette, frame(plain, at=(0, 7), palette=own), background=7))
    add("beyond-screen", gif((10, 8), palette, frame(plain, at=(2, 1))))
    add("beyond-screen-transparent", gif((30, 8), palette, frame(plain, at=(2, 1), transparent=0)))
    for disposal in range(4):
        second = indices(9, 6, 16, 50 + disposal)
        add(f"animated-disposal-{disposal}", gif(
            (24, 16), palette, b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0", frame(plain, at=(3, 3), disposal=disposal, transparent=9 if disposal % 2 else None),
            frame(second, at=(8, 4), disposal=disposal, transparent=1), frame(second, at=(0, 0), palette=own)))
    text = b"!\xfe" + blocks(b"a comment, " * 40) + b"!\1\x0c" + struct.pack("<HHHHBBBB", 0, 0, 8, 8, 8, 8, 1, 0) + blocks(b"words")
    add("extensions", gif((21, 13), palette, text, b"!\xff" + blocks(b"XMP DataXMP" + b"x" * 20), frame(plain)))
    add("more-bits-than-colours", gif((21, 13), palette, frame(plain, bits=8)))
    busy = (noise(90 * 80, 60) >> np.uint64(24)).astype(np.uint8).reshape(80, 90)
    add("table-full", gif((90, 80), colors(256, 61), frame(busy, clears=False)))
    add("table-cleared", gif((90, 80), colors(256, 61), frame(busy)))
    add("long-runs", gif((200, 150), colors(4, 62), frame(np.repeat(np.arange(150, dtype=np.uint8)[:, None] // 60, 200, 1))))

    def saved(name, image, **options):
        out = io.BytesIO()
        image.save(out, "GIF", **options)
        add(name, out.getvalue())

    rgb = Image.fromarray(picture(40, 30, 3, 70))
    saved("pillow-rgb", rgb)
    saved("pillow-l", rgb.convert("L"), interlace=0)
    saved("pillow-1", rgb.convert("1"))
    saved("pillow-adaptive", rgb.quantize(17), optimize=True)
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray((picture(40, 30, 1, 71)[:, :, 0] > 90).astype(np.uint8) * 255))
    saved("pillow-rgba", rgba)
    saved("pillow-animated", rgb.quantize(30), save_all=True, append_images=[rgb.quantize(9), rgba], duration=40, loop=0, disposal=2)
    save_json("gif", entries)


# ---------------------------------------------------------------- ICO

def rows(samples, bits):
    """Rows from the bottom up, each padded to whole words of 32 bits."""
    height = samples.shape[0]
    if bits < 8:
        flat = ((samples[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).reshape(height, -1)
        packed = np.packbits(flat, axis=1)
    else:
        packed = samples.reshape(height, -1).view(np.uint8).reshape(height, -1)
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4)))[::-1].tobytes()


def dib(bits, width, height, seed, used=0):
    palette = colors(used or 1 << bits, seed) if bits <= 8 else None
    if bits <= 8:
        samples = (picture(width, height, 1, seed)[:, :, 0].astype(int) * len(palette) // 256).astype(np.uint8)
    elif bits == 16:
        samples = (noise(width * height, seed).reshape(height, width) >> np.uint64(17)).astype("<u2")
    else:
        samples = picture(width, height, bits // 8, seed)
    mask = (picture(width, height, 1, seed + 1)[:, :, 0] > 150).astype(np.uint8)
    header = struct.pack("<IiiHHIIiiII", 40, width, 2 * height, 1, bits, 0, 0, 0, 0, used, 0)
    table = b"" if palette is None else np.pad(palette[:, ::-1], ((0, 0), (0, 1))).tobytes()
    return header + table + rows(samples, bits) + rows(mask, 1)


def png_bytes(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def ico(*entries, kind=1):
    """Entries are (width, height, bits, bytes)."""
    out, at = struct.pack("<HHH", 0, kind, len(entries)), 6 + 16 * len(entries)
    for width, height, bits, data in entries:
        out += struct.pack("<BBBBHHII", width & 255, height & 255, 0, 0, 1, bits, len(data), at)
        at += len(data)
    return out + b"".join(e[3] for e in entries)


def make_ico():
    entries = {}

    def add(name, data, end=".ico"):
        write("ico", name + end, data)
        image = Image.open(io.BytesIO(data))
        mode = image.mode if image.mode in ("L", "LA", "RGB", "RGBA") else "RGBA"
        pixels = np.asarray(image.convert(mode))
        pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
        entries[name] = expected(pixels, {"L": "Grey", "LA": "GreyAlpha", "RGB": "Rgb", "RGBA": "Rgba"}[mode])

    for i, bits in enumerate((1, 4, 8, 16, 24, 32)):
        add(f"bits-{bits}", ico((19, 19, bits, dib(bits, 19, 19, i))))
        add(f"bits-{bits}-wide", ico((37, 12, bits, dib(bits, 37, 12, 10 + i))))
    add("palette-short", ico((16, 16, 8, dib(8, 16, 16, 20, used=50))))
    rgba, rgb = Image.fromarray(picture(48, 48, 4, 21)), Image.fromarray(picture(48, 48, 3, 22))
    for name, image in (("rgba", rgba), ("rgb", rgb), ("grey", rgb.convert("L")), ("greyalpha", rgba.convert("LA"))):
        add(f"png-{name}", ico((48, 48, 32, png_bytes(image))))
    small, large = dib(32, 16, 16, 23), dib(8, 32, 32, 24)
    add("largest-first", ico((32, 32, 8, large), (16, 16, 32, small)))
    add("largest-last", ico((16, 16, 32, small), (32, 32, 8, large)))
    add("deepest-of-equals", ico((32, 32, 8, large), (32, 32, 24, dib(24, 32, 32, 25)), (32, 32, 4, dib(4, 32, 32, 26))))
    add("png-beside-bitmaps", ico((16, 16, 32, small), (48, 48, 32, png_bytes(rgba)), (32, 32, 8, large)))
    out = io.BytesIO()
    steps = np.add.outer(np.arange(256), np.arange(256)) // 32 * 16
    Image.fromarray(steps.astype(np.uint8)).save(out, "ICO", sizes=[(256, 256), (16, 16)])
    add("pillow-256", out.getvalue())
    out = io.BytesIO()
    rgba.save(out, "ICO", sizes=[(48, 48), (16, 16)], bitmap_format="bmp")
    add("pillow-bitmaps", out.getvalue())
    save_json("ico", entries)

    # Pillow reads neither the mask of a cursor nor any but the first of several whose sides do not both grow.
    write("ico", "cursor.cur", ico((19, 19, 3, dib(8, 19, 19, 2)), kind=2))


# ---------------------------------------------------------------- WebP

def webp(image, **options):
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    return out.getvalue()


def chunks(data):
    """(name, body) of a RIFF file's chunks."""
    at = 12
    while at + 8 <= len(data):
        name, length = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        yield name, data[at + 8:at + 8 + length]
        at += 8 + length + (length & 1)


def riff(*parts):
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(b)) + b + b"\0" * (len(b) & 1) for n, b in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(width, height, flags, *parts):
    return riff((b"VP8X", struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")), *parts)


def anmf(x, y, image, **options):
    """A frame: its place, size, duration and flags, and the chunks of a still picture of it."""
    body = b"".join(v.to_bytes(3, "little") for v in (x // 2, y // 2, image.width - 1, image.height - 1, 40)) + b"\2"
    for name, data in chunks(webp(image, **options)):
        if name in (b"VP8 ", b"VP8L", b"ALPH"):
            body += name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
    return b"ANMF", body


def make_webp():
    entries = {}

    def add(name, data):
        write("webp", name + ".webp", data)
        image = Image.open(io.BytesIO(data))
        entries[name] = expected(np.asarray(image), {"RGB": "Rgb", "RGBA": "Rgba"}[image.mode])

    y, x = np.mgrid[0:47, 0:61]
    smooth = np.stack([128 + 100 * np.sin(x / 9 + c) * np.cos(y / 7 - c) for c in range(3)], -1).astype(np.uint8)
    rgb, busy = Image.fromarray(smooth), Image.fromarray(picture(61, 47, 3, 1))
    rgba, see_through = rgb.copy(), Image.fromarray(picture(61, 47, 4, 2))
    rgba.putalpha(Image.fromarray((127 + 127 * np.sin(x / 5 + y / 8)).astype(np.uint8)))
    cut_out = rgb.copy()
    cut_out.putalpha(Image.fromarray(((x - 30) ** 2 + (y - 20) ** 2 < 300).astype(np.uint8) * 255))
    for name, image in (("smooth", rgb), ("busy", busy), ("alpha", rgba), ("busy-alpha", see_through), ("cut-out", cut_out)):
        add(f"lossless-{name}", webp(image, lossless=True))
        for quality in (1, 75, 100):
            add(f"lossy-{name}-{quality}", webp(image, quality=quality))
    add("lossless-exact", webp(cut_out, lossless=True, exact=True))
    add("lossless-grey", webp(rgb.convert("L"), lossless=True))
    add("lossless-palette", webp(rgb.quantize(13).convert("RGB"), lossless=True, method=6))
    add("lossless-two-colours", webp(rgb.convert("1").convert("RGB"), lossless=True, method=6))
    add("lossy-fast", webp(rgb, method=0))
    add("lossy-slow", webp(rgb, method=6, quality=40))
    add("lossy-alpha-coarse", webp(rgba, alpha_quality=20))
    for width, height in ((1, 1), (2, 1), (1, 2), (16, 16), (17, 33)):
        add(f"lossy-{width}x{height}", webp(busy.crop((0, 0, width, height))))
        add(f"lossless-{width}x{height}", webp(busy.crop((0, 0, width, height)), lossless=True))
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        add(f"exif-{turn}", webp(rgb.crop((0, 0, 20, 9)), lossless=True, exif=exif))
    add("xmp-6", webp(rgb.crop((0, 0, 20, 9)), lossless=True, xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'))
    add("profile", webp(rgb, icc_profile=b"not a profile, and never looked at", quality=80))
    add("animated", webp(rgb, save_all=True, append_images=[busy, rgb], duration=50))
    add("animated-alpha", webp(cut_out, lossless=True, save_all=True, append_images=[rgba], duration=50))
    head = (b"ANIM", struct.pack("<IH", 0xFF10C0F0, 0))
    part = (10, 8, 41, 33)
    add("animated-inside", extended(61, 47, 0x12, head, anmf(4, 6, cut_out.crop(part), lossless=True), anmf(0, 0, rgb)))
    add("animated-inside-lossy", extended(61, 47, 0x12, head, anmf(20, 10, rgba.crop(part)), anmf(0, 0, rgb)))
    add("animated-inside-opaque", extended(61, 47, 0x12, head, anmf(20, 10, rgb.crop(part)), anmf(0, 0, rgb)))
    add("animated-no-alpha-flag", extended(61, 47, 0x02, head, anmf(20, 10, rgb.crop(part), lossless=True), anmf(0, 0, rgb)))
    save_json("webp", entries)


SECTIONS = {"gif": make_gif, "ico": make_ico, "webp": make_webp}

if __name__ == "__main__":
    for section in sys.argv[1:] or SECTIONS:
        (ROOT / section).mkdir(parents=True, exist_ok=True)
        SECTIONS[section]()
