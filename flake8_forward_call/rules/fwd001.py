"""FWD001: a direct call of a module's ``forward``."""

from __future__ import annotations

from flake8_forward_call.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`x.forward(...)` runs the body of a module and nothing else. `x(...)` runs the same body, and round it everything that
PyTorch, its add-ons and you have attached to the module. As long as nothing is attached, the two print the same
numbers, and that is why the mistake survives for years: it breaks on the day somebody registers the first hook.

## How an instance comes to be callable

Python lets you call an instance if its class has a `__call__`. A `def __call__` in the class body is one way to get
it; an assignment there (`__call__ = some_function`) is another, and `torch.nn.Module` uses the second: its class body
binds `__call__` to the method `_wrapped_call_impl`. So nobody has to call `forward` for it to run. `model(x)` goes to
`_wrapped_call_impl`, that goes to `_call_impl`, and that is where `forward` is called, with your arguments.

## What the call does besides forward()

This is the road in `torch/nn/modules/module.py` of torch 2.13, on the left for `x(...)`, on the right for the way
round it:

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
    |   "forward" below is _slow_forward: it enters the            |
    |   module's name as a scope, runs forward, leaves it          |
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

Read the branch "no hook" again: without hooks the call *is* `forward`, with the same arguments. That is what makes
the rewrite safe. Same module, same arguments, same `forward`, equal outputs; and where hooks exist they now run, which
is what registering them was for.

## What you lose by going round

All of the left side. In a toy program it is empty. In real ones these live there:

- **Weights that are computed before each forward.** `torch.nn.utils.weight_norm`, the old
  `torch.nn.utils.spectral_norm` and everything in `torch.nn.utils.prune` rebuild `weight` in a forward pre-hook. A
  direct call computes with the weight of the last proper call: the optimizer steps and the output stands still. (The
  newer `torch.nn.utils.parametrizations` rebuild the weight when it is read, so they do not depend on the call.)
- **Parameters that do not exist yet.** `LazyLinear` and the other lazy modules create their parameters in a forward
  pre-hook. Call `forward` of a fresh one and it raises.
- **Parameters that are elsewhere.** FSDP2's `fully_shard` and DeepSpeed's ZeRO-3 gather a module's parameters in a
  forward pre-hook. A direct call meets shards, or empty tensors.
- **Everything that watches.** Observers of quantization, profilers that attribute time or FLOPs to modules, summary
  printers, feature extractors, Grad-CAM, activation loggers: forward hooks and backward hooks. A direct call is a
  hole in what they report, and no error tells you.
- **Backward hooks.** `register_full_backward_hook` and `register_full_backward_pre_hook` are attached to the inputs
  and outputs while the call is made. Nothing fires in `backward()` for a module whose `forward` was called directly.
- **Compilation in place.** After `module.compile()` the compiled code is what the call runs. `module.forward(x)` runs
  uncompiled. (A module that `torch.compile(module)` returned is another matter: its `forward` is the compiled
  function, and only hooks registered on the wrapper itself are lost.)
- **Names in a trace.** `torch.jit.trace` takes a submodule's scope from its call, so a graph traced through direct
  calls cannot tell which module an operation came from.

Where the source of your project shows what hangs on the hooks of a receiver, the message names it, with the place:
`` `weight_norm` (vocoder.py:31) recomputes the weight in a forward pre-hook, which this call skips``. It knows all of
the above but what attaches itself when the program runs, and follows the module through the attribute, list or helper
function that it comes from. Two things at most are named; `forward-call explain PATH:ROW:COLUMN` shows all.

### What is often said and is not so

`DistributedDataParallel` and `FullyShardedDataParallel` (FSDP1) do their work in their own `forward`. Gradients still
synchronise after `ddp.forward(x)`; what is lost is hooks on the wrapper. And `ddp.module(x)` goes round DDP just as
`ddp.module.forward(x)` does: the rewrite brings back the hooks of the inner module, it does not bring back DDP.

## See it for yourself

Nothing but torch on the CPU is needed:

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

None of these is FWD001 where the tool can see it. FWD002, which is off by default, tells of all but the first:

- `super().forward(x)` extends the parent's `forward` from inside a call that already came through `__call__`. It is
  no way round anything.
- The call stands in the class's own `__call__`, or in a method that it calls: `self(x)` would recurse for ever.
- The class gives its instances' call another meaning, by a `__call__` of its own that does not lead to `forward` with
  the same arguments and the same result. The models and likelihoods of GPyTorch are like that.
- The call is part of the module's own `forward`: its hooks have run already, and would run again.
- The code chooses between `x.forward(...)` and `x(...)` with the same arguments.
- The class never calls `Module.__init__`: an instance has `forward`, and calling it raises an error.
- The call stands in a hook on the same module: calling the module would run the hook again.
- The receiver is typed by an interface of TorchScript (`@torch.jit.interface`), which has the methods it declares and
  no call.
- You go round on purpose, for instance to compute a reference without hooks, and a comment says so.

After `register_fsdp_forward_method(module, "forward")` FSDP2 gathers parameters for direct calls too. The other hooks
still do not run.

## How to silence it

`# noqa: FWD001` on the line where the word `forward` stands; for whole files, flake8's `per-file-ignores`.

## Further reading

- [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html): the note at `forward` asks to
  call the instance, and `register_forward_hook` and its relatives are described there.
- [Global forward pre-hooks](https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_pre_hook.html):
  hooks that belong to every module at once.
- [fully_shard (FSDP2)](https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html): its contract asks for
  `model(input)`, and says what to do if `model.forward(input)` must work.
- [torch.nn.utils.weight_norm](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.weight_norm.html):
  the hook that rebuilds the weight, and what replaces it.
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
