"""Makes docs/MODELS.md from what compare.py and compare_jax.py print with `--tool`.

`python table.py FILE… > ../../../docs/MODELS.md`. A later verdict on a model takes the place of an earlier one.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

PAGE = """\
# Models that were recorded and compared

Each model was built by its own library, with two seeds, and its list was recorded. `checkpoint` made the model's weights
from the list, with two seeds for models of PyTorch and with one for the others. The tensors of the library and those of
`checkpoint` were compared with the list, one by one. For a random tensor, distribution, mean, deviation and extremes
must agree with the law; any other tensor must be equal. Of a large random tensor the first 2¹⁷ (PyTorch) or 2¹⁹ (JAX)
elements were compared. Then the model loaded the tensors of `checkpoint`, and ran once if its inputs are known.

- **right**: every tensor of both agrees, all are loaded, and the outputs of the run are finite.
- **refused**: no list can describe the law of some tensors. The recorder names them, and writes no list.
- **wrong**: a tensor disagrees, or a step failed.

Large models were made smaller by fewer or narrower layers. `models.txt` in `examples/checkpoint/scripts` has the
arguments. `keras.applications` have their full size.

| library | models | tensors | right | refused | wrong | loaded by | ran |
|---|---:|---:|---:|---:|---:|---|---:|
{table}

`from_pretrained` reads the folder with the configuration and the file, and gives the tensors of the file. `load_weights`
reads HDF5: `into_keras` of `ndarray_init_record.of_jax.load` sets a model's weights, `save_weights` writes the file, and
a second model loads the file and has the tensors of `checkpoint`.

{names}

Compared on {runs}.

`python compare.py models.txt --tool checkpoint` and `python compare_jax.py --tool checkpoint` compare; `table.py` makes
this page from what they print.
"""

TORCH = re.compile(r"^(right|refused|wrong|failed) +(\S+)(?: \{.*)?\n +(\d*)(.*)", re.MULTILINE)
JAX = re.compile(r"^(\S+): (\d+) right, (\d+) refused, (\d+) wrong, (.*)(?:\n    \S+ (.*))?", re.MULTILINE)


@dataclass
class Model:
    """A model's verdict."""

    verdict: str
    tensors: int
    reason: str
    """For a refusal."""
    used: list[str]
    """The ways in which the tensors of `checkpoint` were loaded; then the forward pass, or why there is none."""

    def remark(self) -> str:
        if self.verdict == "right":
            return "" if self.is_complete() else self.used[-1]
        return f"refused, a tensor {self.reason}" if self.verdict == "refused" else self.verdict

    def is_complete(self) -> bool:
        return self.verdict == "right" and self.used[-1:] == ["forward pass"]


def models(text: str) -> dict[str, Model]:
    """All models by their names."""
    found = {}
    for verdict, spec, tensors, about in TORCH.findall(text):
        reason = re.search(r"refused: \S+ ([^;(]*)", about)
        found[spec] = Model(verdict, int(tensors or 0), reason[1].strip() if reason else "", used(about))
    for spec, *counts, about, reason in JAX.findall(text):
        right, refused, wrong = map(int, counts)
        verdict = "wrong" if wrong else "refused" if refused else "right"
        found[spec] = Model(verdict, right + refused + wrong, reason, used(about))
    return found


def used(about: str) -> list[str]:
    steps = re.search(r"; the tool's: ([^;]*)", about)
    return steps[1].strip().split(", ") if steps else ["not made by the tool"]


def main() -> None:
    text = "\n".join(Path(file).read_text() for file in sys.argv[1:])
    libraries: dict[str, dict[str, Model]] = {}
    for spec, model in sorted(models(text).items()):
        library, _, name = spec.partition(":")
        libraries.setdefault(library, {})[name] = model
    table, names = [], []
    for library, found in libraries.items():
        verdicts = [model.verdict for model in found.values()]
        right, refused = verdicts.count("right"), verdicts.count("refused")
        steps = dict.fromkeys(step for model in found.values() if model.verdict == "right" for step in model.used[:-1])
        cells = [
            library, len(found), sum(model.tensors for model in found.values()), right, refused,
            len(found) - right - refused, ", ".join(steps), sum(model.is_complete() for model in found.values()),
        ]  # fmt: skip
        table.append(f"| {' | '.join(map(str, cells))} |")
        remarks: dict[str, list[str]] = {}
        for name, model in found.items():
            remarks.setdefault(model.remark(), []).append(name)
        parts = [f"{', '.join(listed)}{f' ({remark})' if remark else ''}" for remark, listed in sorted(remarks.items())]
        names.append(fill(f"**{library}**: {'; '.join(parts)}.", 120, break_long_words=False, break_on_hyphens=False))
    runs = dict.fromkeys(re.findall(r"^compared on (.*)", text, re.MULTILINE))
    page = PAGE.format(table="\n".join(table), names="\n\n".join(names), runs="RUNS")
    print(page.replace("Compared on RUNS.", fill(f"Compared on {'; on '.join(runs)}.", 120)), end="")


if __name__ == "__main__":
    main()
