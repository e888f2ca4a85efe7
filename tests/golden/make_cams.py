#!/usr/bin/python3
"""Makes class activation maps, full gradients and rollouts of small networks, written from the papers' formulas in PyTorch.

Run with PyTorch 1.13 (Debian: python3-torch):  python3 tests/golden/make_cams.py
cams.safetensors holds maps [N, h, w] by `network|layer|method|target`. Weights and pictures are drawn from a counter, which the tests do as
well: nothing of them is stored. Everything is computed in float64. Class activation maps are kept before negative sums become 0.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import safetensors_out
from drawing import draw, noise, pictures

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(True)


class Pool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def plain():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(12, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), Pool(), nn.Linear(16, 5))


class Block(nn.Module):
    def __init__(self, inside, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.stride, self.more = stride, planes - inside

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        short = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))
        return F.relu(y + short)


class ResNet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2))
        self.layer3 = nn.Sequential(Block(32, 64, 2))
        self.linear = nn.Linear(64, 5)

    def forward(self, x):
        return self.linear(self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))).mean((2, 3)))


class Double(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down0, self.down1, self.bottom = Double(3, 4), Double(4, 8), Double(8, 16)
        self.up1, self.up0 = Double(24, 8), Double(12, 4)
        self.head = nn.Conv2d(4, 3, 1)

    def forward(self, x):
        a = self.down0(x)
        b = self.down1(F.max_pool2d(a, 2))
        y = self.bottom(F.max_pool2d(b, 2))
        y = self.up1(torch.cat([b, F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)], 1))
        y = self.up0(torch.cat([a, F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)], 1))
        return self.head(y)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.qkv, self.proj, self.heads = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim), heads

    def forward(self, x):
        n, l, e = x.shape
        q, k, v = self.qkv(x).reshape(n, l, 3, self.heads, e // self.heads).permute(2, 0, 3, 1, 4)
        self.weights = (q @ k.transpose(-2, -1) / (e // self.heads) ** 0.5).softmax(-1)
        self.weights.requires_grad and self.weights.retain_grad()
        return self.proj((self.weights @ v).transpose(1, 2).reshape(n, l, e))


class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    def __init__(self, dim, heads, hidden):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(dim), Attention(dim, heads)
        self.norm2, self.mlp = nn.LayerNorm(dim), Mlp(dim, hidden)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj = nn.Conv2d(3, dim, 4, 4)

    def forward(self, x):
        return self.proj(x)


class ViT(nn.Module):
    def __init__(self, mean):
        super().__init__()
        self.patch_embed = PatchEmbedding(16)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, 16))
        self.pos_embed = nn.Parameter(torch.zeros(1, 25, 16))
        self.blocks = nn.Sequential(*[TransformerBlock(16, 2, 32) for _ in range(3)])
        self.norm, self.head, self.mean = nn.LayerNorm(16), nn.Linear(16, 5), mean

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = self.norm(self.blocks(torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed))
        return self.head(x.mean(1) if self.mean else x[:, 0])


# ---------------------------------------------------------------- the methods, for A, G [N, C, h, w]

def weighted(w, a):
    return (w[:, :, None, None] * a).sum(1)


def divided(x, y):
    return torch.where(y == 0, torch.zeros_like(x), x / torch.where(y == 0, torch.ones_like(y), y))


def grad_cam(a, g):
    return weighted(g.mean((2, 3)), a)


def hires_cam(a, g):
    return (a * g).sum(1)


def grad_cam_plus_plus(a, g):
    alpha = divided(g ** 2, 2 * g ** 2 + a.sum((2, 3), keepdim=True) * g ** 3)
    return weighted((alpha * F.relu(g)).sum((2, 3)), a)


def xgrad_cam(a, g):
    return weighted(divided((a * g).sum((2, 3)), a.sum((2, 3))), a)


def layer_cam(a, g):
    return (F.relu(g) * a).sum(1)


def eigen_cam(a, g):
    maps = []
    for one in a:
        _, _, v = np.linalg.svd(one.flatten(1).T.numpy(), full_matrices=False)
        map = one.flatten(1).T.numpy() @ v[0]
        maps.append(torch.from_numpy(map if map.sum() >= 0 else -map).reshape(a.shape[2:]))
    return torch.stack(maps)


CAMS = {"grad-cam": grad_cam, "hires-cam": hires_cam, "grad-cam-plus-plus": grad_cam_plus_plus, "xgrad-cam": xgrad_cam,
        "layer-cam": layer_cam, "eigen-cam": eigen_cam}


def to_grid(x, tokens):
    return x if tokens is None else x[:, -tokens[0] * tokens[1]:].transpose(1, 2).reshape(len(x), -1, *tokens)


def run(model, layer, x, score, tokens=None):
    kept = []
    hook = dict(model.named_modules())[layer].register_forward_hook(lambda m, i, y: kept.append(y))
    x = x.clone().requires_grad_()
    scores = score(model(x))
    hook.remove()
    g = torch.autograd.grad(scores.sum(), kept[-1])[0]
    return to_grid(kept[-1].detach(), tokens), to_grid(g, tokens), scores.detach()


def score_cam(model, a, x, score):
    maps = []
    for i in range(len(x)):
        h = F.interpolate(a[i][:, None], size=x.shape[2:], mode="bilinear", align_corners=False)
        low, high = h.amin((2, 3), keepdim=True), h.amax((2, 3), keepdim=True)
        varied = (a[i].flatten(1).amax(1) > a[i].flatten(1).amin(1)).nonzero().flatten()
        masks = ((h - low) / (high - low))[varied]
        with torch.no_grad():
            s = score(model(x[i:i + 1] * masks), i)
        maps.append((s.softmax(0)[:, None, None] * a[i][varied]).sum(0))
    return torch.stack(maps)


def ablation_cam(model, layer, a, x, score, scores, tokens):
    maps = []
    for i in range(len(x)):
        weights = []
        for c in range(a.shape[1]):
            def without(m, inputs, y):
                y = y.clone()
                if tokens is None:
                    y[:, c] = 0
                else:
                    y[:, :, c] = 0
                return y
            hook = dict(model.named_modules())[layer].register_forward_hook(without)
            with torch.no_grad():
                weights.append((scores[i] - score(model(x[i:i + 1]), i)[0]) / scores[i].abs())
            hook.remove()
        maps.append((torch.stack(weights)[:, None, None] * a[i]).sum(0))
    return torch.stack(maps)


def psi(values, size):
    values = values.abs()
    flat = values.flatten(1)
    low, high = flat.amin(1), flat.amax(1)
    values = divided(values - low[:, None, None, None], (high - low)[:, None, None, None].expand_as(values))
    return F.interpolate(values.sum(1, keepdim=True), size=size, mode="bilinear", align_corners=False)[:, 0]


def full_grad(model, x, score, tokens=None):
    kept = []
    hooks = []
    for name, m in model.named_modules():
        if isinstance(m, nn.BatchNorm2d):
            bias = m.bias - m.weight * m.running_mean / (m.running_var + m.eps).sqrt()
        elif isinstance(m, (nn.Conv2d, nn.Linear, nn.LayerNorm)) and m.bias is not None:
            bias = m.bias
        else:
            continue
        hooks.append(m.register_forward_hook(lambda m, i, y, b=bias.detach(): kept.append((b, y))))
    x = x.clone().requires_grad_()
    scores = score(model(x))
    for hook in hooks:
        hook.remove()
    kept = [(b, y) for b, y in kept if y.ndim == 4 or (y.ndim == 3 and tokens)]
    grads = torch.autograd.grad(scores.sum(), [x] + [y for _, y in kept], allow_unused=True)
    total = psi(x.detach() * grads[0], x.shape[2:])
    for (b, y), g in zip(kept, grads[1:]):
        if g is not None:
            g = g if y.ndim == 4 else to_grid(g, tokens)
            total = total + psi(g * b[None, :, None, None], x.shape[2:])
    return total


def rollout(layers, fuse, discard):
    product = None
    for a in layers:
        a = {"mean": a.mean(1), "max": a.amax(1), "min": a.amin(1)}[fuse].clone()
        for one in a:
            one.view(-1)[one.flatten().argsort(stable=True)[:int(one.numel() * discard)]] = 0
        a = a + torch.eye(a.shape[-1])
        a = a / a.sum(-1, keepdim=True)
        product = a if product is None else a @ product
    return product


def gradient_rollout(layers, grads):
    product = torch.eye(layers[0].shape[-1])[None]
    for a, g in zip(layers, grads):
        product = product + F.relu(a * g).mean(1) @ product
    return product


def seen(product, mean, tokens):
    row = product.mean(1) if mean else product[:, 0]
    return row[:, -tokens[0] * tokens[1]:].reshape(-1, *tokens)


out = {}


def keep(*key, maps):
    assert torch.isfinite(maps).all(), key
    out["|".join(key)] = np.ascontiguousarray(maps.detach().numpy().astype(np.float32))


def cams(name, model, layers, x, targets, tokens=None, perturb=True):
    for layer, shape in layers.items():
        for target, score in targets.items():
            a, g, scores = run(model, layer, x, score, shape)
            for method, cam in CAMS.items():
                keep(name, layer, method, target, maps=cam(a, g))
            if perturb:
                keep(name, layer, "score-cam", target, maps=score_cam(model, a, x, score))
                keep(name, layer, "ablation-cam", target, maps=ablation_cam(model, layer, a, x, score, scores, shape))
    for target, score in targets.items():
        keep(name, "all", "full-grad", target, maps=full_grad(model, x, score, tokens))


def predicted(model, x):
    with torch.no_grad():
        best = model(x).argmax(1)
    return lambda y, i=None: y[torch.arange(len(y)), best] if i is None else y[:, best[i]]


CLASSES = {"class:2": lambda y, i=None: y[:, 2], "difference:1:3": lambda y, i=None: y[:, 1] - y[:, 3]}

with torch.no_grad():
    plain_net, resnet, unet, vit, vit_mean = draw(plain()), draw(ResNet8()), draw(UNet()), draw(ViT(False)), draw(ViT(True))
x = pictures(2, 3, 24, 20)
cams("plain", plain_net, {"6": None, "10": None}, x, {**CLASSES, "predicted": predicted(plain_net, x)})
x = pictures(2, 3, 32, 32)
cams("resnet8", resnet, {"layer2": None, "layer3": None}, x, {"class:2": CLASSES["class:2"]})
x = pictures(2, 3, 16, 12)
mask = (noise(16 * 12, 5) > 0.3).astype(np.float64).reshape(16, 12)
cams("unet", unet, {"bottom": None, "up1": None}, x, {
    "pixel:5:7:1": lambda y, i=None: y[:, 1, 5, 7],
    "mask:2": lambda y, i=None: (y[:, 2] * torch.from_numpy(mask)).sum((1, 2)) / mask.sum()})
x = pictures(2, 3, 24, 16)
GRID = (6, 4)
cams("vit", vit, {"blocks.2.norm1": GRID, "blocks.1.norm2": GRID}, x, {**CLASSES, "predicted": predicted(vit, x)}, GRID)
for name, model in {"vit": vit, "vit-mean": vit_mean}.items():
    scores = model(x.clone().requires_grad_())[:, 2]
    scores.sum().backward()
    layers = [b.attn.weights for b in model.blocks]
    for fuse in ("mean", "max", "min"):
        for discard in (0, 0.3):
            keep(name, "tokens", "attention-rollout", f"{fuse}:{discard}", maps=seen(rollout([w.detach() for w in layers], fuse, discard), name != "vit", GRID))
    keep(name, "tokens", "gradient-rollout", "class:2", maps=seen(gradient_rollout([w.detach() for w in layers], [w.grad for w in layers]), name != "vit", GRID))
safetensors_out.write(str(pathlib.Path(__file__).parent / "cams.safetensors"), out)
print(len(out), "maps")
