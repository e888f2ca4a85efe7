"""Networks that give each pixel a class, as PyTorch's users write them: torchvision's own, mmsegmentation's heads on a dilated ResNet-18, U-Nets."""

import torch
from torch import nn
from torch.nn import functional as F

import mechanisms
from mechanisms import slot

CLASSES = 12
TORCHVISION = ("fcn_resnet50", "deeplabv3_resnet50")
HEADS = ("pspnet", "danet", "ccnet", "psanet", "nonlocal", "gcnet")
UNETS = {"unet": (64, 4), "unet-small": (16, 3)}
NESTED = {"unetplusplus": (32, 4), "unetplusplus-small": (16, 3)}


def knows(key):
    return key in TORCHVISION or key in UNETS or key in NESTED or (key is not None and key.endswith("_resnet18") and key.split("_")[0] in HEADS)


def norm(inputs, outputs, kernel):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Block(nn.Module):
    def __init__(self, inputs, planes, stride, dilation):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, dilation, dilation, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = nn.Identity()
        if stride != 1 or inputs != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.downsample(x))


class Backbone(nn.Module):
    """ResNet-18 whose last two stages are dilated instead of halved."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Block(64, 64, 1, 1), Block(64, 64, 1, 1))
        self.layer2 = nn.Sequential(Block(64, 128, 2, 1), Block(128, 128, 1, 1))
        self.layer3 = nn.Sequential(Block(128, 256, 1, 1), Block(256, 256, 1, 2))
        self.layer4 = nn.Sequential(Block(256, 512, 1, 2), Block(512, 512, 1, 4))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        third = self.layer3(self.layer2(self.layer1(x)))
        return third, self.layer4(third)


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel=3):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class ConvolutionHead(nn.Module):
    """A convolution, or two around a mechanism with the input joined to their result."""

    def __init__(self, inputs, channels, name=None, mechanism=None):
        super().__init__()
        self.convs = nn.ModuleList([ConvNorm(inputs, channels)] + ([ConvNorm(channels, channels)] if name else []))
        self.name = name
        if name:
            self.add_module(name, mechanism)
            self.conv_cat = ConvNorm(inputs + channels, channels)
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)

    def forward(self, x):
        y = self.convs[0](x)
        if self.name:
            y = self.conv_cat(torch.cat([x, self.convs[1](getattr(self, self.name)(y))], 1))
        return [self.conv_seg(y)]


class DualHead(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.conv5a, self.conv5c = norm(inputs, channels, 3), norm(inputs, channels, 3)
        self.sa, self.sc = mechanisms.PAM(channels), mechanisms.CAM(channels)
        self.sa.query_conv, self.sa.key_conv = nn.Conv2d(channels, 64, 1), nn.Conv2d(channels, 64, 1)
        self.conv51, self.conv52 = norm(channels, channels, 3), norm(channels, channels, 3)
        self.conv6, self.conv7, self.conv8 = (nn.Sequential(nn.Identity(), nn.Conv2d(channels, CLASSES, 1)) for _ in range(3))

    def forward(self, x):
        p = self.conv51(self.sa(self.conv5a(x)))
        c = self.conv52(self.sc(self.conv5c(x)))
        return [self.conv8(p + c), self.conv6(p), self.conv7(c)]


class PyramidHead(nn.Module):
    """Means over parts of the map, enlarged and joined with it."""

    def __init__(self, inputs, channels):
        super().__init__()
        self.psp_modules = nn.ModuleList([nn.Sequential(nn.AdaptiveAvgPool2d(parts), ConvNorm(inputs, channels, 1)) for parts in (1, 2, 3, 6)])
        self.bottleneck = ConvNorm(inputs + 4 * channels, channels)
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)

    def forward(self, x):
        pooled = [F.interpolate(part(x), size=x.shape[2:], mode="bilinear", align_corners=False) for part in self.psp_modules]
        return [self.conv_seg(self.bottleneck(torch.cat([x] + pooled, 1)))]


class Pointwise(nn.Module):
    """Each position's map over all others, collected and distributed on half the size. The maps hold a weight for each offset: indices take those of the pairs."""

    def __init__(self, inputs, channels, height, width):
        super().__init__()
        window = (2 * height - 1, 2 * width - 1)
        for end in ("", "_p"):
            self.add_module("reduce" + end, nn.Sequential(nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels)))
            maps = [nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, window[0] * window[1], 1, bias=False)]
            self.add_module("attention" + end, nn.Sequential(*maps))
        self.proj = nn.Sequential(nn.Conv2d(2 * channels, inputs, 1, padding=1, bias=False), nn.BatchNorm2d(inputs))
        owner = torch.arange(height * width)
        rows = owner[:, None] // width - owner // width + height - 1
        columns = owner[:, None] % width - owner % width + width - 1
        self.pairs = ((rows * window[1] + columns) * height * width + owner).flatten()  # [other, owner]
        self.size = (height, width)

    def forward(self, x):
        found = []
        for end in ("", "_p"):
            y = F.relu(getattr(self, "reduce" + end)(x))
            y = F.interpolate(y, size=self.size, mode="bilinear", align_corners=False)
            maps = getattr(self, "attention" + end)(y).flatten(1)
            weights = maps.index_select(1, self.pairs).view(x.shape[0], y.shape[2] * y.shape[3], -1)
            weights = torch.softmax(weights.transpose(1, 2) if end else weights, dim=1)
            found.append(torch.matmul(y.flatten(2), weights).view(y.shape))
        y = F.interpolate(F.relu(self.proj(torch.cat(found, 1))), size=x.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([x, y], 1)


class PointwiseHead(nn.Module):
    def __init__(self, inputs, channels, height, width):
        super().__init__()
        self.psa = Pointwise(inputs, channels, height // 2, width // 2)
        self.bottleneck = ConvNorm(2 * inputs, channels)
        self.conv_seg = nn.Conv2d(channels, CLASSES, 1)

    def forward(self, x):
        return [self.conv_seg(self.bottleneck(self.psa(x)))]


def head(kind, inputs, channels, height, width):
    if kind == "danet":
        return DualHead(inputs, channels)
    if kind == "pspnet":
        return PyramidHead(inputs, channels)
    if kind == "psanet":
        return PointwiseHead(inputs, channels, height, width)
    name, mechanism = {
        "ccnet": ("cca", lambda: mechanisms.CrissCross(channels)),
        "nonlocal": ("nl_block", lambda: ScaledNonLocal(channels)),
        "gcnet": ("gc_block", lambda: mechanisms.GlobalContext(channels, 4)),
    }[kind]
    return ConvolutionHead(inputs, channels, name, mechanism())


class ScaledNonLocal(mechanisms.NonLocal):
    """With the products over the root of their channels."""

    def forward(self, x):
        g, q, k = self.g(x).flatten(2).transpose(1, 2), self.theta(x).flatten(2).transpose(1, 2), self.phi(x).flatten(2)
        if mechanisms.FUSED:
            y = mechanisms.fused(q, k.transpose(1, 2), g)
        else:
            y = torch.matmul(torch.softmax(torch.matmul(q, k) * q.shape[-1] ** -0.5, dim=-1), g)
        return self.W(y.transpose(1, 2).contiguous().view(x.shape[0], -1, *x.shape[2:])) + x


class Dilated(nn.Module):
    def __init__(self, kind, height, width):
        super().__init__()
        self.backbone = Backbone()
        self.decode_head = head(kind, 512, 128, height // 8, width // 8)
        self.auxiliary_head = ConvolutionHead(256, 64)

    def forward(self, x):
        third, last = self.backbone(x)
        main, *others = self.decode_head(last)
        weighted = [(main, 1.0)] + [(y, 1.0) for y in others] + [(self.auxiliary_head(third)[0], 0.4)]
        return [(F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=False), w) for y, w in weighted]


class Torchvision(nn.Module):
    def __init__(self, key):
        super().__init__()
        import torchvision  # needed for these rows alone

        model = getattr(torchvision.models.segmentation, key)(weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=True)
        self.backbone, self.classifier, self.aux_classifier = model.backbone, model.classifier, model.aux_classifier

    def forward(self, x):
        maps = self.backbone(x)
        outputs = [(self.classifier(maps["out"]), 1.0), (self.aux_classifier(maps["aux"]), 0.5)]
        return [(F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=False), w) for y, w in outputs]


class Double(nn.Module):
    def __init__(self, inputs, outputs, attention):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)
        self.attention = slot(attention, outputs)

    def forward(self, x):
        return self.attention(F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))))


class SkipGate(nn.Module):
    """Attention U-Net's: a gate for each place of a skip, from it and from the map that comes up."""

    def __init__(self, gating, channels):
        super().__init__()
        inner = channels // 2
        self.w_g = nn.Sequential(nn.Conv2d(gating, inner, 1), nn.BatchNorm2d(inner))
        self.w_x = nn.Sequential(nn.Conv2d(channels, inner, 1), nn.BatchNorm2d(inner))
        self.psi = nn.Sequential(nn.Conv2d(inner, 1, 1), nn.BatchNorm2d(1), nn.Sigmoid())

    def forward(self, g, x):
        return x * self.psi(F.relu(self.w_g(g) + self.w_x(x)))


class UNet(nn.Module):
    def __init__(self, width, levels, attention):
        super().__init__()
        gates = attention == "attention_gate"
        inside = None if gates else attention
        self.levels, channels = levels, 3
        for i in range(levels):
            self.add_module(f"down{i}", Double(channels, width << i, inside))
            channels = width << i
        self.bottom = Double(channels, width << levels, inside)
        for i in reversed(range(levels)):
            if gates:
                self.add_module(f"skip{i}_attention", SkipGate(width << (i + 1), width << i))
            self.add_module(f"up{i}", Double((width << i) + (width << (i + 1)), width << i, inside))
        self.head = nn.Conv2d(width, CLASSES, 1)
        self.gates = gates

    def forward(self, x):
        skips = []
        for i in range(self.levels):
            skips.append(getattr(self, f"down{i}")(x))
            x = F.max_pool2d(skips[-1], 2)
        x = self.bottom(x)
        for i in reversed(range(self.levels)):
            raised = F.interpolate(x, size=skips[i].shape[2:], mode="bilinear", align_corners=False)
            skip = getattr(self, f"skip{i}_attention")(raised, skips[i]) if self.gates else skips[i]
            x = getattr(self, f"up{i}")(torch.cat([skip, raised], 1))
        return [(self.head(x), 1.0)]


class NestedUNet(nn.Module):
    """U-Net++: every skip filled with blocks that take all before them and the deeper level's, raised."""

    def __init__(self, width, levels):
        super().__init__()
        self.levels = levels
        for i in range(levels + 1):
            for j in range(levels + 1 - i):
                inputs = ((j + 2) * width << i) if j else (width << i) // 2 if i else 3
                self.add_module(f"x{i}_{j}", Double(inputs, width << i, None))
        self.head = nn.Conv2d(width, CLASSES, 1)

    def forward(self, x):
        maps = []
        for i in range(self.levels + 1):
            maps.append([getattr(self, f"x{i}_0")(F.max_pool2d(maps[-1][0], 2) if i else x)])
        for j in range(1, self.levels + 1):
            for i in range(self.levels + 1 - j):
                raised = F.interpolate(maps[i + 1][j - 1], size=maps[i][0].shape[2:], mode="bilinear", align_corners=False)
                maps[i].append(getattr(self, f"x{i}_{j}")(torch.cat(maps[i] + [raised], 1)))
        return [(self.head(maps[0][-1]), 1.0)]


def build(key, attention, shape):
    if key in TORCHVISION:
        model = Torchvision(key)
    elif key in UNETS:
        model = UNet(*UNETS[key], attention)
    elif key in NESTED:
        model = NestedUNet(*NESTED[key])
    else:
        model = Dilated(key.split("_")[0], *shape[2:])
    for part in model.modules():
        if isinstance(part, (nn.Dropout, nn.Dropout2d)):
            part.p = 0.0  # both sides are to see the same losses
    return model


def loss(model, x, labels):
    return sum(w * F.cross_entropy(y, labels) for y, w in model(x))
