"""torchvision's detectors on a ResNet-18 without pretrained weights, all of it trained, and what a step of them costs."""

import torch
from torch import nn

CLASSES = 3
KEYS = ("fcos_resnet18_fpn", "retinanet_resnet18_fpn")


def knows(key):
    return key in KEYS


def build(key):
    from torchvision.models.detection import FCOS, RetinaNet  # torchvision is needed for these rows alone
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.ops.feature_pyramid_network import LastLevelP6P7

    backbone = resnet_fpn_backbone(
        backbone_name="resnet18", weights=None, norm_layer=nn.BatchNorm2d, trainable_layers=5, returned_layers=[2, 3, 4], extra_blocks=LastLevelP6P7(256, 256)
    )
    return (FCOS if key.startswith("fcos") else RetinaNet)(backbone, CLASSES)


def targets(labels):
    """Rows (class, x0, y0, x1, y1, flag) of each picture as torchvision takes them."""
    rows = torch.from_numpy(labels)
    return [{"boxes": r[:, 1:5].contiguous(), "labels": r[:, 0].long()} for r in rows]


def loss(model, x, labels):
    """The sum of a model's losses of pictures that are prepared already."""
    from torchvision.models.detection.image_list import ImageList

    maps = list(model.backbone(x).values())
    outputs = model.head(maps)
    anchors = model.anchor_generator(ImageList(x, [tuple(x.shape[2:])] * len(x)), maps)
    if hasattr(model, "center_sampling_radius"):
        parts = model.compute_loss(labels, outputs, anchors, [m.shape[2] * m.shape[3] for m in maps])
    else:
        parts = model.compute_loss(labels, outputs, anchors)
    return sum(parts.values())
