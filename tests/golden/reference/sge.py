"""Spatial Group-wise Enhance: each group scaled where its feature agrees with its mean."""
import torch

KEY, SOURCE = "sge", "Li et al. 2019, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    n, c, h, w = x.shape
    g = config.get("groups", 64)
    grouped = x.reshape(n * g, c // g, h, w)
    s = (grouped * grouped.mean((2, 3), keepdim=True)).sum(1).flatten(1)
    t = (s - s.mean(1, keepdim=True)) / (s.std(1, keepdim=True) + 1e-5)
    gate = torch.sigmoid(t.reshape(n, g, h, w) * p["weight"] + p["bias"])
    return (grouped * gate.reshape(n * g, 1, h, w)).reshape(x.shape)


def params(config):
    groups = config.get("groups", 64)
    return {"weight": [1, groups, 1, 1], "bias": [1, groups, 1, 1]}


def cases():
    for name, shape, groups in [("one-group", [2, 6, 5, 3], 1), ("a-group-a-channel", [1, 8, 4, 4], 8), ("odd", [3, 15, 3, 7], 5)]:
        config = {"channels": shape[1], "groups": groups}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
