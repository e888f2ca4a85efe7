#!/usr/bin/python3
"""Makes outputs and gradients of segmentation networks: torchvision's own, and mmsegmentation's written from the papers under its names.

Run with PyTorch 1.13 and torchvision 0.14 (Debian: python3-torchvision):  python3 tests/golden/make_segmentation.py
segmentation.safetensors holds for each case, in evaluation mode: every seventh number of each output, and of each parameter's gradient its
largest magnitude and eight numbers at equal distances. Weights and pictures are drawn from a counter, as drawing.py does, which the tests do as
well; the names and shapes of the state dict are in the metadata. Everything is computed in float64.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

import safetensors_out
from drawing import noise, state_of
from make_importers import conv_module, criss_cross, mm_danet_parts, mm_non_local

torch.set_default_dtype(torch.float64)
CLASSES = 5
PICTURES = (2, 3, 42, 33)
SAMPLES = 8


def draw(model):
    """Draws parameters and statistics, in the order of their names."""
    for seed, (name, value) in enumerate(state_of(model).items()):
        numbers = noise(value.numel(), seed + 1)
        if value.ndim >= 2 and value.numel() > value.shape[0]:
            numbers = numbers * np.float32(np.sqrt(np.float32(4) / np.float32(value[0].numel())))
        elif name.endswith("running_var") or (name.endswith("weight") and value.ndim == 1):
            numbers = numbers * np.float32(0.25) + np.float32(1)
        else:
            numbers = numbers * np.float32(0.25)
        value.copy_(torch.from_numpy(numbers.astype(np.float64)).reshape(value.shape))
    return model.eval()


def resized(x, size, align=False):
    return F.interpolate(x, size=tuple(size), mode="bilinear", align_corners=align)


class BasicBlock(nn.Module):
    """The first convolution is dilated, the second is not."""

    def __init__(self, inside, planes, stride, dilation):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 3, stride, dilation, dilation, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        if stride != 1 or inside != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inside, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    """With output stride 8: the last two stages are dilated by 2 and 4, their first blocks by half of that."""

    def __init__(self, deep):
        super().__init__()
        if deep:
            widths = [(3, 32, 2), (32, 32, 1), (32, 64, 1)]
            self.stem = nn.Sequential(*(part for i, o, s in widths for part in (nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())))
        else:
            self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        for name, i, o, s, dilations in [("layer1", 64, 64, 1, (1, 1)), ("layer2", 64, 128, 2, (1, 1)), ("layer3", 128, 256, 1, (1, 2)), ("layer4", 256, 512, 1, (2, 4))]:
            self.add_module(name, nn.Sequential(BasicBlock(i, o, s, dilations[0]), BasicBlock(o, o, 1, dilations[1])))

    def forward(self, x):
        x = F.max_pool2d(self.stem(x) if hasattr(self, "stem") else F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        third = self.layer3(self.layer2(self.layer1(x)))
        return third, self.layer4(third)


def rectified(module, x):
    return F.relu(module(x))


class FcnHead(nn.Module):
    def __init__(self, inside, channels, convs, concat, **between):
        super().__init__()
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)
        self.convs = nn.Sequential(*(conv_module(inside if i == 0 else channels, channels, 3) for i in range(convs)))
        if concat:
            self.conv_cat = conv_module(inside + channels, channels, 3)
        for name, module in between.items():
            self.add_module(name, module)
        self.between = next(iter(between), None)

    def forward(self, x):
        y = rectified(self.convs[0], x)
        if self.between:
            y = getattr(self, self.between)(y)
        for conv in self.convs[1:]:
            y = rectified(conv, y)
        if hasattr(self, "conv_cat"):
            y = rectified(self.conv_cat, torch.cat([x, y], 1))
        return [self.conv_seg(y)]


class PyramidHead(nn.Module):
    def __init__(self, inside, channels):
        super().__init__()
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)
        self.psp_modules = nn.ModuleList(nn.Sequential(nn.AdaptiveAvgPool2d(s), conv_module(inside, channels)) for s in (1, 2, 3, 6))
        self.bottleneck = conv_module(inside + 4 * channels, channels, 3)

    def forward(self, x):
        pooled = [resized(rectified(m, x), x.shape[2:]) for m in self.psp_modules]
        return [self.conv_seg(rectified(self.bottleneck, torch.cat([x, *pooled], 1)))]


class DualHead(nn.Module):
    """64 channels of queries and keys, whatever the channels are."""

    def __init__(self, inside, channels):
        super().__init__()
        for name, part in mm_danet_parts(inside, channels, CLASSES, 64).items():
            self.add_module(name, part)

    def forward(self, x):
        p = rectified(self.pam_out_conv, self.pam(rectified(self.pam_in_conv, x)))
        c = rectified(self.cam_out_conv, self.cam(rectified(self.cam_in_conv, x)))
        return [self.conv_seg(p + c), self.pam_conv_seg(p), self.cam_conv_seg(c)]


class ContextBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inner = channels // 4
        self.conv_mask = nn.Conv2d(channels, 1, 1)
        self.channel_add_conv = nn.Sequential(nn.Conv2d(channels, inner, 1), nn.LayerNorm([inner, 1, 1]), nn.ReLU(), nn.Conv2d(inner, channels, 1))

    def forward(self, x):
        a = self.conv_mask(x).flatten(2).softmax(2)
        return x + self.channel_add_conv((x.flatten(2) * a).sum(2)[:, :, None, None])


class PointwiseHead(nn.Module):
    """Sides that divide by two are halved without aligned corners; the projection pads by one, and the result is resized back."""

    def __init__(self, inside, channels, window):
        super().__init__()
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)
        for end in ("", "_p"):
            self.add_module("reduce" + end, conv_module(inside, channels))
            self.add_module("attention" + end, nn.Sequential(conv_module(channels, channels), nn.Conv2d(channels, window * window, 1, bias=False)))
        self.proj = conv_module(2 * channels, inside)
        self.bottleneck = conv_module(2 * inside, channels, 3)
        self.window = window

    def weights(self, maps, distribute):
        """[N, sources, targets]."""
        n, _, h, w = maps.shape
        half = self.window // 2
        logits = maps.new_zeros(n, h * w, h * w)
        for owner in range(h * w):
            for other in range(h * w):
                y, x = other // w - owner // w + half, other % w - owner % w + half
                if 0 <= y < self.window and 0 <= x < self.window:
                    source, target = (owner, other) if distribute else (other, owner)
                    logits[:, source, target] = maps[:, y * self.window + x, owner // w, owner % w]
        return logits.softmax(1)

    def forward(self, x):
        h, w = x.shape[2:]
        aligned = h % 2 == 1 and w % 2 == 1
        size = ((h - 1) // 2 + 1, (w - 1) // 2 + 1) if aligned else (h // 2, w // 2)
        found = []
        for end in ("", "_p"):
            y = resized(rectified(getattr(self, "reduce" + end), x), size, aligned)
            attention = getattr(self, "attention" + end)
            maps = attention[1](rectified(attention[0], y))
            found.append((y.flatten(2) @ self.weights(maps, end == "_p")).reshape(y.shape))
        projected = F.relu(self.proj.bn(F.conv2d(torch.cat(found, 1), self.proj.conv.weight, padding=1)))
        y = resized(projected, (h, w), aligned)
        return [self.conv_seg(rectified(self.bottleneck, torch.cat([x, y], 1)))]


class Network(nn.Module):
    def __init__(self, deep, head):
        super().__init__()
        self.backbone = ResNet18(deep)
        self.decode_head = head
        self.auxiliary_head = FcnHead(256, 64, 1, False)

    def forward(self, x):
        third, last = self.backbone(x)
        return [resized(y, x.shape[2:]) for y in [*self.decode_head(last), *self.auxiliary_head(third)]]


class Torchvision(nn.Module):
    """The outputs as a list; the state dict is the model's own."""

    def __init__(self, model):
        super().__init__()
        self.inner = model

    def state_dict(self, *args, **kw):
        return self.inner.state_dict(*args, **kw)

    def named_parameters(self, *args, **kw):
        return self.inner.named_parameters(*args, **kw)

    def forward(self, x):
        y = self.inner(x)
        return [y["out"], y["aux"]]


def torchvision_model(name):
    make = getattr(torchvision.models.segmentation, name)
    return Torchvision(make(weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=True))


CASES = {
    "fcn_resnet50": lambda: torchvision_model("fcn_resnet50"),
    "deeplabv3_resnet50": lambda: torchvision_model("deeplabv3_resnet50"),
    "pspnet_resnet18c": lambda: Network(True, PyramidHead(512, 128)),
    "danet_resnet18": lambda: Network(False, DualHead(512, 128)),
    "ccnet_resnet18": lambda: Network(False, FcnHead(512, 128, 2, True, cca=criss_cross(128, 2, True))),
    "psanet_resnet18": lambda: Network(False, PointwiseHead(512, 128, 5)),
    "nonlocal_resnet18c": lambda: Network(True, FcnHead(512, 128, 2, True, nl_block=mm_non_local(128, False))),
    "gcnet_resnet18": lambda: Network(False, FcnHead(512, 128, 2, True, gc_block=ContextBlock(128))),
}


def main():
    arrays, metadata = {}, {}
    for name, make in CASES.items():
        model = draw(make())
        outputs = model(torch.from_numpy(noise(int(np.prod(PICTURES)), 77).astype(np.float64)).reshape(PICTURES))
        loss = 0
        for i, y in enumerate(outputs):
            arrays[f"{name}|output{i}"] = y.detach().numpy().reshape(-1)[::7].astype(np.float32)
            loss = loss + (y * torch.from_numpy(noise(y.numel(), 100 + i).astype(np.float64)).reshape(y.shape)).sum()
        loss.backward()
        rows = []
        for key, parameter in sorted(model.named_parameters()):
            gradient = parameter.grad.numpy().reshape(-1)
            rows.append([np.abs(gradient).max(), *gradient[[i * gradient.size // SAMPLES for i in range(SAMPLES)]]])
        arrays[f"{name}|gradients"] = np.array(rows, dtype=np.float32)
        metadata[name] = json.dumps({k: list(v.shape) for k, v in state_of(model).items()}, separators=(",", ":"))
        print(name, len(rows), "parameters,", ", ".join(f"{y.abs().max():.3g}" for y in outputs), "largest,", f"{max(r[0] for r in rows):.3g}")
    safetensors_out.write(pathlib.Path(__file__).parent / "segmentation.safetensors", arrays, metadata)


if __name__ == "__main__":
    with torch.enable_grad():
        main()
