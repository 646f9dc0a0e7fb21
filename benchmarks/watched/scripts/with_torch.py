"""Data-parallel training in one process, which reduces all gradients when the program says so."""

import tempfile

import torch
import torch._dynamo
from torch import distributed, nn

# What the reducer in C++ prepares is missing if it has nothing to reduce.
torch._dynamo.config.optimize_ddp = "python_reducer"

with tempfile.TemporaryDirectory() as folder:
    distributed.init_process_group("gloo", init_method=f"file://{folder}/peers", rank=0, world_size=1)
    # A parameter that is not trained is left, because one has to say on which device the module is.
    model = nn.Sequential(nn.Linear(3, 4).requires_grad_(False), nn.Linear(4, 2))
    trained = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
    waits_for = nn.Parameter(torch.zeros(1))
    parallel = nn.parallel.DistributedDataParallel(
        model, delay_all_reduce_named_params=trained, param_to_hook_all_reduce=waits_for
    )
    parallel(torch.ones(2, 3))
    distributed.destroy_process_group()
