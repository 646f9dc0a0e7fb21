"""Detectors of each kind that is concerned, which are asked for the raw results of their heads.

Their layers are small. Where a head of the package needs the compiled operations of mmcv, which are not built, the
registry gets another one.
"""

import sys
import types

import torch
from torch import nn


class Compiled(types.ModuleType):
    """The compiled part of mmcv, none of which is called."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return NotImplemented


sys.modules["mmcv._ext"] = Compiled("mmcv._ext")

from mmdet.models.dense_heads.dense_test_mixins import BBoxTestMixin  # noqa: E402
from mmdet.registry import MODELS  # noqa: E402
from mmdet.structures import DetDataSample  # noqa: E402
from mmengine.config import ConfigDict  # noqa: E402
from mmengine.model import BaseModule  # noqa: E402
from mmengine.structures import InstanceData  # noqa: E402


@MODELS.register_module()
class SmallBackbone(BaseModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 8, 3, stride=8, padding=1)

    def forward(self, x):
        return (self.layer(x),)


@MODELS.register_module()
class SmallHead(BaseModule):
    """A head of any kind: it takes all that such heads are given."""

    def __init__(self, **settings):
        super().__init__()
        self.layer = nn.Conv2d(8, 4, 1)
        self.num_classes = self.num_things_classes = self.num_stuff_classes = 1

    def forward(self, x, *others, **named):
        return (self.layer(x[0]),)

    def predict(self, x, samples, rescale=False):
        return [InstanceData(bboxes=torch.zeros(0, 4))] * len(samples)

    def loss(self, x, samples, **named):
        return {}

    def get_positive_infos(self):
        return []


@MODELS.register_module()
class SmallSemanticHead(SmallHead):
    def forward(self, x):
        return {"seg_preds": self.layer(x[0])}


class MixedHead(BBoxTestMixin, SmallHead):
    test_cfg = None

    def get_results(self, *outs, img_metas, cfg=None, rescale=False, with_nms=True):
        return [InstanceData(bboxes=torch.zeros(0, 4), scores=torch.zeros(0), labels=torch.zeros(0))]

    def _get_results_single(self, with_nms=True):
        pass


def of_kind(name, **parts):
    return MODELS.build({"type": name, "backbone": {"type": "SmallBackbone"}, **parts})


IMAGES = torch.zeros(1, 3, 32, 32)
HEAD = {"type": "SmallHead"}
SAMPLE = DetDataSample(metainfo={"img_shape": (32, 32), "batch_input_shape": (32, 32)})
SAMPLE.proposals = InstanceData(bboxes=torch.zeros(0, 4))

LAYERS = {
    "encoder": {
        "num_layers": 1,
        "layer_cfg": {"self_attn_cfg": {"embed_dims": 8, "num_heads": 2}, "ffn_cfg": {"embed_dims": 8}},
    },
    "decoder": {
        "num_layers": 1,
        "layer_cfg": {
            "self_attn_cfg": {"embed_dims": 8, "num_heads": 2},
            "cross_attn_cfg": {"embed_dims": 8, "num_heads": 2},
            "ffn_cfg": {"embed_dims": 8},
        },
    },
    "positional_encoding": {"num_feats": 4},
    "bbox_head": {"type": "DETRHead", "num_classes": 2, "embed_dims": 8},
    "num_queries": 3,
}
PANOPTIC = ConfigDict(panoptic_head=HEAD, panoptic_fusion_head=HEAD)
TWO_STAGES = ConfigDict(rpn_head=HEAD, roi_head=HEAD, test_cfg={"rpn": {}, "rcnn": {}})
DETECTORS = (
    of_kind("SingleStageDetector", bbox_head=HEAD),
    of_kind("DETR", **LAYERS),
    of_kind("MaskFormer", **PANOPTIC),
    of_kind("TwoStageDetector", **TWO_STAGES),
    of_kind("TwoStagePanopticSegmentor", semantic_head={"type": "SmallSemanticHead"}, **TWO_STAGES),
    of_kind("SingleStageInstanceSegmentor", bbox_head=dict(HEAD), mask_head=dict(HEAD)),
    of_kind("SingleStageInstanceSegmentor", mask_head=dict(HEAD)),
)
for detector in DETECTORS:
    detector(IMAGES, [SAMPLE], mode="tensor")

head = MixedHead()
FEATURES = (torch.zeros(1, 8, 4, 4),)
head.simple_test_bboxes(FEATURES, [{}])
shapes = {"img_shape": (32, 32), "scale_factor": (1, 1, 1, 1), "flip": False, "flip_direction": None}
head.aug_test_bboxes([FEATURES], [[shapes]])
