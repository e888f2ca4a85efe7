"""Efficient Channel Attention: x * sigmoid(conv1d over the channel means)."""
import math

import torch
import torch.nn.functional as F

KEY, SOURCE = "eca", "Wang et al. 2020, from the formula"


def kernel(config):
    if config.get("kernelSize"):
        return config["kernelSize"]
    t = int(abs(math.log2(config["channels"]) / config.get("gamma", 2) + config.get("b", 1) / config.get("gamma", 2)))
    return t if t % 2 else t + 1


def run(config, inputs, p, b, training):
    x, = inputs
    z = F.conv1d(x.flatten(2).mean(-1)[:, None], p["conv.weight"], padding=kernel(config) // 2)
    return x * torch.sigmoid(z)[:, 0, :, None, None]


def params(config):
    return {"conv.weight": [1, 1, kernel(config)]}


def cases():
    for name, shape, config in [
        ("computed-64", [2, 64, 4, 4], {"channels": 64}),
        ("computed-512", [1, 512, 2, 3], {"channels": 512, "kernelSize": None}),
        ("kernel-9-wider-than-channels", [2, 6, 5, 4], {"channels": 6, "kernelSize": 9}),
        ("kernel-1", [2, 10, 3, 3], {"channels": 10, "kernelSize": 1}),
        ("gamma-1-b-2", [2, 48, 3, 5], {"channels": 48, "gamma": 1, "b": 2}),
    ]:
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
