"""GPT-2 as transformers builds it, at the size of the Markov experiment."""

from __future__ import annotations

from torch import Tensor, nn

from imu_sidecar.failures import SidecarError
from imu_sidecar.models.sequence_model import SequenceModel


class Gpt2(SequenceModel):
    """transformers' GPT-2 without dropout.

    The output layer keeps GPT-2's form, no bias, but has weights of its own (``tie_word_embeddings=False``):
    were it tied to the token embedding, changing parameter scope ``head`` would change the features as well.
    Parameter names are those of ``GPT2LMHeadModel``. Raises ASSET_MISSING without transformers.
    """

    def __init__(self, vocabulary_size: int, num_positions: int, width: int, num_layers: int, num_heads: int) -> None:
        super().__init__()
        if width % num_heads:
            raise SidecarError(
                "INVALID_REQUEST",
                f"gpt2: width {width} is not a multiple of numHeads {num_heads}",
                f"Choose numHeads that divides {width}.",
            )
        language_model = import_gpt2(
            vocab_size=vocabulary_size,
            n_positions=num_positions,
            n_embd=width,
            n_layer=num_layers,
            n_head=num_heads,
        )
        self.vocabulary_size = vocabulary_size
        self.num_positions = num_positions
        self.transformer: nn.Module = language_model.transformer
        self.lm_head: nn.Linear = language_model.lm_head

    @property
    def head(self) -> nn.Linear:
        return self.lm_head

    def features(self, tokens: Tensor) -> Tensor:
        return self.transformer(input_ids=tokens, use_cache=False).last_hidden_state


def import_gpt2(**sizes: int) -> nn.Module:
    """A ``GPT2LMHeadModel``; transformers is imported here only, since it is slow to import and optional."""
    try:
        from transformers import GPT2Config, GPT2LMHeadModel
    except ImportError as error:
        raise SidecarError(
            "ASSET_MISSING",
            f"model gpt2 needs the Python package transformers, which this interpreter lacks ({error})",
            "Run `pip install transformers` in the sidecar's environment, or use model markov-decoder.",
        ) from error
    config = GPT2Config(
        **sizes,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        tie_word_embeddings=False,
        use_cache=False,
        bos_token_id=None,
        eos_token_id=None,
    )
    return GPT2LMHeadModel(config)
