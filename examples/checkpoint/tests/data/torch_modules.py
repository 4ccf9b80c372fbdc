"""Records what the modules of torch.nn begin with: `python torch_modules.py > torch_modules.jsonl`.

A line is a module, as it was constructed, with the entry of every tensor in its state_dict, as
scripts/parameters.py writes it, and what the tensor measured: its standard deviation (of all elements, not a
sample's), its largest magnitude, and how many of its elements are 0.
"""

import json
import sys
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
from parameters import of_torch

MODULES = """
Linear(300, 200)
Linear(400, 100, bias=False)
LazyLinear(200)
Bilinear(50, 60, 70)
Conv1d(32, 64, 5)
Conv2d(32, 64, 3)
Conv3d(16, 32, 3)
Conv2d(32, 64, 3, groups=4)
Conv2d(64, 64, 3, groups=64)
LazyConv2d(64, 3)
ConvTranspose1d(32, 64, 5)
ConvTranspose2d(16, 32, 3, groups=4)
ConvTranspose2d(64, 48, 3)
ConvTranspose3d(16, 32, 3, groups=2)
BatchNorm1d(40)
BatchNorm2d(40)
BatchNorm3d(40)
SyncBatchNorm(40)
InstanceNorm2d(40, affine=True, track_running_stats=True)
LayerNorm([5, 40])
GroupNorm(4, 40)
RMSNorm(40)
Embedding(500, 60)
Embedding(500, 60, padding_idx=7)
Embedding(500, 60, padding_idx=-1)
EmbeddingBag(500, 60, padding_idx=0)
RNN(50, 60, num_layers=2)
LSTM(50, 60, num_layers=2, bidirectional=True)
LSTM(50, 60, proj_size=20)
GRU(50, 60)
RNNCell(50, 60)
LSTMCell(50, 60)
GRUCell(50, 60)
MultiheadAttention(96, 4)
MultiheadAttention(96, 4, kdim=80, vdim=64, add_bias_kv=True)
PReLU()
PReLU(40)
AdaptiveLogSoftmaxWithLoss(64, 1000, [100, 500])
TransformerEncoderLayer(64, 4, 128)
Transformer(64, 4, 1, 1, 128)
"""

print(json.dumps({"torch": torch.__version__.split("+")[0]}))
for i, code in enumerate(MODULES.split("\n")[1:-1]):
    torch.manual_seed(i)
    module = eval(f"torch.nn.{code}")
    if code.startswith("Lazy"):
        module(torch.zeros((1, 300) if "Linear" in code else (1, 32, 8, 8)))
    state, entries = module.state_dict(), of_torch(module)["parameters"]
    for entry in entries:
        tensor = state[entry["name"]].double()
        entry["std"] = tensor.std(correction=0).item()
        entry["max_abs"] = tensor.abs().max().item()
        entry["zeros"] = int((tensor == 0).sum())
    print(json.dumps({"module": code, "parameters": entries}))
