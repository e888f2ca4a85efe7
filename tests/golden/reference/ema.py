"""Efficient Multi-scale Attention: two branches of each group weigh each other's channels into a gate per position."""
import torch
import torch.nn.functional as F

from .parts import conv

KEY, SOURCE = "ema", "Ouyang et al. 2023, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    n, c, h, w = x.shape
    g = x.reshape(n * config.get("groups", 32), -1, h, w)
    f = conv(torch.cat([g.mean(3), g.mean(2)], 2)[..., None], p, "conv1x1")
    rows, columns = torch.sigmoid(f[:, :, :h]), torch.sigmoid(f[:, :, h:]).transpose(2, 3)
    u = F.group_norm(g * rows * columns, g.shape[1], p["gn.weight"], p["gn.bias"])
    v = conv(g, p, "conv3x3", padding=1)
    weigh = lambda a, m: (torch.softmax(a.mean((2, 3), keepdim=True), 1) * m).sum(1, keepdim=True)
    return (g * torch.sigmoid(weigh(u, v) + weigh(v, u))).reshape(n, c, h, w)


def params(config):
    m = config["channels"] // config.get("groups", 32)
    return {"gn.weight": [m], "gn.bias": [m], "conv1x1.weight": [m, m, 1, 1], "conv1x1.bias": [m],
            "conv3x3.weight": [m, m, 3, 3], "conv3x3.bias": [m]}


def cases():
    for name, shape, g in [("one-group", [2, 5, 6, 3], 1), ("single-channels", [1, 4, 3, 7], 4), ("default", [2, 96, 5, 4], 32)]:
        config = {"channels": shape[1]} | ({"groups": g} if g != 32 else {})
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
