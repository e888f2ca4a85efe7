"""ResNet's bottleneck block with a mechanism on its last batch norm."""
import torch

from . import bam, cbam, coordinate, eca, global_context, scse, se, simam, spatial, triplet
from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "bottleneck", "He et al. 2016 with the stride on the 3x3, from the formula"
INNER = {m.KEY: m for m in (bam, cbam, coordinate, eca, global_context, scse, se, simam, spatial, triplet)}


def inner_config(config):
    options = dict(config.get("attentionOptions") or {}) | {"channels": 4 * config["planes"]}
    if config.get("reduction") and config["attention"] != "eca":
        options.setdefault("reduction", config["reduction"])
    return options


def run(config, inputs, p, b, training):
    x, = inputs
    y = torch.relu(batch_norm(conv(x, p, "conv1"), p, b, "bn1", training))
    y = torch.relu(batch_norm(conv(y, p, "conv2", stride=config.get("stride", 1), padding=1), p, b, "bn2", training))
    y = batch_norm(conv(y, p, "conv3"), p, b, "bn3", training)
    if config.get("attention"):
        own, buffers = ({k[len("attention."):]: v for k, v in d.items() if k.startswith("attention.")} for d in (p, b))
        y = INNER[config["attention"]].run(inner_config(config), [y], own, buffers, training)
    shortcut = x
    if "downsample.0.weight" in p:
        shortcut = batch_norm(conv(x, p, "downsample.0", stride=config.get("stride", 1)), p, b, "downsample.1", training)
    return torch.relu(y + shortcut)


def params(config):
    i, m = config["inChannels"], config["planes"]
    shapes = {"conv1.weight": [m, i, 1, 1], "conv2.weight": [m, m, 3, 3], "conv3.weight": [4 * m, m, 1, 1]}
    shapes |= batch_norm_params("bn1", m) | batch_norm_params("bn2", m) | batch_norm_params("bn3", 4 * m)
    if config.get("attention"):
        inner = INNER[config["attention"]].params(inner_config(config))
        shapes |= {f"attention.{k}": v for k, v in inner.items()}
    if config.get("stride", 1) != 1 or i != 4 * m or config.get("downsample"):
        shapes |= {"downsample.0.weight": [4 * m, i, 1, 1]} | batch_norm_params("downsample.1", 4 * m)
    return shapes


def cases():
    for name, mode, shape, config in [
        ("plain-stride-2", "train", [2, 8, 9, 7], {"inChannels": 8, "planes": 4, "stride": 2, "downsample": True, "attention": None}),
        ("se", "train", [3, 16, 6, 6], {"inChannels": 16, "planes": 4, "attention": "se", "reduction": 4}),
        ("eca-wider", "eval", [2, 8, 5, 6], {"inChannels": 8, "planes": 4, "attention": "eca", "attentionOptions": {"kernelSize": 5}}),
        ("cbam-stride-2", "train", [2, 8, 8, 6],
         {"inChannels": 8, "planes": 4, "stride": 2, "attention": "cbam", "attentionOptions": {"reduction": 2, "kernelSize": 3}}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
