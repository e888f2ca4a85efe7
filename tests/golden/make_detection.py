#!/usr/bin/python3
"""Makes what torchvision's FCOS and RetinaNet on a ResNet-18 give: outputs, losses, gradients, boxes, and which box each place answers for.

Run with PyTorch 1.13 and torchvision 0.14 (Debian: python3-torchvision):  python3 tests/golden/make_detection.py
detection.safetensors holds by `network|what`: every fifth number of the outputs, the parts of the loss, of each parameter's gradient the largest
magnitude and eight numbers at equal distances (batch norms with their statistics, parameters by name), the boxes, scores and classes of the
pictures one after the other, and for a picture of 320×480 the place, the box and −2 for what is not learnt from. Weights and pictures are
drawn from a counter, as the tests do; names and shapes are in the metadata. Everything is computed in float64.
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torchvision.models.detection import FCOS, RetinaNet
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.image_list import ImageList
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

import safetensors_out
from drawing import draw, pictures, state_of

torch.set_default_dtype(torch.float64)
CLASSES, HEIGHT, WIDTH, STEP, SAMPLES = 3, 56, 90, 5, 8
BOXES = [[4, 6, 30, 40], [10.5, 8, 70, 52.5], [60, 20, 76, 30], [62, 22, 84, 50], [1, 1, 89, 55]]
LABELS = [0, 2, 1, 2, 0]
OPTIONS = {"fcos": {"score_thresh": 0.5, "nms_thresh": 0.6}, "retinanet": {"score_thresh": 0.6, "nms_thresh": 0.5}}
out, names = {}, {}


def keep(network, what, values, dtype=np.float32):
    values = np.asarray(values)
    assert np.isfinite(values).all(), what
    out[f"{network}|{what}"] = np.ascontiguousarray(values.astype(dtype))


def build(network):
    backbone = resnet_fpn_backbone(
        backbone_name="resnet18", weights=None, norm_layer=nn.BatchNorm2d, trainable_layers=5, returned_layers=[2, 3, 4],
        extra_blocks=LastLevelP6P7(256, 256))
    return draw({"fcos": FCOS, "retinanet": RetinaNet}[network](backbone, CLASSES, **OPTIONS[network]), scale=2)


def run(model, x):
    """Head outputs, anchors a picture, and places a level, past torchvision's own resizing."""
    features = list(model.backbone(x).values())
    outputs = model.head(features)
    per_place = model.anchor_generator.num_anchors_per_location()[0]
    anchors = model.anchor_generator(ImageList(x, [x.shape[-2:]] * len(x)), features)
    return outputs, anchors, [f.shape[2] * f.shape[3] * per_place for f in features]


def loss(model, targets, outputs, anchors, levels):
    return model.compute_loss(targets, outputs, anchors, levels) if isinstance(model, FCOS) else model.compute_loss(targets, outputs, anchors)


def sampled(gradient):
    flat = gradient.numpy().ravel()
    return [np.abs(flat).max(), *flat[np.arange(SAMPLES) * len(flat) // SAMPLES]]


def matches(model):
    """Which boxes of a larger picture the places answer for."""
    rng = np.random.default_rng(13)
    size = 10 ** rng.uniform(0.7, 2.4, (14, 2))
    corner = rng.uniform(0, 1, (14, 2)) * np.maximum(0, np.array([480, 320]) - size)
    boxes = np.round(np.concatenate([corner, np.minimum(corner + size, [480, 320])], 1), 1).astype(np.float32)
    found = []
    model.head.compute_loss = lambda targets, outputs, anchors, matched: found.append(matched[0]) or {}
    with torch.no_grad():
        outputs, anchors, levels = run(model, pictures(1, 3, 320, 480))
        loss(model, [{"boxes": torch.from_numpy(boxes.astype(np.float64)), "labels": torch.zeros(14, dtype=torch.int64)}], outputs, anchors, levels)
    del model.head.compute_loss
    where = torch.where(found[0] != -1)[0]
    return boxes, torch.stack([where, found[0][where]], 1).numpy()


for network in OPTIONS:
    model = build(network)
    names[network] = {k: list(v.shape) for k, v in state_of(model).items()}
    outputs, anchors, levels = run(model, pictures(2, 3, HEIGHT, WIDTH))
    keep(network, "outputs", torch.cat(list(outputs.values()), 2).detach().numpy().ravel()[::STEP])
    targets = [{"boxes": torch.tensor(BOXES), "labels": torch.tensor(LABELS)}, {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)}]
    parts = loss(model, targets, outputs, anchors, levels)
    keep(network, "losses", [v.item() for v in parts.values()])
    sum(parts.values()).backward()
    keep(network, "gradients", [sampled(p.grad) for _, p in sorted(model.named_parameters())])
    with torch.no_grad():
        split = {k: list(v.split(levels, 1)) for k, v in outputs.items()}
        found = model.postprocess_detections(split, [list(a.split(levels)) for a in anchors], [(HEIGHT, WIDTH)] * 2)
    print(network, {k: round(v.item(), 4) for k, v in parts.items()}, [len(f["scores"]) for f in found])
    keep(network, "counts", [len(f["scores"]) for f in found], np.int64)
    keep(network, "boxes", torch.cat([f["boxes"] for f in found]))
    keep(network, "scores", torch.cat([f["scores"] for f in found]))
    keep(network, "labels", torch.cat([f["labels"] for f in found]), np.int64)
    boxes, matched = matches(model)
    print(len(matched), "places have a box,", (matched[:, 1] == -2).sum(), "of them none")
    keep(network, "matches", matched, np.int64)
keep("match", "boxes", boxes)
keep("loss", "labels", [[c, *b, 0] for c, b in zip(LABELS, BOXES)])
safetensors_out.write(str(pathlib.Path(__file__).parent / "detection.safetensors"), out, {"names": json.dumps(names)})
