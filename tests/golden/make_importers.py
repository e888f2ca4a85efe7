"""Makes the cases of the importers under tests/golden/importers/.

Each case is a small module that names its parts as another library does, written here from the formulas, with random weights: its
state dict, an input and the output in float64. The tests import the state dict into Fovea's module and compare. Needs PyTorch and NumPy:

    python3 tests/golden/make_importers.py
"""
import json
import pathlib
import zlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import safetensors_out

HERE = pathlib.Path(__file__).parent / "importers"


class Named(nn.Module):
    """Parts by name and a function of (parts, inputs): only the names of the parts matter to an importer."""

    def __init__(self, call, **parts):
        super().__init__()
        for name, part in parts.items():
            self.register_parameter(name, part) if isinstance(part, nn.Parameter) else self.add_module(name, part)
        self.call = call

    def forward(self, *inputs):
        return self.call(self, *inputs)


def chain(**parts):
    """A sequence under names of its own."""
    sequence = nn.Sequential()
    for name, part in parts.items():
        sequence.add_module(name, part)
    return sequence


def parameter(*shape):
    return nn.Parameter(torch.zeros(shape))


def gap(x):
    return x.mean((2, 3))


def gmp(x):
    return x.amax((2, 3))


def column(gate):
    return gate[:, :, None, None]


def hard_excitation(channels, reduction):
    return Named(lambda m, x: x * F.hardsigmoid(m.fc2(m.fc1(column(gap(x))).relu())),
                 fc1=nn.Conv2d(channels, channels // reduction, 1), fc2=nn.Conv2d(channels // reduction, channels, 1))


def conv_module(i, o, k=1, **kw):
    """A convolution and its norm under mmcv's names."""
    return chain(conv=nn.Conv2d(i, o, k, padding=k // 2, bias=False, **kw), bn=nn.BatchNorm2d(o))


def mm_excitation(channels, reduction):
    conv = lambda i, o: chain(conv=nn.Conv2d(i, o, 1))
    return Named(lambda m, x: x * m.conv2(m.conv1(column(gap(x))).relu()).sigmoid(),
                 conv1=conv(channels, channels // reduction), conv2=conv(channels // reduction, channels))


def timm_cbam(channels, reduction):
    fc1, fc2 = nn.Conv2d(channels, channels // reduction, 1, bias=False), nn.Conv2d(channels // reduction, channels, 1, bias=False)
    conv = chain(conv=nn.Conv2d(2, 1, 7, padding=3, bias=False), bn=nn.BatchNorm2d(1))
    channel, spatial = port_gates(on_maps(lambda p: fc2(fc1(p).relu())), conv)

    def call(m, x):
        u = x * column(channel(x))
        return u * spatial(u)

    return Named(call, channel=Named(None, fc1=fc1, fc2=fc2), spatial=Named(None, conv=conv))


def timm_context(channels, reduction):
    inner = channels // reduction

    def transform(m, t):
        t = m.fc1(t)
        return m.fc2(F.layer_norm(t[:, :, 0, 0], [inner], m.norm.weight, m.norm.bias, 1e-6)[:, :, None, None].relu())

    def call(m, x):
        a = m.conv_attn(x).flatten(2).softmax(2)
        t = (x.flatten(2) * a).sum(2)[:, :, None, None]
        return x * m.mlp_scale(t).sigmoid() + m.mlp_add(t)

    mlp = lambda: Named(transform, fc1=nn.Conv2d(channels, inner, 1), norm=nn.LayerNorm(inner), fc2=nn.Conv2d(inner, channels, 1))
    return Named(call, conv_attn=nn.Conv2d(channels, 1, 1), mlp_add=mlp(), mlp_scale=mlp())


def squeeze_excitation(channels, reduction, bias):
    fc = nn.Sequential(nn.Linear(channels, channels // reduction, bias), nn.ReLU(), nn.Linear(channels // reduction, channels, bias))
    return Named(lambda m, x: x * column(m.fc(gap(x)).sigmoid()), fc=fc)


def pointwise_excitation(channels, reduction, bias):
    return Named(lambda m, x: x * m.fc2(m.fc1(column(gap(x))).relu()).sigmoid(),
                 fc1=nn.Conv2d(channels, channels // reduction, 1, bias=bias), fc2=nn.Conv2d(channels // reduction, channels, 1, bias=bias))


def efficient(k):
    return Named(lambda m, x: x * column(m.conv(gap(x)[:, None]).sigmoid()[:, 0]), conv=nn.Conv1d(1, 1, k, padding=k // 2, bias=False))


def flat(channels, reduction):
    return nn.Sequential(nn.Flatten(), nn.Linear(channels, channels // reduction), nn.ReLU(), nn.Linear(channels // reduction, channels))


def official_cbam(channels, reduction):
    def spatial(m, x):
        pooled = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return x * m.spatial.bn(m.spatial.conv(pooled)).sigmoid()

    conv = chain(conv=nn.Conv2d(2, 1, 7, padding=3, bias=False), bn=nn.BatchNorm2d(1))
    return Named(lambda m, x: m.SpatialGate(m.ChannelGate(x)),
                 ChannelGate=Named(lambda m, x: x * column((m.mlp(gap(x)) + m.mlp(gmp(x))).sigmoid()), mlp=flat(channels, reduction)),
                 SpatialGate=Named(spatial, spatial=conv))


def port_gates(mlp, conv):
    """A CBAM of a port: an MLP on [N, C, 1, 1] or [N, C], and the mean before the maximum."""
    def channel(x):
        return (mlp(gap(x)) + mlp(gmp(x))).sigmoid()

    def spatial(x):
        return conv(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)).sigmoid()

    return channel, spatial


def on_maps(mlp):
    return lambda pooled: mlp(column(pooled))[:, :, 0, 0]


def document_cbam(channels, reduction, pointwise):
    inner = channels // reduction
    mlp = nn.Sequential(nn.Conv2d(channels, inner, 1, bias=False), nn.ReLU(), nn.Conv2d(inner, channels, 1, bias=False)) if pointwise \
        else nn.Sequential(nn.Linear(channels, inner), nn.ReLU(), nn.Linear(inner, channels))
    conv = nn.Conv2d(2, 1, 7, padding=3)
    channel, spatial = port_gates(on_maps(mlp) if pointwise else mlp, conv)

    def call(m, x):
        u = x * column(channel(x))
        return u * spatial(u)

    return Named(call, channel_attention=Named(None, shared_MLP=mlp), spatial_attention=Named(None, conv2d=conv))


def port_cbam(channels, reduction):
    fc1, fc2 = nn.Conv2d(channels, channels // reduction, 1, bias=False), nn.Conv2d(channels // reduction, channels, 1, bias=False)
    conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)
    channel, spatial = port_gates(on_maps(lambda p: fc2(fc1(p).relu())), conv)

    def call(m, x):
        u = x * column(channel(x))
        return u * spatial(u)

    return Named(call, ca=Named(None, fc1=fc1, fc2=fc2), sa=Named(None, conv1=conv))


def port_channel(channels, reduction):
    ca = port_cbam(channels, reduction).ca
    ca.call = lambda m, x: x * column(port_gates(on_maps(lambda p: m.fc2(m.fc1(p).relu())), None)[0](x))
    return ca


def port_spatial(k, wrapped):
    conv = nn.Conv2d(2, 1, k, padding=k // 2, bias=False)
    call = lambda m, x: x * port_gates(None, conv)[1](x)
    return Named(call, channel_attention=Named(None, conv1=conv)) if wrapped else Named(call, conv1=conv)


def residual_cbam(inside, planes):
    outside = 4 * planes
    block = nn.Sequential(
        nn.Conv2d(inside, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
        nn.Conv2d(planes, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
        nn.Conv2d(planes, outside, 1, bias=False), nn.BatchNorm2d(outside))
    return Named(lambda m, x: (m.cbam(m.bottleneck(x)) + m.downsample(x)).relu(), bottleneck=block, cbam=document_cbam(outside, 4, True),
                 downsample=nn.Sequential(nn.Conv2d(inside, outside, 1, bias=False), nn.BatchNorm2d(outside)))


def official_bam(channels, reduction):
    inner = channels // reduction
    c = chain(flatten=nn.Flatten(), gate_c_fc_0=nn.Linear(channels, inner), gate_c_bn_1=nn.BatchNorm1d(inner), gate_c_relu_1=nn.ReLU(),
              gate_c_fc_final=nn.Linear(inner, channels))
    dilated = {}
    for i in range(2):
        dilated |= {f"gate_s_conv_di_{i}": nn.Conv2d(inner, inner, 3, padding=4, dilation=4), f"gate_s_bn_di_{i}": nn.BatchNorm2d(inner),
                    f"gate_s_relu_di_{i}": nn.ReLU()}
    s = chain(gate_s_conv_reduce0=nn.Conv2d(channels, inner, 1), gate_s_bn_reduce0=nn.BatchNorm2d(inner), gate_s_relu_reduce0=nn.ReLU(),
              **dilated, gate_s_conv_final=nn.Conv2d(inner, 1, 1))
    return Named(lambda m, x: x * (1 + (column(c(gap(x))) * s(x)).sigmoid()), channel_att=Named(None, gate_c=c), spatial_att=Named(None, gate_s=s))


def document_bam(channels, reduction, layers, dilation):
    inner = channels // reduction
    c, s = {"flatten": nn.Flatten()}, {"conv_reduce1": nn.Conv2d(channels, inner, 1), "bn_reduce1": nn.BatchNorm2d(inner), "relu_reduce1": nn.ReLU()}
    for i in range(layers):
        c |= {f"fc{i}": nn.Linear(inner if i else channels, inner), f"bn{i}": nn.BatchNorm1d(inner), f"relu{i}": nn.ReLU()}
        s |= {f"conv_{i}": nn.Conv2d(inner, inner, 3, padding=1, dilation=dilation), f"bn_{i}": nn.BatchNorm2d(inner), f"relu_{i}": nn.ReLU()}
    c, s = chain(**c, last_fc=nn.Linear(inner, channels)), chain(**s, last_conv=nn.Conv2d(inner, 1, 1))
    return Named(lambda m, x: x * (1 + (column(c(gap(x))) + s(x)).sigmoid()), ca=Named(None, ca=c), sa=Named(None, sa=s))


def attention_gate(gating, channels, inner):
    branch = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 1), nn.BatchNorm2d(o))
    return Named(lambda m, g, x: x * m.psi((m.W_g(g) + m.W_x(x)).relu()).sigmoid(),
                 W_g=branch(gating, inner), W_x=branch(channels, inner), psi=branch(inner, 1))


def scse(channels, reduction):
    c = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels // reduction, 1), nn.ReLU(),
                      nn.Conv2d(channels // reduction, channels, 1), nn.Sigmoid())
    module = Named(lambda m, x: x * m.cSE(x) + x * m.sSE(x), cSE=c, sSE=nn.Sequential(nn.Conv2d(channels, 1, 1), nn.Sigmoid()))
    return Named(lambda m, x: m.attention(x), attention=module)


def triplet(k):
    def gate(m, x):
        return x * m.conv.bn(m.conv.conv(torch.stack([x.amax(1), x.mean(1)], 1))).sigmoid()

    make = lambda: Named(gate, conv=chain(conv=nn.Conv2d(2, 1, k, padding=k // 2, bias=False), bn=nn.BatchNorm2d(1)))
    return Named(lambda m, x: (m.cw(x.transpose(1, 2)).transpose(1, 2) + m.hc(x.transpose(1, 3)).transpose(1, 3) + m.hw(x)) / 3,
                 cw=make(), hc=make(), hw=make())


def coordinate(channels, reduction):
    inner = max(8, channels // reduction)

    def call(m, x):
        h = x.shape[2]
        f = F.hardswish(m.bn1(m.conv1(torch.cat([x.mean(3), x.mean(2)], 2)[..., None])))
        return x * m.conv_h(f[:, :, :h]).sigmoid() * m.conv_w(f[:, :, h:]).sigmoid().transpose(2, 3)

    return Named(call, conv1=nn.Conv2d(channels, inner, 1), bn1=nn.BatchNorm2d(inner), conv_h=nn.Conv2d(inner, channels, 1),
                 conv_w=nn.Conv2d(inner, channels, 1))


def group_enhance(groups):
    def call(m, x):
        n, c, h, w = x.shape
        g = x.reshape(n, groups, c // groups, h, w)
        s = (g * g.mean((3, 4), keepdim=True)).sum(2)
        t = (s - s.mean((2, 3), keepdim=True)) / (s.flatten(2).std(2)[..., None, None] + 1e-5)
        return (g * (t * m.weight + m.bias).sigmoid()[:, :, None]).reshape(x.shape)

    return Named(call, weight=parameter(1, groups, 1, 1), bias=parameter(1, groups, 1, 1))


def shuffle(channels, groups):
    half = channels // (2 * groups)

    def call(m, x):
        n, c, h, w = x.shape
        x0, x1 = x.reshape(n * groups, 2 * half, h, w).chunk(2, 1)
        x0 = x0 * (x0.mean((2, 3), keepdim=True) * m.cweight + m.cbias).sigmoid()
        x1 = x1 * (m.gn(x1) * m.sweight + m.sbias).sigmoid()
        y = torch.cat([x0, x1], 1).reshape(n, 2, c // 2, h, w)
        return y.transpose(1, 2).reshape(n, c, h, w)

    return Named(call, gn=nn.GroupNorm(half, half), **{k: parameter(1, half, 1, 1) for k in ["cweight", "cbias", "sweight", "sbias"]})


def context(channels, reduction):
    def call(m, x):
        a = m.conv_mask(x).flatten(2).softmax(2)
        t = (x.flatten(2) * a).sum(2)[:, :, None, None]
        return x + m.channel_add_conv(t)

    inner = channels // reduction
    return Named(call, conv_mask=nn.Conv2d(channels, 1, 1), channel_add_conv=nn.Sequential(
        nn.Conv2d(channels, inner, 1), nn.LayerNorm([inner, 1, 1]), nn.ReLU(), nn.Conv2d(inner, channels, 1)))


def projections(channels, names, keys=None):
    query, key, value = names
    keys = keys or channels // 8
    return {query: nn.Conv2d(channels, keys, 1), key: nn.Conv2d(channels, keys, 1), value: nn.Conv2d(channels, channels, 1)}


def scalar():
    return Named(None, scale=parameter())


def position(m, x, names, gamma):
    q, k, v = (getattr(m, n)(x).flatten(2) for n in names)
    a = (q.transpose(1, 2) @ k).softmax(2)
    return gamma * (v @ a.transpose(1, 2)).reshape(x.shape) + x


def danet_positions(channels):
    names = ["query_conv", "key_conv", "value_conv"]
    return Named(lambda m, x: position(m, x, names, m.gamma), gamma=parameter(1), **projections(channels, names))


def mm_positions(channels, keys=None):
    names = ["query_project", "key_project", "value_project"]
    return Named(lambda m, x: position(m, x, names, m.gamma.scale), gamma=scalar(), **projections(channels, names, keys))


def danet_channels():
    def call(m, x):
        f = x.flatten(2)
        e = f @ f.transpose(1, 2)
        return m.gamma * ((e.amax(2, keepdim=True) - e).softmax(2) @ f).reshape(x.shape) + x

    return Named(call, gamma=parameter(1))


def criss_cross(channels, recurrence, scaled):
    names = ["query_conv", "key_conv", "value_conv"]

    def once(m, x):
        q, k, v = (getattr(m, n)(x) for n in names)
        h, w = x.shape[2:]
        down = torch.einsum("nchw,ncgw->nhwg", q, k).masked_fill(torch.eye(h, dtype=torch.bool)[:, None], float("-inf"))
        across = torch.einsum("nchw,nchv->nhwv", q, k)
        a = torch.cat([down, across], 3).softmax(3)
        y = torch.einsum("nhwg,ncgw->nchw", a[..., :h], v) + torch.einsum("nhwv,nchv->nchw", a[..., h:], v)
        return (m.gamma.scale if scaled else m.gamma) * y + x

    def call(m, x):
        for _ in range(recurrence):
            x = once(m, x)
        return x

    return Named(call, gamma=scalar() if scaled else parameter(1), **projections(channels, names))


def non_local(channels, sub_sample):
    inner = channels // 2
    pooled = lambda conv: nn.Sequential(conv, nn.MaxPool2d(2)) if sub_sample else conv

    def call(m, x):
        t, p, g = m.theta(x).flatten(2), m.phi(x).flatten(2), m.g(x).flatten(2)
        return m.W((g @ (t.transpose(1, 2) @ p).softmax(2).transpose(1, 2)).reshape(x.shape[0], inner, *x.shape[2:])) + x

    return Named(call, g=pooled(nn.Conv2d(channels, inner, 1)), W=nn.Sequential(nn.Conv2d(inner, channels, 1), nn.BatchNorm2d(channels)),
                 theta=nn.Conv2d(channels, inner, 1), phi=pooled(nn.Conv2d(channels, inner, 1)))


def mm_non_local(channels, sub_sample):
    inner = channels // 2
    conv = lambda: chain(conv=nn.Conv2d(channels, inner, 1))
    pooled = lambda: nn.Sequential(conv(), nn.MaxPool2d(2)) if sub_sample else conv()

    def call(m, x):
        t, p, g = m.theta(x).flatten(2), m.phi(x).flatten(2), m.g(x).flatten(2)
        a = (t.transpose(1, 2) @ p / inner ** 0.5).softmax(2)
        return x + m.conv_out((g @ a.transpose(1, 2)).reshape(x.shape[0], inner, *x.shape[2:]))

    return Named(call, g=pooled(), conv_out=conv_module(inner, channels), theta=conv(), phi=pooled())


def danet_head(channels, classes):
    inner = channels // 4
    block = lambda i: nn.Sequential(nn.Conv2d(i, inner, 3, padding=1, bias=False), nn.BatchNorm2d(inner), nn.ReLU())
    last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inner, classes, 1))
    return Named(lambda m, x: m.conv8(m.conv51(m.sa(m.conv5a(x))) + m.conv52(m.sc(m.conv5c(x)))),
                 conv5a=block(channels), conv5c=block(channels), sa=danet_positions(inner), sc=danet_channels(),
                 conv51=block(inner), conv52=block(inner), conv6=last(), conv7=last(), conv8=last())


def mm_danet_parts(channels, inner, classes, keys):
    """The parts of DAHead by name."""
    block = lambda i: conv_module(i, inner, 3)
    last = lambda: nn.Conv2d(inner, classes, 1)

    def channels_of(m, x):
        f = x.flatten(2)
        e = f @ f.transpose(1, 2)
        return m.gamma.scale * ((e.amax(2, keepdim=True) - e).softmax(2) @ f).reshape(x.shape) + x

    return dict(conv_seg=last(), pam_in_conv=block(channels), pam=mm_positions(inner, keys), pam_out_conv=block(inner), pam_conv_seg=last(),
                cam_in_conv=block(channels), cam=Named(channels_of, gamma=scalar()), cam_out_conv=block(inner), cam_conv_seg=last())


def mm_danet_head(channels, classes):
    return Named(lambda m, x: m.conv_seg(m.pam_out_conv(m.pam(m.pam_in_conv(x).relu())).relu() + m.cam_out_conv(m.cam(m.cam_in_conv(x).relu())).relu()),
                 **mm_danet_parts(channels, channels // 4, classes, channels // 32))


def polarized(channels, sequential):
    """PSA_p and PSA_s of the official code."""
    half, bottom = channels // 2, channels // 8
    up = nn.Conv2d(half, channels, 1, bias=False) if not sequential else nn.Sequential(
        nn.Conv2d(half, bottom, 1), nn.LayerNorm([bottom, 1, 1]), nn.ReLU(), nn.Conv2d(bottom, channels, 1))

    def call(m, x):
        def spatial(t):
            q, v = gap(m.conv_q_left(t))[:, None], m.conv_v_left(t).flatten(2)
            z = q @ v.softmax(2) if sequential else (q @ v).softmax(2)
            return t * z.reshape(t.shape[0], 1, *t.shape[2:]).sigmoid()

        z = m.conv_v_right(x).flatten(2) @ m.conv_q_right(x).flatten(2).softmax(2).transpose(1, 2)
        y = x * m.conv_up(z[..., None]).sigmoid()
        return spatial(y) if sequential else y + spatial(x)

    conv = lambda o: nn.Conv2d(channels, o, 1, bias=False)
    return Named(call, conv_q_right=conv(1), conv_v_right=conv(half), conv_up=up, conv_q_left=conv(half), conv_v_left=conv(half))


class MultiHead(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


def encoder_transformer(patch, grid, classes, dim, depth, heads, hidden):
    """torchvision's VisionTransformer, whose norms add 1e-6."""
    norm = lambda: nn.LayerNorm(dim, 1e-6)

    def block(m, x):
        y = m.ln_1(x)
        x = x + m.self_attention(y, y, y, need_weights=False)[0]
        return x + m.mlp(m.ln_2(x))

    layers = chain(**{f"encoder_layer_{i}": Named(
        block, ln_1=norm(), self_attention=nn.MultiheadAttention(dim, heads, batch_first=True), ln_2=norm(),
        mlp=nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(0), nn.Linear(hidden, dim), nn.Dropout(0))) for i in range(depth)})

    def call(m, x):
        patches = m.conv_proj(x).flatten(2).transpose(1, 2)
        y = torch.cat([m.class_token.expand(len(x), -1, -1), patches], 1) + m.encoder.pos_embedding
        return m.heads(m.encoder.ln(m.encoder.layers(y))[:, 0])

    return Named(call, class_token=parameter(1, 1, dim), conv_proj=nn.Conv2d(3, dim, patch, patch),
                 encoder=Named(None, pos_embedding=parameter(1, grid * grid + 1, dim), layers=layers, ln=norm()), heads=chain(head=nn.Linear(dim, classes)))


def self_attention(size, key, value):
    return Named(lambda m, x: (m.q(x) @ m.k(x).transpose(1, 2)).softmax(2) / key ** 0.5 @ m.v(x),
                 q=nn.Linear(size, key), k=nn.Linear(size, key), v=nn.Linear(size, value))


def simplified(channels, positions):
    def call(m, x):
        r = m.conv_reduce(x)
        return r + (m.collect(r).flatten(2).softmax(2) @ m.distribute(r).flatten(2).softmax(1).transpose(1, 2)).reshape(r.shape)

    return Named(call, conv_reduce=nn.Conv2d(channels, positions, 1), collect=nn.Conv2d(positions, positions, 1),
                 distribute=nn.Conv2d(positions, positions, 1))


def relation_aware(channels, height, width, ratio, down):
    places, project = height * width, lambda i, o: nn.Sequential(nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())
    parts = {}
    for name, features, count in [("spatial", channels, places), ("channel", places, channels)]:
        joint = 1 + count // ratio
        parts |= {f"{p}_{name}": project(features, features // ratio) for p in ["theta", "phi", "gx"]}
        parts[f"gg_{name}"] = project(2 * count, count // ratio)
        parts[f"W_{name}"] = nn.Sequential(nn.Conv2d(joint, joint // down, 1, bias=False), nn.BatchNorm2d(joint // down), nn.ReLU(),
                                           nn.Conv2d(joint // down, 1, 1, bias=False), nn.BatchNorm2d(1))

    def gate(m, name, x):
        part = lambda p: getattr(m, f"{p}_{name}")
        r = part("theta")(x).flatten(2).transpose(1, 2) @ part("phi")(x).flatten(2)
        relations = torch.cat([r.transpose(1, 2), r], 1).reshape(x.shape[0], -1, *x.shape[2:])
        return part("W")(torch.cat([part("gx")(x).mean(1, keepdim=True), part("gg")(relations)], 1)).sigmoid()

    def call(m, x):
        x = x * gate(m, "spatial", x)
        across = x.flatten(2).transpose(1, 2)[..., None]
        return x * gate(m, "channel", across).transpose(1, 2)

    return Named(call, **parts)


def flat_transformer(patch, grid, classes, dim, depth, heads, head, hidden, activation):
    def attend(m, x):
        n, length, _ = x.shape
        q, k, v = (t.reshape(n, length, heads, head).transpose(1, 2) for t in m.fn.to_qkv(m.norm(x)).chunk(3, -1))
        y = (q @ k.transpose(2, 3) / head ** 0.5).softmax(3) @ v
        return m.fn.to_out(y.transpose(1, 2).reshape(n, length, heads * head))

    layers = [nn.ModuleList([
        Named(attend, norm=nn.LayerNorm(dim), fn=Named(None, to_qkv=nn.Linear(dim, 3 * heads * head, bias=False),
                                                       to_out=nn.Sequential(nn.Linear(heads * head, dim), nn.Dropout(0)))),
        Named(lambda m, x: m.fn.net(m.norm(x)), norm=nn.LayerNorm(dim), fn=Named(None, net=nn.Sequential(
            nn.Linear(dim, hidden), activation(), nn.Dropout(0), nn.Linear(hidden, dim), nn.Dropout(0)))),
    ]) for _ in range(depth)]

    def call(m, x):
        n, c = x.shape[:2]
        patches = x.reshape(n, c, grid, patch, grid, patch).permute(0, 2, 4, 3, 5, 1).reshape(n, grid * grid, patch * patch * c)
        y = torch.cat([m.cls_token.expand(n, -1, -1), m.to_patch_embedding(patches)], 1) + m.pos_embedding
        for attention, feed in m.transformer.layers:
            y = attention(y) + y
            y = feed(y) + y
        return m.mlp_head(y[:, 0])

    return Named(call, to_patch_embedding=nn.Sequential(nn.Identity(), nn.Linear(3 * patch * patch, dim)),
                 pos_embedding=parameter(1, grid * grid + 1, dim), cls_token=parameter(1, 1, dim),
                 transformer=Named(None, layers=nn.ModuleList(layers)), mlp_head=nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes)))


MAPS = [[2, 16, 8, 8]]
VIT = {"imageHeight": 12, "imageWidth": 12, "patchHeight": 4, "patchWidth": 4, "classes": 5, "dim": 12, "depth": 2, "heads": 2, "headDim": 8,
       "mlpDim": 20, "qkvBias": False, "normAfterPool": True}

# name, source, mechanism, options, module, inputs, and whether the names tell the source
CASES = [
    ("senet", "senet", "se", {"channels": 16, "reduction": 4}, squeeze_excitation(16, 4, False), MAPS, True),
    ("senet-bias", "senet", "se", {"channels": 16, "reduction": 4, "bias": True}, squeeze_excitation(16, 4, True), MAPS, True),
    ("timm-se", "timm", "se", {"channels": 16, "reduction": 2, "bias": True}, pointwise_excitation(16, 2, True), MAPS, False),
    ("torchvision-se", "torchvision", "se", {"channels": 16, "reduction": 4, "bias": True}, pointwise_excitation(16, 4, True), MAPS, False),
    ("mobilenetv3-se", "torchvision-mobilenetv3", "se", {"channels": 16, "reduction": 4, "bias": True, "gate": "hard-sigmoid"}, hard_excitation(16, 4), MAPS, False),
    ("mmseg-se", "mmseg", "se", {"channels": 16, "reduction": 4, "bias": True}, mm_excitation(16, 4), MAPS, True),
    ("timm-cbam", "timm", "cbam", {"channels": 16, "reduction": 4, "spatialBatchNorm": True}, timm_cbam(16, 4), MAPS, True),
    ("timm-gc", "timm", "global_context", {"channels": 16, "reduction": 4, "fusion": ["add", "mul"], "normEpsilon": 1e-6}, timm_context(16, 4), MAPS, True),
    ("polarized-parallel", "polarized", "polarized", {"channels": 16}, polarized(16, False), MAPS, True),
    ("polarized-sequential", "polarized", "polarized", {"channels": 16, "arrangement": "sequential"}, polarized(16, True), MAPS, True),
    ("mmseg-non-local", "mmseg", "non_local", {"channels": 16, "scale": True}, mm_non_local(16, False), [[2, 16, 6, 5]], True),
    ("mmseg-non-local-sub", "mmseg", "non_local", {"channels": 16, "scale": True, "subSample": True}, mm_non_local(16, True), [[2, 16, 6, 4]], True),
    ("danet-head", "danet", "danet", {"inChannels": 32, "outChannels": 3}, danet_head(32, 3), [[2, 32, 4, 5]], True),
    ("mmseg-danet", "mmseg", "danet", {"inChannels": 32, "outChannels": 3}, mm_danet_head(32, 3), [[2, 32, 4, 5]], True),
    ("pytorch-multi-head", "pytorch", "multi_head", {"embedDim": 12, "heads": 3}, MultiHead(12, 3, batch_first=True), [[2, 5, 12]], True),
    ("torchvision-vit", "torchvision", "vit",
     {"imageHeight": 12, "imageWidth": 12, "patchHeight": 4, "patchWidth": 4, "classes": 5, "dim": 12, "depth": 2, "heads": 2, "mlpDim": 20, "normEpsilon": 1e-6},
     encoder_transformer(4, 3, 5, 12, 2, 2, 20), [[2, 3, 12, 12]], True),
    ("timm-se-no-bias", "timm", "se", {"channels": 16, "reduction": 2}, pointwise_excitation(16, 2, False), MAPS, False),
    ("eca", "eca", "eca", {"channels": 16, "kernelSize": 5}, efficient(5), MAPS, True),
    ("gcnet", "gcnet", "global_context", {"channels": 16, "reduction": 4}, context(16, 4), MAPS, True),
    ("official-cbam", "official-cbam", "cbam",
     {"channels": 16, "reduction": 4, "mlpBias": True, "spatialBatchNorm": True, "poolOrder": "max-mean"}, official_cbam(16, 4), MAPS, True),
    ("official-bam", "official-bam", "bam", {"channels": 16, "reduction": 4, "combine": "product"}, official_bam(16, 4), MAPS, True),
    ("document-000-cbam", "document-000", "cbam", {"channels": 16, "reduction": 4, "mlpBias": True, "convBias": True},
     document_cbam(16, 4, False), MAPS, True),
    ("document-000-pointwise-cbam", "document-000", "cbam", {"channels": 16, "reduction": 4, "convBias": True},
     document_cbam(16, 4, True), MAPS, True),
    ("document-000-block", "document-000", "bottleneck",
     {"inChannels": 8, "planes": 4, "attention": "cbam", "reduction": 4, "attentionOptions": {"convBias": True}}, residual_cbam(8, 4), [[2, 8, 7, 6]], True),
    ("document-000-gate", "document-000", "attention_gate", {"gatingChannels": 8, "channels": 6, "intermediateChannels": 4},
     attention_gate(8, 6, 4), [[2, 8, 5, 6], [2, 6, 5, 6]], True),
    ("document-000-self-attention", "document-000", "self_attention", {"inputDim": 10, "keyDim": 8, "valueDim": 6, "scale": "after-softmax"},
     self_attention(10, 8, 6), [[2, 7, 10]], True),
    ("document-000-vit", "document-000", "vit", VIT | {"activation": "relu"}, flat_transformer(4, 3, 5, 12, 2, 2, 8, 20, nn.ReLU), [[2, 3, 12, 12]], False),
    ("lucidrains-vit", "lucidrains", "vit", VIT | {"activation": "gelu"}, flat_transformer(4, 3, 5, 12, 2, 2, 8, 20, nn.GELU), [[2, 3, 12, 12]], False),
    ("document-001", "document-001", "bam", {"channels": 16, "reduction": 4, "layers": 3, "dilation": 2, "padding": 1},
     document_bam(16, 4, 3, 2), [[2, 16, 7, 7]], True),
    ("document-003-cbam", "document-003", "cbam", {"channels": 16, "reduction": 4}, port_cbam(16, 4), MAPS, True),
    ("document-003-channel", "document-003", "cbam_channel", {"channels": 16, "reduction": 4}, port_channel(16, 4), MAPS, False),
    ("document-003-psa", "document-003", "psa_simplified", {"inChannels": 8, "outChannels": 12}, simplified(8, 12), [[2, 8, 3, 4]], True),
    ("document-004", "document-004", "spatial", {"kernelSize": 7}, port_spatial(7, False), MAPS, True),
    ("document-004-model", "document-004", "spatial", {"kernelSize": 3}, port_spatial(3, True), MAPS, True),
    ("smp", "smp", "scse", {"channels": 16, "reduction": 4}, scse(16, 4), MAPS, True),
    ("triplet", "triplet", "triplet", {"kernelSize": 7}, triplet(7), [[2, 6, 5, 7]], True),
    ("coordattention", "coordattention", "coordinate", {"channels": 16, "reduction": 2}, coordinate(16, 2), [[2, 16, 5, 7]], True),
    ("sge", "sge", "sge", {"channels": 16, "groups": 4}, group_enhance(4), MAPS, True),
    ("sa-net", "sa-net", "shuffle", {"channels": 16, "groups": 4}, shuffle(16, 4), MAPS, True),
    ("rga", "rga", "rga", {"channels": 16, "height": 4, "width": 4, "channelRatio": 4, "spatialRatio": 4, "downRatio": 2},
     relation_aware(16, 4, 4, 4, 2), [[2, 16, 4, 4]], True),
    ("danet-pam", "danet", "pam", {"channels": 16}, danet_positions(16), [[2, 16, 5, 6]], False),
    ("danet-cam", "danet", "cam", {"channels": 16}, danet_channels(), [[2, 16, 5, 6]], True),
    ("mmseg-pam", "mmseg", "pam", {"channels": 16}, mm_positions(16), [[2, 16, 5, 6]], True),
    ("ccnet", "ccnet", "criss_cross", {"channels": 16, "recurrence": 2}, criss_cross(16, 2, False), [[2, 16, 5, 6]], False),
    ("mmseg-cca", "mmseg", "criss_cross", {"channels": 16, "recurrence": 1}, criss_cross(16, 1, True), [[2, 16, 5, 6]], True),
    ("non-local", "non-local", "non_local", {"channels": 16, "mode": "embedded_gaussian", "dimension": 2}, non_local(16, False), [[2, 16, 6, 5]], True),
    ("non-local-sub", "non-local", "non_local", {"channels": 16, "mode": "embedded_gaussian", "dimension": 2, "subSample": True},
     non_local(16, True), [[2, 16, 6, 4]], True),
]


def make(name, source, mechanism, config, module, shapes, detected):
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    normal = lambda shape: torch.randn(list(shape), generator=generator)
    state = module.state_dict()
    for key, value in state.items():
        if key.endswith("running_var"):
            value.copy_(torch.rand(list(value.shape), generator=generator) + 0.5)
        elif value.is_floating_point():
            fan_in = max(1, int(np.prod(value.shape[1:]))) if value.dim() > 1 else 4
            value.copy_(normal(value.shape) * fan_in ** -0.5 + (0.8 if value.dim() <= 1 and not key.endswith(("bias", "mean")) else 0))
    inputs = [normal(shape) for shape in shapes]
    module.double().eval()
    with torch.no_grad():
        output = module(*[i.double() for i in inputs])
    tensors = {f"state.{k}": v for k, v in state.items()} | {f"input.{i}": t for i, t in enumerate(inputs)} | {"output.0": output}
    arrays = {k: (v.float() if v.is_floating_point() else v).numpy() for k, v in tensors.items()}
    HERE.mkdir(exist_ok=True)
    safetensors_out.write(HERE / f"{name}.safetensors", arrays, {
        "source": source, "mechanism": mechanism, "config": json.dumps(config), "detected": "true" if detected else "false"})


if __name__ == "__main__":
    torch.set_num_threads(1)
    for case in CASES:
        make(*case)
        print(case[0])
