"""The tutorials' short form of point-wise spatial attention."""
import torch

from .parts import conv

KEY, SOURCE = "psa_simplified", "document 003, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    r = conv(x, p, "conv_reduce")
    collect = torch.softmax(conv(r, p, "collect").flatten(2), -1)
    distribute = torch.softmax(conv(r, p, "distribute").flatten(2), 1)
    return r + torch.einsum("bcn,bdn->bcd", collect, distribute).reshape(r.shape)


def params(config):
    c, out = config["inChannels"], config["outChannels"]
    shapes = {"conv_reduce.weight": [out, c, 1, 1], "conv_reduce.bias": [out]}
    for k in ("collect", "distribute"):
        shapes |= {f"{k}.weight": [out, out, 1, 1], f"{k}.bias": [out]}
    return shapes


def cases():
    for name, shape, out in [("odd", [2, 6, 3, 5], 15), ("one-position", [3, 4, 1, 1], 1), ("fewer-channels", [1, 20, 2, 4], 8), ("one-row", [2, 3, 1, 7], 7)]:
        config = {"inChannels": shape[1], "outChannels": out}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
