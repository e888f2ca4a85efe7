"""Makes tests/golden/comparison.json: what the statistics of `fovea compare` must give, by SciPy's distributions and from the formulas of decision 23 in float64.

    python3 tests/golden/make_comparison.py

Needs NumPy and SciPy. Where a case reduces to a test that SciPy has (two candidates without images: the paired t-test over seeds; one seed: the paired t-test over
images), SciPy's own result is what is written.
"""
import json
import pathlib

import numpy as np
from scipy import optimize, stats

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(23)


def judged(candidates, seeds, images):
    difficulty = rng.normal(1, 1.5, images)
    own = rng.normal(0, 0.4, (candidates, 1, images))
    run = rng.normal(0, 0.3, (candidates, seeds, 1))
    gain = np.linspace(0, 0.6, candidates)[:, None, None]
    return (difficulty + own + run + gain + rng.logistic(0, 0.6, (candidates, seeds, images)) > 0).astype(int)


def exceeded(p, freedom):
    """The t that is exceeded on either side with a probability: SciPy 1.10's own inverse has nine digits, so its distribution is inverted here."""
    return optimize.brentq(lambda t: 2 * stats.t.sf(t, freedom) - p, 0, 1e8, xtol=1e-14, rtol=1e-15)


def mean_squares(d):
    """Between images and of the rest, of numbers [seeds, images]; and within the runs."""
    seeds, images = d.shape
    by_image, by_run, mean = d.mean(0), d.mean(1), d.mean()
    between = seeds * ((by_image - mean) ** 2).sum() / (images - 1)
    rest = d - by_run[:, None] - by_image[None] + mean
    within = ((d - by_run[:, None]) ** 2).sum() / (seeds * (images - 1))
    return between, (rest ** 2).sum() / max(1, (seeds - 1) * (images - 1)), within


def run_variance(y):
    """Of scores [candidates, seeds]: what neither the candidate nor the seed explains, its freedom, and the mean square between seeds."""
    candidates, seeds = y.shape
    rest = y - y.mean(1, keepdims=True) - y.mean(0, keepdims=True) + y.mean()
    freedom = (candidates - 1) * (seeds - 1)
    return (rest ** 2).sum() / freedom, freedom, candidates * ((y.mean(0) - y.mean()) ** 2).sum() / (seeds - 1)


def variance(of_runs, d, same):
    if d is None:
        return of_runs
    seeds, images = d.shape
    between, rest, within = mean_squares(d)
    if not same:
        return max(of_runs, within / (seeds * images))
    return max(of_runs, rest / (seeds * images)) + max(0, between - rest) / (seeds * images)


def holm(p, tried):
    order, largest, corrected = np.argsort(p, kind="stable"), 0, np.zeros(len(p))
    for k, i in enumerate(order):
        largest = max(largest, min(1, (tried - k) * p[i]))
        corrected[i] = largest
    return corrected.tolist()


def case(name, x, same, with_images):
    candidates, seeds, images = x.shape
    y = x.mean(2)
    if seeds > 1:
        own, freedom, shared = run_variance(y)
    made = []
    for c in range(candidates):
        one = {"score": y[c].mean()}
        d = (x[c] - x[0]).astype(float)
        if seeds == 1:
            one["error"] = stats.sem(x[c][0])
            one["freedom"] = images - 1
            if c:
                one["differenceError"] = d.mean() / stats.ttest_rel(x[c][0], x[0][0]).statistic
        else:
            first, second = shared / candidates, own * (candidates - 1) / candidates
            one["error"] = np.sqrt(variance((first + second) / seeds, x[c].astype(float) if with_images else None, same))
            one["freedom"] = (first + second) ** 2 / (first ** 2 / (seeds - 1) + second ** 2 / freedom)
            if c:
                one["differenceError"] = np.sqrt(variance(2 * own / seeds, d if with_images else None, same))
                one["p"] = 2 * stats.t.sf(abs(d.mean()) / one["differenceError"], freedom)
                one["halfWidth"] = one["differenceError"] * exceeded(0.05 / (candidates - 1), freedom)
                if candidates == 2 and not with_images:
                    one["p"] = stats.ttest_rel(y[c], y[0]).pvalue
        made.append(one)
    p = [m["p"] for m in made if "p" in m]
    return {
        "name": name, "sameImages": same, "withImages": with_images,
        "terms": [["".join(str(v) for v in run) for run in c] for c in x],
        "candidates": made, "corrected": holm(p, candidates - 1), "correctedOfMore": holm(p, candidates + 2),
    }


file = {
    "twoSided": [{"t": t, "freedom": f, "p": 2 * stats.t.sf(t, f)}
                 for t in (0.0, 1e-3, 0.5, 1.0, 2.0, 3.7, 12.0, 90.0) for f in (1, 2, 2.5, 7, 14, 100, 9999)],
    "exceeded": [{"p": p, "freedom": f, "t": exceeded(p, f)} for p in (0.5, 0.05, 0.05 / 7, 1e-6) for f in (1, 2, 6.3, 7, 14, 9999)],
    "beta": [{"x": x, "a": a, "b": b, "value": float(stats.beta.cdf(x, a, b))} for x in (0.001, 0.3, 0.5, 0.97) for a in (0.5, 3.5, 50.0) for b in (0.5, 2.0)],
    "cases": [
        case("seeds and images", judged(4, 3, 60), True, True),
        case("two seeds of eight", judged(8, 2, 40), True, True),
        case("each seed its images", judged(4, 3, 60), False, True),
        case("seeds alone", judged(3, 4, 50), True, False),
        case("the paired t-test over seeds", judged(2, 5, 50), True, False),
        case("one seed", judged(3, 1, 80), True, True),
    ],
}
(HERE / "comparison.json").write_text(json.dumps(file, indent=1) + "\n")
