"""A classifier of cropped signals, and what it predicts for each window.

PyPI's torchaudio is linked with CUDA, and cannot be imported with a torch without it. Nothing of it is called.
"""

import sys
import types

import numpy
import torch

try:
    import torchaudio
except OSError:

    class Missing(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (torch.nn.Module,), {})

    torchaudio = sys.modules["torchaudio"] = Missing("torchaudio")
    for name in "functional", "transforms":
        part = sys.modules[f"torchaudio.{name}"] = Missing(name)
        setattr(torchaudio, name, part)

from braindecode import EEGClassifier
from torch import nn


class Windows(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return numpy.ones((2, 8), dtype=numpy.float32), 0, (index, 0, 8)


model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
classifier = EEGClassifier(model, criterion=nn.CrossEntropyLoss, cropped=True, classes=[0, 1], batch_size=2)
classifier.initialize()
classifier.predict_with_window_inds_and_ys(Windows())
