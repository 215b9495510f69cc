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

Batches that a trainer has saved (verl, SkyRL, slime, or tensors under such names) become the same lines, where torch is:

    python3 ascribe_recorder.py convert FILE.pt [OUT.jsonl] [--step N] [--trust]
"""
import argparse
import functools
import json
import math
import os
import re
import sys
import warnings


def _list(value):
    """Nested lists from a tensor, an array or a list; None stays None."""
    for method in ("detach", "cpu", "float"):
        if hasattr(value, method):
            value = getattr(value, method)()
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
    padding, advantages, prompts = _list(padding), _list(advantages), _list(prompts)
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


@_never_stops
def record_verl(path, batch, step, tokenizer=None):
    """Records a verl DataProto after `compute_advantage`."""
    t = {name: _list(value) for name, value in batch.batch.items()}
    width = len(t["responses"][0])
    attention = [row[-width:] for row in t["attention_mask"]]
    before = [row[:-width] for row in t["attention_mask"]]
    record(path, step=step, groups=list(batch.non_tensor_batch["uid"]), tokens=t["responses"],
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


# Names of one thing in the batches of several trainers, the first that is there counts.
NAMES = {
    "tokens": ("responses", "completion_ids", "response_ids", "output_ids", "tokens"),
    "mask": ("response_mask", "loss_mask", "completion_mask", "mask"),
    "prompts": ("prompts", "prompt_ids"),
    "logprobs": ("old_log_probs", "rollout_log_probs", "action_log_probs", "old_per_token_logps", "logprobs", "log_probs"),
    "ref_logprobs": ("ref_log_prob", "base_action_log_probs", "ref_per_token_logps", "ref_logprobs"),
    "values": ("values",),
    "entropy": ("entropys", "entropy"),
    "advantages": ("advantages",),
    "token_rewards": ("token_level_scores", "token_level_rewards", "token_rewards"),
    "rewards": ("reward", "rewards", "score", "scores"),
    "groups": ("uid", "group_index", "group", "group_id"),
    "responses": ("response", "response_text"),
}


def _lists(value):
    value = _list(value)
    return [_list(row) for row in value] if isinstance(value, (list, tuple)) else value


def _columns(data):
    """A saved batch as lists by name: a DataProto, a dictionary of tensors, a dictionary of samples or a list of them."""
    if hasattr(data, "batch") and hasattr(data, "non_tensor_batch"):
        data = {"batch": data.batch, "non_tensor_batch": data.non_tensor_batch}
    if hasattr(data, "items") and "batch" in data:
        data = {**dict(data["batch"].items()), **dict(data.get("non_tensor_batch") or {})}
    if hasattr(data, "items") and "samples" in data:
        data = data["samples"]
    if isinstance(data, (list, tuple)) and data and all(hasattr(row, "items") for row in data):
        names = list(dict.fromkeys(name for row in data for name in row))
        data = {name: [row.get(name) for row in data] for name in names}
    if not hasattr(data, "items"):
        raise ValueError(f"it holds a {type(data).__name__}; a dictionary of tensors or a list of samples can be converted")
    return {name: _lists(value) for name, value in data.items()}


def _tail(rows, widths):
    """The last `width` entries of each row: what stands over prompt and response is cut to the response."""
    return rows and [row[len(row) - width:] if isinstance(row, list) else row for row, width in zip(rows, widths)]


def _from_sequences(columns):
    """SkyRL: prompt and response in one padded row, masks over its end; `loss_mask` counts, `response_mask` is the response."""
    mask = columns.get("loss_mask") or columns.get("response_mask")
    if mask is None:
        raise ValueError("sequences without a response_mask or loss_mask do not tell where responses begin")
    whole, widths = columns["sequences"], [len(row) for row in mask]
    attention = columns.get("attention_mask") or [[1] * len(row) for row in whole]
    padding = columns.get("response_mask") or _tail(attention, widths)
    outside = [[a and not (t >= len(row) - len(pad) and pad[t - len(row)]) for t, a in enumerate(row)]
               for row, pad in zip(attention, padding)]
    return {"tokens": _tail(whole, widths), "mask": mask, "padding": padding, "prompts": _unpadded(whole, outside)}


def _from_samples(columns, rows):
    """slime: the prompt's tokens stand before the response's, whose length is given."""
    widths = [int(n) for n in columns["response_length"]]
    return {"tokens": _tail(rows, widths), "padding": [[1] * width for width in widths],
            "prompts": [row[:len(row) - width] for row, width in zip(rows, widths)]}


def _from_parts(columns, found):
    """verl, TRL and others: padded prompts beside padded responses, with an attention mask over both or a mask for each."""
    widths = [len(row) for row in found["tokens"]]
    attention = columns.get("attention_mask")
    before = [row[:len(row) - width] for row, width in zip(attention, widths)] if attention else columns.get("prompt_mask")
    prompts = found["prompts"]
    return {"padding": _tail(attention, widths), "prompts": _unpadded(prompts, before) if prompts and before else prompts}


def _spread(values, widths):
    """One number a rollout, or one a token, as one a token."""
    return values and [v if isinstance(v, list) else [v] * width for v, width in zip(values, widths)]


def _fields(columns):
    """What `record` takes, from the columns of a saved batch."""
    keys = {name: next((key for key in names if columns.get(key) is not None), None) for name, names in NAMES.items()}
    found = {name: columns.get(key) for name, key in keys.items()}
    if columns.get("sequences") is not None:
        found.update(_from_sequences(columns))
    elif found["tokens"] is None:
        raise ValueError(f"there are no token ids: of {', '.join(NAMES['tokens'])} and sequences it has none, "
                         f"only {', '.join(map(str, columns)) or 'nothing'}")
    elif columns.get("response_length") is not None:
        found.update(_from_samples(columns, found["tokens"]))
    else:
        found.update(_from_parts(columns, found))
    widths = [len(row) for row in found["tokens"]]
    for name in ("mask", "logprobs", "ref_logprobs", "values", "entropy", "advantages", "token_rewards"):
        found[name] = _tail(found[name], widths)
    ones = [[1] * width for width in widths]
    own = found["mask"] or found.get("padding") or ones
    found["mask"] = [row if row is not None else one for row, one in zip(own, ones)]
    found["advantages"] = _spread(found["advantages"], widths)
    if any(isinstance(row, list) for row in found["rewards"] or []):
        found["token_rewards"], found["rewards"] = found["token_rewards"] or _tail(found["rewards"], widths), None
    if found["rewards"] is None:
        found["rewards"] = [sum(row) for row in found["token_rewards"] or []] or [None] * len(widths)
    if found["groups"] is None:
        found["groups"] = [json.dumps(prompt) for prompt in found["prompts"] or range(len(widths))]
    if not all(isinstance(text, str) for text in found["responses"] or [None]):
        found["responses"] = None
    return found


def _load(path, trust):
    try:
        import torch
    except ImportError:
        raise SystemExit(f"{path} needs torch to be read; run this where the trainer ran, or: pip install torch") from None
    try:
        return torch.load(path, map_location="cpu", weights_only=not trust)
    except Exception as error:
        if not trust:
            raise SystemExit(f"{path} holds more than tensors, and opening it can run code ({error}). "
                             "If you trust whoever wrote it, add --trust.") from None
        raise SystemExit(f"{path} cannot be read: {type(error).__name__}: {error}") from None


def convert(path, out=None, step=None, trust=False):
    """Appends the rollouts of a saved batch to `out` (FILE.jsonl beside it, if not given) and returns its name.

    Only tensors and plain values are read from the file unless `trust` is true: a pickle runs code when it is opened.
    """
    out = out or re.sub(r"\.(pt|pth|pkl|pickle)$", "", path) + ".jsonl"
    found = re.search(r"(\d+)\D*$", os.path.basename(path))
    step = step if step is not None else int(found.group(1)) if found else 0
    try:
        record.__wrapped__(out, step=step, method="file", **_fields(_columns(_load(path, trust))))
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise SystemExit(f"{path} is no batch of rollouts: {error}.") from None
    return out


def main(arguments):
    parser = argparse.ArgumentParser(description="Rollouts JSONL from a batch that a trainer has saved.")
    command = parser.add_subparsers(required=True).add_parser("convert", help="reads FILE.pt, writes FILE.jsonl")
    command.add_argument("file")
    command.add_argument("out", nargs="?")
    command.add_argument("--step", type=int, help="training step; without it, the last number in the file's name")
    command.add_argument("--trust", action="store_true", help="read what can run code, too")
    given = parser.parse_args(arguments)
    print(convert(given.file, given.out, given.step, given.trust))


if __name__ == "__main__":
    main(sys.argv[1:])
