"""Gather-Excite: a gate from context gathered over an extent, by a mean or by depthwise convolutions, with or without an MLP."""
import torch
import torch.nn.functional as F

from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "gather_excite", "Hu et al. 2018, from the formula"


def layers(config):
    return config["extent"].bit_length() - 1 if config.get("extent", 0) else 1


def run(config, inputs, p, b, training):
    x, = inputs
    c, e = config["channels"], config.get("extent", 0)
    g = x
    if config.get("parameters"):
        if e == 0:
            if config.get("anySize"):
                g = F.adaptive_avg_pool2d(g, (config["height"], config["width"]))
            g = batch_norm(conv(g, p, "gather.0", groups=c), p, b, "gather.1", training)
        else:
            for i in range(layers(config)):
                g = batch_norm(conv(torch.relu(g) if i else g, p, f"gather.{3 * i}", groups=c, stride=2, padding=1), p, b, f"gather.{3 * i + 1}", training)
    elif e == 0:
        g = g.mean((2, 3), keepdim=True)
    else:
        g = F.avg_pool2d(g, 2 * e - 1, e, e - 1, count_include_pad=False)
    if config.get("mlp"):
        g = conv(torch.relu(conv(torch.relu(g), p, "mlp.0")), p, "mlp.2")
    return x * torch.sigmoid(F.interpolate(g, size=x.shape[2:], mode="nearest"))


def params(config):
    c, shapes = config["channels"], {}
    if config.get("parameters"):
        kernel = [config["height"], config["width"]] if not config.get("extent", 0) else [3, 3]
        for i in range(layers(config)):
            shapes |= {f"gather.{3 * i}.weight": [c, 1, *kernel]} | batch_norm_params(f"gather.{3 * i + 1}", c)
    if config.get("mlp"):
        r = c // config.get("reduction", 16)
        shapes |= {"mlp.0.weight": [r, c, 1, 1], "mlp.0.bias": [r], "mlp.2.weight": [c, r, 1, 1], "mlp.2.bias": [c]}
    return shapes


def cases():
    for name, mode, shape, config in [
        ("minus-global", "eval", [1, 5, 7, 3], {"channels": 5}),
        ("minus-1", "eval", [2, 4, 3, 5], {"channels": 4, "extent": 1}),
        ("minus-2-odd", "eval", [2, 3, 9, 7], {"channels": 3, "extent": 2}),
        ("minus-3", "train", [1, 6, 8, 11], {"channels": 6, "extent": 3}),
        ("minus-8-larger-than-map", "eval", [2, 4, 5, 6], {"channels": 4, "extent": 8}),
        ("minus-2-mlp", "eval", [2, 8, 6, 5], {"channels": 8, "extent": 2, "mlp": True, "reduction": 4}),
        ("theta-2-eval", "eval", [1, 6, 7, 9], {"channels": 6, "parameters": True, "extent": 2}),
        ("theta-8-train", "train", [3, 4, 13, 9], {"channels": 4, "parameters": True, "extent": 8}),
        ("theta-global-eval", "eval", [2, 5, 4, 7], {"channels": 5, "parameters": True, "height": 4, "width": 7}),
        ("theta-global-any-size", "train", [4, 4, 9, 5], {"channels": 4, "parameters": True, "height": 4, "width": 3, "anySize": True}),
        ("plus-4-train", "train", [3, 16, 10, 6], {"channels": 16, "parameters": True, "extent": 4, "mlp": True, "reduction": 1}),
        ("plus-global", "train", [5, 32, 6, 6], {"channels": 32, "parameters": True, "height": 6, "width": 6, "mlp": True}),
        ("one-position", "eval", [3, 4, 1, 1], {"channels": 4, "parameters": True, "extent": 4, "mlp": True, "reduction": 2}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
