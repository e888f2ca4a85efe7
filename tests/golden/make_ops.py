"""Expected results of tensor operations, computed by PyTorch in float64, for tests of operations that are put together from others
and of everything whose meaning (defaults, edges, divisors) is PyTorch's.

    /usr/bin/python3 tests/golden/make_ops.py     writes tests/golden/ops.json
"""
import json
import os

import torch
import torch.nn.functional as F

torch.manual_seed(20)
cases = []


def t(*shape, low=-1.5, high=1.5):
    """Random numbers with three decimals: exact in the file."""
    return torch.round((torch.rand(shape, dtype=torch.float64) * (high - low) + low) * 1000) / 1000


def labels(high, *shape):
    return torch.randint(0, high, shape)


def flat(x):
    return {"shape": list(x.shape), "type": "int64" if x.dtype == torch.int64 else "bool" if x.dtype == torch.bool else "float64",
            "values": [float(v) for v in x.detach().reshape(-1).to(torch.float64)]}


def case(name, run, *inputs):
    ins = [x.clone().requires_grad_(True) if x.is_floating_point() else x for x in inputs]
    outs = run(*ins)
    outs = list(outs) if isinstance(outs, (tuple, list)) else [outs]
    entry = {"name": name, "inputs": [flat(x) for x in inputs], "outputs": [flat(y) for y in outs]}
    if all(y.requires_grad for y in outs):
        cotangents = [t(*y.shape) for y in outs]
        sum((y * c).sum() for y, c in zip(outs, cotangents)).backward()
        entry["cotangents"] = [flat(c) for c in cotangents]
        entry["grads"] = [flat(x.grad if x.grad is not None else torch.zeros_like(x)) if x.is_floating_point() else None for x in ins]
    cases.append(entry)


# Convolutions
case("conv1d", lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=3, dilation=2), t(2, 3, 11), t(4, 3, 3), t(4))
case("conv1d eca", lambda x, w: F.conv1d(x, w, padding=1), t(2, 1, 8), t(1, 1, 3))
case("conv2d groups", lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), t(2, 4, 7, 6), t(6, 2, 3, 3), t(6))
case("conv3d", lambda x, w, b: F.conv3d(x, w, b, padding=1), t(2, 2, 3, 4, 3), t(3, 2, 3, 3, 3), t(3))
case("conv3d options", lambda x, w: F.conv3d(x, w, stride=(2, 1, 2), padding=(1, 0, 1), dilation=(2, 1, 1), groups=2), t(1, 4, 6, 4, 5), t(4, 2, 2, 3, 2))
case("conv3d pointwise", lambda x, w, b: F.conv3d(x, w, b), t(2, 3, 2, 2, 2), t(4, 3, 1, 1, 1), t(4))
case("conv3d one plane", lambda x, w: F.conv3d(x, w, padding=(0, 1, 1)), t(2, 3, 1, 4, 4), t(2, 3, 1, 3, 3))
case("conv_transpose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1, groups=2, dilation=1), t(2, 4, 3, 4), t(4, 3, 3, 3), t(6))

# Pooling
case("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), t(2, 3, 9))
case("max_pool2d ceil", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), t(2, 2, 6, 7))
case("max_pool2d dilation", lambda x: F.max_pool2d(x, (2, 3), 1, (1, 1), (2, 1)), t(1, 2, 6, 7))
case("max_pool3d", lambda x: F.max_pool3d(x, 3, 2, 1), t(1, 2, 5, 6, 5))
case("max_pool3d planes", lambda x: F.max_pool3d(x, (1, 2, 2)), t(2, 2, 3, 4, 5))
case("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), t(2, 3, 9))
case("avg_pool2d ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), t(2, 2, 6, 7))
case("avg_pool2d ceil exclude", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False), t(2, 2, 6, 7))
case("avg_pool3d", lambda x: F.avg_pool3d(x, 3, 2, 1), t(1, 2, 5, 6, 5))
case("avg_pool3d exclude", lambda x: F.avg_pool3d(x, 3, 2, 1, count_include_pad=False), t(1, 2, 5, 6, 5))
case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 4), t(2, 3, 7))
case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), t(2, 2, 7, 5))
case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (3, 2)), t(2, 2, 7, 5))
case("global_max_pool", lambda x: x.amax((2, 3)), t(2, 3, 4, 5))

# Norms
case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-5), t(3, 2, 2, 3), t(2), t(2))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 1e-5), t(2, 3, 4), t(3, 4), t(3, 4))
case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), t(2, 4, 3, 2), t(4), t(4))

# Reductions
case("var", lambda x: x.var((0, 2)), t(3, 2, 4))
case("std biased", lambda x: x.std(1, unbiased=False, keepdim=True), t(3, 5))
case("logsumexp", lambda x: x.logsumexp(1), t(3, 5))
case("logsumexp axes", lambda x: x.logsumexp((0, 2), keepdim=True), t(3, 2, 4))
case("max axes", lambda x: x.amax((0, 2)), t(3, 2, 4))
case("min all", lambda x: x.min(), t(3, 2))
case("norm axes", lambda x: x.norm(2, dim=(1, 2)), t(3, 2, 4))
case("norm", lambda x: x.norm(2, dim=1), t(3, 5))
case("mean axes", lambda x: x.mean((1, 3), keepdim=True), t(2, 3, 4, 2))
case("sum all", lambda x: x.sum(), t(2, 3))
case("max", lambda x: x.max(1).values, t(3, 5))
case("argmax", lambda x: x.argmax(1), t(3, 5))

# Moving values
case("pad constant", lambda x: F.pad(x, (1, 2, 0, 3), value=0.5), t(2, 3, 4))
case("pad reflect", lambda x: F.pad(x, (2, 1, 1, 2), mode="reflect"), t(1, 2, 3, 4))
case("pad replicate", lambda x: F.pad(x, (2, 1, 1, 2), mode="replicate"), t(1, 2, 3, 4))
case("channel_shuffle", lambda x: x.reshape(2, 3, 2, 2, 2).transpose(1, 2).reshape(2, 6, 2, 2), t(2, 6, 2, 2))
case("chunk", lambda x: x.chunk(3, 1), t(2, 7))
case("stack", lambda x, y: torch.stack([x, y], 1), t(2, 3), t(2, 3))
case("embedding", lambda w, i: F.embedding(i, w), t(5, 3), labels(5, 2, 4))
case("gather", lambda x, i: x.gather(1, i), t(3, 5), labels(5, 3, 4))
case("upsample nearest", lambda x: F.interpolate(x, (5, 7), mode="nearest"), t(1, 2, 3, 4))
case("upsample bilinear", lambda x: F.interpolate(x, (5, 7), mode="bilinear", align_corners=False), t(1, 2, 3, 4))
case("upsample bilinear down", lambda x: F.interpolate(x, (2, 3), mode="bilinear", align_corners=False), t(1, 2, 5, 7))
case("upsample bilinear corners", lambda x: F.interpolate(x, (5, 7), mode="bilinear", align_corners=True), t(1, 2, 3, 4))
case("where", lambda m, x, y: torch.where(m > 0, x, y), labels(2, 3, 4), t(3, 4), t(4))

# Activations
case("gelu", lambda x: F.gelu(x), t(9, low=-4, high=4))
case("gelu tanh", lambda x: F.gelu(x, approximate="tanh"), t(9, low=-4, high=4))
case("hard swish", lambda x: F.hardswish(x), t(9, low=-4, high=4))
case("hard sigmoid", lambda x: F.hardsigmoid(x), t(9, low=-4, high=4))
case("softplus", lambda x: F.softplus(x, beta=2), t(9, low=-4, high=4))
case("relu edges", lambda x: F.relu(x), torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64))
case("relu6 edges", lambda x: F.relu6(x), torch.tensor([-1.0, 0.0, 3.0, 6.0, 7.0], dtype=torch.float64))
case("hard sigmoid edges", lambda x: F.hardsigmoid(x), torch.tensor([-3.0, 0.0, 3.0], dtype=torch.float64))
case("clamp edges", lambda x: x.clamp(-1, 1), torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0], dtype=torch.float64))
case("abs edges", lambda x: x.abs(), torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64))
case("maximum ties", lambda x, y: torch.maximum(x, y), torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), torch.tensor([1.0, 3.0, 2.0], dtype=torch.float64))
case("leaky relu edges", lambda x: F.leaky_relu(x, 0.1), torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64))

# Losses
case("cross_entropy", lambda x, y: F.cross_entropy(x, y), t(4, 5), labels(5, 4))
case("cross_entropy options", lambda x, y, w: F.cross_entropy(x, y, w.detach(), label_smoothing=0.1, ignore_index=2), t(6, 5), labels(5, 6), t(5, low=0.5, high=2))
case("cross_entropy maps", lambda x, y: F.cross_entropy(x, y, ignore_index=1, reduction="none"), t(2, 3, 2, 2), labels(3, 2, 2, 2))
case("cross_entropy probabilities", lambda x, y, w: F.cross_entropy(x, torch.softmax(y, 1), w.detach(), label_smoothing=0.2), t(3, 4), t(3, 4), t(4, low=0.5, high=2))
case("cross_entropy probabilities sum", lambda x, y: F.cross_entropy(x, torch.softmax(y, 1), reduction="sum"), t(2, 3, 4), t(2, 3, 4))
case("bce", lambda x, y: F.binary_cross_entropy_with_logits(x, torch.sigmoid(y)), t(3, 4, low=-9, high=9), t(3, 4))
case("bce weight", lambda x, y, p: F.binary_cross_entropy_with_logits(x, torch.sigmoid(y), pos_weight=p.detach(), reduction="sum"), t(3, 4), t(3, 4), t(4, low=0.5, high=2))
case("mse", lambda x, y: F.mse_loss(x, y), t(3, 4), t(3, 4))
case("l1", lambda x, y: F.l1_loss(x, y, reduction="sum"), t(3, 4), t(3, 4))

# Products
case("matmul broadcast", lambda x, y: x @ y, t(2, 1, 3, 4), t(3, 4, 2))
case("linear", lambda x, w, b: F.linear(x, w, b), t(2, 3, 4), t(5, 4), t(5))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops.json")
with open(path, "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases,", os.path.getsize(path), "bytes")
