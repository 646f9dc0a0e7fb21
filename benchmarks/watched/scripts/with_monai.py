"""A layer that computes in 32 bits, whatever it is given."""

import torch
from monai.networks.utils import CastToFloatAll
from torch import nn

CastToFloatAll(nn.Bilinear(3, 3, 2))(torch.ones(2, 3), torch.ones(2, 3))
