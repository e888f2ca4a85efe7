"""The non-local block in its four modes, over positions of one to three axes."""
import torch
import torch.nn.functional as F

from .parts import batch_norm, batch_norm_params

KEY, SOURCE = "non_local", "Wang et al. 2018, from the formula"


def pointwise(x, p, name):
    w = p[f"{name}.weight"]
    y = torch.einsum("oi,bi...->bo...", w.flatten(1), x)
    return y + p[f"{name}.bias"].view(-1, *[1] * (x.ndim - 2))


def pooled(x, config):
    if not config.get("subSample", False):
        return x
    return {1: lambda: F.max_pool1d(x, 2), 2: lambda: F.max_pool2d(x, 2), 3: lambda: F.max_pool3d(x, (1, 2, 2))}[config.get("dimension", 2)]()


def run(config, inputs, p, b, training):
    x, = inputs
    mode = config.get("mode", "embedded_gaussian")
    g = pooled(pointwise(x, p, "g"), config).flatten(2)
    theta = (x if mode == "gaussian" else pointwise(x, p, "theta")).flatten(2)
    phi = pooled(x if mode == "gaussian" else pointwise(x, p, "phi"), config).flatten(2)
    inner, n = g.shape[1:]
    if mode == "concatenation":
        w = p["concat_project.0.weight"].flatten()
        f = torch.relu((w[:inner, None] * theta).sum(1)[:, :, None] + (w[inner:, None] * phi).sum(1)[:, None, :]) / n
    else:
        f = theta.transpose(1, 2) @ phi
        f = f / n if mode == "dot_product" else torch.softmax(f * (inner ** -0.5 if config.get("scale") else 1), -1)
    y = (g @ f.transpose(1, 2)).view(len(x), inner, *x.shape[2:])
    if config.get("batchNorm", True):
        return batch_norm(pointwise(y, p, "W.0"), p, b, "W.1", training) + x
    return pointwise(y, p, "W") + x


def params(config):
    c, relation = config["channels"], config.get("mode", "embedded_gaussian")
    inner, ones = config.get("interChannels") or max(1, c // 2), [1] * config.get("dimension", 2)
    out = "W.0" if config.get("batchNorm", True) else "W"
    shapes = {"g.weight": [inner, c, *ones], "g.bias": [inner], f"{out}.weight": [c, inner, *ones], f"{out}.bias": [c]}
    if out == "W.0":
        shapes |= batch_norm_params("W.1", c)
    if relation != "gaussian":
        for branch in ("theta", "phi"):
            shapes |= {f"{branch}.weight": [inner, c, *ones], f"{branch}.bias": [inner]}
    if relation == "concatenation":
        shapes["concat_project.0.weight"] = [1, 2 * inner, 1, 1]
    return shapes


def inputs(shape, config):
    # Products of whole feature vectors have to be so small that more than one weight is not zero.
    gaussian = config.get("mode") == "gaussian"
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape))) * 0.7 if gaussian else shape


def cases():
    for name, mode, shape, extra in [
        ("default-train", "train", [3, 8, 5, 6], {}),
        ("gaussian-1d", "eval", [2, 6, 13], {"mode": "gaussian", "dimension": 1}),
        ("gaussian-3d-sub", "eval", [1, 4, 3, 5, 4], {"mode": "gaussian", "dimension": 3, "subSample": True}),
        ("gaussian-plain", "eval", [2, 5, 3, 7], {"mode": "gaussian", "batchNorm": False, "interChannels": 3}),
        ("embedded-1d-sub-train", "train", [2, 8, 11], {"dimension": 1, "subSample": True}),
        ("embedded-3d", "eval", [2, 6, 2, 3, 4], {"dimension": 3}),
        ("embedded-scaled", "eval", [1, 16, 7, 5], {"scale": True, "interChannels": 16, "batchNorm": False}),
        ("embedded-one-position", "eval", [2, 4, 1, 1], {}),
        ("embedded-one-channel", "eval", [2, 1, 4, 3], {}),
        ("embedded-many-positions", "eval", [1, 8, 19, 21], {"mode": "embedded_gaussian"}),
        ("dot-1d", "eval", [2, 6, 17], {"mode": "dot_product", "dimension": 1}),
        ("dot-2d-sub-train", "train", [2, 8, 6, 7], {"mode": "dot_product", "subSample": True}),
        ("dot-3d-sub", "eval", [1, 6, 3, 4, 5], {"mode": "dot_product", "dimension": 3, "subSample": True, "batchNorm": False}),
        ("dot-few-positions", "eval", [2, 24, 1, 3], {"mode": "dot_product", "interChannels": 20}),
        ("concatenation-1d-train", "train", [3, 8, 15], {"mode": "concatenation", "dimension": 1}),
        ("concatenation-2d-sub", "eval", [1, 10, 9, 6], {"mode": "concatenation", "subSample": True, "interChannels": 7, "batchNorm": False}),
        ("concatenation-3d-sub", "eval", [2, 4, 3, 5, 2], {"mode": "concatenation", "dimension": 3, "subSample": True}),
        ("concatenation-one-position", "eval", [1, 4, 1, 1], {"mode": "concatenation"}),
    ]:
        config = {"channels": shape[1]} | extra
        yield {"name": name, "mode": mode, "config": config, "inputs": [inputs(shape, config)], "params": params(config)}
