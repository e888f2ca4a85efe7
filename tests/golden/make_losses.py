"""Writes losses.json: values and gradients of losses, from their formulas in torch's autograd, for the tests of Fovea.Training.

Usage: python3 make_losses.py > losses.json   (made with torch 1.13)
"""
import json
import math

import torch
import torch.nn.functional as F

IGNORED = -100


def logits(shape):
    count = math.prod(shape)
    return torch.tensor([2 * math.sin(1.3 * i + 0.4) for i in range(count)], dtype=torch.float64).reshape(shape).requires_grad_()


def labels(shape, classes, ignore_every=0):
    """Class 1 of three never occurs, so that absent classes are tried as well."""
    values = []
    for i in range(math.prod(shape)):
        label = (i * 7 + i // 3) % classes
        label = 0 if classes == 3 and label == 1 else label
        values.append(IGNORED if ignore_every and i % ignore_every == ignore_every - 1 else label)
    return torch.tensor(values).reshape(shape)


def flat(x, y):
    """Probabilities and one-hot truth, [C, places that count], and which classes occur."""
    channels = x.shape[1]
    p = torch.sigmoid(x) if channels == 1 else torch.softmax(x, 1)
    p = p.transpose(0, 1).reshape(channels, -1)
    y = y.reshape(-1)
    keep = y != IGNORED
    p, y = p[:, keep], y[keep]
    classes = [1] if channels == 1 else range(channels)
    t = torch.stack([(y == c).double() for c in classes])
    return p, t, t.sum(1) > 0


def tversky(x, y, alpha, beta, smooth):
    p, t, occurs = flat(x, y)
    tp, fp, fn = (p * t).sum(1), (p * (1 - t)).sum(1), ((1 - p) * t).sum(1)
    return (1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth))[occurs].mean()


def dice(x, y, smooth):
    p, t, occurs = flat(x, y)
    return (1 - (2 * (p * t).sum(1) + 2 * smooth) / (p.sum(1) + t.sum(1) + 2 * smooth))[occurs].mean()


def jaccard(x, y, smooth):
    p, t, occurs = flat(x, y)
    both = (p * t).sum(1)
    return (1 - (both + smooth) / (p.sum(1) + t.sum(1) - both + smooth))[occurs].mean()


def focal(x, y, gamma):
    log_p = F.log_softmax(x, 1).transpose(0, 1).reshape(x.shape[1], -1)
    y = y.reshape(-1)
    keep = y != IGNORED
    right = log_p[:, keep].gather(0, y[keep][None])[0]
    return (-((1 - right.exp()) ** gamma) * right).mean()


def lovasz(x, y):
    """Through the set function itself: the loss is the sum of sorted errors times the increments of the Jaccard loss."""
    p, t, occurs = flat(x, y)
    losses = []
    for c in range(len(p)):
        if not occurs[c]:
            continue
        errors = (t[c] - p[c]).abs()
        order = torch.argsort(errors, descending=True)
        total = 0
        previous = 0.0
        truth = t[c] > 0
        for k in range(len(order)):
            # The Jaccard loss when the k + 1 places of largest error are wrong and the others right.
            wrong = torch.zeros_like(truth)
            wrong[order[: k + 1]] = True
            predicted = truth ^ wrong
            value = 1 - (truth & predicted).sum().item() / (truth | predicted).sum().item()
            total = total + errors[order[k]] * (value - previous)
            previous = value
        losses.append(total)
    return sum(losses) / len(losses)


def case(kind, shape, compute, classes=None, ignore_every=0, target=None, **options):
    x = logits(shape)
    label_shape = (shape[0],) + shape[2:]
    y = target(shape) if target else labels(label_shape, classes or max(2, shape[1]), ignore_every)
    loss = compute(x, y)
    loss.backward()
    return {"kind": kind, "shape": shape, "options": options, "targets": y.reshape(-1).tolist(), "loss": float(loss),
            "gradient": x.grad.reshape(-1).tolist()}


def shares(shape):
    return torch.tensor([0.5 + 0.5 * math.sin(0.7 * i) for i in range(math.prod(shape))], dtype=torch.float64).reshape(shape)


def softened(shape):
    return torch.softmax(shares(shape) * 3, 1)


W = [0.5, 2.0, 1.25]
document = {"torch": torch.__version__, "cases": [
    case("cross_entropy", (4, 3), lambda x, y: F.cross_entropy(x, y)),
    case("cross_entropy", (2, 3, 2, 2), lambda x, y: F.cross_entropy(x, y, torch.tensor(W, dtype=torch.float64), label_smoothing=0.1),
         ignore_every=3, weights=W, smoothing=0.1),
    case("cross_entropy", (4, 3), lambda x, y: F.cross_entropy(x, y, label_smoothing=0.2), target=softened, smoothing=0.2, soft=True),
    case("bce", (3, 4), lambda x, y: F.binary_cross_entropy_with_logits(x, y), target=shares, soft=True),
    case("bce", (3, 4), lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=torch.tensor(3.0, dtype=torch.float64)),
         target=shares, soft=True, positive=3.0),
    case("focal", (5, 3), lambda x, y: focal(x, y, 2)),
    case("focal", (2, 3, 2, 2), lambda x, y: focal(x, y, 1.5), ignore_every=3, gamma=1.5),
    case("focal", (5, 3), lambda x, y: focal(x, y, 0), gamma=0),
    case("dice", (2, 3, 2, 3), lambda x, y: dice(x, y, 1)),
    case("dice", (2, 1, 2, 3), lambda x, y: dice(x, y, 0.25), ignore_every=4, smooth=0.25),
    case("jaccard", (2, 3, 2, 3), lambda x, y: jaccard(x, y, 1), ignore_every=5),
    case("jaccard", (2, 4, 2, 2), lambda x, y: jaccard(x, y, 0.01), smooth=0.01),
    case("tversky", (2, 3, 2, 3), lambda x, y: tversky(x, y, 0.3, 0.7, 1), ignore_every=5),
    case("tversky", (2, 1, 3, 2), lambda x, y: tversky(x, y, 0.8, 0.1, 0.5), alpha=0.8, beta=0.1, smooth=0.5),
    case("lovasz", (2, 3, 2, 3), lovasz),
    case("lovasz", (2, 1, 2, 3), lovasz, ignore_every=4),
    case("lovasz", (3, 4), lovasz),
]}
print(json.dumps(document, separators=(",", ":")))
