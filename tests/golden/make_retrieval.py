#!/usr/bin/python3
"""Makes what a ResNet-50 with relation-aware global attention gives: embeddings, features and logits, both losses, gradients; and rankings.

Run with PyTorch 1.13 and torchvision 0.14 (Debian: python3-torchvision):  python3 tests/golden/make_retrieval.py
The network has an eighth of the usual width and is written from the paper under the names of its public code, with the N×N relations stored as the
paper has them. retrieval.safetensors holds its numbers in float32, computed in float64; weights and pictures are drawn from a counter, as drawing.py
does. retrieval.json holds embeddings with the ranks and average precisions that a plain loop finds in them.
"""
import json
import math
import pathlib
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.resnet import Bottleneck

import safetensors_out
from drawing import draw, pictures, state_of

torch.set_default_dtype(torch.float64)
WIDTH = 8
HEIGHT_OF_PICTURES, WIDTH_OF_PICTURES = 64, 32
CLASSES = 5
LABELS = [0, 0, 3, 0, 3, 1]
SMOOTHING = 0.1
MARGIN = 0.3
SAMPLES = 8


def projection(inside, outside):
    return nn.Sequential(nn.Conv2d(inside, outside, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU())


class Relations(nn.Module):
    def __init__(self, channels, positions):
        super().__init__()
        ratio = min(8, positions)
        few_channels, few_positions = channels // 8, positions // ratio
        down = min(8, 1 + min(few_positions, few_channels))
        for name, features, few, places, few_places in (
                ("spatial", channels, few_channels, positions, few_positions), ("channel", positions, few_positions, channels, few_channels)):
            for part in ("theta", "phi", "gx"):
                self.add_module(f"{part}_{name}", projection(features, few))
            self.add_module(f"gg_{name}", projection(2 * places, few_places))
            hidden = (1 + few_places) // down
            self.add_module(f"W_{name}", nn.Sequential(
                nn.Conv2d(1 + few_places, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU(), nn.Conv2d(hidden, 1, 1, bias=False), nn.BatchNorm2d(1)))

    def gate(self, name, x):
        """x: [N, features, a, b]; a gate for each of the a·b places."""
        part = lambda what: getattr(self, f"{what}_{name}")(x)
        n, _, a, b = x.shape
        theta, phi = part("theta").flatten(2), part("phi").flatten(2)
        relations = theta.transpose(1, 2) @ phi
        both = torch.cat([relations.transpose(1, 2), relations], 1).view(n, -1, a, b)
        y = torch.cat([part("gx").mean(1, keepdim=True), getattr(self, f"gg_{name}")(both)], 1)
        return torch.sigmoid(getattr(self, f"W_{name}")(y))

    def forward(self, x):
        x = x * self.gate("spatial", x)
        n, c, h, w = x.shape
        across = x.flatten(2).transpose(1, 2).unsqueeze(-1)
        return x * self.gate("channel", across).view(n, c, 1, 1)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False), nn.BatchNorm2d(WIDTH)
        channels = WIDTH
        for i, (count, stride, reduction) in enumerate([(3, 1, 4), (4, 2, 8), (6, 2, 16), (3, 1, 16)]):
            planes, blocks = WIDTH << i, []
            for b in range(count):
                s = stride if b == 0 else 1
                shortcut = nn.Sequential(nn.Conv2d(channels, 4 * planes, 1, s, bias=False), nn.BatchNorm2d(4 * planes)) if b == 0 else None
                blocks.append(Bottleneck(channels, planes, s, shortcut))
                channels = 4 * planes
            self.add_module(f"layer{i + 1}", nn.Sequential(*blocks))
            self.add_module(f"rga_att{i + 1}", Relations(channels, (HEIGHT_OF_PICTURES // reduction) * (WIDTH_OF_PICTURES // reduction)))
        self.channels = channels

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for i in range(1, 5):
            x = getattr(self, f"rga_att{i}")(getattr(self, f"layer{i}")(x))
        return x


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone()
        self.feat_bn = nn.BatchNorm1d(self.backbone.channels)
        self.feat_bn.bias.requires_grad_(False)
        self.cls = nn.Linear(self.backbone.channels, CLASSES, bias=False)

    def forward(self, x):
        features = self.backbone(x).mean((2, 3))
        embedding = self.feat_bn(features)
        return features, embedding, self.cls(embedding)


def triplet(features, labels):
    """For each picture with others of its identity: the farthest of them against the nearest of the rest."""
    terms = []
    for a, own in enumerate(labels):
        distances = [(features[a] - f).square().sum().sqrt() if i != a else None for i, f in enumerate(features)]
        same = [distances[i] for i, other in enumerate(labels) if other == own and i != a]
        rest = [distances[i] for i, other in enumerate(labels) if other != own]
        if same and rest:
            terms.append(F.relu(max(same) - min(rest) + MARGIN))
    return sum(terms) / len(terms)


def smoothed(logits, labels):
    shares = torch.full_like(logits, SMOOTHING / CLASSES)
    shares[torch.arange(len(labels)), torch.tensor(labels)] += 1 - SMOOTHING
    return -(shares * logits.log_softmax(1)).sum(1).mean()


def sampled(gradient):
    flat = gradient.numpy().ravel()
    return [np.abs(flat).max(), *flat[np.arange(SAMPLES) * len(flat) // SAMPLES]]


def network():
    model = draw(Network(), scale=2)
    x = pictures(len(LABELS), 3, HEIGHT_OF_PICTURES, WIDTH_OF_PICTURES)
    out = {"embeddings": model(x)[1].detach().numpy()}
    names = {k: list(v.shape) for k, v in state_of(model).items()}
    model.train()
    features, _, logits = model(x)
    losses = smoothed(logits, LABELS), triplet(features, LABELS)
    sum(losses).backward()
    out["features"], out["logits"] = features.detach().numpy(), logits.detach().numpy()
    out["losses"] = np.array([v.item() for v in losses])
    out["gradients"] = np.array([sampled(p.grad) for _, p in sorted(model.named_parameters()) if p.requires_grad])
    print("losses", out["losses"], "features", np.abs(out["features"]).max(), "gradients", out["gradients"][:, 0].min(), out["gradients"][:, 0].max())
    return {k: np.ascontiguousarray(v.astype(np.float32)) for k, v in out.items()}, names


def similarity(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(x * x for x in b))


def ranking(rows, labels, roles):
    """Rank of the first match and average precision of each query; zeros and null where there is no match."""
    found = []
    for q, role in enumerate(roles):
        if role == "gallery":
            continue
        others = [g for g, r in enumerate(roles) if r != "query" and g != q]
        order = sorted(others, key=lambda g: -similarity(rows[q], rows[g]))
        hits = [i + 1 for i, g in enumerate(order) if labels[g] == labels[q]]
        precision = sum((m + 1) / rank for m, rank in enumerate(hits)) / len(hits) if hits else None
        found.append({"first": hits[0] if hits else 0, "precision": precision})
    counted = [f for f in found if f["first"]]
    return {
        "queries": found,
        "map": sum(f["precision"] for f in counted) / len(counted),
        **{f"rank{k}": sum(f["first"] <= k for f in counted) / len(counted) for k in (1, 5, 10)},
    }


def rankings():
    rng = random.Random(5)
    cases = []
    for roles in (["both"] * 40, [rng.choice(["query", "gallery", "gallery"]) for _ in range(60)]):
        labels = [rng.randrange(9) if rng.random() < 0.95 else 100 + i for i, _ in enumerate(roles)]
        centres = {label: [rng.gauss(0, 1) for _ in range(6)] for label in set(labels)}
        rows = [[round(c + rng.gauss(0, 0.8), 3) for c in centres[label]] for label in labels]
        cases.append({"rows": rows, "labels": labels, "roles": roles, **ranking(rows, labels, roles)})
        print({k: v for k, v in cases[-1].items() if k in ("map", "rank1", "rank5", "rank10")})
    return cases


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    arrays, names = network()
    safetensors_out.write(str(folder / "retrieval.safetensors"), arrays, {"names": json.dumps(names)})
    (folder / "retrieval.json").write_text(json.dumps(rankings(), separators=(",", ":")) + "\n")
