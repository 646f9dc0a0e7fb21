"""A run that is observed computes the same, and shows what bypasses the hooks of real modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from observing import observed

INNER = "called Linear=1"


def since(release: str) -> pytest.MarkDecorator:
    """Leave a test out on releases of torch that have not got what it is about."""
    installed = tuple(map(int, version("torch").split(".")[:2]))
    is_older = installed < tuple(map(int, release.split(".")))
    return pytest.mark.skipif(is_older, reason=f"torch has this since {release}")


def test_results_gradients_state_and_pickles_are_the_same(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import copy, inspect, io, pickle
        x = X.clone().requires_grad_()
        net.forward(x, scale=2).sum().backward()
        print(x.grad, net.inner.weight.grad, [*net.state_dict()], net)
        print(inspect.signature(net.forward), inspect.signature(Net.forward), inspect.signature(nn.Module.__init__))
        print(inspect.getsource(Net.forward), Net.forward.__qualname__, vars(Net).keys(), vars(net).keys())
        print(pickle.loads(pickle.dumps(nn.Linear.forward)) is nn.Linear.forward)
        buffer = io.BytesIO()
        torch.save(nn.Linear(1, 1), buffer)
        buffer.seek(0)
        loaded = torch.load(buffer, weights_only=False)
        print(type(loaded), copy.deepcopy(net).forward(X))
        """,
    )
    assert run.calls == {3: "called Net=1", 12: "called Net=1"}


def test_module_that_was_only_unpickled_is_seen(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import pickle
        class Shift(nn.Module):
            def forward(self, x):
                return x + 1
        made = Shift.__new__(Shift)
        made.__setstate__({"training": True})
        print(made.forward(1))
        """,
    )
    assert run.calls == {7: "called Shift=1"}


def test_parent_s_forward_own_forward_and_class_receivers(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        class Sub(Net):
            def forward(self, x):
                return super().forward(x) + Net.forward(self, x) + super(Sub, self).forward(x)
            def other(self, x):
                return super().forward(x)
            def again(self, x):
                return self.forward(x)
        sub = Sub()
        sub(X), sub.other(X)
        sub.again(X)
        """,
    )
    assert run.calls == {7: "called Sub=1"}


def test_exceptions_and_generators_pass_through(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        class Late(nn.Module):
            def forward(self, x):
                yield net.inner.forward(x)
        for y in Late().forward(X): print(y)
        for y in Late()(X): print(y)
        try:
            net.forward("no tensor")
        except TypeError as error:
            print(error, error.__traceback__.tb_next.tb_lineno)
        """,
    )
    assert run.calls == {3: "called Linear=2", 7: "called Net=1"}
    assert [one["class"] for one in run.record["unseen"]] == ["__main__.Late"]


def test_decorators_of_torch(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        class Frozen(nn.Module):
            @torch.no_grad()
            def forward(self, x):
                return x * 2
            @torch.no_grad()
            def sample(self, x):
                return x
        frozen = Frozen()
        frozen(X), frozen.sample(X)
        print(frozen.forward(X))
        """,
    )
    assert run.calls == {10: "called Frozen=1"}


def test_checkpoint_map_threads_and_executors(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        from concurrent.futures import ThreadPoolExecutor
        from torch.utils.checkpoint import checkpoint
        x = X.clone().requires_grad_()
        checkpoint(net.forward, x, use_reentrant=False).sum().backward()
        list(map(net.inner.forward, [X]))
        torch.func.vmap(net.inner.forward)(X)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(net.inner.forward, X).result()
        """,
    )
    assert run.calls[5] == "passed Linear=1"
    assert run.calls[4].startswith("passed Net=")
    assert run.calls[6] == "passed Linear=1"
    assert run.record["untraced"] == 1


def test_functional_call_and_data_parallel_are_calls(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        print(torch.func.functional_call(net, dict(net.named_parameters()), (X,)))
        print(nn.DataParallel(net)(X))
        from threading import Thread
        class Around(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net
            def forward(self, x):
                return self.net.forward(x)
        threads = [Thread(target=nn.DataParallel(Around()), args=(X,)) for _ in range(2)]
        for one in threads: one.start()
        for one in threads: one.join()
        """,
    )
    assert run.calls == {9: "called Net=2"}


@since("2.1")
def test_graphs_of_torch_compile_are_the_same(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        class Direct(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net
            def forward(self, x):
                return self.net.forward(x) + self.net.inner.forward(x)
        direct = Direct()
        direct(X)
        report = torch._dynamo.explain(direct)(X)
        print(report.graph_count, report.graph_break_count, [len(one.graph.nodes) for one in report.graphs])
        torch._dynamo.reset()
        print(torch.compile(direct, backend="eager", fullgraph=True)(X))
        torch._dynamo.reset()
        print(torch.compile(direct.forward, backend="eager", fullgraph=True)(X))
        print(torch.export.export(direct, (X,)).graph_module.code.count("linear"))
        """,
    )
    assert run.calls[6] == "called Linear=1"


@since("2.2")
def test_compile_of_one_module_is_named_where_a_direct_call_skips_it(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        net.compile(backend="eager")
        print(net(X), net.forward(X))
        """,
    )
    assert run.calls == {2: "called Net=1"}
    assert run.hooks[2] == ["compile(): torch.nn.Module.compile"]


def test_tracing_scripting_and_fx_see_the_same(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import warnings
        warnings.simplefilter("ignore")
        class Plain(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Linear(3, 3)
            def forward(self, x):
                return self.inner(x)
        plain = Plain()
        print(torch.jit.trace(plain, X).graph)
        scripted = torch.jit.script(plain)
        print(scripted.graph, torch.equal(scripted.forward(X), plain(X)))
        print(torch.fx.symbolic_trace(plain).code)
        print(torch.fx.symbolic_trace(plain)(X))
        """,
    )
    assert run.calls == {}


def test_hooks_that_are_skipped_are_named(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import warnings
        from torch.nn.modules import module
        warnings.simplefilter("ignore")
        def log(*args): pass
        class Logger:
            def __call__(self, *args): pass
            def method(self, *args): pass
        normed = torch.nn.utils.weight_norm(nn.Linear(3, 3))
        normed.forward(X)
        net.register_forward_hook(log), net.register_forward_pre_hook(Logger())
        net.register_full_backward_hook(Logger().method), net.register_full_backward_pre_hook(log)
        net.forward(X)
        net(X)
        parametrized = torch.nn.utils.parametrizations.orthogonal(nn.Linear(3, 3))
        parametrized.forward(X)  # It skips nothing, because the weight is computed when it is read.
        lazy = nn.LazyLinear(2)
        try: lazy.forward(X)
        except Exception as error: print(type(error))
        handle = module.register_module_forward_hook(log)
        net.inner.forward(X)
        handle.remove()
        """,
    )
    assert run.hooks == {
        9: ["forward pre-hook: torch.nn.utils.weight_norm.WeightNorm"],
        12: [
            "backward hook: __main__.Logger.method",
            "backward pre-hook: __main__.log",
            "forward hook: __main__.log",
            "forward pre-hook: __main__.Logger",
        ],
        17: ["forward pre-hook: torch.nn.modules.lazy.LazyModuleMixin._infer_parameters"],
        20: ["global forward hook: __main__.log"],
    }
    assert run.calls[15] == "called Linear=1"


def test_call_of_ddp_is_seen_and_what_it_runs_inside_is_not(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import torch.distributed as dist
        dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
        ddp = nn.parallel.DistributedDataParallel(Net())
        print(ddp.forward(X), ddp(X))
        dist.destroy_process_group()
        """,
    )
    assert run.calls == {4: "called DistributedDataParallel=1"}


@since("2.6")
def test_hooks_of_fsdp_are_named(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import torch.distributed as dist
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard
        dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
        fully_shard(net, mesh=init_device_mesh("cpu", (1,)))
        print(net(X))
        try: net.forward(X)
        except RuntimeError as error: print("RuntimeError")
        dist.destroy_process_group()
        """,
    )
    assert run.calls == {7: "called Net=1"}
    assert [one.rpartition(".")[2] for one in run.hooks[7]] == ["_post_forward", "_pre_forward"]


def test_hooks_that_the_own_call_has_run_are_not_skipped(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        class Twice(nn.Module):
            def forward(self, x, more=True):
                return self.forward(x, more=False) if more else x
        twice = Twice()
        twice.register_forward_hook(lambda *args: None)
        twice(X)
        """,
    )
    assert run.calls == {3: "called Twice=1"}
    assert run.hooks == {}


def test_workers_of_a_data_loader_and_of_multiprocessing_are_seen(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import multiprocessing
        class Data(torch.utils.data.Dataset):
            def __len__(self): return 4
            def __getitem__(self, index):
                with torch.no_grad():
                    return net.inner.forward(X)
        print(len(list(torch.utils.data.DataLoader(Data(), num_workers=2, multiprocessing_context="fork"))))
        def work(): net.inner.forward(X)
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start(); process.join()
        """,
    )
    assert run.calls == {6: "called Linear=4", 8: INNER}


def test_memory_of_arguments_is_freed_as_before(tmp_path: Path) -> None:
    run = observed(
        tmp_path,
        """\
        import weakref
        class Freeing(nn.Module):
            def forward(self, x):
                known = weakref.ref(x)
                x = x + 1
                return known() is None
        freeing = Freeing()
        print(freeing.forward(X + 1), freeing(X + 1))
        """,
    )
    assert run.printed.startswith("True")


@pytest.mark.parametrize("worker", [(), ("-n", "2")])
def test_pytest_with_real_torch(tmp_path: Path, worker: tuple[str, ...]) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "test_net.py").write_text(
        "import torch\nfrom torch import nn\n\n\ndef test_one():\n    nn.Linear(3, 3).forward(torch.ones(2, 3))\n"
        "\n\ndef test_two():\n    nn.ReLU()(torch.ones(2, 3))\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "flake8_forward_call.pytest_plugin",
    ]
    done = subprocess.run(
        [*command, "--forward-call", "--forward-call-fail", "any", *worker],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "1 direct call of forward() in 1 place; no hooks were skipped" in done.stdout
    record = json.loads((tmp_path / "forward-call-observed.json").read_text(encoding="utf-8"))
    assert record["runs"][0]["torch"].startswith("2.")
