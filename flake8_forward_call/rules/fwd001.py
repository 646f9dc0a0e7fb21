"""FWD001: a direct call of a module's ``forward``."""

from __future__ import annotations

from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`x.forward(...)` runs the body of a module and nothing else. `x(...)` runs the same body plus everything that PyTorch,
extensions and you have attached to the module. As long as nothing is attached, both give the same result. That is why
the mistake can go unnoticed for years: the code breaks when the first hook is registered.

## Why an instance can be called

In Python you can call an instance if its class has a `__call__`. A class gets it from `def __call__` in its body, or
from an assignment there (`__call__ = some_function`). `torch.nn.Module` uses an assignment: its class body binds
`__call__` to the method `_wrapped_call_impl`. So `forward` runs although your code does not call it: `model(x)` calls
`_wrapped_call_impl`, which calls `_call_impl`, which calls `forward` with your arguments.

## What else the call does

This is the path through `torch/nn/modules/module.py` of torch 2.13. On the left is `x(...)`, on the right is
`x.forward(...)`:

```text
  x(...)                                                     x.forward(...)
    |                                                              |
    v                                                              |
  __call__, which is _wrapped_call_impl                            |
    |                                                              |
    +-- compiled in place by x.compile()? --> the compiled         |
    |                                         _call_impl           |
    v  no                                                          |
  _call_impl                                                       |
    |                                                              |
    |   while torch.jit.trace or the like records a graph,         |
    |   "forward" below is _slow_forward: it enters a scope        |
    |   with the module's name, runs forward, leaves it            |
    |                                                              |
    +-- no hook on x, and no global hook? ---------> forward <-----+
    |                                                   ^          |
    v  there is one                                     |          |
  1. global forward pre-hooks  \\  may replace           |          |
  2. forward pre-hooks of x    /  the arguments         |          |
  3. inputs prepared for backward hooks                 |          |
  4. ---------------------------------------------------+          |
  5. global forward hooks      \\  may replace                      |
  6. forward hooks of x        /  the result                       |
  7. outputs prepared for backward hooks                           |
    |                                                              |
    |   did one of these raise? The forward hooks with             |
    |   always_call=True that have not run yet run now             |
    v                                                              v
  result                                                        result
```

Look at the branch "no hook": without hooks, the call *is* `forward` with the same arguments. This makes the rewrite
safe: the same module, the same arguments, the same `forward`, and equal outputs. If hooks are registered, they
now run, as intended.

## What a direct call skips

A direct call skips everything on the left. In a toy program, there is nothing to skip. In real programs, you find:

- **Weights that are computed before each call.** `torch.nn.utils.weight_norm`, the old `torch.nn.utils.spectral_norm`
  and everything in `torch.nn.utils.prune` recompute `weight` in a forward pre-hook. A direct call uses a stale weight,
  from the last regular call: the optimizer makes steps, but the output does not change. (The newer
  `torch.nn.utils.parametrizations` recompute the weight when it is read, so a direct call is correct.)
- **Parameters that do not exist yet.** `LazyLinear` and the other lazy modules create their parameters in a forward
  pre-hook. A direct call on a new one raises an error.
- **Parameters that are not gathered.** FSDP2's `fully_shard` and DeepSpeed ZeRO-3 gather a module's parameters in a
  forward pre-hook. A direct call uses shards or empty tensors.
- **Everything that observes.** Observers for quantization, profilers that attribute time or FLOPs to modules, summary
  printers, feature extractors, Grad-CAM and activation loggers use forward hooks and backward hooks. They do not see a
  direct call, and you get no error.
- **Backward hooks.** `register_full_backward_hook` and `register_full_backward_pre_hook` attach their hooks to the
  inputs and outputs during the call. If `forward` was called directly, they do not run in `backward()`.
- **Compilation in place.** After `module.compile()`, the call runs the compiled code, but `module.forward(x)` runs
  uncompiled. (`torch.compile(module)` is different: the `forward` of the module that it returns is the compiled
  function. Only hooks registered on that wrapper are lost.)
- **Names in a trace.** `torch.jit.trace` takes the scope of a submodule from its call. In a graph that is traced
  through direct calls, you cannot see which module an operation came from.

If your project's source shows what uses the receiver's hooks, the message names it and its location: ``
`weight_norm` (vocoder.py:31) recomputes the weight in a forward pre-hook, which this call skips``. The tool knows all
of the above, except hooks that are only added at run time. It follows the module through attributes, lists and helper
functions. A message names two such uses at most; `forward-call explain PATH:ROW:COLUMN` shows all of them.

### Evidence instead of proof

Some calls are reported although not everything was read: the receiver may have several values, of which one is proven
to be a module and none is something else. Or there is evidence that it is a module: the type in a docstring, methods
that only modules have, or keywords that only modules take. Then the message says that there is no proof, `forward-call
explain PATH:ROW:COLUMN` names the evidence, and the fix is only applied with `--unsafe-fixes`.

### Common misconceptions

`DistributedDataParallel` and `FullyShardedDataParallel` (FSDP1) do their work in their own `forward`. Gradients are
still synchronised after `ddp.forward(x)`, and only hooks on the wrapper are lost. And `ddp.module(x)` bypasses DDP just
as `ddp.module.forward(x)` does: the rewrite brings back the hooks of the inner module, but not DDP.

## Try it yourself

This program only needs torch, on a CPU:

```python
import torch
from torch import nn

torch.manual_seed(0)
layer, x = nn.Linear(3, 2), torch.randn(4, 3, requires_grad=True)
print("nothing attached, equal:", torch.equal(layer(x), layer.forward(x)))

seen = []
layer.register_forward_hook(lambda module, args, output: seen.append("forward"))
layer.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append("backward"))

layer.forward(x).sum().backward()
print("x.forward(...) was seen:", seen)

layer(x).sum().backward()
print("x(...) was seen:        ", seen)

layer.register_forward_hook(lambda module, args, output: output * 0)
print("a hook changes outputs: ", torch.equal(layer(x), layer.forward(x)))
```

It prints `True`, `[]`, `['forward', 'backward']` and `False`.

## When not to follow this rule

The tool does not report these calls as FWD001 if it can recognise them. FWD002, which is off by default, reports all
except the first:

- `super().forward(x)` extends the parent's `forward`. It runs inside a call that already went through `__call__`, so it
  bypasses nothing.
- The call is in the class's own `__call__`, or in a method that `__call__` uses: `self(x)` would recurse forever.
- The class overrides `__call__` with another meaning, so that `x(...)` does not reach `forward` with the same arguments
  and the same result. The models and likelihoods of GPyTorch do this.
- The call is part of the module's own `forward`: its hooks have run already, and would run again.
- The code chooses between `x.forward(...)` and `x(...)` with the same arguments.
- The class never calls `Module.__init__`: its instances have `forward`, but calling them raises an error.
- The call is in a hook on the same module: calling the module would run the hook again.
- The receiver is typed as a TorchScript interface (`@torch.jit.interface`), which has the methods it declares but
  cannot be called.
- You bypass the hooks on purpose, for example to compute a reference without them, and a comment says so.

After `register_fsdp_forward_method(module, "forward")`, FSDP2 gathers parameters for direct calls too. The other hooks
still do not run.

## How to silence it

Add `# noqa: FWD001` to the line with the word `forward`. For whole files, use `per-file-ignores`.

## Further reading

- [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html): a note at `forward`
  asks you to call the instance instead; the page also describes `register_forward_hook` and the related methods.
- [Global forward pre-hooks](https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_pre_hook.html):
  hooks that apply to every module.
- [fully_shard (FSDP2)](https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html): it requires
  `model(input)`, and says what to do if `model.forward(input)` must work.
- [torch.nn.utils.weight_norm](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.weight_norm.html):
  the hook that recomputes the weight, and its replacement.
- [Lazy modules](https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.lazy.LazyModuleMixin.html): parameters
  that the first call creates.
"""

_BAD = """\
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(8, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head.forward(self.encoder.forward(x).relu())


shapes = []
model = Classifier()
model.encoder.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape)))
model.forward(torch.ones(3, 8))
print("shapes that the hook saw:", shapes)
"""

_GOOD = """\
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(8, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(x).relu())


shapes = []
model = Classifier()
model.encoder.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape)))
model(torch.ones(3, 8))
print("shapes that the hook saw:", shapes)
"""

RULE = Rule(
    code="FWD001",
    name="direct-forward-call",
    title="Direct call of a module's forward()",
    message="{before} skips Module.__call__, so hooks do not run{hanging}; call {after}",
    default=True,
    applicability=Applicability.SAFE,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
