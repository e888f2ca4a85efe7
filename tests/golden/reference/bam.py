"""BAM: a channel branch and a dilated spatial branch, combined into one gate beside the identity."""
import torch

from .parts import batch_norm, batch_norm_params, conv, linear

KEY, SOURCE = "bam", "Park et al. 2018, from the formula"


def layers(config):
    n = config.get("layers", 1)
    return n, config["spatialLayers"] if "spatialLayers" in config else (n if "layers" in config else 2)


def run(config, inputs, p, b, training):
    x, = inputs
    n, ns = layers(config)
    d = config.get("dilation", 4)
    z = x.mean((2, 3))
    for i in range(n):
        z = torch.relu(batch_norm(linear(z, p, f"channel.fc.{i}"), p, b, f"channel.bn.{i}", training))
    channel = linear(z, p, "channel.out")[..., None, None]
    s = torch.relu(batch_norm(conv(x, p, "spatial.reduce"), p, b, "spatial.reduce_bn", training))
    for i in range(ns):
        s = torch.relu(batch_norm(conv(s, p, f"spatial.conv.{i}", padding=config.get("padding", d), dilation=d), p, b, f"spatial.bn.{i}", training))
    spatial = conv(s, p, "spatial.out")
    return x * (1 + torch.sigmoid(channel * spatial if config.get("combine") == "product" else channel + spatial))


def params(config):
    c = config["channels"]
    r = c // config.get("reduction", 16)
    n, ns = layers(config)
    shapes = {"channel.out.weight": [c, r], "channel.out.bias": [c], "spatial.out.weight": [1, r, 1, 1], "spatial.out.bias": [1],
              "spatial.reduce.weight": [r, c, 1, 1], "spatial.reduce.bias": [r]} | batch_norm_params("spatial.reduce_bn", r)
    for i in range(n):
        shapes |= {f"channel.fc.{i}.weight": [r, r if i else c], f"channel.fc.{i}.bias": [r]} | batch_norm_params(f"channel.bn.{i}", r)
    for i in range(ns):
        shapes |= {f"spatial.conv.{i}.weight": [r, r, 3, 3], f"spatial.conv.{i}.bias": [r]} | batch_norm_params(f"spatial.bn.{i}", r)
    return shapes


def cases():
    for name, mode, shape, config in [
        ("default-train", "train", [3, 32, 9, 6], {"channels": 32}),
        ("product-eval", "eval", [1, 16, 7, 5], {"channels": 16, "reduction": 4, "combine": "product"}),
        ("no-spatial-layers", "train", [5, 12, 6, 8], {"channels": 12, "reduction": 3, "layers": 2, "spatialLayers": 0}),
        ("shrinks-to-one", "train", [3, 8, 5, 5], {"channels": 8, "reduction": 2, "layers": 1, "dilation": 2, "padding": 0}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
