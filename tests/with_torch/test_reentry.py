"""A call in a hook of the module that it calls: `module(...)` would run the hook again, and so on for ever."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from outcomes import NET, outcome

# Each program calls the module in its own hook. Rewritten, each would end in a RecursionError.
AGAIN = {
    "method that keeps the module": """
        class Watch:
            def __init__(self, model):
                self.model = model
                self.handle = model.register_forward_hook(self.after)
            def after(self, module, args, output):
                self.clean = self.model.forward(*args)
        net = Net()
        Watch(net)
    """,
    "method of another object": """
        class Watch:
            def __init__(self, model: Net): self.model = model
            def before(self, module, args): self.model.forward(*args)
        net = Net()
        watch = Watch(net)
        net.register_forward_pre_hook(watch.before)
    """,
    "function of a class": """
        class Watch:
            def before(module, args): net.forward(*args)
        net = Net()
        net.register_forward_pre_hook(Watch.before)
    """,
    "partial of a method": """
        from functools import partial
        class Watch:
            def __init__(self, model):
                model.register_forward_hook(partial(self.after, "label"))
            def after(self, label, module: Net, args, output): module.forward(*args)
        net = Net()
        Watch(net)
    """,
    "lambda that calls a method": """
        class Watch:
            def __init__(self, model: Net):
                self.model = model
                self.model.register_forward_hook(lambda module, args, output: self.look(args[0]))
            def look(self, x): self.model.forward(x)
        net = Net()
        Watch(net)
    """,
    "function made by a function": """
        def made(model: Net):
            def hook(module, args, output): model.forward(*args)
            return hook
        net = Net()
        net.register_forward_hook(made(net))
    """,
    "object that can be called": """
        class Hook:
            def __init__(self, model: Net): self.model = model
            def __call__(self, module, args, output): self.model.forward(*args)
        net = Net()
        net.register_forward_hook(Hook(net))
    """,
    "decorator that registers": """
        net = Net()
        @net.register_forward_pre_hook
        def hook(module, args): net.forward(*args)
    """,
    "decorator of the project": """
        def hooked(module):
            def take(function):
                module.register_forward_hook(function)
                return function
            return take
        net = Net()
        @hooked(net)
        def hook(module, args, output): net.forward(*args)
    """,
    "weak reference to a method": """
        import weakref
        class Watch:
            def __init__(self, model: Net):
                self.model = model
                ref = weakref.WeakMethod(self.after)
                model.register_forward_hook(lambda *given: ref()(*given))
            def after(self, module, args, output): self.model.forward(*args)
        net = Net()
        watch = Watch(net)
    """,
    "loop over all parts": """
        net = nn.Identity()
        def hook(module, args, output): net.forward(*args)
        for part in net.modules():
            part.register_forward_hook(hook)
    """,
    "loop over pairs": """
        net, other = Net(), Net()
        def hook(module, args, output): net.forward(*args)
        def idle(module, args, output): pass
        for module, function in ((net, hook), (other, idle)):
            module.register_forward_hook(function)
    """,
    "helper that is handed both": """
        def attach(module, function): return module.register_forward_hook(function)
        def hook(module, args, output): net.forward(*args)
        net = Net()
        attach(net, hook)
    """,
    "helper with keywords, through another": """
        def attach(*, to, what): to.register_forward_hook(hook=what)
        def watch(module, what): attach(what=what, to=module)
        def hook(module, args, output): net.forward(*args)
        net = Net()
        watch(net, hook)
    """,
    "helper that is a method": """
        class Hooked(nn.Module):
            def listen(self, function): self.register_forward_hook(function)
        class Deep(Hooked, Net): pass
        net = Deep()
        def hook(module, args, output): net.forward(*args)
        net.listen(hook)
    """,
    "getattr with a text that is put together": """
        net = Net()
        def hook(module, args): net.forward(*args)
        for kind in ("forward_pre",):
            getattr(net, f"register_{kind}_hook")(hook)
    """,
    "getattr with a name that a parameter gives": """
        def attach(module, name, function): getattr(module, name)(function)
        net = Net()
        def hook(module, args): net.forward(*args)
        attach(net, "register_forward_pre_hook", hook)
    """,
    "method under another name": """
        net = Net()
        register = net.register_forward_hook
        def hook(module, args, output): net.forward(*args)
        register(hook)
    """,
    "method of the class": """
        net = Net()
        def hook(module, args, output): net.forward(*args)
        nn.Module.register_forward_hook(net, hook)
    """,
    "method handed to map": """
        net = Net()
        def hook(module, args, output): net.forward(*args)
        list(map(net.register_forward_hook, [hook]))
    """,
    "apply of a lambda": """
        net = nn.Identity()
        def hook(module, args, output): net.forward(X)
        net.apply(lambda part: part.register_forward_hook(hook))
    """,
    "apply of a function": """
        net = nn.Identity()
        def hook(module, args, output): net.forward(X)
        def add(part): part.register_forward_hook(hook)
        net.apply(add)
    """,
    "hook of all modules": """
        from torch.nn.modules.module import register_module_forward_hook
        net, other = nn.Sequential(), nn.Identity()
        def hook(module, args, output): other.forward(X)
        register_module_forward_hook(hook)
    """,
    "hook of all modules by its full name": """
        net, other = nn.Sequential(), nn.Identity()
        def hook(module, args): other.forward(X)
        torch.nn.modules.module.register_module_forward_pre_hook(hook)
    """,
    "table that is updated": """
        net = Net()
        def hook(module, args, output): net.forward(*args)
        net._forward_hooks.update({7: hook})
    """,
    "table with setdefault, by its own name": """
        net = Net()
        def hook(module, args): net.forward(*args)
        hooks = net._forward_pre_hooks
        hooks.setdefault(7, hook)
    """,
    "table of the instance's dictionary": """
        net = Net()
        def hook(module, args): net.forward(*args)
        net.__dict__["_forward_pre_hooks"][7] = hook
    """,
    "table that is replaced": """
        from collections import OrderedDict
        net = Net()
        def hook(module, args): net.forward(*args)
        net._forward_pre_hooks = OrderedDict([(7, hook)])
    """,
    "table of all modules": """
        net, other = nn.Sequential(), nn.Identity()
        def hook(module, args): other.forward(X)
        torch.nn.modules.module._global_forward_pre_hooks[7] = hook
    """,
    "module handed on under another name": """
        def look(model: Net, x): model.forward(x)
        def hook(module, args, output): look(module, args[0])
        net = Net()
        net.register_forward_hook(hook)
    """,
    "module under another name": """
        net = Net()
        def hook(module: Net, args, output):
            same = module
            same.forward(*args)
        net.register_forward_hook(hook)
    """,
    "three functions away": """
        net = Net()
        def first(x): second(x)
        def second(x): third(x)
        def third(x): net.forward(x)
        def hook(module, args, output): first(*args)
        net.register_forward_hook(hook)
    """,
    "through an object": """
        class Judge:
            def __init__(self, model: Net): self.model = model
            def score(self, x): return self.model.forward(x)
        net = Net()
        judge = Judge(net)
        def hook(module, args, output): judge.score(args[0])
        net.register_forward_hook(hook)
    """,
    "through an object that nobody tells": """
        import pickle
        class Judge:
            def score(self, x): return net.forward(x)
        net = Net()
        judge = pickle.loads(pickle.dumps(Judge()))
        def hook(module, args, output): judge.score(args[0])
        net.register_forward_hook(hook)
    """,
    "through a property": """
        class Deep(Net):
            def __init__(self):
                super().__init__()
                self.register_forward_hook(self.after)
            def after(self, module, args, output): self.clean
            @property
            def clean(self): return self.forward(X)
        net = Deep()
    """,
    "through a method of a subclass": """
        class Base(Net):
            def __init__(self):
                super().__init__()
                self.register_forward_hook(self.after)
            def after(self, module, args, output): self.look(args[0])
            def look(self, x): pass
        class Deep(Base):
            def look(self, x): return self.forward(x)
        net = Deep()
    """,
    "through another module": """
        class Outer(nn.Module):
            def __init__(self, inner: Net):
                super().__init__()
                self.inner = inner
            def forward(self, x): return self.inner.forward(x)
        net = Net()
        outer = Outer(net)
        def hook(module, args, output): outer(args[0])
        net.register_forward_hook(hook)
    """,
    "through a subscript": """
        class Cache:
            def __getitem__(self, key): return net.forward(X)
        net, cache = Net(), Cache()
        def hook(module, args, output): cache["first"]
        net.register_forward_hook(hook)
    """,
    "method by a text": """
        class Watch:
            def __init__(self, model: Net):
                self.model = model
                for name in ("after",): model.register_forward_hook(getattr(self, name))
            def after(self, module, args, output): self.model.forward(*args)
        net = Net()
        Watch(net)
    """,
    "method of super": """
        class Deep(Net):
            def __init__(self):
                super().__init__()
                super().register_forward_pre_hook(self.before)
            def before(self, module, args): self.look(*args)
            def look(self, x): self.forward(x)
        net = Deep()
    """,
    "helper that passes keywords on": """
        def attach(module, **options): module.register_forward_hook(**options)
        net = Net()
        def hook(module, args, output): net.forward(*args)
        attach(net, hook=hook)
    """,
    "helper with a dictionary by the method's name": """
        def attach(module, hooks):
            for name, function in hooks.items(): getattr(module, name)(function)
        net = Net()
        def hook(module, args, output): net.forward(*args)
        attach(net, {"register_forward_hook": hook})
    """,
    "part by its name": """
        net = Net()
        def hook(module, args, output): net.fc.forward(*args)
        for name, part in net.named_modules():
            if name == "fc": part.register_forward_hook(hook)
    """,
    "part that get_submodule gives": """
        net = Net()
        def hook(module, args, output): net.fc.forward(*args)
        net.get_submodule("fc").register_forward_hook(hook)
    """,
    "what a lazy module makes its parameters by": """
        class Lazy(nn.modules.lazy.LazyModuleMixin, nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.UninitializedParameter()
            def initialize_parameters(self, x):
                if self.has_uninitialized_params(): self.weight.materialize((2,))
                self.forward(x)
            def forward(self, x): return x
        net = Lazy()
    """,
    "function that is handed on": """
        def run(function, x): return function(x)
        net = Net()
        def look(x): return net.forward(x)
        def hook(module, args, output): run(look, args[0])
        net.register_forward_hook(hook)
    """,
    "part that is called in its own hook": """
        class Deep(nn.Module):
            def __init__(self):
                super().__init__()
                self.part = Net()
                self.part.register_forward_pre_hook(self.before)
            def before(self, module, args): self.part.forward(*args)
            def forward(self, x): return self.part(x)
        net = Deep()
    """,
    "hook and module in other files": """
        # --- models.py
        import torch
        from torch import nn
        class Net(nn.Module):
            def forward(self, x): return x
        # --- watching.py
        from models import Net
        class Watch:
            def __init__(self, model: Net): self.model = model
            def after(self, module, args, output): self.model.forward(*args)
        # --- main.py
        import torch
        from models import Net
        from watching import Watch
        X = torch.ones(1, 2)
        net = Net()
        net.register_forward_hook(Watch(net).after)
    """,
    "table of backward hooks": """
        net = Net()
        def hook(module, *grads):
            with torch.enable_grad(): net.forward(X).sum().backward()
        net._is_full_backward_hook = True
        net._backward_hooks[7] = hook
        net(X.clone().requires_grad_()).sum().backward()
    """,
    "table of backward hooks that is filled": """
        net = Net()
        def hook(module, *grads):
            with torch.enable_grad(): net.forward(X).sum().backward()
        net._backward_pre_hooks.update({7: hook})
        net(X.clone().requires_grad_()).sum().backward()
    """,
    "backward hook that goes backward": """
        net = Net()
        def hook(module, *grads):
            with torch.enable_grad(): net.forward(X).sum().backward()
        net.register_full_backward_hook(hook)
        net(X.clone().requires_grad_()).sum().backward()
    """,
}

# Here the hooks are those of other modules, or run at another time: nothing is in the way.
ONCE = {
    "hook of a part": """
        net = Net()
        def hook(module, args, output): other.forward(*args)
        other = Net()
        net.fc.register_forward_hook(hook)
    """,
    "part in the hook of the whole": """
        class Watch:
            def __init__(self, model: Net):
                self.model = model
                model.register_forward_hook(self.after)
            def after(self, module, args, output): self.model.fc.forward(*args)
        net = Net()
        Watch(net)
    """,
    "another module of the same class": """
        net, teacher = Net(), Net()
        def hook(module, args, output): teacher.forward(*args)
        net.register_forward_hook(hook)
    """,
    "another module of the same class, through a helper": """
        def attach(module, function): module.register_forward_hook(function)
        net, teacher = Net(), Net()
        def hook(module, args, output): teacher.forward(*args)
        attach(net, hook)
    """,
    "function that no hook leads to": """
        net = Net()
        def hook(module, args, output): print("seen")
        def look(x): return net.forward(x)
        look(X)
        net.register_forward_hook(hook)
    """,
    "hook of a tensor": """
        net = Net()
        def hook(grad):
            with torch.enable_grad(): net.forward(X)
        x = X.clone().requires_grad_()
        x.register_hook(hook)
        net(x).sum().backward()
    """,
    "hook of saving": """
        net = Net()
        def hook(module: Net, state, prefix, metadata): module.fc.forward(X)
        net.register_state_dict_post_hook(hook)
        net.state_dict()
    """,
    "part that a lazy module calls": """
        class Lazy(nn.modules.lazy.LazyModuleMixin, nn.Module):
            def __init__(self):
                super().__init__()
                self.weight, self.part = nn.UninitializedParameter(), nn.Linear(2, 2)
            def initialize_parameters(self, x):
                self.weight.materialize(self.part.forward(x).shape)
            def forward(self, x): return x
        net = Lazy()
    """,
    "only parts of one class have the hook": """
        net = Net()
        def hook(module, args, output): net.forward(X) if not seen and not seen.append(1) else None
        seen = []
        for part in net.modules():
            if isinstance(part, nn.Linear):
                part.register_forward_hook(hook)
    """,
}


def _run(tmp_path: Path, program: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a program prints the same before and after its safe fixes, and its findings."""
    text = textwrap.dedent(program)
    head = "" if "# ---" in text else NET
    result = outcome(tmp_path, head + text + "\nprint(net(X).shape)\n")
    assert "raises" not in result.before, result.before
    return result.before == result.after, result.findings


@pytest.mark.parametrize("program", AGAIN.values(), ids=list(AGAIN))
def test_a_module_that_is_called_in_its_own_hook_is_left(tmp_path: Path, program: str) -> None:
    is_same, findings = _run(tmp_path, program)
    assert is_same, findings
    assert findings
    assert "FWD001 safe" not in findings


@pytest.mark.parametrize("program", ONCE.values(), ids=list(ONCE))
def test_other_modules_in_a_hook_are_called(tmp_path: Path, program: str) -> None:
    is_same, findings = _run(tmp_path, program)
    assert is_same, findings
    assert findings == ("FWD001 safe",)
