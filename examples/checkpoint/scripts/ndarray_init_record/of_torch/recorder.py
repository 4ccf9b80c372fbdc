"""The recorder: runs a constructor on tensors without memory, and knows what each of their elements would hold.

The tensors are fake ones of PyTorch's: they lie on the meta device and say that they lie on the CPU, since PyTorch and
the libraries leave a tensor as it is that says "meta". Views need no work: they share a storage, and it is storages
whose contents are known.
"""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

import numpy as np
import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_leaves, tree_map_only

from ..labels import LARGEST, Labels, unknown
from ..laws import Constant, Law, Normal, TruncatedNormal, Uniform, Unknown
from .operations import DRAWS, FILLS, RULES, copy, tensors


class Refused(Exception):
    """A model that cannot be recorded."""


class Recorder(TorchDispatchMode):
    """While it is entered, all that PyTorch does is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeTensorMode(allow_non_fake_inputs=True)
        self.fake.cache_enabled = False  # Hardly a shape comes twice.
        self.contents: dict[int, tuple[torch.UntypedStorage, torch.UntypedStorage | Labels]] = {}
        """Each storage's numbers or labels, by its address. Kept here, the storage keeps the address."""
        self.draws = 1
        self.is_seeded = False

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Whatever reads numbers out gets known ones, or an error."""
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(mock.patch.object(torch.nn.init, "_no_grad_trunc_normal_", self._truncated_normal))
            for module in (torch, torch.random):
                stack.enter_context(mock.patch.object(module, "manual_seed", self._seed))
            stack.enter_context(mock.patch.object(torch.Tensor, "numpy", self._reading(torch.Tensor.numpy)))
            stack.enter_context(self)
            yield

    def _seed(self, seed: int) -> torch.Generator:
        self.is_seeded = True
        return torch.default_generator

    def _reading(self, reader):
        def read(tensor, **kwargs):
            with _disable_current_modes():
                return reader(self.numbers(tensor, reader.__name__), **kwargs)

        return read

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        base = name.removesuffix("_")
        read = args, {key: value for key, value in kwargs.items() if key != "out"}
        inputs = tensors(read)
        are_fake = all(isinstance(tensor, FakeTensor) for tensor in inputs)
        if func.namespace == "prim" or torch.Tag.inplace_view in func.tags or func.is_view and are_fake:
            return self.run(func, args, kwargs)
        if name in FILLS and len(inputs) < 2:
            return self._fill(func, args, kwargs, FILLS[name])
        if torch.Tag.nondeterministic_seeded in func.tags or name in DRAWS:
            return self._draw(func, args, kwargs)
        if name == "_local_scalar_dense":
            return self.numbers(inputs[0], str(func)).item()
        is_drawn = not all(map(self.is_known, inputs))
        if base in RULES and (is_drawn or RULES[base] is copy):
            result = RULES[base](self, func, args, kwargs)
            if result is not NotImplemented:
                return result
        if not is_drawn:
            return self._compute(func, args, kwargs)
        return self._not_understood(func, args, kwargs, inputs)

    def run(self, func, args, kwargs):
        """The operation on tensors without memory, on which one in place does nothing."""
        if func.overloadpacket.__name__.endswith("_") and torch.Tag.inplace_view not in func.tags:
            return args[0]
        if not tensors((args, kwargs)):
            # Most operations of a constructor. The mode takes twenty times as long for one.
            return FakeTensor(self.fake, func(*args, **kwargs | {"device": "meta"}), torch.device("cpu"))
        with self.fake:
            return func(*args, **kwargs)

    # What a tensor holds.

    def labels(self, tensor: torch.Tensor) -> Labels:
        """The labels of a tensor's elements, row by row."""
        contents, count, start = self._contents(tensor), tensor.numel(), tensor.storage_offset()
        if not isinstance(contents, Labels):
            return Labels.of_numbers(_flat(self._view(contents, tensor)))
        if contents.size != _places(tensor):
            return unknown("is read in another dtype than it was written in", count)
        if len(contents.laws) == 1 and contents.is_known:
            return Labels.of(contents.distinct()[0], count)
        if tensor.is_contiguous():
            return contents.slice(start, start + count)
        if max(count, contents.size) > LARGEST:
            return unknown(f"is moved, and has more than {LARGEST} elements", count)
        return contents.take(_positions(tensor))

    def is_known(self, tensor: torch.Tensor) -> bool:
        """No element depends on a draw."""
        contents = self._contents(tensor)
        return not isinstance(contents, Labels) or contents.is_known or self.labels(tensor).is_known

    def values(self, tensor: torch.Tensor) -> torch.Tensor:
        """The numbers of a tensor that depends on no draw."""
        contents = self._contents(tensor)
        if not isinstance(contents, Labels):
            return self._view(contents, tensor)
        labels = self.labels(tensor)
        if len(labels.counts) == 1:
            return torch.tensor(labels.distinct()[0].value, dtype=tensor.dtype).expand(tensor.shape)
        return torch.from_numpy(labels.numbers()).to(tensor.dtype).reshape(tensor.shape)

    def numbers(self, tensor: torch.Tensor, reader: str) -> torch.Tensor:
        """The same, for code that reads them."""
        if not self.is_known(tensor):
            laws = self.labels(tensor).drawn().distinct()
            raise Refused(f"the constructor reads drawn numbers by {reader}, and goes on as they say: {laws[0]}")
        return self.values(tensor)

    def write(self, tensor: torch.Tensor, labels: Labels, in_order: bool = True) -> None:
        """Says anew what the elements hold, row by row or in the order of memory."""
        count, start, places = tensor.numel(), tensor.storage_offset(), _places(tensor)
        if count == 0:
            return
        is_whole = tensor.is_contiguous() or not in_order and _is_dense(tensor)
        if is_whole and count == places:
            return self._set(tensor, labels)
        old = self._contents(tensor)
        if not isinstance(old, Labels):
            if labels.is_known:
                numbers = torch.from_numpy(labels.numbers()).to(tensor.dtype)
                self._view(old, tensor).copy_(numbers.reshape(tensor.shape))
                return
            old = Labels.of_numbers(_flat(self._view(old, tensor, whole=True)))
        if old.size != places:
            labels = unknown("is written in two dtypes", places)
        elif is_whole:
            labels = Labels.joined([old.slice(0, start), labels, old.slice(start + count, places)])
        elif places > LARGEST:
            labels = unknown(f"is written in parts, and has more than {LARGEST} elements", places)
        else:
            new = torch.arange(places).numpy()
            new[_positions(tensor)] = torch.arange(places, places + count).numpy()
            labels = Labels.joined([old, labels]).take(new)
        self._set(tensor, labels)

    def write_values(self, tensor: torch.Tensor, values: torch.Tensor) -> None:
        """Writes numbers that depend on no draw."""
        if values.numel() and not any(values.stride()):
            number = values[(0,) * values.ndim].item()
            return self.write(tensor, Labels.of(Constant(number), tensor.numel()), in_order=False)
        if isinstance(self._contents(tensor), Labels):
            if tensor.numel() < _places(tensor) or not tensor.is_contiguous():
                self.write(tensor, Labels.of_numbers(_flat(values)))
                return
            self._set(tensor, torch.empty(tensor.shape, dtype=tensor.dtype).untyped_storage())
        self._view(self._contents(tensor), tensor).copy_(values)

    def draw(self, tensor: torch.Tensor, law: Law) -> torch.Tensor:
        """Fills a tensor from a law."""
        match law:
            case _ if self.is_seeded:
                law = Unknown("is drawn after the constructor seeded PyTorch's generator")
            case Uniform(low, high) if low == high:
                law = Constant(low)
            case Normal(mean, 0):
                law = Constant(mean)
            case Uniform() | Normal() | TruncatedNormal() if not tensor.is_floating_point():
                law = Unknown(f"is drawn as {tensor.dtype}")
        self.write(tensor, Labels.of(law, tensor.numel(), self.draws), in_order=False)
        self.draws += tensor.numel()
        return tensor

    def _contents(self, tensor: torch.Tensor) -> torch.UntypedStorage | Labels:
        storage = tensor.untyped_storage()
        known = self.contents.get(storage._cdata)
        if known is None and isinstance(tensor, FakeTensor):
            return unknown("was there before its model", _places(tensor))
        return known[1] if known else storage

    def _set(self, tensor: torch.Tensor, contents: torch.UntypedStorage | Labels) -> None:
        storage = tensor.untyped_storage()
        self.contents[storage._cdata] = storage, contents

    @staticmethod
    def _view(storage: torch.UntypedStorage, tensor: torch.Tensor, whole: bool = False) -> torch.Tensor:
        place = (0, (_places(tensor),)) if whole else (tensor.storage_offset(), tensor.shape, tensor.stride())
        return torch.empty(0, dtype=tensor.dtype).set_(storage, *place)

    # What operations do.

    def _fill(self, func, args, kwargs, number):
        out = self.run(func, args, kwargs)
        law = number(*args)
        self.write(out, Labels.of(law, out.numel()), in_order=False)
        return out

    def _draw(self, func, args, kwargs):
        name = func.overloadpacket.__name__
        out = self.run(func, args, kwargs)
        if kwargs.get("generator") is not None:
            law: Law = Unknown(f"is drawn by {func} from a generator of its own")
        elif name in DRAWS:
            law = DRAWS[name](*_numbers(func, args, kwargs))
        else:
            law = Unknown(f"is drawn by {func}")
        for tensor in tree_leaves(out):
            self.draw(tensor, law)
        return out

    def _truncated_normal(self, tensor, mean, std, a, b, generator=None):
        """torch.nn.init's, which draws anew what is outside, until nothing is."""
        law = TruncatedNormal(float(mean), float(std), float(a), float(b))
        other = Unknown("is drawn by trunc_normal_ from a generator of its own")
        return self.draw(tensor, law if generator is None else other)

    def _compute(self, func, args, kwargs):
        """What depends on no draw is computed."""
        real: dict[int, torch.Tensor] = {}
        for tensor in _changed(func, args, kwargs):
            known = self.is_known(tensor)
            real[id(tensor)] = self.values(tensor).clone() if known else torch.empty(tensor.shape, dtype=tensor.dtype)
        inputs = tree_map_only(torch.Tensor, lambda t: real[id(t)] if id(t) in real else self.values(t), (args, kwargs))
        result = func(*inputs[0], **inputs[1] | ({"device": "cpu"} if "device" in kwargs else {}))
        changed = {id(real[id(tensor)]): tensor for tensor in _changed(func, args, kwargs)}
        for tensor in changed.values():
            self.write_values(tensor, real[id(tensor)])
        return tree_map_only(torch.Tensor, lambda t: changed[id(t)] if id(t) in changed else self._known(t), result)

    def _known(self, value: torch.Tensor) -> torch.Tensor:
        """A tensor without memory that is known to hold these numbers."""
        value = value.clone()
        with self.fake:
            tensor = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype)
        self._set(tensor, value.untyped_storage())
        return tensor

    def _not_understood(self, func, args, kwargs, inputs):
        laws = [law for tensor in inputs for law in self.labels(tensor).distinct()]
        reasons = [law.reason for law in laws if isinstance(law, Unknown)]
        is_norm = func.overloadpacket.__name__ in ("norm", "linalg_vector_norm", "norm_except_dim")
        of = "another tensor, as weight norm's g is" if is_norm else "drawn numbers"
        reason = next(iter(reasons), f"is computed from {of} (by {func})")
        try:
            out = self.run(func, args, kwargs)
        except Exception as error:
            raise Refused(f"the constructor asks {func} of drawn numbers: {reason}") from error
        for tensor in tree_leaves((out, _changed(func, args, kwargs))):
            if not isinstance(tensor, torch.Tensor):
                raise Refused(f"the constructor asks {func} of drawn numbers: {reason}")
            self.write(tensor, unknown(reason, tensor.numel()))
        return out


def _numbers(func, args, kwargs) -> list[float]:
    """The numbers that an operation was given, with their defaults."""
    names = [(info.name, info.default_value) for info in func._schema.arguments[len(args) :]]
    values = *args, *(kwargs.get(name, default) for name, default in names)
    return [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def _changed(func, args, kwargs) -> list[torch.Tensor]:
    """The tensors that an operation writes to."""
    given = dict(zip((info.name for info in func._schema.arguments), args)) | kwargs
    written = [given.get(info.name) for info in func._schema.arguments if info.alias_info and info.alias_info.is_write]
    return tensors(written)


def _places(tensor: torch.Tensor) -> int:
    """The elements of a tensor's storage."""
    return tensor.untyped_storage().nbytes() // tensor.itemsize


def _is_dense(tensor: torch.Tensor) -> bool:
    """The elements lie side by side in memory, in any order of the axes."""
    expected = 1
    for stride, size in sorted((stride, size) for stride, size in zip(tensor.stride(), tensor.shape) if size != 1):
        if stride != expected:
            return False
        expected *= size
    return True


def _positions(tensor: torch.Tensor):
    """The places of a tensor's elements in its storage, row by row."""
    places = torch.arange(_places(tensor))
    return places.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).flatten().numpy()


def _flat(tensor: torch.Tensor) -> np.ndarray:
    """A tensor's numbers row by row."""
    return numpy(tensor).reshape(-1)


def numpy(tensor: torch.Tensor) -> np.ndarray:
    """A tensor's numbers as NumPy has them, which has no bfloat16."""
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).detach().resolve_conj().numpy()
