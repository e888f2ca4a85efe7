#!/usr/bin/env python3
"""Makes tests/golden/images/jpeg: small JPEG files of every kind, and the pixels that libjpeg-turbo decodes them to.

Needs Pillow (linked with libjpeg-turbo), numpy, and cjpeg, djpeg and jpegtran of libjpeg-turbo. Run it from anywhere:

    make_jpeg.py                 writes the files, expected.json (name -> size, format, place in the pixels) and expected.z (the pixels)
    make_jpeg.py --photos DIR    writes photos.json: sizes, channel sums and SHA-256 of the decoded photographs of a folder

Files that jpegtran made from another hold the same coefficients and share that one's pixels; Pillow is asked all the same.
"""
import hashlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parent / "images" / "jpeg"
INDEX, BLOBS = {}, []


def run(*command, data):
    return subprocess.run([str(c) for c in command], input=data, capture_output=True, check=True).stdout


def picture(width, height, seed):
    """Waves of several lengths, a hard-edged disc and faint noise: low and high frequencies in all channels."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 128 + 100 * np.sin(x / 5 + seed) + 20 * np.cos(y / 2)
    green = 128 + 100 * np.cos(y / 7 - seed) * np.sin(x / 11)
    blue = (x * 6 + y * 3 + 40 * seed) % 256
    rgb = np.stack([red, green, blue], -1)
    rgb[(x - width / 2) ** 2 + (y - height / 3) ** 2 < (min(width, height) / 4) ** 2] = (250, 20, 40 * (seed % 6))
    rgb += np.random.RandomState(seed).randint(-6, 7, rgb.shape)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def ppm(image):
    stream = io.BytesIO()
    image.save(stream, "PPM")
    return stream.getvalue()


def cjpeg(image, *options):
    return run("cjpeg", *options, data=ppm(image))


def jpegtran(data, *options):
    return run("jpegtran", *options, data=data)


def decode(data, upright=True):
    """What Pillow sees: grey as it is, everything else as RGB, turned upright."""
    image = Image.open(io.BytesIO(data))
    image = ImageOps.exif_transpose(image) if upright else image
    return image if image.mode == "L" else image.convert("RGB")


def save(name, data, image=None):
    (ROOT / (name + ".jpg")).write_bytes(data)
    image = image or decode(data)
    pixels = image.tobytes()
    if pixels not in BLOBS:
        BLOBS.append(pixels)
    offset = sum(len(b) for b in BLOBS[:BLOBS.index(pixels)])
    INDEX[name] = {"width": image.width, "height": image.height, "format": "Grey" if image.mode == "L" else "Rgb", "offset": offset}


def scan_script(text):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write(text)
    return file.name


def segments(data):
    """(marker, start, end) of every segment before the first scan's data."""
    at = 2
    while True:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        yield marker, at, at + 2 + length
        at += 2 + length
        if marker == 0xDA:
            return


def without(data, marker):
    for kind, start, end in reversed(list(segments(data))):
        if kind == marker:
            data = data[:start] + data[end:]
    return data


def exif(orientation, order):
    """An EXIF segment with two tags, the second of them the orientation."""
    tags = [(0x0100, 4, 1, 99), (0x0112, 3, 1, orientation)]
    body = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags))
    for tag, kind, count, value in tags:
        body += struct.pack(order + "HHI", tag, kind, count) + struct.pack(order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,)))
    body = b"Exif\0\0" + body + struct.pack(order + "I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def subsamplings():
    names = ["1x1", "2x1", "2x2", "1x2", "4x1", "1x4", "4x2", "2x4", "3x1", "1x3", "3x2",
             "2x2,2x1,1x2", "2x2,1x2,2x1", "1x1,2x1,2x1", "2x1,1x1,2x1", "4x1,2x1,1x1", "1x2,1x1,1x2", "1x1,2x2,1x1"]
    sizes = [(37, 29), (17, 33), (33, 18), (40, 16)]
    for i, sampling in enumerate(names):
        width, height = sizes[i % len(sizes)]
        base = cjpeg(picture(width, height, i), "-quality", [90, 50, 75][i % 3], "-sample", sampling)
        name = "sample-" + sampling.replace(",", "_")
        save(name, base)
        kind = [("-progressive",), ("-restart", "1"), ("-optimize", "-restart", "2B"), ("-progressive", "-restart", "1")][i % 4]
        save(name + "-tran", jpegtran(base, *kind))


def sizes():
    for i, (width, height) in enumerate([(1, 1), (2, 1), (1, 2), (3, 3), (4, 4), (5, 1), (1, 5), (7, 5), (8, 8), (9, 16), (16, 9), (2, 40), (40, 2)]):
        image = picture(width, height, 30 + i)
        for sampling in ("2x2", "2x1", "1x2"):
            if sampling == "2x2" or width * height < 40:
                save(f"size-{width}x{height}-{sampling}", cjpeg(image, "-quality", 85, "-sample", sampling))
        save(f"size-{width}x{height}-progressive", cjpeg(image, "-quality", 85, "-progressive"))


def wide():
    """Rows longer than a vector, so that both the vector and the scalar end of every row loop run."""
    image = picture(153, 11, 50)
    for sampling in ("1x1", "2x1", "2x2", "1x2"):
        save(f"wide-{sampling}", cjpeg(image, "-quality", 60, "-sample", sampling))


def structures():
    image = picture(45, 35, 60)
    base = cjpeg(image, "-quality", 80)
    save("plain", base)
    save("progressive", jpegtran(base, "-progressive"))
    save("optimized", jpegtran(base, "-optimize"))
    save("restart-every-unit", jpegtran(base, "-restart", "1B"))
    save("scan-per-component", jpegtran(base, "-scans", scan_script("0; 1; 2;")))
    save("scan-mixed", jpegtran(base, "-scans", scan_script("0; 1 2;"), "-restart", "2B"))
    save("progressive-fine", jpegtran(base, "-scans", scan_script(
        "0 1 2: 0-0, 0, 3; 0 1 2: 0-0, 3, 2; 0 1 2: 0-0, 2, 1; 0: 1-2, 0, 3; 0: 3-63, 0, 4; 1: 1-63, 0, 1; 2: 1-20, 0, 0; 2: 21-63, 0, 0;"
        "0: 3-63, 4, 3; 0: 1-63, 3, 2; 0: 1-63, 2, 1; 0: 1-63, 1, 0; 1: 1-63, 1, 0; 0 1 2: 0-0, 1, 0;")))
    save("huffman-tables-left-out", without(base, 0xC4))
    starts = [start for _, start, _ in segments(base)]
    padded = base
    for start in reversed(starts):
        padded = padded[:start] + b"\xff\xff\xff" + padded[start:]
    save("fill-bytes", padded)
    save("no-end-marker", base[:-2], decode(base))
    save("quality-1-extended", cjpeg(image, "-quality", 1))
    save("quality-100", cjpeg(picture(20, 20, 61), "-quality", 100, "-sample", "1x1"))
    save("grey", cjpeg(image.convert("L"), "-quality", 85))
    save("grey-progressive", cjpeg(image.convert("L"), "-quality", 85, "-progressive"))
    save("grey-restart", cjpeg(image.convert("L"), "-quality", 85, "-restart", "1B"))
    save("grey-sampled-2x2", cjpeg(image.convert("L"), "-quality", 85, "-sample", "2x2"))


def colours():
    image = picture(26, 23, 70)
    rgb = cjpeg(image, "-quality", 85, "-rgb")
    save("rgb-adobe", rgb)
    save("rgb-by-names", without(rgb, 0xEE))
    inks = Image.merge("CMYK", [*image.split(), image.convert("L").point(lambda v: 255 - v // 2)])
    for sub in (0, 1, 2):
        stream = io.BytesIO()
        inks.save(stream, "JPEG", quality=85, subsampling=sub, progressive=sub == 1)
        data = stream.getvalue()
        save(f"cmyk-{sub}", data)
        at = data.index(b"Adobe") + 11
        save(f"ycck-{sub}", data[:at] + b"\x02" + data[at + 1:])
        save(f"cmyk-{sub}-unmarked", without(data, 0xEE))


def orientations():
    image = picture(13, 10, 80)
    for orientation in range(1, 9):
        data = cjpeg(image, "-quality", 85)
        save(f"exif-{orientation}", data[:2] + exif(orientation, "<>"[orientation % 2]) + data[2:])


def damaged():
    """Read with what is missing left grey; the pixels are djpeg's."""
    def djpeg(data):
        result = subprocess.run(["djpeg", "-rgb"], input=data, capture_output=True)
        assert result.returncode in (0, 2), result.stderr  # 2: there were warnings
        return Image.open(io.BytesIO(result.stdout))

    base = cjpeg(picture(45, 35, 60), "-quality", 80)
    restart = jpegtran(base, "-restart", "1B")
    save("damaged-cut", base[:len(base) * 2 // 3], djpeg(base[:len(base) * 2 // 3]))
    save("damaged-ended", base[:len(base) * 3 // 4] + b"\xff\xd9", djpeg(base[:len(base) * 3 // 4] + b"\xff\xd9"))
    for name, old, new in [("lost", b"\xff\xd2", b""), ("renamed", b"\xff\xd1", b"\xff\xd5"), ("repeated", b"\xff\xd3", b"\xff\xd2"), ("early", b"\xff\xd3", b"\xff\xd4")]:
        at = restart.index(old)
        data = restart[:at] + new + restart[at + 2:]
        save("damaged-restart-" + name, data, djpeg(data))


def conditioned(data, *pairs):
    """The file with a DAC segment of its own, and so not the same picture any more: what comes out is djpeg's."""
    at = next(start for kind, start, _ in segments(data) if kind == 0xDA)
    return data[:at] + b"\xff\xcc" + struct.pack(">H", 2 + len(pairs)) + bytes(pairs) + data[at:]


def arithmetic():
    """The same coefficients as Huffman-coded files of the same names, and the pixels that djpeg makes of damaged ones."""
    def djpeg(data):
        result = subprocess.run(["djpeg", "-rgb"], input=data, capture_output=True)
        assert result.returncode in (0, 2), result.stderr
        return Image.open(io.BytesIO(result.stdout))

    for i, sampling in enumerate(["1x1", "2x1", "2x2", "1x2", "4x1", "2x4", "3x2", "2x2,2x1,1x2", "1x1,2x1,2x1", "1x1,2x2,1x1"]):
        base = cjpeg(picture(37, 29, 100 + i), "-quality", [90, 50, 75][i % 3], "-sample", sampling)
        kind = [(), ("-progressive",), ("-restart", "1"), ("-progressive", "-restart", "2B")][i % 4]
        save("arithmetic-" + sampling.replace(",", "_"), jpegtran(base, "-arithmetic", *kind))
    image = picture(45, 35, 60)
    base = cjpeg(image, "-quality", 80)
    plain = jpegtran(base, "-arithmetic")
    save("arithmetic", plain)
    progressive = jpegtran(base, "-arithmetic", "-progressive")
    save("arithmetic-progressive", progressive)
    restart = jpegtran(base, "-arithmetic", "-restart", "1B")
    save("arithmetic-restart-every-unit", restart)
    save("arithmetic-scan-mixed", jpegtran(base, "-arithmetic", "-scans", scan_script("0; 1 2;"), "-restart", "2B"))
    save("arithmetic-progressive-fine", jpegtran(base, "-arithmetic", "-scans", scan_script(
        "0 1 2: 0-0, 0, 3; 0 1 2: 0-0, 3, 2; 0 1 2: 0-0, 2, 1; 0: 1-2, 0, 3; 0: 3-63, 0, 4; 1: 1-63, 0, 1; 2: 1-20, 0, 0; 2: 21-63, 0, 0;"
        "0: 3-63, 4, 3; 0: 1-63, 3, 2; 0: 1-63, 2, 1; 0: 1-63, 1, 0; 1: 1-63, 1, 0; 0 1 2: 0-0, 1, 0;")))
    save("arithmetic-grey", cjpeg(image.convert("L"), "-quality", 85, "-arithmetic"))
    save("arithmetic-quality-100", cjpeg(picture(20, 20, 61), "-quality", 100, "-sample", "1x1", "-arithmetic"))
    save("arithmetic-quality-1", cjpeg(image, "-quality", 1, "-arithmetic"))
    save("arithmetic-one-colour", cjpeg(Image.new("RGB", (600, 400), (90, 40, 200)), "-quality", 85, "-arithmetic"))
    for name, data in (("plain", plain), ("progressive", progressive)):
        other = conditioned(data, 0x00, 0x53, 0x01, 0x31, 0x10, 2, 0x11, 30)
        save("arithmetic-conditioned-" + name, other, djpeg(other))
    for name, data in (("cut", plain[:len(plain) * 2 // 3]), ("ended", plain[:len(plain) // 2] + b"\xff\xd9")):
        save("damaged-arithmetic-" + name, data, djpeg(data))
    for i in range(6):
        for name, file in (("plain", plain), ("restart", restart), ("progressive", progressive)):
            at = len(file) * (i + 5) // 12
            data = file[:at] + bytes([file[at] ^ (0x11 << i % 3)]) + file[at + 1:]
            if subprocess.run(["djpeg"], input=data, capture_output=True).returncode in (0, 2):
                save(f"damaged-arithmetic-{name}-{i}", data, djpeg(data))


def refused():
    """Kinds that are not read; no pixels."""
    base = cjpeg(picture(8, 8, 90), "-quality", 50)
    frame = next(start for kind, start, _ in segments(base) if kind == 0xC0)
    (ROOT / "refused-12-bit.jpg").write_bytes(base[:frame + 4] + b"\x0c" + base[frame + 5:])
    (ROOT / "refused-lossless.jpg").write_bytes(base[:frame + 1] + b"\xc3" + base[frame + 2:])
    at = frame + 11
    (ROOT / "refused-sampling.jpg").write_bytes(base[:at] + b"\x31" + base[at + 1:at + 3] + b"\x21" + base[at + 4:])


def photos(folder):
    entries = {}
    for path in sorted(Path(folder).iterdir()):
        image = Image.open(path).convert("RGB")
        pixels = image.tobytes()
        sums = np.frombuffer(pixels, np.uint8).reshape(-1, 3).sum(0, dtype=np.int64)
        entries[path.name] = {"width": image.width, "height": image.height, "sums": [int(s) for s in sums],
                              "sha256": hashlib.sha256(pixels).hexdigest()}
    (ROOT / "photos.json").write_text(json.dumps(entries, indent=0, sort_keys=True) + "\n")


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:2] == ["--photos"]:
        photos(sys.argv[2])
        return
    for old in ROOT.glob("*.jpg"):
        old.unlink()
    for section in (subsamplings, sizes, wide, structures, colours, orientations, damaged, arithmetic, refused):
        section()
    (ROOT / "expected.json").write_text(json.dumps(INDEX, indent=0, sort_keys=True) + "\n")
    (ROOT / "expected.z").write_bytes(zlib.compress(b"".join(BLOBS), 9))
    files = list(ROOT.iterdir())
    print(len(files), "files,", sum(f.stat().st_size for f in files), "bytes")


main()
