"""A ResNet-50 that embeds pictures, with relation-aware global attention behind each stage; its logits, which a step's loss is of."""

import torch
from torch import nn
from torch.nn import functional as F

from networks import Bottleneck

KEY = "rga_resnet50"
CLASSES = 1000


def knows(key):
    return key == KEY


def projection(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Relations(nn.Module):
    """The relations of all pairs as a map of 2·places channels, for positions and then for channels."""

    def __init__(self, channels, positions):
        super().__init__()
        few_channels, few_positions = channels // 8, positions // 8
        down = min(8, 1 + min(few_channels, few_positions))
        for name, features, few, places, few_places in (
            ("spatial", channels, few_channels, positions, few_positions),
            ("channel", positions, few_positions, channels, few_channels),
        ):
            for part in ("theta", "phi", "gx"):
                self.add_module(f"{part}_{name}", projection(features, few))
            self.add_module(f"gg_{name}", projection(2 * places, few_places))
            hidden = (1 + few_places) // down
            gate = [nn.Conv2d(1 + few_places, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU(), nn.Conv2d(hidden, 1, 1, bias=False), nn.BatchNorm2d(1)]
            self.add_module(f"W_{name}", nn.Sequential(*gate))

    def gate(self, name, x):
        n, _, a, b = x.shape
        theta, phi, own = (getattr(self, f"{part}_{name}")(x) for part in ("theta", "phi", "gx"))
        relations = torch.matmul(theta.flatten(2).transpose(1, 2), phi.flatten(2))
        both = torch.cat([relations.transpose(1, 2), relations], 1).view(n, -1, a, b)
        features = torch.cat([own.mean(1, keepdim=True), getattr(self, f"gg_{name}")(both)], 1)
        return torch.sigmoid(getattr(self, f"W_{name}")(features))

    def forward(self, x):
        x = x * self.gate("spatial", x)
        n, c, h, w = x.shape
        across = x.flatten(2).transpose(1, 2).unsqueeze(-1)
        return x * self.gate("channel", across).view(n, c, 1, 1)


class Backbone(nn.Module):
    """ResNet-50 whose last stage keeps the size of its map."""

    def __init__(self, height, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        channels = 64
        for stage, (count, stride, reduction) in enumerate(((3, 1, 4), (4, 2, 8), (6, 2, 16), (3, 1, 16))):
            blocks = []
            for i in range(count):
                blocks.append(Bottleneck(channels, 64 << stage, stride if i == 0 else 1, None))
                channels = 256 << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
            self.add_module(f"rga_att{stage + 1}", Relations(channels, (height // reduction) * (width // reduction)))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.rga_att1(self.layer1(x))
        x = self.rga_att2(self.layer2(x))
        x = self.rga_att3(self.layer3(x))
        return self.rga_att4(self.layer4(x))


class Embedding(nn.Module):
    def __init__(self, height, width):
        super().__init__()
        self.backbone = Backbone(height, width)
        self.feat_bn = nn.BatchNorm1d(2048)
        self.feat_bn.bias.requires_grad_(False)
        self.cls = nn.Linear(2048, CLASSES, bias=False)

    def forward(self, x):
        return self.cls(self.feat_bn(self.backbone(x).mean((2, 3))))


def build(shape):
    return Embedding(*shape[2:])
