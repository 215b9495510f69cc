"""Makes rollouts (ascribe.rollout/1, one JSON object a line) of batches that a trainer has saved with torch.save or pickle.

    python3 ascribe_convert.py FILE.pt [OUT.jsonl] [--step N]

verl, SkyRL, slime, NeMo-RL, tinker, or tensors under such names. Put ascribe_recorder.py beside this file. Standard library only: no torch is
needed, and nothing that a file holds is run. Python's own way of opening a pickle runs whatever it asks for; here the names in it are never
looked up: classes become dictionaries of their fields, and of calls only those that make data are answered, by functions of this file.
"""
import argparse
import collections
import functools
import io
import json
import math
import os
import pickle
import re
import struct
import sys
import zipfile

from ascribe_recorder import _list, _unpadded, record

# Elements by the names that torch, its storages and numpy give them, as struct names them.
TYPES = {"float64": "d", "float32": "f", "float16": "e", "bfloat16": "bfloat16", "int64": "q", "int32": "i", "int16": "h", "int8": "b",
         "uint64": "Q", "uint32": "I", "uint16": "H", "uint8": "B", "bool": "?",
         "Double": "d", "Float": "f", "Half": "e", "BFloat16": "bfloat16", "Long": "q", "Int": "i", "Short": "h", "Char": "b", "Byte": "B",
         "Bool": "?", "f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b", "u8": "Q", "u4": "I", "u2": "H",
         "u1": "B", "b1": "?"}
# Bytes of elements that are not read: they are refused only where they are wanted.
UNREAD = {"ComplexHalf": 4, "ComplexFloat": 8, "ComplexDouble": 16, "QUInt8": 1, "QInt8": 1, "QInt32": 4, "QUInt4x2": 1, "QUInt2x4": 1}
MOST_ENTRIES = 2**28


def _type(name):
    name = str(name).replace("torch.", "").replace("Storage", "")
    if name not in TYPES:
        raise ValueError(f"it holds numbers of type {name}, which are not read")
    return TYPES[name]


def _width(kind):
    return 2 if kind == "bfloat16" else UNREAD[kind] if kind in UNREAD else struct.calcsize("=" + kind)


def _elements(data, kind, order="<"):
    """The numbers in some bytes."""
    if kind == "bfloat16":
        # The upper half of a float32.
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        data, kind = wide, "f"
    return struct.unpack(f"{order}{len(data) // _width(kind)}{kind}", data)


class _Storage:
    """The bytes that tensors lie in; old files bring them after everything else."""

    def __init__(self, kind, data=None):
        self.kind, self.data, self.read = kind, data, {}

    def elements(self, kind):
        if kind in UNREAD:
            _type(kind)
        # Many tensors may lie in one storage.
        if kind not in self.read:
            self.read[kind] = _elements(self.data[:len(self.data) // _width(kind) * _width(kind)], kind)
        return self.read[kind]


class _Array:
    """Numbers or objects with a shape: what `_list` takes for a tensor. Steps are in elements, as torch's strides."""

    def __init__(self, elements, start, size, steps):
        if math.prod(size) > MOST_ENTRIES:
            raise ValueError(f"it holds an array of {math.prod(size)} entries, which is too large")
        self.elements, self.start, self.size, self.steps = elements, start, tuple(size), tuple(steps)

    def tolist(self):
        flat = self.elements()

        def nested(at, size, steps):
            if len(size) < 2:
                return [flat[at + i * steps[0]] for i in range(size[0])] if size else flat[at]
            return [nested(at + i * steps[0], size[1:], steps[1:]) for i in range(size[0])]
        return nested(self.start, self.size, self.steps)


def _steps(size, fortran=False):
    steps, step = [], 1
    for n in size if fortran else reversed(size):
        steps.append(step)
        step *= n
    return steps if fortran else steps[::-1]


def _tensor(storage, start, size, steps, *more):
    # Newer types name themselves behind requires_grad and hooks; their storage is bytes.
    named = more[2].__name__ if len(more) > 2 and isinstance(more[2], type) else None
    return _Array(lambda: storage.elements(_type(named) if named else storage.kind), start, size, steps)


class _Rows(_Array):
    """Tensors of different lengths as one: nested, in torch's words."""

    def __init__(self, rows):
        self.tolist = rows


def _jagged(parts):
    """torch's nested tensor since 2.1: rows behind one another, where each begins, and how long it is if there are gaps."""
    def rows():
        values, offsets = parts["values"].tolist(), parts["offsets"].tolist()
        lengths = parts["lengths"].tolist() if parts.get("lengths") is not None else [b - a for a, b in zip(offsets, offsets[1:])]
        return [values[a:a + n] for a, n in zip(offsets, lengths)]
    if parts.get("_ragged_idx", 1) != 1:
        raise ValueError("it holds tensors nested along another side than the first, which are not read")
    return _Rows(rows)


def _nested(values, sizes, steps, starts):
    """The older one: sizes, strides and start of each in one row of numbers."""
    return _Rows(lambda: [_Array(values.tolist, *one).tolist() for one in zip(starts.tolist(), sizes.tolist(), steps.tolist())])


def _of_bytes(data, dtype, size):
    kind = _type(dtype)
    return _Array(lambda: _elements(bytes(data), kind), 0, size, _steps(size))


class _Dtype:
    """numpy's."""

    def __init__(self, name, *_):
        self.name, self.order = name, "="

    def __setstate__(self, state):
        self.order = "<" if state[1] in "|=" else state[1]

    def read(self, raw):
        if isinstance(raw, (list, tuple)):
            return raw
        if self.name[0] in "US":
            width = int(self.name[1:]) * (4 if self.name[0] == "U" else 1)
            code = "latin-1" if self.name[0] == "S" else "utf-32-be" if self.order == ">" else "utf-32-le"
            return [raw[i:i + width].decode(code).rstrip("\0") for i in range(0, len(raw), width)] if width else [""]
        return _elements(raw, _type(self.name), self.order)


class _Numpy(_Array):
    def __init__(self, *_):
        pass

    def __setstate__(self, state):
        *_, size, dtype, fortran, raw = state
        super().__init__(lambda: dtype.read(raw), 0, size, _steps(size, fortran))


class _Called(type):
    def __call__(cls, *args, **kwargs):
        raise ValueError(f"it asks to call {cls.__name__} when it is opened, which is never done here")


class _Object(dict, metaclass=_Called):
    """Stands for an object of any class: its fields, or its items."""
    # Sets hold objects, too; which of them are equal is not asked.
    __hash__ = object.__hash__

    def append(self, item):
        self.setdefault("items", []).append(item)

    def extend(self, items):
        self.setdefault("items", []).extend(items)

    def __setstate__(self, state):
        if isinstance(state, tuple) and type(self).__name__.endswith("DataProto"):
            state = {"batch": _dataproto(state[0]), "non_tensor_batch": state[1]}
        if isinstance(state, tuple):
            # Fields of classes that name them in `__slots__` are second.
            state = {name: value for part in state if isinstance(part, dict) for name, value in part.items()}
        if not isinstance(state, dict):
            state = {"state": state}
        if "batch_dict" in state:
            state = _skyrl(state)
        for whole in ("__dict__", "_tensordict"):
            state = {**state.get("_non_tensordict", {}), **state[whole]} if isinstance(state.get(whole), dict) else state
        self.update(state)


def _made(cls, state):
    thing = cls.__new__(cls)
    thing.__setstate__(state)
    return thing


def _dataproto(batch):
    """verl: a torch file inside the pickle, or with VERL_DATAPROTO_SERIALIZATION_METHOD=numpy (sizes, device, entries)."""
    if isinstance(batch, (bytes, bytearray)):
        return _opened(io.BytesIO(batch))
    if not isinstance(batch, tuple):
        return batch
    def part(dtype, size, data):
        return _of_bytes(bytes(_list(data)), dtype, size)
    return {name: [part(*one) for one in held[1]] if len(held) == 2 else part(*held) for name, held in batch[2].items()}


def _skyrl(state):
    """SkyRL's TensorBatch: bytes with type and shape, or where numpy has no such type, a torch file."""
    held = {name: _opened(io.BytesIO(value["data"])) if value["format"] == "torch" else _of_bytes(value["data"], value["dtype"], value["shape"])
            for name, value in state["batch_dict"].items() if isinstance(value, dict) and value.get("format") in ("torch", "numpy")}
    uids = (state.get("metadata") or {}).get("uids")
    return {**held, **({"uid": uids} if uids else {})}


def _consolidated(metadata, storage):
    """A TensorDict whose tensors were laid one behind the other in one row of bytes, which is how verl saves."""
    row = functools.lru_cache(None)(lambda: bytes(storage.tolist()))

    def part(name, size, start, stop, *_):
        return _Array(lambda: _elements(row()[start:stop][:math.prod(size) * _width(_type(name))], _type(name)), 0, size, _steps(size))
    tensors = {name: part(*leaf) for name, leaf in metadata["leaves"].items()}
    for name in [name for name in tensors if name.startswith("<NJT_OFFSETS>")]:
        # Rows of different lengths, one behind the other.
        ends, values = tensors[name].tolist(), tensors["<NJT_VALUES>" + name[len("<NJT_OFFSETS>"):]].tolist()
        tensors[name[len("<NJT_OFFSETS>"):]] = [values[a:b] for a, b in zip(ends, ends[1:])]
    return {**tensors, **{name: value[0] for name, value in metadata["non_tensors"].items()}}


def _sparse(*_):
    raise ValueError("it holds sparse tensors, which are not read")


def _decoded(text, code="utf-8", *_):
    return text.encode("latin-1") if code == "latin1" else text.encode(code)


# Calls that make data, by the last part of their names, which move between versions.
CALLS = {
    "OrderedDict": collections.OrderedDict, "defaultdict": lambda *_: {}, "set": list, "frozenset": list, "deque": lambda items=(), *_: list(items),
    "bytearray": lambda data=b"", *code: _decoded(data, *code) if isinstance(data, str) else bytes(data), "encode": _decoded,
    "bytes": lambda: b"",
    "Sample.Status": str, "_reconstructor": lambda cls, *_: cls.__new__(cls),
    "_rebuild_tensor": _tensor, "_rebuild_tensor_v2": _tensor, "_rebuild_tensor_v3": _tensor, "_rebuild_parameter": lambda data, *_: data,
    "_rebuild_parameter_with_state": lambda data, *_: data, "_rebuild_from_type_v2": lambda make, cls, args, *_: make(*args),
    "_load_from_bytes": lambda data: _opened(io.BytesIO(data)), "Size": tuple, "device": lambda *name: str(name),
    "_reconstruct": _Numpy, "_frombuffer": lambda data, dtype, size, order: _made(_Numpy, (size, dtype, order == "F", bytes(data))),
    "dtype": _Dtype, "scalar": lambda dtype, raw: dtype.read(raw)[0],
    "_get_layout": _sparse, "_rebuild_njt": _jagged, "_rebuild_nested_tensor": _nested, "_make_td": _made, "_rebuild_tensordict_files_consolidated": _consolidated, "_rebuild_tensor_batch": _made,
}


class _Reader(pickle.Unpickler):
    storages = None

    def find_class(self, module, name):
        return CALLS.get(name) or _Called(f"{module}.{name}", (_Object,), {})

    def persistent_load(self, pid):
        tag, cls, key, _, count, *view = pid
        if tag != "storage" or any(view):
            raise ValueError(f"it holds a {tag} in a way that is not read")
        return self.storages(str(key), cls.__name__.rsplit(".", 1)[-1].lstrip("_"), count)


def _storage_kind(name):
    short = name.replace("Storage", "")
    return "B" if name.startswith("Untyped") else short if short in UNREAD else _type(name)


def _from_zip(file):
    """torch.save since 1.6."""
    with zipfile.ZipFile(file) as archive:
        # In a folder of its own, with nothing else so high up.
        whole = min((name for name in archive.namelist() if name.endswith("/data.pkl") or name == "data.pkl"), key=len, default=None)
        if whole is None or whole[:-8] + "constants.pkl" in archive.namelist():
            raise ValueError("it is an archive, but none of torch.save")
        root = whole[:-len("data.pkl")]
        if root + "byteorder" in archive.namelist() and archive.read(root + "byteorder") != b"little":
            raise ValueError("it was written on a machine whose bytes have the other order, which is not read")
        reader = _Reader(io.BytesIO(archive.read(whole)))
        reader.storages = functools.lru_cache(None)(
            lambda key, name, count: _Storage(_storage_kind(name), archive.read(f"{root}data/{key}")))
        return reader.load()


# What torch.save began with before 1.6 and with `_use_new_zipfile_serialization=False`: a number, a version, facts of the machine.
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def _from_pickles(file):
    """A plain pickle, or torch.save's older way: pickles behind one another, then the bytes of the storages."""
    first = _Reader(file).load()
    if first != MAGIC:
        return first
    if _Reader(file).load() != PROTOCOL or not _Reader(file).load()["little_endian"]:
        raise ValueError("it was written by a torch, or on a machine, whose files are not read")
    found = {}

    def storage(key, name, count):
        return found.setdefault(key, _Storage(_storage_kind(name)))
    reader = _Reader(file)
    reader.storages = storage
    whole = reader.load()
    for key in _Reader(file).load():
        (count,) = struct.unpack("<q", file.read(8))
        length = count * _width(found[key].kind)
        found[key].data = file.read(length)
        if len(found[key].data) < length:
            raise ValueError("it is cut")
    return whole


def _opened(file):
    start = file.read(2)
    file.seek(0)
    return _from_zip(file) if start == b"PK" else _from_pickles(file)


# Names of one thing in the batches of several trainers, the first that is there counts.
NAMES = {
    "tokens": ("responses", "completion_ids", "response_ids", "output_ids", "tokens", "input_ids", "token_ids", "target_tokens"),
    "mask": ("response_mask", "loss_mask", "loss_masks", "completion_mask", "token_mask", "token_loss_mask", "mask"),
    "prompts": ("prompts", "prompt_ids"),
    "logprobs": ("old_log_probs", "rollout_log_probs", "action_log_probs", "old_per_token_logps", "prev_logprobs", "generation_logprobs",
                 "logprobs", "log_probs", "rollout_logprobs"),
    "ref_logprobs": ("ref_log_prob", "ref_log_probs", "base_action_log_probs", "ref_per_token_logps", "reference_policy_logprobs",
                     "ref_logprobs"),
    "values": ("values",),
    "entropy": ("entropys", "entropy"),
    "advantages": ("advantages",),
    "token_rewards": ("token_level_scores", "token_level_rewards", "rm_scores", "token_rewards"),
    "rewards": ("raw_reward", "total_reward", "reward", "rewards", "score", "scores"),
    "groups": ("uid", "group_index", "group", "group_id"),
    "responses": ("response", "response_text"),
    "widths": ("response_length", "response_lengths"),
    "lengths": ("input_lengths",),
    "counted": ("sample_mask", "sample_loss_mask"),
}
OVER_TOKENS = ("mask", "logprobs", "ref_logprobs", "values", "entropy", "advantages", "token_rewards")
WANTED = {name for names in NAMES.values() for name in names} | {"sequences", "attention_mask", "prompt_mask"}


def _lists(value):
    if hasattr(value, "items"):
        # tinker's TensorData; a reward of several parts.
        value = value.get("data", value.get("score"))
    if isinstance(value, _Array):
        value = value.tolist()
    return [_lists(row) for row in value] if isinstance(value, (list, tuple)) else _list(value)


def _columns(data):
    """A saved batch as lists by name: a DataProto, a dictionary of tensors, a dictionary of samples or a list of them."""
    data = data if not hasattr(data, "items") or set(data) & WANTED else data.get("data", data.get("rollout_data", data))
    whole = {}
    if hasattr(data, "items") and hasattr(data.get("tensordict"), "items"):
        # verl's rollout skip: keys are {sample}_{rollout}_{output}.
        data = {**data["tensordict"], "uid": [re.sub(r"_\d+_\d+$", "", str(key)) for key in data.get("keys") or []] or None}
    if hasattr(data, "items") and hasattr(data.get("batch"), "items"):
        data = {**data["batch"], **(data.get("non_tensor_batch") or {})}
    if hasattr(data, "items") and "samples" in data:
        data, whole = data["samples"], data
    if isinstance(data, (list, tuple)) and data and all(hasattr(row, "items") for row in data):
        data = [{**row, **(row.get("loss_fn_inputs") or {})} for row in data]
        names = list(dict.fromkeys(name for row in data for name in row))
        data = {name: [row.get(name) for row in data] for name in names}
        if len(_lists(whole.get("raw_reward")) or ()) == len(next(iter(data.values()))):
            data["raw_reward"] = whole["raw_reward"]
    if not hasattr(data, "items"):
        raise ValueError(f"it holds a {_named(data)}; a dictionary of tensors or a list of samples can be converted")
    return {name: _lists(value) if name in WANTED else value for name, value in data.items() if value is not None}


def _named(data):
    return "tensor" if isinstance(data, _Array) else type(data).__name__


def _tail(rows, widths):
    """The last `width` entries of each row: what stands over prompt and response is cut to the response."""
    return rows and [row[len(row) - width:] if isinstance(row, list) else row for row, width in zip(rows, widths)]


def _from_sequences(columns, found):
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


def _from_samples(columns, found):
    """slime: the prompt's tokens stand before the response's, whose length is given."""
    widths, rows = [int(n) for n in found["widths"]], found["tokens"]
    return {"tokens": _tail(rows, widths), "padding": [[1] * width for width in widths],
            "prompts": [row[:len(row) - width] for row, width in zip(rows, widths)]}


def _from_whole(columns, found):
    """NeMo-RL, tinker: prompt and response in one row and a mask as long as it; the response begins where the mask does."""
    rows, mask = found["tokens"], found["mask"]
    if mask is None:
        raise ValueError("token ids without a mask do not tell where responses begin")
    attention = columns.get("attention_mask") or [[1] * int(n) for n in found["lengths"] or map(len, rows)]
    ends = [max((t + 1 for t, a in enumerate(row) if a), default=0) for row in attention]
    starts = [next((t for t, m in enumerate(row) if m), end) for row, end in zip(mask, ends)]
    parts = {name: found[name] and [row[a:b] if isinstance(row, list) else row for row, a, b in zip(found[name], starts, ends)]
             for name in ("tokens", *OVER_TOKENS)}
    # Rollouts that do not count, by one number each.
    parts["mask"] = [row if counts else [0] * len(row) for row, counts in zip(parts["mask"], found["counted"] or [1] * len(rows))]
    return {**parts, "padding": [[1] * len(row) for row in parts["tokens"]],
            "prompts": [[x for x, a in zip(row[:start], keep) if a] for row, start, keep in zip(rows, starts, attention)]}


def _from_parts(columns, found):
    """verl, TRL and others: padded prompts beside padded responses, with an attention mask over both or a mask for each."""
    widths = [len(row) for row in found["tokens"]]
    attention = columns.get("attention_mask")
    before = [row[:len(row) - width] for row, width in zip(attention, widths)] if attention else columns.get("prompt_mask")
    prompts = found["prompts"]
    return {"padding": _tail(attention, widths), "prompts": _unpadded(prompts, before) if prompts and before else prompts}


WHOLE = ("input_ids", "token_ids", "target_tokens")


def _layout(columns, found, tokens):
    if columns.get("sequences") is not None:
        return _from_sequences
    if found["tokens"] is None:
        raise ValueError(f"there are no token ids: of {', '.join(NAMES['tokens'])} and sequences it has none, "
                         f"only {', '.join(map(str, list(columns)[:8])) or 'nothing'}{', …' if len(columns) > 8 else ''}")
    if found["widths"] is not None:
        return _from_samples
    return _from_whole if tokens in WHOLE else _from_parts


def _spread(values, widths):
    """One number a rollout, or one a token, as one a token."""
    return values and [v if isinstance(v, list) else [v] * width for v, width in zip(values, widths)]


def _fields(columns):
    """What `record` takes, from the columns of a saved batch."""
    keys = {name: next((key for key in names if columns.get(key) is not None), None) for name, names in NAMES.items()}
    found = {name: columns.get(key) for name, key in keys.items()}
    found.update(_layout(columns, found, keys["tokens"])(columns, found))
    widths = [len(row) for row in found["tokens"]]
    for name in OVER_TOKENS:
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
    return {name: value for name, value in found.items() if name not in ("widths", "lengths", "counted")}


def convert(path, out=None, step=None):
    """Appends the rollouts of a saved batch to `out`, or writes them to FILE.jsonl beside it, and returns the name."""
    beside = re.sub(r"\.(pt|pth|pkl|pickle)$", "", path) + ".jsonl"
    if out is None and os.path.exists(beside):
        raise SystemExit(f"{beside} is there already; name it to append to it, or another: {path} OUT.jsonl")
    out = out or beside
    found = re.search(r"(\d+)\D*$", os.path.basename(path))
    step = step if step is not None else int(found.group(1)) if found else 0
    try:
        with open(path, "rb") as file:
            fields = _fields(_columns(_opened(file)))
        record.__wrapped__(out, step=step, method="file", **fields)
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error.strerror}.") from None
    except Exception as error:
        raise SystemExit(f"{path} is no batch of rollouts that can be converted: {error or type(error).__name__}.") from None
    return out


def main(arguments):
    parser = argparse.ArgumentParser(description="Rollouts JSONL from a batch that a trainer has saved.")
    parser.add_argument("file")
    parser.add_argument("out", nargs="?", help="appended to; without it FILE.jsonl beside the file, if there is none yet")
    parser.add_argument("--step", type=int, help="training step; without it, the last number in the file's name")
    given = parser.parse_args(arguments)
    print(convert(given.file, given.out, given.step))


if __name__ == "__main__":
    main(sys.argv[1:])
