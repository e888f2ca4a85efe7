"""Criss-cross attention (CCNet): one softmax over the row and the column of each position, with a dense N×N mask."""
import torch

from .parts import conv

KEY, SOURCE = "criss_cross", "Huang et al. 2019, from the formula"


def once(x, p):
    n, c, h, w = x.shape
    q, k, v = (conv(x, p, name).flatten(2) for name in ("query_conv", "key_conv", "value_conv"))
    row = torch.arange(h * w).div(w, rounding_mode="floor")
    column = torch.arange(h * w) % w
    crossing = (row[:, None] == row[None, :]) | (column[:, None] == column[None, :])
    logits = torch.einsum("bdi,bdj->bij", q, k).masked_fill(~crossing, float("-inf"))
    attended = torch.einsum("bij,bcj->bci", torch.softmax(logits, -1), v).reshape(n, c, h, w)
    return p["gamma"] * attended + x


def run(config, inputs, p, b, training):
    x, = inputs
    for _ in range(config.get("recurrence", 2)):
        x = once(x, p)
    return x


def params(config):
    c = config["channels"]
    shapes = {"gamma": [1]}
    for branch, out in [("query", c // 8), ("key", c // 8), ("value", c)]:
        shapes |= {f"{branch}_conv.weight": [out, c, 1, 1], f"{branch}_conv.bias": [out]}
    return shapes


def cases():
    for name, shape, config in [
        ("default", [2, 16, 5, 7], {}),
        ("once-wide", [1, 8, 3, 19], {"recurrence": 1}),
        ("once-tall", [2, 8, 21, 2], {"recurrence": 1}),
        ("three-times", [1, 24, 6, 6], {"recurrence": 3}),
        ("one-row", [2, 8, 1, 9], {"recurrence": 2}),
        ("one-column", [2, 8, 9, 1], {"recurrence": 2}),
        ("one-position", [3, 8, 1, 1], {"recurrence": 1}),
        ("several-blocks", [1, 16, 18, 35], {"recurrence": 1}),
        ("identity-start-off", [1, 8, 4, 3], {"recurrence": 1, "identityStart": False}),
    ]:
        config = {"channels": shape[1], **config}
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
