"""Writes rollouts with per-token numbers from a trainer, one JSON object a line (schema ascribe.rollout/1).

Drop this file beside your training script. Standard library only; tensors may be torch, numpy or nested lists.

verl, in the trainer right after the advantages are computed:

    from ascribe_recorder import record_verl
    record_verl("rollouts.jsonl", batch, step=self.global_steps, tokenizer=self.tokenizer)

TRL, in GRPOTrainer (or RLOOTrainer) where `_generate_and_score_completions` returns its dictionary:

    from ascribe_recorder import record_trl
    record_trl("rollouts.jsonl", output, step=self.state.global_step, group_size=self.num_generations,
               rewards=rewards, tokenizer=self.processing_class)

Any other trainer: call `record` once a batch with plain lists.

Batches that were saved before become the same lines with ascribe_convert.py.
"""
import functools
import json
import math
import warnings


def _list(value):
    """Nested lists from a tensor, an array or a list of them; None stays None."""
    for method in ("detach", "cpu"):
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, (list, tuple)):
        return [_list(row) for row in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _number(x):
    """Six significant digits; what is missing or not finite becomes null."""
    return float(f"{x:.6g}") if x is not None and math.isfinite(x) else None


def _numbers(row, keep):
    return [_number(x) for x, k in zip(row, keep) if k]


def _pieces(ids, decode):
    """Text of each token, such that they join to the text of all; a character over several tokens is with its last one."""
    pieces, start, known = [], 0, ""
    for i in range(len(ids)):
        text = decode(ids[start:i + 1])
        if text.endswith("\ufffd") and i + 1 < len(ids):
            pieces.append("")
            continue
        pieces.append(text[len(known):])
        # One token of context: some decoders drop the first space.
        start, known = i, decode(ids[i:i + 1])
    return pieces


def _never_stops(write):
    """A rollout that cannot be written costs a warning, never the training job."""
    @functools.wraps(write)
    def guarded(*args, **kwargs):
        try:
            write(*args, **kwargs)
        except Exception as error:
            warnings.warn(f"ascribe_recorder: this batch is not recorded: {type(error).__name__}: {error}", stacklevel=2)
    return guarded


@_never_stops
def record(path, *, step, groups, tokens, mask, rewards, prompts=None, padding=None, advantages=None, logprobs=None,
           ref_logprobs=None, values=None, entropy=None, token_rewards=None, method="trainer", decode=None, responses=None):
    """Appends one line a rollout, a batch at once; what goes wrong is a warning, and that batch is left out.

    tokens, mask and the optional per-token numbers are [B][T] over the response; `mask` is 1 where the policy wrote the
    token and it counts, 0 on tool output. `padding` is 1 where there is a token at all (default: up to the last token with
    mask 1). `rewards` is [B], the whole return. `groups` is [B]: equal names share a prompt. `decode(ids)` gives text.
    `responses` are the texts [B] that rewards were computed from, if they are kept: where the tokens do not spell them,
    Credit Lint says so.
    """
    tokens, mask, rewards = _list(tokens), _list(mask), _list(rewards)
    channels = {"logprobs": logprobs, "ref_logprobs": ref_logprobs, "values": values, "entropy": entropy,
                "rewards": token_rewards}
    channels = {name: _list(rows) for name, rows in channels.items() if rows is not None}
    padding, advantages, prompts, groups = _list(padding), _list(advantages), _list(prompts), _list(groups)
    lines = []
    for b, row in enumerate(tokens):
        last = max((t for t, m in enumerate(mask[b]) if m), default=-1)
        keep = [bool(p) for p in padding[b]] if padding is not None else [t <= last for t in range(len(row))]
        ids = [int(x) for x, k in zip(row, keep) if k]
        line = {"schema": "ascribe.rollout/1", "id": f"{step}/{b}", "group": str(groups[b]), "step": int(step)}
        if prompts is not None:
            line["prompt"] = [int(x) for x in prompts[b]]
        line.update(tokens=ids, mask=[int(bool(m)) for m, k in zip(mask[b], keep) if k], reward=_number(rewards[b]))
        line.update({name: _numbers(rows[b], keep) for name, rows in channels.items()})
        if advantages is not None:
            line["advantages"] = {method: _numbers(advantages[b], keep)}
        if decode is not None:
            line["text"] = _pieces(ids, decode)
        if decode is not None or responses is not None:
            line["response"] = decode(ids) if responses is None else str(responses[b])
        lines.append(json.dumps(line, allow_nan=False) + "\n")
    with open(path, "a", encoding="utf-8") as file:
        file.write("".join(lines))


def _unpadded(rows, attention):
    return [[x for x, a in zip(row, keep) if a] for row, keep in zip(rows, attention)]


VERL = ("prompts", "responses", "attention_mask", "response_mask", "token_level_scores", "advantages", "old_log_probs", "ref_log_prob",
        "values")


@_never_stops
def record_verl(path, batch, step, tokenizer=None):
    """Records a verl DataProto after `compute_advantage`."""
    t = {name: _list(batch.batch[name]) for name in VERL if name in batch.batch.keys()}
    width = len(t["responses"][0])
    attention = [row[-width:] for row in t["attention_mask"]]
    before = [row[:-width] for row in t["attention_mask"]]
    record(path, step=step, groups=batch.non_tensor_batch["uid"], tokens=t["responses"],
           mask=t.get("response_mask", attention), padding=attention, prompts=_unpadded(t["prompts"], before),
           rewards=[sum(row) for row in t["token_level_scores"]], token_rewards=t["token_level_scores"],
           advantages=t.get("advantages"), logprobs=t.get("old_log_probs"), ref_logprobs=t.get("ref_log_prob"),
           values=t.get("values"), method="verl", decode=tokenizer.decode if tokenizer else None)


@_never_stops
def record_trl(path, output, step, group_size, rewards, tokenizer=None):
    """Records the dictionary that TRL's `_generate_and_score_completions` returns; `rewards` is the summed reward [B]."""
    ids = _list(output["completion_ids"])
    attention = _list(output["completion_mask"])
    tools = _list(output.get("tool_mask"))
    mask = attention if tools is None else [[a * m for a, m in zip(*rows)] for rows in zip(attention, tools)]
    sequence = _list(output["advantages"])
    advantages = [a if isinstance(a, list) else [a] * len(row) for a, row in zip(sequence, ids)]
    record(path, step=step, groups=[f"{step}-{b // group_size}" for b in range(len(ids))], tokens=ids, mask=mask,
           padding=attention, prompts=_unpadded(_list(output["prompt_ids"]), _list(output["prompt_mask"])),
           rewards=rewards, advantages=advantages, logprobs=output.get("old_per_token_logps"),
           ref_logprobs=output.get("ref_per_token_logps"), method="trl", decode=tokenizer.decode if tokenizer else None)
