"""The attention mechanisms as PyTorch's users write them, with Fovea's parameter names so that one file of weights fits both."""

import math

import torch
from torch import nn
from torch.nn import functional as F


FUSED = False  # whether attention is PyTorch's fused op; see scripts.py


def fused(q, k, v):
    """softmax(q kᵀ / √E) v by the fused op, under the name that it has in PyTorch 1.13."""
    return torch._C._nn._scaled_dot_product_attention(q, k, v)[0]


def unscaled(q, k, v):
    """softmax(q kᵀ) v."""
    return fused(q * math.sqrt(q.shape[-1]), k, v)


class SE(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, x):
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1).flatten(1)))))
        return x * gate.view(x.shape[0], -1, 1, 1)


class ECA(nn.Module):
    def __init__(self, channels, gamma=2, b=1):
        super().__init__()
        size = int(abs(math.log2(channels) / gamma + b / gamma))
        size += 1 - size % 2
        self.conv = nn.Conv1d(1, 1, size, padding=size // 2, bias=False)

    def forward(self, x):
        means = F.adaptive_avg_pool2d(x, 1).squeeze(-1).transpose(1, 2)
        return x * torch.sigmoid(self.conv(means)).transpose(1, 2).unsqueeze(-1)


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


class Spatial(SpatialGate):
    def __init__(self, channels):
        super().__init__()

    def forward(self, x):
        return x * super().forward(x)


class CBAM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.channel = ChannelGate(channels)
        self.spatial = SpatialGate()

    def forward(self, x):
        u = x * self.channel(x)
        return u * self.spatial(u)


class BamChannel(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.fc = nn.ModuleList([nn.Linear(channels, inner)])
        self.bn = nn.ModuleList([nn.BatchNorm1d(inner)])
        self.out = nn.Linear(inner, channels)

    def forward(self, x):
        z = F.adaptive_avg_pool2d(x, 1).flatten(1)
        for fc, bn in zip(self.fc, self.bn):
            z = F.relu(bn(fc(z)))
        return self.out(z).view(x.shape[0], -1, 1, 1)


class BamSpatial(nn.Module):
    def __init__(self, channels, inner, dilation):
        super().__init__()
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.reduce_bn = nn.BatchNorm2d(inner)
        self.conv = nn.ModuleList([nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation) for _ in range(2)])
        self.bn = nn.ModuleList([nn.BatchNorm2d(inner) for _ in range(2)])
        self.out = nn.Conv2d(inner, 1, 1)

    def forward(self, x):
        s = F.relu(self.reduce_bn(self.reduce(x)))
        for conv, bn in zip(self.conv, self.bn):
            s = F.relu(bn(conv(s)))
        return self.out(s)


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        self.channel = BamChannel(channels, channels // reduction)
        self.spatial = BamSpatial(channels, channels // reduction, dilation)

    def forward(self, x):
        return x * (1 + torch.sigmoid(self.channel(x) + self.spatial(x)))


class SCSE(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        inner = channels // reduction
        self.cSE = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, inner, 1), nn.ReLU(), nn.Conv2d(inner, channels, 1), nn.Sigmoid())
        self.sSE = nn.Sequential(nn.Conv2d(channels, 1, 1), nn.Sigmoid())

    def forward(self, x):
        return x * self.cSE(x) + x * self.sSE(x)


class Coordinate(nn.Module):
    def __init__(self, channels, reduction=32):
        super().__init__()
        inner = max(8, channels // reduction)
        self.conv1 = nn.Conv2d(channels, inner, 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv_h = nn.Conv2d(inner, channels, 1)
        self.conv_w = nn.Conv2d(inner, channels, 1)

    def forward(self, x):
        height, width = x.shape[2:]
        rows = x.mean(3, keepdim=True)
        columns = x.mean(2, keepdim=True).transpose(2, 3)
        strips = F.hardswish(self.bn1(self.conv1(torch.cat([rows, columns], dim=2))))
        rows, columns = torch.split(strips, [height, width], dim=2)
        return x * torch.sigmoid(self.conv_h(rows)) * torch.sigmoid(self.conv_w(columns.transpose(2, 3)))


class GlobalContext(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        inner = channels // reduction
        self.conv_mask = nn.Conv2d(channels, 1, 1)
        self.channel_add_conv = nn.Sequential(nn.Conv2d(channels, inner, 1), nn.LayerNorm([inner, 1, 1]), nn.ReLU(), nn.Conv2d(inner, channels, 1))

    def forward(self, x):
        weights = torch.softmax(self.conv_mask(x).flatten(2), dim=-1)
        context = torch.matmul(x.flatten(2), weights.transpose(1, 2)).unsqueeze(-1)
        return x + self.channel_add_conv(context)


class SimAM(nn.Module):
    def __init__(self, channels, e_lambda=1e-4):
        super().__init__()
        self.e_lambda = e_lambda

    def forward(self, x):
        n = x.shape[2] * x.shape[3] - 1
        squares = (x - x.mean(dim=[2, 3], keepdim=True)).pow(2)
        energy = squares / (4 * (squares.sum(dim=[2, 3], keepdim=True) / n + self.e_lambda)) + 0.5
        return x * torch.sigmoid(energy)


class SGE(nn.Module):
    def __init__(self, channels, groups=64):
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.zeros(1, groups, 1, 1))
        self.bias = nn.Parameter(torch.ones(1, groups, 1, 1))

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n * self.groups, -1, h, w)
        t = (x * F.adaptive_avg_pool2d(x, 1)).sum(dim=1).view(n * self.groups, -1)
        t = t - t.mean(dim=1, keepdim=True)
        t = t / (t.std(dim=1, keepdim=True) + 1e-5)
        t = t.view(n, self.groups, h, w) * self.weight + self.bias
        return (x * torch.sigmoid(t.view(n * self.groups, 1, h, w))).view(n, c, h, w)


class Shuffle(nn.Module):
    def __init__(self, channels, groups=64):
        super().__init__()
        self.groups = groups
        half = channels // (2 * groups)
        self.cweight = nn.Parameter(torch.zeros(1, half, 1, 1))
        self.cbias = nn.Parameter(torch.ones(1, half, 1, 1))
        self.sweight = nn.Parameter(torch.zeros(1, half, 1, 1))
        self.sbias = nn.Parameter(torch.ones(1, half, 1, 1))
        self.gn = nn.GroupNorm(half, half)

    def forward(self, x):
        n, c, h, w = x.shape
        first, second = x.reshape(n * self.groups, -1, h, w).chunk(2, dim=1)
        first = first * torch.sigmoid(self.cweight * F.adaptive_avg_pool2d(first, 1) + self.cbias)
        second = second * torch.sigmoid(self.sweight * self.gn(second) + self.sbias)
        joined = torch.cat([first, second], dim=1).reshape(n, 2, c // 2, h, w)
        return joined.transpose(1, 2).reshape(n, c, h, w)


class TripletGate(nn.Module):
    def __init__(self, kernel=7):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(1, momentum=0.01)

    def forward(self, x):
        pooled = torch.cat([torch.max(x, 1)[0].unsqueeze(1), torch.mean(x, 1).unsqueeze(1)], dim=1)
        return x * torch.sigmoid(self.bn(self.conv(pooled)))


class Triplet(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.cw = TripletGate()
        self.hc = TripletGate()
        self.hw = TripletGate()

    def forward(self, x):
        cw = self.cw(x.permute(0, 2, 1, 3).contiguous()).permute(0, 2, 1, 3)
        hc = self.hc(x.permute(0, 3, 2, 1).contiguous()).permute(0, 3, 2, 1)
        return (self.hw(x) + cw + hc) / 3


class LKA(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, 5, padding=2, groups=channels)
        self.conv_spatial = nn.Conv2d(channels, channels, 7, padding=9, groups=channels, dilation=3)
        self.conv1 = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x * self.conv1(self.conv_spatial(self.conv0(x)))


class EMA(nn.Module):
    def __init__(self, channels, groups=32):
        super().__init__()
        self.groups = groups
        inner = channels // groups
        self.gn = nn.GroupNorm(inner, inner)
        self.conv1x1 = nn.Conv2d(inner, inner, 1)
        self.conv3x3 = nn.Conv2d(inner, inner, 3, padding=1)

    def forward(self, x):
        n, c, h, w = x.shape
        blocks = n * self.groups
        maps = x.reshape(blocks, -1, h, w)
        strips = torch.cat([maps.mean(3, keepdim=True), maps.mean(2, keepdim=True).transpose(2, 3)], dim=2)
        rows, columns = torch.split(self.conv1x1(strips), [h, w], dim=2)
        near = self.gn(maps * torch.sigmoid(rows) * torch.sigmoid(columns.transpose(2, 3)))
        wide = self.conv3x3(maps)
        weights = [torch.softmax(F.adaptive_avg_pool2d(m, 1).view(blocks, 1, -1), dim=-1) for m in (near, wide)]
        sums = torch.matmul(weights[0], wide.flatten(2)) + torch.matmul(weights[1], near.flatten(2))
        return (maps * torch.sigmoid(sums.view(blocks, 1, h, w))).view(n, c, h, w)


class GatherExcite(nn.Module):
    """Over all positions, without parameters."""

    def __init__(self, channels):
        super().__init__()

    def forward(self, x):
        return x * torch.sigmoid(F.adaptive_avg_pool2d(x, 1))


class PAM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.query_conv = nn.Conv2d(channels, channels // 8, 1)
        self.key_conv = nn.Conv2d(channels, channels // 8, 1)
        self.value_conv = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q, k, v = self.query_conv(x).flatten(2).transpose(1, 2), self.key_conv(x).flatten(2), self.value_conv(x).flatten(2)
        if FUSED:
            y = unscaled(q, k.transpose(1, 2), v.transpose(1, 2)).transpose(1, 2).contiguous()
        else:
            y = torch.bmm(v, torch.softmax(torch.bmm(q, k), dim=-1).transpose(1, 2))
        return self.gamma * y.view_as(x) + x


class CAM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        flat = x.flatten(2)
        energy = torch.bmm(flat, flat.transpose(1, 2))
        attention = torch.softmax(torch.max(energy, -1, keepdim=True)[0].expand_as(energy) - energy, dim=-1)
        return self.gamma * torch.bmm(attention, flat).view_as(x) + x


class NonLocal(nn.Module):
    """Embedded Gaussian, with batch norm at its end."""

    def __init__(self, channels):
        super().__init__()
        inner = channels // 2
        self.g = nn.Conv2d(channels, inner, 1)
        self.theta = nn.Conv2d(channels, inner, 1)
        self.phi = nn.Conv2d(channels, inner, 1)
        self.W = nn.Sequential(nn.Conv2d(inner, channels, 1), nn.BatchNorm2d(channels))

    def forward(self, x):
        g, q, k = self.g(x).flatten(2).transpose(1, 2), self.theta(x).flatten(2).transpose(1, 2), self.phi(x).flatten(2)
        y = unscaled(q, k.transpose(1, 2), g) if FUSED else torch.matmul(torch.softmax(torch.matmul(q, k), dim=-1), g)
        y = y.transpose(1, 2).contiguous()
        return self.W(y.view(x.shape[0], -1, *x.shape[2:])) + x


class CrissCross(nn.Module):
    def __init__(self, channels, recurrence=2):
        super().__init__()
        self.query_conv = nn.Conv2d(channels, channels // 8, 1)
        self.key_conv = nn.Conv2d(channels, channels // 8, 1)
        self.value_conv = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.recurrence = recurrence

    def once(self, x):
        n, _, h, w = x.shape
        q, k, v = self.query_conv(x), self.key_conv(x), self.value_conv(x)
        down = [t.permute(0, 3, 1, 2).reshape(n * w, -1, h) for t in (q, k, v)]
        along = [t.permute(0, 2, 1, 3).reshape(n * h, -1, w) for t in (q, k, v)]
        own = torch.arange(h).unsqueeze(1) == torch.arange(h)
        column = torch.bmm(down[0].transpose(1, 2), down[1]).masked_fill(own, float("-inf")).view(n, w, h, h).transpose(1, 2)
        row = torch.bmm(along[0].transpose(1, 2), along[1]).view(n, h, w, w)
        attention = torch.softmax(torch.cat([column, row], dim=3), dim=3)
        column = attention[..., :h].transpose(1, 2).reshape(n * w, h, h)
        row = attention[..., h:].reshape(n * h, w, w)
        column = torch.bmm(down[2], column.transpose(1, 2)).view(n, w, -1, h).permute(0, 2, 3, 1)
        row = torch.bmm(along[2], row.transpose(1, 2)).view(n, h, -1, w).permute(0, 2, 1, 3)
        return self.gamma * (column + row) + x

    def forward(self, x):
        for _ in range(self.recurrence):
            x = self.once(x)
        return x


class MultiHead(nn.MultiheadAttention):
    """PyTorch's own module on one input."""

    def __init__(self, dim, heads):
        super().__init__(dim, heads, batch_first=True)

    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


class PlainMultiHead(nn.Module):
    """The same written out, for tracing: PyTorch 1.13's own takes a path in inference that no trace knows."""

    def __init__(self, module):
        super().__init__()
        self.in_proj_weight, self.in_proj_bias = module.in_proj_weight, module.in_proj_bias
        self.out_proj, self.heads = module.out_proj, module.num_heads

    def forward(self, x):
        n, length, dim = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = qkv.view(n, length, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        if FUSED:
            y = fused(q, k, v)
        else:
            y = torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * (dim // self.heads) ** -0.5, dim=-1), v)
        return self.out_proj(y.transpose(1, 2).reshape(n, length, dim))


BY_CHANNELS = {
    "se": SE, "eca": ECA, "cbam": CBAM, "bam": BAM, "spatial": Spatial, "coordinate": Coordinate, "global_context": GlobalContext, "scse": SCSE,
    "simam": SimAM, "sge": SGE, "shuffle": Shuffle, "triplet": Triplet, "gather_excite": GatherExcite, "lka": LKA, "ema": EMA,
    "pam": PAM, "cam": CAM, "non_local": NonLocal, "criss_cross": CrissCross,
}


def slot(key, channels):
    return BY_CHANNELS[key](channels) if key else nn.Identity()


def build(key, shape, options):
    if key == "multi_head":
        return MultiHead(options["embedDim"], options["heads"])
    return BY_CHANNELS[key](shape[1])
