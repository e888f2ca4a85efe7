#!/usr/bin/env python3
"""Pictures to compare decoders on, each with the pixels that Pillow reads from it (libjpeg-turbo, libpng). Needs Pillow and numpy.

    make_pictures.py FOLDER [PHOTOS]

Writes JPEG and PNG files of a picture with the statistics of a photograph (edges, and noise whose amplitude falls with its frequency), and beside
each its pixels as NAME.raw: the sides and the channels in three little-endian words, then bytes. The JPEGs of a folder of photographs follow.
"""
import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1536, 1024


def photograph(seed):
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    frequency = np.hypot(np.fft.fftfreq(HEIGHT)[:, None], np.fft.rfftfreq(WIDTH)[None])
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        spectrum = np.fft.rfft2(random.standard_normal((HEIGHT, WIDTH))) / frequency
        spectrum[0, 0] = 0
        plane = np.fft.irfft2(spectrum, s=(HEIGHT, WIDTH))
        planes.append(plane / plane.std())
    light = planes[0]
    picture = np.stack([128 + 40 * light + 12 * p for p in planes], -1)
    for _ in range(25):
        cx, cy, r = random.integers(WIDTH), random.integers(HEIGHT), random.integers(20, 200)
        picture[(x - cx) ** 2 + (y - cy) ** 2 < r * r] += random.normal(0, 40, 3)
    return np.clip(picture + random.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def keep(path, mode):
    pixels = np.asarray(Image.open(path).convert(mode))
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    path.with_name(path.name + ".raw").write_bytes(struct.pack("<III", pixels.shape[1], pixels.shape[0], channels) + pixels.tobytes())


def main(folder, photos=None):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pixels = photograph(1)
    rgb = Image.fromarray(pixels)
    grey = rgb.convert("L")
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray(photograph(2)[:, :, 0]))
    for name, image, options in (
            ("420-q85", rgb, {"quality": 85}),
            ("444-q92", rgb, {"quality": 92, "subsampling": 0}),
            ("420-progressive", rgb, {"quality": 85, "progressive": True}),
            ("grey-q85", grey, {"quality": 85})):
        image.save(folder / f"{name}.jpg", **options)
        keep(folder / f"{name}.jpg", image.mode)
    for name, image in (("rgb", rgb), ("rgba", rgba), ("grey", grey), ("palette", rgb.quantize(256))):
        image.save(folder / f"{name}.png")
        keep(folder / f"{name}.png", "RGB" if image.mode == "P" else image.mode)
    for name in ("small.jpg", "small.png"):
        rgb.crop((0, 0, 64, 64)).save(folder / name)
    for photo in sorted(Path(photos).iterdir()) if photos else ():
        image = Image.open(photo)
        if image.format == "JPEG" and image.mode in ("L", "RGB"):
            copy = folder / f"photo-{photo.stem}.jpg"
            copy.write_bytes(photo.read_bytes())
            keep(copy, image.mode)


if __name__ == "__main__":
    main(*sys.argv[1:3])
