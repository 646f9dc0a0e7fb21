"""A coupling of two layers of a graph network, which can be computed backwards."""

import torch
from cogdl.layers.reversible_layer import AdditiveCoupling
from torch import nn


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, graph, x):
        return self.linear(x)


AdditiveCoupling(Layer(), Layer())(torch.ones(3, 4), None)
