"""Global context block: one attention map gathers a context that is added to, or multiplied into, every position."""
import torch
import torch.nn.functional as F

from .parts import conv

KEY, SOURCE = "global_context", "Cao et al. 2019, from the formula"


def transform(t, p, name):
    t = conv(t, p, f"{name}.0")
    return conv(torch.relu(F.layer_norm(t, t.shape[1:], p[f"{name}.1.weight"], p[f"{name}.1.bias"])), p, f"{name}.3")


def run(config, inputs, p, b, training):
    x, = inputs
    weights = conv(x, p, "conv_mask").flatten(2).softmax(-1)
    context = (x.flatten(2) @ weights.transpose(1, 2))[..., None]
    y = x
    if "mul" in config.get("fusion", ["add"]):
        y = y * torch.sigmoid(transform(context, p, "channel_mul_conv"))
    if "add" in config.get("fusion", ["add"]):
        y = y + transform(context, p, "channel_add_conv")
    return y


def params(config):
    c = config["channels"]
    m = c // config.get("reduction", 16)
    shapes = {"conv_mask.weight": [1, c, 1, 1], "conv_mask.bias": [1]}
    for kind in config.get("fusion", ["add"]):
        n = f"channel_{kind}_conv"
        shapes |= {f"{n}.0.weight": [m, c, 1, 1], f"{n}.0.bias": [m], f"{n}.1.weight": [m, 1, 1], f"{n}.1.bias": [m, 1, 1],
                   f"{n}.3.weight": [c, m, 1, 1], f"{n}.3.bias": [c]}
    return shapes


def cases():
    for name, shape, r, fusion in [("default-add", [2, 64, 4, 3], 16, None), ("mul-first", [1, 12, 3, 8], 3, ["mul", "add"]), ("mul-one-position", [3, 8, 1, 1], 2, ["mul"])]:
        config = {"channels": shape[1], "reduction": r} | ({"fusion": fusion} if fusion else {})
        yield {"name": name, "config": config, "inputs": [shape], "params": params(config)}
