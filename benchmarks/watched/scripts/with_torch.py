"""Data-parallel training in one process, which reduces all gradients when the program says so."""

import tempfile

import torch
from torch import distributed, nn

with tempfile.TemporaryDirectory() as folder:
    distributed.init_process_group("gloo", init_method=f"file://{folder}/peers", rank=0, world_size=1)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    waits_for = nn.Parameter(torch.zeros(1))
    parallel = nn.parallel.DistributedDataParallel(
        model, delay_all_reduce_named_params=list(model.named_parameters()), param_to_hook_all_reduce=waits_for
    )
    parallel(torch.ones(2, 3))
    distributed.destroy_process_group()
