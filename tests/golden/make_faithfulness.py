"""Makes tests/golden/faithfulness.json: what Fovea.Inspect's measures of faithfulness must give, computed from their formulas in float64.

    python3 tests/golden/make_faithfulness.py

Needs NumPy, and PyTorch for the bilinear resize alone.
"""
import json
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(12)
C, H, W, CLASSES = 3, 7, 9, 4
# Rounded so that the file holds exactly what was computed with, in float32 as well.
image = np.round(rng.normal(size=(C, H, W)), 3).astype(np.float32).astype(np.float64)
weight = np.round(rng.normal(size=(CLASSES, C * H * W)) * 0.2, 3).astype(np.float32).astype(np.float64)
small = np.round(rng.normal(size=(3, 4)), 3).astype(np.float32).astype(np.float64)
mask = np.zeros((H, W), bool)
mask[2:5, 3:6] = True


def flat(x):
    return [float(v) for v in np.asarray(x, np.float64).ravel()]


def resize(values):
    t = torch.tensor(values)[None, None]
    return torch.nn.functional.interpolate(t, size=(H, W), mode="bilinear", align_corners=False)[0, 0].numpy()


def blur(x, deviation):
    reach = int(np.ceil(3 * deviation))
    at = np.arange(-reach, reach + 1)
    kernel = np.exp(-at ** 2 / (2 * deviation ** 2))
    kernel /= kernel.sum()
    for axis in (2, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (reach, reach)
        padded = np.pad(x, pad, mode="symmetric")
        x = sum(k * np.take(padded, range(i, i + x.shape[axis]), axis) for i, k in enumerate(kernel))
    return x


def probability(x, label):
    z = weight @ x.ravel()
    e = np.exp(z - z.max())
    return e[label] / e.sum()


def curve(start, end, order, label, steps):
    x, scores = start.copy(), []
    for step in range(steps + 1):
        chosen = order[: step * order.size // steps]
        x = start.copy()
        x.reshape(C, -1)[:, chosen] = end.reshape(C, -1)[:, chosen]
        scores.append(probability(x, label))
    return scores, (sum(scores) - (scores[0] + scores[-1]) / 2) / steps


def impute(x, removed):
    x, places = x.copy(), np.flatnonzero(removed.ravel())
    number = {p: i for i, p in enumerate(places)}
    a, b = np.zeros((places.size, places.size)), np.zeros((places.size, C))
    for i, place in enumerate(places):
        y, u = divmod(place, W)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if (dy or dx) and 0 <= y + dy < H and 0 <= u + dx < W:
                    w = 1 / 6 if dy == 0 or dx == 0 else 1 / 12
                    a[i, i] += w
                    other = (y + dy) * W + u + dx
                    if other in number:
                        a[i, number[other]] -= w
                    else:
                        b[i] += w * x.reshape(C, -1)[:, other]
    x.reshape(C, -1)[:, places] = np.linalg.solve(a, b).T
    return x


def ranks(values):
    order = np.argsort(values, kind="stable")
    result = np.empty(values.size)
    result[order] = np.arange(1, values.size + 1)
    return np.array([result[values == v].mean() for v in values])


def spearman(a, b):
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def sobel(x):
    p = np.pad(x.mean(0), 1, mode="edge")
    s = lambda dy, dx: p[1 + dy:1 + dy + H, 1 + dx:1 + dx + W]
    across = s(-1, 1) + 2 * s(0, 1) + s(1, 1) - s(-1, -1) - 2 * s(0, -1) - s(1, -1)
    down = s(1, -1) + 2 * s(1, 0) + s(1, 1) - s(-1, -1) - 2 * s(-1, 0) - s(-1, 1)
    return np.hypot(across, down)


pixels = resize(small)
order = np.argsort(-pixels.ravel(), kind="stable")
assert np.unique(pixels).size == pixels.size, "no ties: their order is drawn by chance"
blurred = blur(image, 0.125 * max(H, W))
label, steps = 2, 8
deletion, deletion_area = curve(image, blurred, order, label, steps)
insertion, insertion_area = curve(blurred, image, order, label, steps)
removed = rng.random((H, W)) < 0.6
shares = [0.25, 0.5, 0.75]
most, least = [], []
for share in shares:
    count = int(share * H * W)
    for scores, chosen in ((most, order[:count]), (least, order[H * W - count:])):
        gone = np.zeros(H * W, bool)
        gone[chosen] = True
        scores.append(probability(impute(image, gone.reshape(H, W)), label))
ties_a = np.array([3, 1, 2, 2, 5, 0, 2, 1], np.float64)
ties_b = np.array([1, 1, 4, 0, 9, -2, 3, 3], np.float64)
first, second = np.round(rng.normal(0.4, 0.2, 12), 3), np.round(rng.normal(0.3, 0.2, 12), 3)
draws = rng.integers(0, 12, (200, 12))
bootstrap = lambda v: [float(v.mean()), *map(float, np.quantile(v[draws].mean(1), [0.025, 0.975]))]
positive = np.maximum(pixels, 0)

(HERE / "faithfulness.json").write_text(json.dumps({
    "height": H, "width": W, "image": flat(image), "weight": flat(weight), "map": flat(small), "mapHeight": 3, "mapWidth": 4, "label": label, "steps": steps,
    "pixels": flat(pixels), "blurred": flat(blurred), "deletion": deletion, "deletionArea": deletion_area, "insertion": insertion, "insertionArea": insertion_area,
    "removed": [int(v) for v in removed.ravel()], "imputed": flat(impute(image, removed)),
    "shares": shares, "roadMost": float(np.mean(most)), "roadLeast": float(np.mean(least)),
    "tiesA": flat(ties_a), "tiesB": flat(ties_b), "tiesRanks": flat(ranks(ties_a)), "spearman": spearman(ties_a, ties_b),
    "first": flat(first), "second": flat(second), "draws": draws.tolist(), "meanInterval": bootstrap(first), "differenceInterval": bootstrap(first - second),
    "edges": flat(sobel(image)), "mask": [int(v) for v in mask.ravel()], "energy": float(positive[mask].sum() / positive.sum()),
}) + "\n")
