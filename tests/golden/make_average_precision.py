#!/usr/bin/python3
"""Makes tests/golden/average_precision.json: drawn detections, drawn objects, and COCO's average precision of them.

    python3 tests/golden/make_average_precision.py

Needs NumPy. A second implementation of the published definition, by plain loops: at most 100 detections of a class in a picture; from the
best on, each matches the untaken object of the largest IoU from the threshold on, objects that count before those that do not; crowds are
matched by the detection's share in them, by any number; what matches what does not count is left out, and so is an unmatched detection of another
size; precision is made to fall monotonically and read at 101 recalls.
"""
import json
import pathlib

import numpy as np

THRESHOLDS = [(50 + 5 * i) / 100 for i in range(10)]
SIZES = {"all": (0, 1e10), "small": (0, 32 ** 2), "medium": (32 ** 2, 96 ** 2), "large": (96 ** 2, 1e10)}


def area(b):
    return (b[2] - b[0]) * (b[3] - b[1])


def overlap(found, there, crowd):
    w = min(found[2], there[2]) - max(found[0], there[0])
    h = min(found[3], there[3]) - max(found[1], there[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (area(found) if crowd else area(found) + area(there) - w * h)


def judge(found, there, threshold, size):
    """For the detections of a class in a picture, by falling score: 1 right, 0 wrong, None left out; and how many objects count."""
    def fits(b):
        return size[0] <= area(b) <= size[1]
    counts = [not t[5] and fits(t[1:5]) for t in there]
    taken, results = set(), []
    for d in found:
        choice = None
        for group in (True, False):
            best = threshold
            for i, t in enumerate(there):
                if counts[i] == group and (i not in taken or t[5]):
                    o = overlap(d[1:5], t[1:5], bool(t[5]))
                    if o >= best:
                        best, choice = o, i
            if choice is not None:
                break
        if choice is None:
            results.append(0 if fits(d[1:5]) else None)
        else:
            taken.add(choice)
            results.append(1 if counts[choice] else None)
    return results, sum(counts)


def evaluate(pictures, label, threshold, size, most=100):
    """Precision at 101 recalls and the recall; None where nothing is to be found."""
    scored, objects = [], 0
    for p in pictures:
        found = sorted([d for d in p["found"] if d[0] == label], key=lambda d: -d[5])[:most]
        results, n = judge(found, [t for t in p["there"] if t[0] == label], threshold, size)
        scored += [(d[5], r) for d, r in zip(found, results)]
        objects += n
    if objects == 0:
        return None
    kept = [r for _, r in sorted(scored, key=lambda s: -s[0]) if r is not None]
    right = np.cumsum(kept) if kept else np.zeros(0)
    recall, precision = right / objects, right / np.arange(1, len(kept) + 1)
    curve = [max(precision[recall >= r / 100], default=0.0) for r in range(101)]
    return curve, float(recall[-1]) if kept else 0.0


def mean(values):
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def ap(pictures, label, thresholds=THRESHOLDS, size="all"):
    curves = [evaluate(pictures, label, t, SIZES[size]) for t in thresholds]
    return None if curves[0] is None else float(np.mean([c for c, _ in curves]))


def ar(pictures, label, most):
    results = [evaluate(pictures, label, t, SIZES["all"], most) for t in THRESHOLDS]
    return None if results[0] is None else float(np.mean([r for _, r in results]))


def expected(pictures, classes):
    over = range(classes)
    first = evaluate(pictures, 0, 0.5, SIZES["all"])
    return {
        "ap": mean([ap(pictures, c) for c in over]), "ap50": mean([ap(pictures, c, [0.5]) for c in over]), "ap75": mean([ap(pictures, c, [0.75]) for c in over]),
        "small": mean([ap(pictures, c, size="small") for c in over]), "medium": mean([ap(pictures, c, size="medium") for c in over]),
        "large": mean([ap(pictures, c, size="large") for c in over]),
        "ar1": mean([ar(pictures, c, 1) for c in over]), "ar10": mean([ar(pictures, c, 10) for c in over]), "ar100": mean([ar(pictures, c, 100) for c in over]),
        "classes": [{"ap": ap(pictures, c), "ap50": ap(pictures, c, [0.5]), "ap75": ap(pictures, c, [0.75]), "ar100": ar(pictures, c, 100),
                     "objects": sum(t[0] == c and not t[5] for p in pictures for t in p["there"])} for c in over],
        "curve": None if first is None else [round(float(v), 6) for v in first[0][::5]],
    }


def half(x):
    return float(np.round(2 * x) / 2)


def drawn_box(rng, largest=150):
    w, h = 2 + largest ** rng.uniform(0.3, 1, 2)
    x, y = rng.uniform(0, 200, 2)
    return [half(v) for v in (x, y, x + w, y + h)]


def near(rng, box, share):
    """A box beside another: moved and resized by a share of its size."""
    w, h = box[2] - box[0], box[3] - box[1]
    moved = [v + rng.normal() * share * s for v, s in zip(box, (w, h, w, h))]
    x0, y0 = half(moved[0]), half(moved[1])
    return [x0, y0, max(x0 + 1, half(moved[2])), max(y0 + 1, half(moved[3]))]


def draw(seed, pictures=8, classes=3, objects=6, crowd=0.0, strays=3, digits=2, share=0.06, empty=0.0, absent=()):
    rng = np.random.default_rng(seed)
    result = []
    for _ in range(pictures):
        there = [] if rng.uniform() < empty else [
            [int(rng.integers(classes)), *drawn_box(rng), int(rng.uniform() < crowd)] for _ in range(rng.integers(1, objects + 1))]
        found = [[t[0] if rng.uniform() < 0.9 else int(rng.integers(classes)), *near(rng, t[1:5], share)] for t in there for _ in range(rng.integers(0, 4))]
        found += [[int(rng.integers(classes)), *drawn_box(rng)] for _ in range(rng.integers(0, strays + 1))]
        found = [[*d, round(float(rng.uniform(0.05, 1)), digits)] for d in found]
        result.append({"there": [t for t in there if t[0] not in absent], "found": found})
    return result, classes


CASES = {
    "plain": draw(1), "ties": draw(2, digits=1), "crowds": draw(3, crowd=0.3, digits=1), "empty pictures": draw(4, empty=0.5),
    "a class without objects": draw(5, absent=(1,), digits=1), "nothing to find": draw(6, pictures=2, absent=(0, 1, 2)),
    "nothing found": ([{"there": p["there"], "found": []} for p in draw(7, pictures=2)[0]], 3),
    "more than a hundred": draw(8, pictures=1, classes=1, objects=4, strays=400),
}
path = pathlib.Path(__file__).parent / "average_precision.json"
cases = [{"name": name, "pictures": pictures, "expected": expected(pictures, classes)} for name, (pictures, classes) in CASES.items()]
path.write_text(json.dumps(cases, separators=(",", ":")).replace("},{\"name\"", "},\n{\"name\"") + "\n")
for case in cases:
    print(case["name"], case["expected"]["ap"], case["expected"]["ar1"], sum(len(p["found"]) for p in case["pictures"]))
