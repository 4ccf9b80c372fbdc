"""A list of a model's initial weights: `python record_jax.py keras:applications.MobileNetV2 --output list.json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from ndarray_init_record.of_jax.command import record_model
from ndarray_init_record.parameter_list import ParameterList


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="keras:applications.ResNet50, flax:package.module:function, jax:package.module:function")
    parser.add_argument("--kwargs", type=json.loads, default={}, help="arguments of the function, as JSON")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    sys.path.insert(0, "")
    framework, _, path = arguments.model.partition(":")
    entries, refused, versions = record_model(framework, path, arguments.kwargs)
    text = ParameterList(arguments.model, versions, entries).to_json()
    if arguments.output:
        arguments.output.write_text(text)
    else:
        print(text)
    laws = Counter(next(iter(e.initializer)) if isinstance(e.initializer, dict) else e.initializer or "same_as" for e in entries)
    print(", ".join(f"{count} {law}" for law, count in laws.most_common()), file=sys.stderr)
    for name, reason in refused.items():
        print(f"refused: {name}: {reason}", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
