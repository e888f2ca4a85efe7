"""The PyTorch side of the comparison: builds the same models from the same weights, runs on request, answers in JSON lines.

Requests, one per line:  threads N | prepare FOLDER | time ENGINE SECONDS
"""

import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class SE(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, x):
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1).flatten(1)))))
        return x * gate.view(x.shape[0], -1, 1, 1)


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, x):
        mean = self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1).flatten(1))))
        top = self.fc2(F.relu(self.fc1(F.adaptive_max_pool2d(x, 1).flatten(1))))
        return torch.sigmoid(mean + top).view(x.shape[0], -1, 1, 1)


class SpatialGate(nn.Module):
    def __init__(self, kernel=7):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, x):
        mean = torch.mean(x, dim=1, keepdim=True)
        top, _ = torch.max(x, dim=1, keepdim=True)
        return torch.sigmoid(self.conv(torch.cat([mean, top], dim=1)))


class CBAM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.channel = ChannelGate(channels)
        self.spatial = SpatialGate()

    def forward(self, x):
        u = x * self.channel(x)
        return u * self.spatial(u)


MECHANISMS = {"se": SE, "cbam": CBAM}


def slot(key, channels):
    return MECHANISMS[key](channels) if key else nn.Identity()


class BasicBlock(nn.Module):
    """With the parameter-free shortcut of the CIFAR networks."""

    def __init__(self, inputs, planes, stride, attention):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.attention = slot(attention, planes)
        self.stride, self.extra = stride, planes - inputs

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.attention(self.bn2(self.conv2(y)))
        if self.stride != 1 or self.extra:
            half = self.extra // 2
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.extra - half))
        return F.relu(y + x)


class CifarResNet(nn.Module):
    def __init__(self, depth, attention, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, planes in enumerate((16, 32, 64), 1):
            blocks = []
            for i in range((depth - 2) // 6):
                blocks.append(BasicBlock(channels, planes, 2 if stage > 1 and i == 0 else 1, attention))
                channels = planes
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.layer3(self.layer2(self.layer1(y)))
        return self.linear(F.adaptive_avg_pool2d(y, 1).flatten(1))


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride, attention):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.attention = slot(attention, 4 * planes)
        self.downsample = nn.Identity()
        if stride != 1 or inputs != 4 * planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.attention(self.bn3(self.conv3(y))) + self.downsample(x))


class ResNet50(nn.Module):
    def __init__(self, attention, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, count in enumerate((3, 4, 6, 3), 1):
            planes, blocks = 32 << stage, []
            for i in range(count):
                blocks.append(Bottleneck(channels, planes, 2 if stage > 1 and i == 0 else 1, attention))
                channels = 4 * planes
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        y = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        y = self.layer4(self.layer3(self.layer2(self.layer1(y))))
        return self.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))


def build(row, channels):
    if row["model"] == "resnet20-cifar":
        return CifarResNet(20, row["attention"], 10)
    if row["model"] == "resnet50":
        return ResNet50(row["attention"], 1000)
    return MECHANISMS[row["attention"]](channels)


def load(model, folder):
    weights = np.load(os.path.join(folder, "weights.npz"))
    missing, unknown = model.load_state_dict({n: torch.from_numpy(weights[n]) for n in weights.files}, strict=False)
    missing = [n for n in missing if not n.endswith("num_batches_tracked")]
    if missing or unknown:
        raise SystemExit(f"the models differ: missing {missing}, unknown {unknown}")


class Work:
    """One row of the comparison: steps by engine, and numbers that both sides must agree on."""

    def __init__(self, folder):
        with open(os.path.join(folder, "row.json")) as file:
            row = json.load(file)
        data = np.load(os.path.join(folder, "data.npz"))
        self.x = torch.from_numpy(data["x"])
        self.model = build(row, self.x.shape[1])
        load(self.model, folder)
        self.steps = {"eager": getattr(self, row["pass"].replace("-", "_"))}
        if row["pass"] == "forward":
            self.model.eval()
            with torch.no_grad():
                self.check = self.model(self.x).flatten().tolist()[:4096]
                scripted = torch.jit.freeze(torch.jit.trace(self.model, self.x))
                try:
                    scripted = torch.jit.optimize_for_inference(scripted)
                    scripted(self.x)
                except RuntimeError:  # builds without oneDNN's graph rewriting: frozen is as far as they go
                    scripted = torch.jit.freeze(torch.jit.trace(self.model, self.x))
            self.scripted = scripted
            self.steps["script"] = self.script
        elif row["pass"] == "training":
            self.model.train()
            self.cotangent = torch.from_numpy(data["cotangent"])
            self.x.requires_grad_(True)
            self.training()
            self.check = self.x.grad.flatten().tolist()[:4096]
        else:
            self.model.train()
            self.labels = torch.from_numpy(data["labels"])
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
            self.check = [float(self.training_step().detach()) for _ in range(3)]

    def forward(self):
        with torch.no_grad():
            return self.model(self.x)

    def script(self):
        with torch.no_grad():
            return self.scripted(self.x)

    def training(self):
        self.x.grad = None
        self.model.zero_grad(set_to_none=True)
        self.model(self.x).backward(self.cotangent)

    def training_step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def time(self, engine, seconds):
        step, took, end = self.steps[engine], [], time.perf_counter() + seconds
        while not took or time.perf_counter() < end:
            start = time.perf_counter()
            step()
            took.append((time.perf_counter() - start) * 1e3)
        return took


def main():
    work = None
    print(json.dumps({"torch": torch.__version__, "python": sys.version.split()[0], "numpy": np.__version__}), flush=True)
    for line in sys.stdin:
        verb, _, rest = line.strip().partition(" ")
        if verb == "threads":
            torch.set_num_threads(int(rest))
            answer = {"threads": torch.get_num_threads()}
        elif verb == "prepare":
            work = Work(rest)
            answer = {"engines": list(work.steps), "check": work.check}
        else:
            engine, seconds = rest.split(" ")
            answer = {"ms": work.time(engine, float(seconds))}
        print(json.dumps(answer), flush=True)


main()
