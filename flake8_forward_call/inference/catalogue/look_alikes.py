"""Packages whose classes are no ``torch.nn.Module``, whatever their names are: known by the package alone.

Each has a public class or two that looks like one. That they derive from something of their own is what their
documentation says; where a release of one derives from torch after all, the reason stands beside it.
"""

from __future__ import annotations

import sys

# The standard library, and the home of what it took over.
_STANDARD = frozenset(sys.stdlib_module_names) | {"typing_extensions"}

# Frameworks beside torch: a layer with `forward`, `__call__`, `parameters()`, in a module named `nn`.
_FRAMEWORKS = frozenset(
    {
        "paddle",  # paddle.nn.Layer
        "mindspore",  # mindspore.nn.Cell, with `construct`
        "chainer",  # chainer.Link and chainer.Chain
        "mxnet",  # mxnet.gluon.Block
        "oneflow",  # oneflow.nn.Module: torch's interface to the letter, and another class
        "jittor",  # jittor.Module, with `execute`; jittor.nn imitates torch.nn
        "tinygrad",  # tinygrad.nn: layers are plain classes
        "megengine",  # megengine.module.Module
        "mlx",  # mlx.nn.Module, a dict
        "tensorflow",  # tf.Module and tf.keras.layers.Layer
        "tf_keras",
        # keras.layers.Layer derives from torch.nn.Module where Keras 3 runs on torch, and then has a `__call__` of its
        # own that does far more than `forward`: never the same call, so never one to report.
        "keras",
        "sonnet",  # sonnet.Module, a tf.Module
        "tensorflow_probability",  # Bijector.forward, Distribution
        "flax",  # flax.linen.Module and flax.nnx.Module: dataclasses
        "haiku",  # hk.Module
        "equinox",  # eqx.Module: dataclasses
        "objax",  # objax.Module
        "jax",
        "optax",
        "numpyro",  # numpyro.distributions.transforms.Transform
        "distrax",  # distrax.Bijector.forward
        "blackjax",
        "thinc",  # thinc.api.Model
        "onnx",
        "onnxruntime",
        "openvino",
        "cv2",  # cv2.dnn.Net.forward
    }
)

# What models are fed with and measured by: arrays, tables, pictures, settings.
_DATA = frozenset(
    {"numpy", "scipy", "pandas", "polars", "xarray", "PIL", "matplotlib", "yaml", "omegaconf", "pydantic", "attr",
     "attrs", "tqdm", "h5py", "networkx", "gym", "gymnasium"}
)  # fmt: skip

_PACKAGES = _FRAMEWORKS | _DATA


def is_standard(dotted: str) -> bool:
    """Whether the name is of the standard library, from which no ``torch.nn.Module`` comes."""
    return dotted.partition(".")[0] in _STANDARD


def is_look_alike(dotted: str) -> bool:
    """Whether a class of the name is no ``torch.nn.Module``, because of the package that it stands in."""
    return dotted.partition(".")[0] in _PACKAGES
