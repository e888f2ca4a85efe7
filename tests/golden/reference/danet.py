"""DANet's head: position and channel attention side by side, summed and classified."""
import torch

from . import cam, pam
from .parts import batch_norm, batch_norm_params, conv

KEY, SOURCE = "danet", "Fu et al. 2019, official names, from the formula"


def run(config, inputs, p, b, training):
    x, = inputs

    def block(t, name):
        return torch.relu(batch_norm(conv(t, p, f"{name}.0", padding=1), p, b, f"{name}.1", training))

    def branch(before, module, name, after):
        own = {k[len(name) + 1:]: v for k, v in p.items() if k.startswith(f"{name}.")}
        return block(module.run({}, [block(x, before)], own, {}, training), after)

    return conv(branch("conv5a", pam, "sa", "conv51") + branch("conv5c", cam, "sc", "conv52"), p, "conv8.1")


def params(config):
    c, out = config["inChannels"], config["outChannels"]
    inner = config.get("interChannels") or c // 4
    shapes = {f"sa.{k}": v for k, v in pam.params({"channels": inner}).items()} | {"sc.gamma": [1]}
    for name, channels in [("conv5a", c), ("conv5c", c), ("conv51", inner), ("conv52", inner)]:
        shapes |= {f"{name}.0.weight": [inner, channels, 3, 3]} | batch_norm_params(f"{name}.1", inner)
    for name in ("conv6", "conv7", "conv8"):
        shapes |= {f"{name}.1.weight": [out, inner, 1, 1], f"{name}.1.bias": [out]}
    return shapes


def cases():
    for name, mode, shape, config in [
        ("quarter", "eval", [1, 32, 5, 4], {"inChannels": 32, "outChannels": 3}),
        ("train-inner", "train", [2, 6, 4, 6], {"inChannels": 6, "outChannels": 2, "interChannels": 9, "dropout": 0}),
        ("one-position", "eval", [2, 12, 1, 1], {"inChannels": 12, "outChannels": 1, "interChannels": 8, "identityStart": False}),
    ]:
        yield {"name": name, "mode": mode, "config": config, "inputs": [shape], "params": params(config)}
