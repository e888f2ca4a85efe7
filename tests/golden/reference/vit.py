"""The Vision Transformer in the forms of document 000 and of timm."""
import torch
import torch.nn.functional as F

from .parts import conv, linear

KEY, SOURCE = "vit", "Dosovitskiy et al. 2021, from the formula"


def norm(x, p, name, config):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], config.get("normEpsilon", 1e-5))


def run(config, inputs, p, b, training):
    x, = inputs
    h = config["heads"]
    patches = conv(x, p, "patch_embed.proj", stride=(config.get("patchHeight", 16), config.get("patchWidth", 16))).flatten(2).transpose(1, 2)
    t = torch.cat([p["cls_token"].expand(len(x), -1, -1), patches], 1) + p["pos_embed"]
    act = torch.relu if config.get("activation") == "relu" else F.gelu
    for i in range(config.get("depth", 12)):
        at = f"blocks.{i}."
        q, k, v = (u.unflatten(-1, (h, -1)).transpose(1, 2) for u in linear(norm(t, p, at + "norm1", config), p, at + "attn.qkv").chunk(3, -1))
        y = (torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, -1) @ v).transpose(1, 2).flatten(2)
        t = t + (linear(y, p, at + "attn.proj") if at + "attn.proj.weight" in p else y)
        t = t + linear(act(linear(norm(t, p, at + "norm2", config), p, at + "mlp.fc1")), p, at + "mlp.fc2")
    pool = (lambda u: u[:, 0]) if config.get("pool", "cls") == "cls" else (lambda u: u[:, 0 if config.get("poolClassToken", True) else 1:].mean(1))
    t = norm(pool(t), p, "norm", config) if config.get("normAfterPool") else pool(norm(t, p, "norm", config))
    return linear(t, p, "head")


def params(config):
    d, h = config["dim"], config["heads"]
    inner, mlp, c = h * config.get("headDim", d // h), config.get("mlpDim", 4 * d), config.get("inChannels", 3)
    ph, pw = config.get("patchHeight", 16), config.get("patchWidth", 16)
    n = config["imageHeight"] // ph * (config["imageWidth"] // pw)
    shapes = {"patch_embed.proj.weight": [d, c, ph, pw], "patch_embed.proj.bias": [d], "cls_token": [1, 1, d], "pos_embed": [1, n + 1, d],
              "norm.weight": [d], "norm.bias": [d], "head.weight": [config["classes"], d], "head.bias": [config["classes"]]}
    for i in range(config.get("depth", 12)):
        layers = {"attn.qkv": (3 * inner, d), "attn.proj": (d, inner), "mlp.fc1": (mlp, d), "mlp.fc2": (d, mlp)}
        for layer, (out, size) in layers.items():
            shapes |= {f"blocks.{i}.{layer}.weight": [out, size], f"blocks.{i}.{layer}.bias": [out]}
        for layer in ("norm1", "norm2"):
            shapes |= {f"blocks.{i}.{layer}.weight": [d], f"blocks.{i}.{layer}.bias": [d]}
    if config.get("qkvBias") is False:
        shapes = {k: s for k, s in shapes.items() if not k.endswith("qkv.bias")}
    if h == 1 and inner == d and config.get("projection") is not True:
        shapes = {k: s for k, s in shapes.items() if ".attn.proj." not in k}
    return shapes


def cases():
    timm = {"normEpsilon": 1e-6}
    doc = {"activation": "relu", "qkvBias": False, "normAfterPool": True}
    for name, batch, config in [
        ("timm", 2, {"imageHeight": 12, "imageWidth": 8, "patchHeight": 4, "patchWidth": 4, "classes": 5, "dim": 12, "depth": 2, "heads": 3} | timm),
        ("timm-avg", 2, {"imageHeight": 8, "imageWidth": 8, "patchHeight": 4, "patchWidth": 2, "classes": 3, "dim": 8, "depth": 1, "heads": 2,
                         "pool": "mean", "poolClassToken": False, "normAfterPool": True} | timm),
        ("mean-of-norms", 1, {"imageHeight": 6, "imageWidth": 6, "patchHeight": 3, "patchWidth": 3, "classes": 2, "dim": 8, "depth": 1, "heads": 2,
                              "pool": "mean", "mlpDim": 20}),
        ("document-mean", 2, {"imageHeight": 8, "imageWidth": 12, "patchHeight": 4, "patchWidth": 4, "classes": 4, "dim": 10, "depth": 2, "heads": 3,
                              "headDim": 6, "mlpDim": 14, "pool": "mean"} | doc),
        ("document-one-head", 3, {"imageHeight": 4, "imageWidth": 4, "patchHeight": 2, "patchWidth": 4, "classes": 4, "dim": 6, "depth": 1, "heads": 1,
                                  "headDim": 6, "mlpDim": 9} | doc),
        ("grey-one-patch", 2, {"imageHeight": 4, "imageWidth": 4, "patchHeight": 4, "patchWidth": 4, "inChannels": 1, "classes": 3, "dim": 8,
                               "depth": 3, "heads": 4}),
    ]:
        yield {"name": name, "config": config, "inputs": [[batch, config.get("inChannels", 3), config["imageHeight"], config["imageWidth"]]],
               "params": params(config)}
