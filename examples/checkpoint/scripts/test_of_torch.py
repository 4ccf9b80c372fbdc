"""`python -m unittest` in this folder: what the recorder makes of constructors, good and bad."""

import copy
import math
import sys
import unittest
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from ndarray_init_record.of_torch.record import record
from ndarray_init_record.of_torch.recorder import Refused
from ndarray_init_record.parameter_list import patterns


class Holder(nn.Module):
    """A module with tensors of its own."""

    def __init__(self, **tensors: torch.Tensor):
        super().__init__()
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor)


def initializers(build: Callable[[], nn.Module]) -> dict:
    found = record(build)
    assert not found.refused, found.refused
    return {entry.name: entry.initializer for entry in found.entries}


def of(make: Callable[[], torch.Tensor]) -> object:
    """The initializer of the tensor that this returns."""
    return initializers(lambda: Holder(x=make()))["x"]


def reason(make: Callable[[], torch.Tensor]) -> str:
    return record(lambda: Holder(x=make())).refused["x"]


class Laws(unittest.TestCase):
    def test_affine_maps_stay_in_closed_form(self):
        self.assertEqual(of(lambda: torch.rand(3, 4) * 2 - 1), {"uniform": {"low": -1.0, "high": 1.0}})
        self.assertEqual(of(lambda: 1 - 0.5 * torch.rand(3)), {"uniform": {"low": 0.5, "high": 1.0}})
        self.assertEqual(of(lambda: torch.randn(3).mul_(0.5).add_(2, alpha=2)), {"normal": {"mean": 4.0, "std": 0.5}})
        self.assertEqual(of(lambda: torch.randn(3, 4) / math.sqrt(4)), {"normal": {"std": 0.5}})
        self.assertEqual(of(lambda: torch.randn(2, 3) * torch.zeros(3)), "zeros")
        self.assertEqual(of(lambda: torch.empty(5).normal_(1.0, 0.0)), "ones")

    def test_truncated_normals(self):
        fill = torch.nn.init.trunc_normal_
        absolute = {"absolute": {"lower": -2.0, "upper": 2.0}}
        self.assertEqual(
            of(lambda: fill(torch.empty(5), std=0.02)), {"truncated_normal": {"std": 0.02, "bounds": absolute}}
        )
        self.assertEqual(of(lambda: fill(torch.empty(5))), {"truncated_normal": {"std": 1.0}})
        self.assertEqual(
            of(lambda: fill(torch.empty(5), std=0.5, a=-1.5, b=1.5).add_(1)),
            {"truncated_normal": {"mean": 1.0, "std": 0.5, "bounds": {"sigmas": {"lower": -3.0, "upper": 3.0}}}},
        )

        def by_erfinv(a: float, b: float, std: float) -> torch.Tensor:
            low, high = (math.erf(bound / std / math.sqrt(2)) for bound in (a, b))
            return torch.empty(9).uniform_(low, high).erfinv_().mul_(std * math.sqrt(2)).add_(0.0).clamp_(a, b)

        self.assertEqual(of(lambda: by_erfinv(-2, 2, 1)), {"truncated_normal": {"std": 1.0}})
        self.assertEqual(of(lambda: by_erfinv(-2, 2, 0.02)), {"truncated_normal": {"std": 0.02, "bounds": absolute}})
        self.assertEqual(
            of(lambda: by_erfinv(-7, 7, 1)),
            {"truncated_normal": {"std": 1.0, "bounds": {"sigmas": {"lower": -7.0, "upper": 7.0}}}},
        )
        # A clamp inside the bounds leaves mass on them.
        law = {"truncated_normal": {"std": 1.0}}
        self.assertEqual(
            of(lambda: by_erfinv(-2, 2, 1).clamp_(-1, 2)), {"transformed": {"law": law, "steps": [{"at_least": -1.0}]}}
        )

    def test_monotone_maps(self):
        def step_sizes() -> torch.Tensor:
            low, high = math.log(0.001), math.log(0.1)
            step = torch.exp(torch.rand(64) * (high - low) + low).clamp(min=1e-4)
            return step + torch.log(-torch.expm1(-step))

        law = {"uniform": {"low": -6.90775527898, "high": -2.30258509299}}
        steps = ["exp", {"at_least": 0.0001}, "inverse_softplus"]
        self.assertEqual(of(step_sizes), {"transformed": {"law": law, "steps": steps}})
        law = {"uniform": {"low": 1.0, "high": 16.0}}
        self.assertEqual(
            of(lambda: torch.empty(8).uniform_(1, 16).log()), {"transformed": {"law": law, "steps": ["ln"]}}
        )

    def test_matrices(self):
        for shape in [(5, 3), (3, 5), (4, 4), (6, 2, 3, 3)]:
            fill = lambda shape=shape: torch.nn.init.orthogonal_(torch.empty(shape))  # noqa: E731
            self.assertEqual(of(fill), {"orthogonal": {"layout": "torch"}})
        self.assertEqual(
            of(lambda: torch.nn.init.orthogonal_(torch.empty(5, 3), 2)),
            {"orthogonal": {"gain": 2.0, "layout": "torch"}},
        )
        gates = lambda: torch.cat([torch.nn.init.orthogonal_(torch.empty(4, 4)) for _ in range(3)])  # noqa: E731
        self.assertEqual(
            of(gates), {"blocks": {"axis": 0, "initializer": {"orthogonal": {"layout": "torch"}}, "equal": 3}}
        )
        self.assertIn("part of an orthogonal", reason(lambda: torch.nn.init.orthogonal_(torch.empty(4, 4))[:3].clone()))
        self.assertIn("factor of a QR", reason(lambda: torch.linalg.qr(torch.randn(4, 4))[0]))
        sparse = {"sparse": {"sparsity": 0.3, "law": {"normal": {"std": 0.01}}}}
        self.assertEqual(of(lambda: torch.nn.init.sparse_(torch.empty(10, 4), 0.25)), sparse)
        self.assertEqual(of(lambda: torch.nn.init.eye_(torch.empty(4, 5))), "identity")
        self.assertEqual(of(lambda: torch.nn.init.dirac_(torch.empty(4, 5, 3))), {"dirac": {"layout": "torch"}})

    def test_known_numbers(self):
        self.assertEqual(of(lambda: torch.arange(5).expand(1, 5)), {"range": {"start": 0, "step": 1}})
        self.assertEqual(of(lambda: torch.linspace(0, 1, 5).repeat(3, 1)), {"range": {"start": 0, "step": 0.25}})
        self.assertEqual(of(lambda: torch.full((2, 3), 0.1)), {"constant": 0.1})
        self.assertEqual(of(lambda: torch.tensor([True, False])), {"constant": [1, 0]})
        self.assertEqual(
            of(lambda: torch.log(torch.arange(1.0, 4.0)).repeat(7, 1)), {"constant": [0, 0.6931472, 1.0986123]}
        )
        self.assertEqual(set(of(lambda: torch.arange(100.0).sin())), {"data"})
        self.assertEqual(set(of(lambda: torch.full((2, 2), -math.inf).triu(1))), {"data"})
        grid = lambda: torch.zeros(2, 2).index_put_((torch.tensor([0]), torch.tensor([1])), torch.tensor(5.0))  # noqa: E731
        self.assertEqual(of(grid), {"constant": [[0, 5], [0, 0]]})
        # Numbers of Python and NumPy that depend on nothing.
        self.assertEqual(
            of(lambda: torch.tensor(np.arange(3.0)) * torch.linspace(0, 1, 3).tolist()[1]),
            {"range": {"start": 0, "step": 0.5}},
        )
        self.assertEqual(of(lambda: torch.from_numpy(torch.ones(3).numpy() * 2)), {"constant": 2})


class Parts(unittest.TestCase):
    def test_a_padding_row_is_a_block(self):
        rest = {"size": 8, "initializer": {"normal": {"std": 1.0}}}
        parts = [{"size": 1, "initializer": "zeros"}, rest]
        self.assertEqual(
            initializers(lambda: nn.Embedding(9, 4, padding_idx=0))["weight"], {"blocks": {"axis": 0, "parts": parts}}
        )
        self.assertEqual(
            initializers(lambda: nn.Embedding(9, 4, padding_idx=-1))["weight"],
            {"blocks": {"axis": 0, "parts": parts[::-1]}},
        )

    def test_parts_along_either_axis(self):
        def packed(axis: int) -> torch.Tensor:
            return torch.cat([torch.randn(4, 4), torch.randn(4, 4) * 0.5], dim=axis)

        for axis in (0, 1):
            parts = [{"size": 4, "initializer": {"normal": {"std": std}}} for std in (1.0, 0.5)]
            self.assertEqual(of(lambda axis=axis: packed(axis)), {"blocks": {"axis": axis, "parts": parts}})

    def test_equal_parts_of_one_law_are_no_parts(self):
        self.assertEqual(of(lambda: torch.cat([torch.randn(4, 4), torch.randn(2, 4)])), {"normal": {"std": 1.0}})

    def test_moves(self):
        self.assertEqual(of(lambda: torch.randn(4, 6).t().contiguous().flip(0)[1:]), {"normal": {"std": 1.0}})
        padded = {
            "blocks": {
                "axis": 1,
                "parts": [
                    {"size": 2, "initializer": {"normal": {"std": 1.0}}},
                    {"size": 1, "initializer": {"constant": 3}},
                ],
            }
        }
        self.assertEqual(of(lambda: nn.functional.pad(torch.randn(4, 2), (0, 1), value=3)), padded)


class Dependence(unittest.TestCase):
    def test_tied_and_copied_tensors(self):
        def build() -> nn.Module:
            first = nn.Linear(4, 4)
            tied = nn.Linear(4, 4)
            tied.weight = first.weight
            return nn.ModuleList([first, copy.deepcopy(first), tied])

        entries = {entry.name: entry for entry in record(build).entries}
        self.assertEqual(entries["1.weight"].same_as, "0.weight")
        self.assertEqual(entries["1.bias"].same_as, "0.bias")
        self.assertEqual(entries["2.weight"].tied_to, "0.weight")
        self.assertIsNone(entries["2.bias"].same_as)

    def test_clones_of_a_transformer(self):
        build = lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 3)  # noqa: E731
        entries = {entry.name: entry for entry in record(build).entries}
        self.assertEqual(entries["layers.2.self_attn.in_proj_weight"].same_as, "layers.0.self_attn.in_proj_weight")

    def test_tensors_of_the_same_draws_are_refused(self):
        def build(f) -> Callable[[], nn.Module]:
            def both() -> nn.Module:
                x = torch.randn(4, 4)
                return Holder(x=x, y=f(x))

            return both

        self.assertIn("same draws as x", record(build(lambda x: x * 2)).refused["y"])
        self.assertIn("same draws as x", record(build(lambda x: x[1:].clone())).refused["y"])
        self.assertIn("same draws as x", record(build(lambda x: x.t().contiguous())).refused["y"])
        self.assertIn("in several places", reason(lambda: torch.randn(1, 4).repeat(3, 1)))

    def test_parts_of_one_draw_are_independent(self):
        def build() -> nn.Module:
            q, k = torch.randn(8, 4).chunk(2)
            return Holder(q=q.clone(), k=k.clone())

        self.assertEqual(set(map(str, initializers(build).values())), {"{'normal': {'std': 1.0}}"})


class Refusals(unittest.TestCase):
    def test_by_the_operation(self):
        self.assertIn("aten.tanh", reason(lambda: torch.randn(3).tanh()))
        self.assertIn("aten.bernoulli", reason(lambda: torch.bernoulli(torch.full((3,), 0.5))))
        self.assertIn("two drawn numbers by aten.add", reason(lambda: torch.randn(3) + torch.randn(3)))
        self.assertIn("never written", reason(lambda: torch.empty(3)))
        self.assertIn("aten.mm", reason(lambda: torch.randn(3, 3) @ torch.randn(3, 3)))
        self.assertIn(
            "generator of its own", reason(lambda: torch.randn(3, generator=torch.Generator().manual_seed(1)))
        )

    def test_seeds(self):
        def build() -> nn.Module:
            torch.manual_seed(0)
            return nn.Linear(2, 2, bias=False)

        self.assertIn("seeded", record(build).refused["weight"])

    def test_arguments_that_change_an_operation(self):
        self.assertIn("aten.div", reason(lambda: torch.div(torch.randn(3), 0.1, rounding_mode="floor")))
        self.assertIn(
            "aten.index_put",
            reason(lambda: torch.ones(3).index_put_((torch.tensor([0, 0]),), torch.randn(2), accumulate=True)),
        )
        self.assertIn("means", reason(lambda: torch.normal(torch.arange(3.0), 1.0)))

    def test_weight_norm(self):
        found = record(lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)))
        self.assertEqual(list(found.refused), ["parametrizations.weight.original0"])
        self.assertIn(
            "computed from another tensor, as weight norm's g", found.refused["parametrizations.weight.original0"]
        )

    def test_numbers_of_another_generator(self):
        self.assertIn("PyTorch did not draw", reason(lambda: torch.from_numpy(np.random.rand(3))))
        self.assertIn("PyTorch did not draw", reason(lambda: torch.full((3,), np.random.rand())))
        self.assertIn("PyTorch did not draw", reason(lambda: torch.randn(3) * np.random.rand()))

    def test_drawn_numbers_cannot_be_read(self):
        for read in (
            lambda x: x.numpy(),
            lambda x: x.tolist(),
            lambda x: x[0].item(),
            lambda x: bool(x.sum() > 0),
            np.asarray,
        ):
            with self.assertRaises(Refused):
                record(lambda read=read: Holder(x=torch.tensor(read(torch.randn(3)))))


class Libraries(unittest.TestCase):
    """Libraries leave their own initialization out where they see a meta device."""

    def test_transformers_draw_anew(self):
        import transformers

        small = {
            "num_hidden_layers": 1,
            "hidden_size": 64,
            "num_attention_heads": 4,
            "intermediate_size": 128,
            "vocab_size": 99,
        }
        normal = {"normal": {"std": 0.02}}
        llama = initializers(lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(**small)))
        self.assertEqual(llama["model.layers.0.self_attn.q_proj.weight"], normal)
        bert = initializers(lambda: transformers.BertModel(transformers.BertConfig(**small)))
        self.assertEqual(bert["encoder.layer.0.intermediate.dense.weight"], normal)
        self.assertEqual(bert["encoder.layer.0.intermediate.dense.bias"], "zeros")

    def test_a_large_model_takes_no_memory(self):
        import resource

        import transformers

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = initializers(lambda: transformers.MixtralForCausalLM(transformers.MixtralConfig()))
        self.assertEqual(found["lm_head.weight"], {"normal": {"std": 0.02}})
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 400_000)


class Patterns(unittest.TestCase):
    def test_few_patterns_say_all(self):
        names = {
            f"layers.{i}.{name}": law
            for i in range(9)
            for name, law in [("a.weight", "x"), ("norm.weight", "ones"), ("a.bias", "zeros")]
        }
        self.assertEqual(patterns(names), [("*.norm.weight", "ones"), ("*.weight", "x"), ("*.bias", "zeros")])
        names["layers.3.a.weight"] = "y"
        self.assertEqual(patterns(names)[0], ("layers.3.a.weight", "y"))

    def test_a_star_that_matches_too_much_is_mended(self):
        names = {"a.1.b": "x", "a.2.b": "x", "a.1.c.2.b": "y", "b": "z", "c.b": "x"}
        found = patterns(names)
        for name, law in names.items():
            from ndarray_init_record.parameter_list import _first

            self.assertEqual(_first(found, name), law)
        # The tool refuses a pattern that stands twice.
        self.assertEqual(patterns({"h0": "x", "h1": "x", "h1.b": "y"}), [("h1.b", "y"), ("h*", "x")])


if __name__ == "__main__":
    sys.exit(unittest.main())
