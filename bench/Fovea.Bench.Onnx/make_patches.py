"""Cuts a small set for classification out of street scenes with masks: patches that are of one class almost everywhere.

    python3 make_patches.py CAMVID FOLDER

CAMVID has train, trainannot, val and valannot, as in the CamVid set of SegNet (480 x 360, a number for each pixel). FOLDER gets a folder per class in
train and val; patches of one part come from pictures of that part alone. A patch of 64 x 64 counts when three quarters of its pixels are of one class;
of each picture and class at most PER_PICTURE are taken, evenly over what there is, and at most MOST of each class.
"""

import os
import sys

import numpy as np
from PIL import Image

CLASSES = {1: "building", 3: "road", 4: "pavement", 5: "tree", 8: "car"}
SIDE, STEP, SHARE, PER_PICTURE = 64, 16, 0.75, 4
MOST = {"train": 40, "val": 30}


def main(camvid, folder):
    for part, most in MOST.items():
        count = dict.fromkeys(CLASSES.values(), 0)
        names = sorted(os.listdir(os.path.join(camvid, part)))
        # Pictures of a film are alike: neighbours are taken last.
        for name in [names[i] for start in range(5) for i in range(start, len(names), 5)]:
            picture = Image.open(os.path.join(camvid, part, name)).convert("RGB")
            mask = np.asarray(Image.open(os.path.join(camvid, f"{part}annot", name)))
            for number, label in CLASSES.items():
                places = [(x, y) for y in range(0, mask.shape[0] - SIDE + 1, STEP) for x in range(0, mask.shape[1] - SIDE + 1, STEP)
                          if (mask[y:y + SIDE, x:x + SIDE] == number).mean() >= SHARE]
                taken = [places[int(i)] for i in np.linspace(0, len(places) - 1, min(PER_PICTURE, len(places)))]
                for x, y in taken[:most - count[label]]:
                    os.makedirs(os.path.join(folder, part, label), exist_ok=True)
                    picture.crop((x, y, x + SIDE, y + SIDE)).save(os.path.join(folder, part, label, f"{name[:-4]}-{x}-{y}.png"))
                    count[label] += 1
        print(part, count)


if __name__ == "__main__":
    main(*sys.argv[1:])
