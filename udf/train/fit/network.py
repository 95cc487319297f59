"""The network of the tiny compiler: a Llama with tied embeddings, written so that llama.cpp runs its weights unchanged.

The rotary embedding turns neighbouring pairs (2i, 2i + 1), which is the order llama.cpp expects of the llama
architecture; weights need no permutation on export.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from udf.language.vocabulary import CONTROLS, PAD, POINTERS

EPSILON = 1e-6
ROPE_BASE = 10_000.0
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The sizes of a network: `context` in positions, the others in units."""

    vocabulary: int
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    feed_forward: int = 576
    context: int = 1024


class Norm(nn.Module):
    """Root mean square normalisation."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + EPSILON)).to(x.dtype) * self.weight


class Layer(nn.Module):
    """Attention and gated feed-forward, each with its norm before and its residual around."""

    def __init__(self, shape: Dimensions) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attn_norm, self.ffn_norm = Norm(shape.hidden), Norm(shape.hidden)
        self.attn_qkv = nn.Linear(shape.hidden, 3 * shape.hidden, bias=False)
        self.attn_output = nn.Linear(shape.hidden, shape.hidden, bias=False)
        self.ffn_gate_up = nn.Linear(shape.hidden, 2 * shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, shape.hidden, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        rows, length, hidden = x.shape
        q, k, v = self.attn_qkv(self.attn_norm(x)).view(rows, length, 3, self.heads, -1).unbind(2)
        q, k = _rotate(q, cosine, sine), _rotate(k, cosine, sine)
        mixed = functional.scaled_dot_product_attention(
            q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True
        )
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(rows, length, hidden))
        gate, up = self.ffn_gate_up(self.ffn_norm(x)).chunk(2, -1)
        return x + self.ffn_down(functional.silu(gate) * up)


def _rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn pairs of (rows, length, heads, size) by their place's angles."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2).to(x.dtype)


class Network(nn.Module):
    """Bundles (rows, length, tokens) to logits (rows, length, vocabulary); with labels, to the loss over them.

    A position is the sum of its tokens' embeddings; the first token of the vocabulary pads and adds nothing.
    """

    def __init__(self, shape: Dimensions) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.hidden, padding_idx=PAD)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.hidden)
        size = shape.hidden // shape.heads
        angles = torch.outer(torch.arange(shape.context), ROPE_BASE ** (-torch.arange(0, size, 2) / size))
        self.register_buffer("cosine", angles.cos()[:, None], persistent=False)
        self.register_buffer("sine", angles.sin()[:, None], persistent=False)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                nn.init.normal_(parameter, std=0.02)
        with torch.no_grad():
            self.token_embd.weight[PAD] = 0.0

    def forward(self, bundles: Tensor, labels: Tensor | None = None) -> Tensor:
        x = self.token_embd(bundles).sum(2)
        cosine, sine = self.cosine[: x.shape[1]], self.sine[: x.shape[1]]
        for layer in self.blk:
            x = layer(x, cosine, sine)
        if labels is None:
            return functional.linear(self.output_norm(x), self.token_embd.weight)
        wanted = labels[..., 0] != IGNORED  # one position in four: the others need no logits
        x, labels = self.output_norm(x[wanted]), labels[wanted]
        loss = x.new_zeros(())
        for tokens, target in ((CONTROLS, labels[:, 0]), (POINTERS, labels[:, 1])):
            stated = target != IGNORED  # only fields have a pointer
            logits = functional.linear(x[stated], self.token_embd.weight[tokens.start : tokens.stop])
            loss = loss + functional.cross_entropy(logits, target[stated] - tokens.start, reduction="sum")
        return loss / len(labels)
