"""The list: each tensor's name, shape, dtype and initializer, as the checkpoint tool reads it and as a person does.

Equal initializers are said once, for a pattern of names. The first pattern that matches a name holds; `*` is any text.
"""

import contextlib
import functools
import importlib.metadata
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Initializer = str | dict
"""In the configuration of ndarray-init, or one of the tool's own: `range`, `data`."""


@dataclass
class Entry:
    """A tensor, which has an initializer or is another tensor's."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "F32"
    initializer: Initializer | None = None
    tied_to: str | None = None
    same_as: str | None = None


@dataclass
class ParameterList:
    """The tensors of a model, in the order of its file."""

    model: str
    versions: Mapping[str, str]
    entries: list[Entry] = field(default_factory=list)

    def to_json(self) -> str:
        """The list as a JSON text with a line for each initializer and each tensor."""
        initializers = patterns({e.name: e.initializer for e in self.entries if _is_shared(e)})
        dtypes = [e.dtype for e in self.entries]
        dtype = max(dict.fromkeys(dtypes), key=dtypes.count, default="F32")
        tensors = [(e.name, _tensor(e, dtype)) for e in self.entries]
        head = {"model": self.model, "versions": dict(self.versions), "dtype": dtype}
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        lines += [_object("initializers", initializers), _object("tensors", tensors)]
        return "{\n" + ",\n".join(lines) + "\n}\n"


def called(spec: str, kwargs: dict) -> str:
    """The model and what else it was built with."""
    return f"{spec} {json.dumps(kwargs)}" if kwargs else spec


def versions(framework: str, spec: str) -> dict[str, str]:
    """Of the framework and of the model's library, as far as they are packages."""
    found = {}
    for library in (framework, spec.partition(":")[0].partition(".")[0]):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[library] = importlib.metadata.version(library).partition("+")[0]
    return found


def patterns(initializers: Mapping[str, Initializer]) -> list[tuple[str, Initializer]]:
    """Patterns with an initializer each, of which the first that matches a name gives that name's initializer.

    A pattern stands for a whole ending of names (`*.bias`), or for names that differ in numbers (`layer1.*.conv2.weight`).
    There are as few endings as possible. Exceptions stand before the rule.
    """
    texts = {name: json.dumps(value) for name, value in initializers.items()}
    found = _Endings(_without_numbers(texts)).patterns()
    # A star may match more than it was meant for: those names go first, as they are.
    wrong = [(name, text) for name, text in texts.items() if _first(found, name) != text]
    found = _used(wrong + [pair for pair in found if pair[0] not in dict(wrong)], texts)
    return [(pattern, json.loads(text)) for pattern, text in found]


def _without_numbers(texts: Mapping[str, str]) -> dict[str, str]:
    """Names with a star for each number that varies while the initializer does not."""
    alike: dict[str, list[str]] = {}
    for name in texts:
        alike.setdefault(_NUMBER.sub("*", name), []).append(name)
    leaves = {}
    for names in alike.values():
        numbers = zip(*(_NUMBER.findall(name) for name in names))
        varying = [position for position, found in enumerate(numbers) if len(set(found)) > 1]
        for stars in (s for n in range(len(varying), -1, -1) for s in itertools.combinations(varying, n)):
            found: dict[str, set[str]] = {}
            for name in names:
                found.setdefault(_star(name, stars), set()).add(texts[name])
            if all(len(initializers) == 1 for initializers in found.values()):
                break
        leaves |= {star: initializers.pop() for star, initializers in found.items()}
    return leaves


_NUMBER = re.compile(r"(?<=[^\W\d_]|[._/])\d+(?=[._/]|$)|^\d+(?=[._/]|$)")
"""A number at the end of a word: of `layers.3`, `conv2`, `dense_1`; not that of `conv1d`."""


def _star(name: str, positions: Iterable[int]) -> str:
    """The name with a star for the numbers at these positions."""
    position = itertools.count()
    return _NUMBER.sub(lambda number: "*" if next(position) in positions else number[0], name)


class _Endings:
    """A tree of names by their last component, the one before it, and so on.

    A pattern at a node holds for all names below it. The fewest patterns are those of Draves et al. (1999), which
    compress routing tables: from the leaves up, each node keeps the initializers that cost its subtree the least.
    """

    def __init__(self, leaves: Mapping[str, str], suffix: str = ""):
        self.suffix = suffix
        self.own = leaves.get(suffix)
        self.only = next((name for name in leaves if "*" not in name), None) if len(leaves) == 1 else None
        self.children: list[_Endings] = []
        below: dict[str, dict[str, str]] = {}
        for name, text in leaves.items():
            if name != suffix:
                rest = name[: len(name) - len(suffix)]
                # JAX' frameworks separate by slashes.
                start = max(rest.rfind(dot, 0, -1) for dot in "./") + 1
                below.setdefault(name[start:], {})[name] = text
        self.children = [_Endings(names, suffix) for suffix, names in below.items()]
        votes = [text for child in self.children for text in child.best] + ([self.own] if self.own else [])
        most = max(map(votes.count, votes))
        # No pattern stands for all names, whatever their ending.
        self.best = [text for text in dict.fromkeys(votes) if votes.count(text) == most] if suffix else []

    def patterns(self, inherited: str | None = None) -> list[tuple[str, str]]:
        text = inherited if not self.best or inherited in self.best else self.best[0]
        below = [found for child in self.children for found in child.patterns(text)]
        if self.own and self.own != text:
            below.insert(0, (self.suffix, self.own))
        if text == inherited:
            return below
        dot = self.children[0].suffix[-len(self.suffix) - 1] if self.children else ""
        return [*below, (self.only or f"*{dot}{self.suffix}" if self.children else self.suffix, text)]


def _first(found: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((text for pattern, text in found if _matches(pattern, name)), None)


def _matches(pattern: str, name: str) -> bool:
    return _compiled(pattern).fullmatch(name) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _used(found: list[tuple[str, str]], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The patterns that decide for some name."""
    used = {next((pattern for pattern, _ in found if _matches(pattern, name)), None) for name in texts}
    return [(pattern, text) for pattern, text in found if pattern in used]


def _is_shared(entry: Entry) -> bool:
    """A tensor's own numbers stand beside the tensor."""
    is_data = isinstance(entry.initializer, dict) and "data" in entry.initializer
    return entry.initializer is not None and not is_data


def _tensor(entry: Entry, dtype: str) -> list[int] | dict:
    if entry.tied_to is not None:
        return {"tied_to": entry.tied_to}
    if entry.same_as is not None:
        return {"same_as": entry.same_as}
    more: dict = {} if entry.dtype == dtype else {"dtype": entry.dtype}
    if not _is_shared(entry):
        more["initializer"] = entry.initializer
    return {"shape": list(entry.shape), **more} if more else list(entry.shape)


def _object(key: str, items: Iterable[tuple[str, object]]) -> str:
    lines = [f"    {json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in items]
    return f"  {json.dumps(key)}: " + ("{\n" + ",\n".join(lines) + "\n  }" if lines else "{}")
