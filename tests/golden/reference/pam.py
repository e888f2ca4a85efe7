"""DANet's position attention: softmax over all positions of unscaled products."""
import torch

from .parts import conv

KEY, SOURCE = "pam", "Fu et al. 2019, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    q, k, v = (conv(x, p, f"{name}_conv").flatten(2) for name in ("query", "key", "value"))
    a = torch.softmax(q.transpose(1, 2) @ k, -1)
    return p["gamma"] * (v @ a.transpose(1, 2)).view_as(x) + x


def params(config):
    c = config["channels"]
    shapes = {"gamma": [1]}
    for branch, out in [("query", c // 8), ("key", c // 8), ("value", c)]:
        shapes |= {f"{branch}_conv.weight": [out, c, 1, 1], f"{branch}_conv.bias": [out]}
    return shapes


def cases():
    for name, shape in [("odd", [2, 32, 7, 9]), ("one-position", [3, 16, 1, 1]), ("one-row", [1, 24, 1, 13]), ("one-column", [2, 8, 17, 1]),
                        ("wide-channels", [1, 136, 5, 6]), ("many-positions", [1, 16, 21, 23])]:
        config = {"channels": shape[1]}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
