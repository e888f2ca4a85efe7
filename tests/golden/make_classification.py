#!/usr/bin/python3
"""Makes outputs and gradients of classifiers, and the names and shapes of their published weights: torchvision's own networks, and timm's written from the papers
under its names.

Run with PyTorch 1.13 and torchvision 0.14 (Debian: python3-torchvision):  python3 tests/golden/make_classification.py
classification.safetensors holds for each case, in evaluation mode: the output, and of each parameter's gradient, in the order of the names, and of the
pictures' its largest magnitude and four numbers at equal distances. Weights and pictures are drawn from a counter, as the tests do. Everything is computed in
float64. Large networks are built narrow, or for small pictures. classification_names.json.gz holds the names and shapes of the networks for 1,000 classes.
"""
import gzip
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.models as tv
from torch import nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.swin_transformer import SwinTransformer

import safetensors_out
from drawing import pictures
from make_importers import flat_transformer
from make_segmentation import draw

torch.set_default_dtype(torch.float64)
CLASSES, SAMPLES, PICTURES = 7, 4, (2, 3, 48, 40)
FOLDER = pathlib.Path(__file__).parent


def make_divisible(value, unit=8):
    return max(unit, int(value + unit / 2) // unit * unit)


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inside = make_divisible(channels / 16)
        self.fc1, self.fc2 = nn.Conv2d(channels, inside, 1), nn.Conv2d(inside, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class ChannelConvolution(nn.Module):
    def __init__(self, channels):
        super().__init__()
        t = int(abs(np.log2(channels) + 1) / 2)
        k = t if t % 2 else t + 1
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x.mean((2, 3))[:, None]))[:, 0, :, None, None]


class Context(nn.Module):
    """The context is added; the norm is over the channels."""

    def __init__(self, channels):
        super().__init__()
        self.conv_attn = nn.Conv2d(channels, 1, 1)
        self.mlp_add = nn.Module()
        self.mlp_add.fc1 = nn.Conv2d(channels, channels // 8, 1)
        self.mlp_add.norm = nn.LayerNorm(channels // 8, eps=1e-6)
        self.mlp_add.fc2 = nn.Conv2d(channels // 8, channels, 1)

    def forward(self, x):
        weights = self.conv_attn(x).flatten(2).softmax(2)
        y = self.mlp_add.fc1((x.flatten(2) * weights).sum(2)[:, :, None, None])
        y = self.mlp_add.norm(y[:, :, 0, 0])[:, :, None, None]
        return x + self.mlp_add.fc2(F.relu(y))


class Bottleneck(nn.Module):
    def __init__(self, inside, planes, stride, averages, attention):
        super().__init__()
        outside = 4 * planes
        self.conv1, self.bn1 = nn.Conv2d(inside, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, outside, 1, bias=False), nn.BatchNorm2d(outside)
        self.se = attention(outside)
        if stride != 1 or inside != outside:
            pool = [nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()] if averages else []
            self.downsample = nn.Sequential(*pool, nn.Conv2d(inside, outside, 1, 1 if averages else stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        y = self.se(self.bn3(self.conv3(y)))
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class TimmResNet50(nn.Module):
    def __init__(self, classes, attention, deep=False):
        super().__init__()
        if deep:
            layers = [(3, 32, 2), (32, 32, 1), (32, 64, 1)]
            parts = [part for i, o, s in layers for part in (nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())]
            self.conv1 = nn.Sequential(*parts[:-2])
        else:
            self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inside = 64
        for stage, count in enumerate([3, 4, 6, 3]):
            blocks = []
            for i in range(count):
                blocks.append(Bottleneck(inside, 64 << stage, 2 if stage and not i else 1, deep, attention))
                inside = 256 << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(2048, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))


class ConvNorm(nn.Module):
    def __init__(self, inside, outside, kernel, stride=1):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outside)

    def forward(self, x):
        return self.bn(self.conv(x))


class ContextBlock(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        middle = outside // 4
        if stride != 1 or inside != outside:
            self.shortcut = ConvNorm(inside, outside, 1, stride)
        self.conv1_1x1, self.conv2_kxk = ConvNorm(inside, middle, 1), ConvNorm(middle, middle, 3, stride)
        self.attn, self.conv3_1x1 = Context(middle), ConvNorm(middle, outside, 1)

    def forward(self, x):
        y = self.attn(F.relu(self.conv2_kxk(F.relu(self.conv1_1x1(x)))))
        return F.relu(self.conv3_1x1(y) + (self.shortcut(x) if hasattr(self, "shortcut") else x))


class ContextResNet50(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Module()
        for i, (inside, outside, stride) in enumerate([(3, 24, 2), (24, 32, 1), (32, 64, 2)]):
            self.stem.add_module(f"conv{i + 1}", ConvNorm(inside, outside, 3, stride))
        inside, stages = 64, []
        for stage, count in enumerate([3, 4, 6, 3]):
            blocks = []
            for i in range(count):
                blocks.append(ContextBlock(inside, 256 << stage, 2 if stage and not i else 1))
                inside = 256 << stage
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.head = nn.Module()
        self.head.fc = nn.Linear(2048, classes)

    def forward(self, x):
        for conv in self.stem.children():
            x = F.relu(conv(x))
        return self.head.fc(self.stages(x).mean((2, 3)))


class TokenBlock(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.attn, self.mlp = nn.Module(), nn.Module()
        self.attn.qkv, self.attn.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        q, k, v = self.attn.qkv(self.norm1(x)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        a = (q @ k.transpose(2, 3) * q.shape[-1] ** -0.5).softmax(3)
        x = x + self.attn.proj((a @ v).transpose(1, 2).flatten(2))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(x))))


class Deit(nn.Module):
    def __init__(self, classes, size, patch, dim, depth, heads, distilled):
        super().__init__()
        places = (size[0] // patch) * (size[1] // patch)
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, dim, patch, patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        if distilled:
            self.dist_token = nn.Parameter(torch.zeros(1, 1, dim))
            self.head_dist = nn.Linear(dim, classes)
        self.pos_embed = nn.Parameter(torch.zeros(1, places + 1 + distilled, dim))
        self.blocks = nn.Sequential(*(TokenBlock(dim, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(dim, eps=1e-6), nn.Linear(dim, classes)

    def forward(self, x):
        tokens = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        first = [self.cls_token] + ([self.dist_token] if hasattr(self, "dist_token") else [])
        x = torch.cat([*(t.expand(len(x), -1, -1) for t in first), tokens], 1) + self.pos_embed
        x = self.norm(self.blocks(x))
        return (self.head(x[:, 0]) + self.head_dist(x[:, 1])) / 2 if len(first) > 1 else self.head(x[:, 0])


def vgg(name, hidden):
    """With a smaller classifier: torchvision's takes most of the memory."""
    model = tv.vgg.VGG(getattr(tv, name)(weights=None, init_weights=False).features, CLASSES, init_weights=False)
    model.classifier[0], model.classifier[3], model.classifier[6] = nn.Linear(512 * 49, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, CLASSES)
    return model


def of_torchvision(name):
    return lambda: getattr(tv, name)(weights=None, num_classes=CLASSES)


CASES = {
    **{name: (of_torchvision(name), PICTURES) for name in [
        "resnext50_32x4d", "wide_resnet50_2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0"]},
    "vgg11": (lambda: vgg("vgg11", 24), PICTURES),
    "vgg13-bn": (lambda: vgg("vgg13_bn", 24), PICTURES),
    "convnext": (lambda: ConvNeXt([CNBlockConfig(16, 24, 1), CNBlockConfig(24, 32, 2), CNBlockConfig(32, 40, 1), CNBlockConfig(40, None, 1)],
                                  num_classes=CLASSES), (2, 3, 50, 41)),
    "swin": (lambda: SwinTransformer([4, 4], 24, [2, 2, 1], [2, 3, 4], [4, 4], num_classes=CLASSES), (2, 3, 42, 36)),
    "deit": (lambda: Deit(CLASSES, (32, 24), 8, 24, 2, 3, True), (2, 3, 32, 24)),
    "seresnet50": (lambda: TimmResNet50(CLASSES, SqueezeExcite), PICTURES),
    "ecaresnet50d": (lambda: TimmResNet50(CLASSES, ChannelConvolution, deep=True), PICTURES),
    "gcresnet50t": (lambda: ContextResNet50(CLASSES), PICTURES),
}


def sampled(gradient):
    flat = gradient.numpy().reshape(-1)
    return [np.abs(flat).max(), *flat[[i * flat.size // SAMPLES for i in range(SAMPLES)]]]


def outputs():
    arrays = {}
    for name, (make, shape) in CASES.items():
        model = draw(make())
        x = pictures(*shape).requires_grad_()
        y = model(x)
        (y * torch.linspace(-1, 1, y.numel()).reshape(y.shape)).sum().backward()
        arrays[f"{name}|output"] = y.detach().numpy().astype(np.float32)
        rows = [sampled(p.grad) for _, p in sorted(model.named_parameters())] + [sampled(x.grad)]
        arrays[f"{name}|gradients"] = np.array(rows, dtype=np.float32)
        assert all(np.isfinite(a).all() for a in arrays.values()), name
        print(name, len(rows) - 1, "parameters,", f"{y.abs().max():.3g} largest output, {rows[-1][0]:.3g} largest gradient of the pictures")
    safetensors_out.write(FOLDER / "classification.safetensors", arrays, {})


def names():
    sizes = {"tiny": (192, 3), "small": (384, 6), "base": (768, 12)}
    full = {n: getattr(tv, n) for n in [
        "resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0",
        "efficientnet_b1", "efficientnet_b2", "convnext_tiny", "convnext_small", "convnext_base", "swin_t"]}
    full |= {f"vgg{d}{end}": getattr(tv, f"vgg{d}{end.replace('-', '_')}") for d in (11, 13, 16, 19) for end in ("", "-bn")}
    full |= {
        "seresnet50": lambda: TimmResNet50(1000, SqueezeExcite), "ecaresnet50d": lambda: TimmResNet50(1000, ChannelConvolution, deep=True),
        "gcresnet50t": lambda: ContextResNet50(1000), "vit_document000": lambda: flat_transformer(32, 8, 1000, 1024, 6, 16, 64, 2048, nn.ReLU)}
    for size, (dim, heads) in sizes.items():
        for middle, distilled in (("", False), ("_distilled", True)):
            full[f"deit_{size}{middle}_patch16"] = lambda dim=dim, heads=heads, distilled=distilled: Deit(1000, (224, 224), 16, dim, 12, heads, distilled)
    lists = {}
    torch.set_default_dtype(torch.float32)
    for name, make in full.items():
        state = make().state_dict()
        lists[name] = {k: list(v.shape) for k, v in state.items() if not k.endswith("num_batches_tracked")}
        print(name, len(lists[name]), "names")
    text = json.dumps(lists, separators=(",", ":"), sort_keys=True).encode()
    (FOLDER / "classification_names.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    outputs()
    names()
