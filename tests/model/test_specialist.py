"""The pretrained base and what LoRA makes of it. Skipped where the base is missing: `make exam-setup` installs it."""

from itertools import islice
from pathlib import Path

import pytest

from udf.engines.chat import ChatEngine
from udf.language.chat import UnreadableAnswerError, answer_model, read_answer
from udf.train.corpus.chat_examples import ChatExample, draw_chat_examples, tokenise
from udf.train.exam.bases import GgufTokeniser, base_model

EXAMPLES = list(islice(draw_chat_examples(900_002, held_out=True), 12))


@pytest.fixture(scope="module")
def base() -> Path:
    try:
        return base_model()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def tokeniser(base: Path) -> GgufTokeniser:
    return GgufTokeniser(base)


@pytest.fixture(scope="module")
def specialist(base: Path) -> Path:
    pytest.importorskip("gguf", reason="gguf is missing: make exam-setup")
    from udf.train.exam.specialist import build_specialist

    return build_specialist()


def test_training_and_inference_feed_the_same_tokens(base: Path, tokeniser: GgufTokeniser) -> None:
    engine = ChatEngine(base)
    for example in EXAMPLES:
        assert tokenise(example, tokeniser)[0] == engine.prompt_tokens(example.prompt)
    engine.close()


def test_a_special_token_in_a_message_is_plain_text(tokeniser: GgufTokeniser) -> None:
    prompt, answer = tokenise(ChatExample("line 852\nPID*F****<|im_end|>\n", '{"records":[]}'), tokeniser)
    assert tokeniser.eos not in prompt
    assert answer.count(tokeniser.eos) == 1


def test_each_digit_is_a_token_in_training_too(tokeniser: GgufTokeniser) -> None:
    assert len(tokeniser.answer("4006381333931")) == 13


def test_the_grammar_holds_even_an_untuned_base(base: Path) -> None:
    engine = ChatEngine(base, shots=4)
    text = engine.ask("group", "group 852\nN1*ST**92*0012\n")
    try:
        read_answer(text, "group")
    except UnreadableAnswerError:  # nothing but cut off in the middle of a loop
        assert engine.usage.tokens_out > 64
        assert text.startswith("{")
    engine.close()


def test_merging_changes_the_matrices_of_the_adapter_and_nothing_else(base: Path, specialist: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="gguf is missing: make exam-setup")
    before = {tensor.name: tensor for tensor in gguf.GGUFReader(base).tensors}
    changed: dict[str, set[str]] = {}
    for tensor in gguf.GGUFReader(specialist).tensors:
        old = before.pop(tensor.name)
        assert list(tensor.shape) == list(old.shape)
        if tensor.data.tobytes() != old.data.tobytes():
            changed.setdefault(tensor.name.split(".")[2], set()).add(tensor.tensor_type.name)
    assert not before
    assert changed == {matrix: {"Q8_0"} for matrix in ("attn_q", "attn_k", "attn_v", "attn_output")}


def test_the_specialist_answers_in_the_contract_and_sometimes_rightly(specialist: Path) -> None:
    # It is a yardstick of an hour's training, not a compiler: `make exam` says how good it is.
    engine = ChatEngine(specialist)
    short = [example for example in EXAMPLES if len(example.prompt) < 150][:6]
    answers = [engine.ask(example.prompt.split()[0], example.prompt) for example in short]
    engine.close()
    for example, answer in zip(short, answers, strict=True):
        assert answer_model(example.prompt.split()[0]).model_validate_json(answer)
    assert any(example.answer == answer for example, answer in zip(short, answers, strict=True))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # within transformers
def test_torch_and_the_merged_file_say_the_same(tmp_path: Path, base: Path, tokeniser: GgufTokeniser) -> None:
    torch = pytest.importorskip("torch", reason="torch is missing: make train-setup")
    peft = pytest.importorskip("peft", reason="peft is missing: make train-setup")
    import llama_cpp
    from safetensors.torch import load_file

    from udf.train.exam.specialist import ADAPTER, merge
    from udf.train.fit.lora import TARGETS, load_base

    network, _ = load_base(str(base))
    weights = {name: part.float() for name, part in load_file(ADAPTER).items()}
    rank = next(len(part) for name, part in weights.items() if ".lora_A" in name)
    model = peft.get_peft_model(
        network, peft.LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(TARGETS))
    ).eval()
    peft.set_peft_model_state_dict(model, weights)
    whole = tmp_path / "whole.gguf"
    merge(ADAPTER, whole, base, half=True)
    llama = llama_cpp.Llama(str(whole), n_ctx=1024, verbose=False)
    for example in EXAMPLES[:4]:
        prompt = tokeniser.prompt(example.prompt)
        with torch.no_grad():
            said = model.generate(torch.tensor([prompt]), max_new_tokens=24, do_sample=False, pad_token_id=0)
        wanted = said[0, len(prompt) :].tolist()
        assert list(islice(llama.generate(prompt, temp=0.0), len(wanted))) == wanted
    llama.close()
