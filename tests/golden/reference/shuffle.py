"""Shuffle Attention: half of each group gated per channel, half per element, then shuffled."""
import torch
import torch.nn.functional as F

KEY, SOURCE = "shuffle", "Zhang and Yang 2021, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    n, c, h, w = x.shape
    x0, x1 = x.reshape(n * config.get("groups", 64), -1, h, w).chunk(2, 1)
    y0 = x0 * torch.sigmoid(p["cweight"] * x0.mean((2, 3), keepdim=True) + p["cbias"])
    norm = F.group_norm(x1, x1.shape[1], p["gn.weight"], p["gn.bias"])
    y1 = x1 * torch.sigmoid(p["sweight"] * norm + p["sbias"])
    y = torch.cat([y0, y1], 1).reshape(n, c, h, w)
    return y.reshape(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


def params(config):
    half = config["channels"] // (2 * config.get("groups", 64))
    return {k: [1, half, 1, 1] for k in ("cweight", "cbias", "sweight", "sbias")} | {"gn.weight": [half], "gn.bias": [half]}


def cases():
    for name, shape, g in [("one-group", [2, 8, 5, 3], 1), ("one-channel-halves", [1, 12, 4, 6], 6), ("three-groups", [3, 18, 3, 3], 3)]:
        config = {"channels": shape[1], "groups": g}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
