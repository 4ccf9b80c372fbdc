"""The command line."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from .parameter_list import Entry, ParameterList, called, versions


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="record.py",
        description="Writes which law each tensor of a model starts from, for the tool `checkpoint`.",
    )
    parser.add_argument(
        "spec",
        help="timm:NAME, torchvision:NAME, transformers:CLASS, or MODULE:FUNCTION that returns a torch.nn.Module; "
        "keras:applications.NAME, or keras:MODULE:FUNCTION that returns a keras.Model; "
        "flax:MODULE:FUNCTION that returns a linen module and its inputs, or takes rngs and returns an nnx module; "
        "jax:MODULE:FUNCTION from a random key to arrays",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the configuration of a model of transformers, as JSON"
    )
    parser.add_argument(
        "--kwargs",
        type=json.loads,
        default={},
        metavar="JSON",
        help="arguments of the constructor, or of the configuration",
    )
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE", help="where the list goes; the terminal if left out"
    )
    options = parser.parse_args()

    framework = "jax" if options.spec.partition(":")[0] in ("jax", "flax", "keras") else "torch"
    if framework == "jax":
        from .of_jax.models import constructor
        from .of_jax.record import record
    else:
        from .of_torch.models import constructor
        from .of_torch.record import record

    sys.path.insert(0, str(Path.cwd()))
    found = record(constructor(options.spec, options.config, options.kwargs))
    for name, reason in found.refused.items():
        print(f"{name} {reason}", file=sys.stderr)
    if found.refused:
        print(f"{len(found.refused)} of {len(found.refused) + len(found.entries)} tensors are refused", file=sys.stderr)
        return 1
    text = ParameterList(
        called(options.spec, options.kwargs), versions(framework, options.spec), found.entries
    ).to_json()
    if options.output:
        options.output.write_text(text)
    else:
        print(text, end="")
    counts = Counter(map(_kind, found.entries))
    print(", ".join(f"{count} {kind}" for kind, count in counts.most_common()), file=sys.stderr)
    return 0


def _kind(entry: Entry) -> str:
    """The law's name, or where else a tensor's elements come from."""
    match entry.initializer:
        case None:
            return "tied" if entry.tied_to else "same"
        case str(name):
            return name
        case form:
            return next(iter(form))


if __name__ == "__main__":
    sys.exit(main())
