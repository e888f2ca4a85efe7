"""One head of attention on a sequence, with the scale before or after the softmax."""
import torch

from .parts import linear

KEY, SOURCE = "self_attention", "Vaswani et al. 2017, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs
    q, k, v = (linear(x, p, n) for n in "qkv")
    root = config["keyDim"] ** -0.5
    if config.get("scale") == "after-softmax":
        return torch.softmax(q @ k.transpose(1, 2), -1) * root @ v
    return torch.softmax(q @ k.transpose(1, 2) * root, -1) @ v


def params(config):
    shapes = {}
    for n, out in [("q", config["keyDim"]), ("k", config["keyDim"]), ("v", config["valueDim"])]:
        shapes |= {f"{n}.weight": [out, config["inputDim"]], f"{n}.bias": [out]}
    return shapes


def cases():
    for name, shape, (dk, dv), scale in [("default", [2, 9, 12], (8, 8), None), ("after", [1, 33, 20], (16, 24), "after-softmax"),
                                         ("before-named", [3, 5, 7], (3, 1), "before-softmax"), ("one-token", [2, 1, 6], (4, 5), None),
                                         ("long", [1, 300, 10], (6, 9), None)]:
        config = {"inputDim": shape[2], "keyDim": dk, "valueDim": dv} | ({"scale": scale} if scale else {})
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
