"""Packages whose classes are not ``torch.nn.Module``, whatever their names are. The package is enough to know it.

Each has public classes that look like modules. According to the documentation, these derive from the package's own
bases. If a release of one can derive from torch after all, a comment gives the reason why it is in the list.
"""

from __future__ import annotations

import sys

# The standard library, and the package with its backports.
_STANDARD = frozenset(sys.stdlib_module_names) | {"typing_extensions"}

# Other frameworks: they have layers with `forward`, `__call__`, `parameters()`, in a module named `nn`.
FRAMEWORKS = frozenset(
    {
        "paddle",  # paddle.nn.Layer
        "mindspore",  # mindspore.nn.Cell, with `construct`
        "chainer",  # chainer.Link and chainer.Chain
        "mxnet",  # mxnet.gluon.Block
        "oneflow",  # oneflow.nn.Module: exactly torch's interface, but another class
        "jittor",  # jittor.Module, with `execute`; jittor.nn imitates torch.nn
        "tinygrad",  # tinygrad.nn: layers are plain classes
        "megengine",  # megengine.module.Module
        "mlx",  # mlx.nn.Module, a dict
        "tensorflow",  # tf.Module and tf.keras.layers.Layer
        "tf_keras",
        # keras.layers.Layer derives from torch.nn.Module if Keras 3 runs on torch. Then it has its own `__call__` that
        # does far more than `forward`, so the two calls are never equivalent, and there is nothing to report.
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

# The inputs, metrics and settings of models: arrays, tables, images, configuration.
_DATA = frozenset(
    {"numpy", "scipy", "pandas", "polars", "xarray", "PIL", "matplotlib", "yaml", "omegaconf", "pydantic", "attr",
     "attrs", "tqdm", "h5py", "networkx", "gym", "gymnasium"}
)  # fmt: skip

_PACKAGES = FRAMEWORKS | _DATA


def is_standard(dotted: str) -> bool:
    """Whether the name belongs to the standard library, which has no ``torch.nn.Module``."""
    return dotted.partition(".")[0] in _STANDARD


def is_look_alike(dotted: str) -> bool:
    """Whether a class with this name is not a ``torch.nn.Module``, because of its package."""
    return dotted.partition(".")[0] in _PACKAGES
