"""SimAM: each element scaled by how far it lies from its channel's mean."""
import torch

KEY, SOURCE = "simam", "Yang et al. 2021, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    d = (x - x.mean((2, 3), keepdim=True)) ** 2
    n = x.shape[2] * x.shape[3] - 1
    return x * torch.sigmoid(d / (4 * (d.sum((2, 3), keepdim=True) / n + config.get("lambda", 1e-4))) + 0.5)


def params(config):
    return {}


def cases():
    for name, shape, config in [("default", [2, 5, 6, 4], {}), ("large-lambda", [1, 3, 2, 9], {"lambda": 0.1}), ("two-positions", [3, 4, 1, 2], {})]:
        yield {"name": name, "config": config, "inputs": [shape], "params": {}}
