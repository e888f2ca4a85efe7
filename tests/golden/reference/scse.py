"""scSE: the input scaled per channel plus the input scaled per position."""
import torch

from .parts import conv

KEY, SOURCE = "scse", "Roy et al. 2018, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    channel = torch.sigmoid(conv(torch.relu(conv(x.mean((2, 3), keepdim=True), p, "cSE.1")), p, "cSE.3"))
    return x * channel + x * torch.sigmoid(conv(x, p, "sSE.0"))


def params(config):
    c = config["channels"]
    r = c // config.get("reduction", 16)
    return {"cSE.1.weight": [r, c, 1, 1], "cSE.1.bias": [r], "cSE.3.weight": [c, r, 1, 1], "cSE.3.bias": [c],
            "sSE.0.weight": [1, c, 1, 1], "sSE.0.bias": [1]}


def cases():
    for name, shape, r in [("reduction-2", [2, 12, 5, 4], 2), ("one-position", [3, 16, 1, 1], 16), ("odd", [1, 9, 3, 11], 4)]:
        config = {"channels": shape[1], "reduction": r}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
