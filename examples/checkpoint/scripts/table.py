"""Makes the table and the names in docs/MODELS.md from what compare.py and compare_jax.py printed.

`python table.py FILE…`. A later verdict on a model takes the place of an earlier one.
"""

import re
import sys
from pathlib import Path
from textwrap import fill

TORCH = re.compile(r"^(right|refused|wrong|failed) +(\S+)(?: \{.*)?\n +(\d*)(.*)", re.MULTILINE)
JAX = re.compile(r"^(\S+): (\d+) right, (\d+) refused, (\d+) wrong, ", re.MULTILINE)


def verdicts(text: str) -> dict[str, tuple[str, int, str]]:
    """Of each model: the verdict, its number of tensors, and the first reason for a refusal."""
    found = {}
    for verdict, spec, tensors, about in TORCH.findall(text):
        reason = re.search(r"refused: \S+ ([^;(]*)", about)
        found[spec] = (verdict, int(tensors or 0), reason[1].strip() if reason else "")
    for spec, *numbers in JAX.findall(text):
        right, refused, wrong = map(int, numbers)
        found[spec] = ("wrong" if wrong else "refused" if refused else "right", right + refused + wrong, "")
    return found


def main() -> None:
    found = verdicts("\n".join(Path(file).read_text() for file in sys.argv[1:]))
    libraries = {}
    for spec in sorted(found):
        library, _, name = spec.partition(":")
        libraries.setdefault(library, {})[name] = found[spec]
    print("| library | models | tensors | right | refused | wrong |\n|---|---:|---:|---:|---:|---:|")
    for library, models in libraries.items():
        counts = [sum(verdict == of for verdict, *_ in models.values()) for of in ("right", "refused")]
        tensors = sum(tensors for _, tensors, _ in models.values())
        print(f"| {library} | {len(models)} | {tensors} | {counts[0]} | {counts[1]} | {len(models) - sum(counts)} |")
    for library, models in libraries.items():
        names = [
            name if verdict == "right" else f"{name} ({verdict}{': a tensor ' + reason if reason else ''})"
            for name, (verdict, _, reason) in models.items()
        ]
        print("\n" + fill(f"**{library}**: {', '.join(names)}.", 120, break_long_words=False, break_on_hyphens=False))


if __name__ == "__main__":
    main()
