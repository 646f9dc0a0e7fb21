"""An attack on a classifier of images.

PyPI's torchvision is linked with CUDA: with a torch without CUDA, its operators are missing, and its import needs two.
What the package imports from scipy has another place there now.
"""

import scipy.optimize._optimize
import scipy.optimize.optimize
import torch

scipy.optimize.optimize._status_message = scipy.optimize._optimize._status_message

try:
    import torchvision  # noqa: F401
except RuntimeError:
    library = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from deeprobust.image.attack.Nattack import NATTACK  # noqa: E402
from torch import nn  # noqa: E402

model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 2))
images = torch.full((1, 3, 4, 4), 0.5)
wrong = 1 - model(images).argmax(dim=1)
# The image is misclassified already, so that the attack has nothing to do.
NATTACK(model, "cpu").generate(dataloader=[(images, wrong)], classnum=2)
