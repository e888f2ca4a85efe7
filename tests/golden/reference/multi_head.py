"""Multi-head attention with masks; true = may attend, a query with nothing to attend to gives zeros."""
import torch
import torch.nn.functional as F

from .parts import linear

KEY, SOURCE = "multi_head", "Vaswani et al. 2017, from the formula"


def run(config, inputs, p, b, training):
    e, h, cross = config["embedDim"], config["heads"], config.get("cross", False)
    query, rest = inputs[0], inputs[1:]
    source, rest = (rest[0], rest[1:]) if cross else (query, rest)
    w, bias = p["in_proj_weight"].split(e), p["in_proj_bias"].split(e)
    q, k, v = (F.linear(t, w[i], bias[i]).unflatten(-1, (h, e // h)).transpose(1, 2) for i, t in enumerate((query, source, source)))
    s = q @ k.transpose(-1, -2) * (e // h) ** -0.5
    allowed = torch.ones(s.shape, dtype=torch.bool)
    if rest:
        allowed = allowed & rest[0][:, None, None, :]
    if len(rest) > 1 and rest[1].dtype == torch.bool:
        allowed = allowed & rest[1]
    elif len(rest) > 1:
        s = s + rest[1]
    if config.get("causal"):
        allowed = allowed & torch.ones(s.shape[-2:], dtype=torch.bool).tril()
    lifted = torch.where(allowed, s, torch.full_like(s, -1e30))
    a = torch.where(allowed, torch.softmax(lifted, -1), torch.zeros_like(s))
    return linear((a @ v).transpose(1, 2).flatten(2), p, "out_proj")


def params(config):
    e = config["embedDim"]
    return {"in_proj_weight": [3 * e, e], "in_proj_bias": [3 * e], "out_proj.weight": [e, e], "out_proj.bias": [e]}


def cases():
    coin = torch.Generator().manual_seed(4)
    flip = lambda *shape: torch.rand(shape, generator=coin) < 0.6
    nothing = flip(2, 7)
    nothing[1] = False
    half = flip(2, 1, 6, 7)
    half[0, 0, 3] = False
    for name, e, h, extra, inputs in [
        ("self", 24, 3, {}, [[2, 9, 24]]), ("one-head", 10, 1, {}, [[1, 5, 10]]), ("head-of-one", 6, 6, {}, [[2, 4, 6]]),
        ("one-token", 8, 2, {}, [[3, 1, 8]]), ("long", 16, 2, {}, [[1, 260, 16]]), ("causal", 12, 2, {"causal": True}, [[2, 11, 12]]),
        ("causal-padding", 12, 2, {"causal": True}, [[2, 7, 12], flip(2, 7)]), ("padding", 12, 4, {}, [[2, 7, 12], flip(2, 7)]),
        ("all-padding", 12, 4, {}, [[2, 7, 12], nothing]), ("cross", 12, 3, {"cross": True}, [[2, 6, 12], [2, 7, 12]]),
        ("cross-padding", 12, 3, {"cross": True}, [[2, 6, 12], [2, 7, 12], flip(2, 7)]),
        ("cross-mask", 12, 3, {"cross": True}, [[2, 6, 12], [2, 7, 12], torch.ones(2, 7, dtype=torch.bool), half]),
        ("mask-of-heads", 12, 3, {}, [[2, 7, 12], torch.ones(2, 7, dtype=torch.bool), flip(3, 7, 7)]),
    ]:
        config = {"embedDim": e, "heads": h} | extra
        yield {"name": name, "config": config, "inputs": inputs, "params": params(config)}
