"""Real files and tensors of torch, where torch is: python3 python/trial_torch.py

The converter reads them by itself; here torch writes them, and says what is in them. `python3 python/trial_torch.py files` writes
`torchFiles.json`, with which the converter is tested where torch is not.
"""
import base64
import collections
import contextlib
import io
import json
import os
import pickle
import sys
import tempfile
import types
import unittest
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy
import torch

from ascribe_convert import _opened, convert
from ascribe_recorder import record, record_trl, record_verl

FORMATS = {"zip": lambda held, path: torch.save(held, path),
           "legacy": lambda held, path: torch.save(held, path, _use_new_zipfile_serialization=False),
           "pickle": lambda held, path: _dump(held, path)}


def _dump(held, path):
    with open(path, "wb") as file:
        pickle.dump(held, file)


def library(name, *held):
    """Makes classes and functions importable under the names that a trainer has them by."""
    parts = name.split(".")
    for i in range(len(parts)):
        path = ".".join(parts[:i + 1])
        sys.modules.setdefault(path, types.ModuleType(path))
    for one in held:
        one.__module__, one.__qualname__ = name, one.__name__
        setattr(sys.modules[name], one.__name__, one)


class TensorDict:
    consolidated = None

    def __init__(self, tensors):
        self._tensordict, self._batch_size = dict(tensors), torch.Size([2])

    def keys(self):
        return self._tensordict.keys()

    def __getitem__(self, name):
        return self._tensordict[name]

    def __reduce__(self):
        return _make_td, (TensorDict, dict(self.__dict__))


class Consolidated(TensorDict):
    """All tensors behind one another in one tensor of bytes."""

    def __reduce__(self):
        leaves, rows, at = {}, [], 0
        for name, tensor in self._tensordict.items():
            row = tensor.detach().contiguous().reshape(-1)
            row = torch.frombuffer(bytearray(row.view(torch.int16 if row.dtype == torch.bfloat16 else row.dtype).numpy().tobytes()),
                                   dtype=torch.uint8)
            pad = -len(row) % 8
            leaves[name] = (str(tensor.dtype), tuple(tensor.shape), at, at + len(row) + pad, pad)
            rows += [row, torch.zeros(pad, dtype=torch.uint8)]
            at += len(row) + pad
        facts = {"leaves": leaves, "non_tensors": {}, "cls": "TensorDict", "cls_metadata": {"is_locked": False, "batch_size": [2]}}
        return _rebuild_tensordict_files_consolidated, (facts, torch.cat(rows))


def _make_td(cls, state):
    raise AssertionError("a converter never calls this")


def _rebuild_tensordict_files_consolidated(facts, storage):
    raise AssertionError("a converter never calls this")


def _rebuild_tensor_batch(cls, state):
    raise AssertionError("a converter never calls this")


class DataProto:
    def __init__(self, batch, non_tensor_batch, meta_info=None):
        self.batch, self.non_tensor_batch, self.meta_info = batch, non_tensor_batch, meta_info or {"temperature": 1.0}

    def __getstate__(self):
        if os.environ.get("VERL_DATAPROTO_SERIALIZATION_METHOD") == "numpy":
            parts = {name: (str(tensor.dtype).replace("torch.", ""), tensor.shape, numpy.frombuffer(
                tensor.detach().float().numpy().tobytes() if tensor.dtype == torch.bfloat16 else tensor.detach().numpy().tobytes(), numpy.uint8))
                for name, tensor in self.batch._tensordict.items()}
            return ((2,), None, parts), self.non_tensor_batch, self.meta_info
        buffer = io.BytesIO()
        torch.save(self.batch, buffer)
        return buffer.getvalue(), self.non_tensor_batch, self.meta_info


class TrainingInputBatch(dict):
    metadata = None

    def __reduce__(self):
        def serialised(tensor):
            if tensor.dtype == torch.bfloat16:
                buffer = io.BytesIO()
                torch.save(tensor, buffer)
                return {"format": "torch", "data": buffer.getvalue()}
            array = tensor.numpy()
            return {"format": "numpy", "data": array.tobytes(), "shape": array.shape, "dtype": str(array.dtype)}
        state = {"batch_dict": {name: tensor if tensor is None else serialised(tensor) for name, tensor in self.items()},
                 "batch_size": 2, "device": None, "metadata": self.metadata}
        return _rebuild_tensor_batch, (TrainingInputBatch, state)


class BatchedDataDict(collections.UserDict):
    pass


class Datum:
    """Saved as pydantic saves: fields under `__dict__`."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __getstate__(self):
        return {"__dict__": dict(self.__dict__), "__pydantic_fields_set__": set(self.__dict__), "__pydantic_private__": None}


class TensorData(Datum):
    pass


library("verl.protocol", DataProto)
library("tensordict._td", TensorDict, Consolidated)
library("tensordict._reductions", _make_td, _rebuild_tensordict_files_consolidated)
library("skyrl.backends.skyrl_train.training_batch", TrainingInputBatch, _rebuild_tensor_batch)
library("nemo_rl.distributed.batched_data_dict", BatchedDataDict)
library("tinker.types", Datum, TensorData)


def verl():
    return {
        "prompts": torch.tensor([[0, 4], [3, 151_643]]),
        "responses": torch.tensor([[5, 6, 0], [7, 8, 9]]),
        "input_ids": torch.tensor([[0, 4, 5, 6, 0], [3, 151_643, 7, 8, 9]]),
        "attention_mask": torch.tensor([[0, 1, 1, 1, 0], [1, 1, 1, 1, 1]]),
        "position_ids": torch.arange(5).expand(2, 5),
        "response_mask": torch.tensor([[1, 1, 0], [1, 0, 1]], dtype=torch.bool),
        "token_level_scores": torch.tensor([[0, 1.0, 0], [0, 0, 0.5]]),
        "advantages": torch.tensor([[0.7], [-0.7]]).expand(2, 3) * torch.tensor([[1, 1, 0], [1, 0, 1]]),
        "old_log_probs": torch.tensor([[-1.0, -2, 0], [-3, -4, -5.5]], dtype=torch.bfloat16),
    }


def elements():
    """Tensors of every type, and some that are views or have no rows."""
    kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
    base = torch.tensor([[0, 1, 2, 3], [100, 5, 6, 7], [8, 9, 10, 127]])
    tensors = [base.to(kind) for kind in kinds]
    tensors += [base.t(), base[1:, ::2], base[0].expand(3, 4), base[2, 3], base[:0], torch.zeros(2, 0, 3)]
    return [*tensors, torch.arange(24.0).reshape(2, 3, 4) / 7, torch.tensor([0.1, -2.5]).bfloat16().requires_grad_()]


NESTED = hasattr(torch, "nested") and hasattr(torch.nested, "as_nested_tensor") and hasattr(torch, "jagged")


def nested(*rows):
    return torch.nested.as_nested_tensor([torch.as_tensor(row) for row in rows], layout=torch.jagged)


def verl_skip():
    """What rollout skip of verl's newer trainer saves: rows without padding, and whose they are."""
    return {"tensordict": TensorDict({
        "prompts": nested([4], [3, 151_643]), "responses": nested([5, 6], [7, 8, 9]), "response_mask": nested([1, 1], [1, 0, 1]),
        "rm_scores": nested([0, 1.0], [0, 0, 0.5]), "rollout_log_probs": nested([-1.0, -2], [-3, -4, -5.5]),
        "advantages": nested([0.7, 0.7], [-0.7, 0, -0.7])}),
        "tags": [{}, {}], "keys": ["u1_0_0", "u1_1_0"], "global_steps": 12}


def write_files(path):
    """Small files of this torch, beside those of others, with what is in them, as torch says."""
    batch = {**verl(), "uid": numpy.array(["u1", "u1"], object)}
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "file")
        for name, save in FORMATS.items():
            for of, held in (("elements", elements()), ("verl", batch), ("DataProto", DataProto(Consolidated(verl()), {"uid": batch["uid"]}))):
                save(held, made)
                with open(made, "rb") as file:
                    files[f"{of}, {name}"] = base64.b64encode(zlib.compress(file.read(), 9)).decode()
            if NESTED:
                save(verl_skip(), made)
                with open(made, "rb") as file:
                    files[f"verl skip, {name}"] = base64.b64encode(zlib.compress(file.read(), 9)).decode()
    values = [tensor.tolist() for tensor in elements()]
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    known[f"torch {torch.__version__}, numpy {numpy.__version__}"] = {"elements": json.dumps(values), "files": files}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(known, file, indent="\t")
        file.write("\n")


def texts(values):
    """numpy's texts of bytes are read as texts."""
    return [one.decode() if isinstance(one, bytes) else one for one in values] if isinstance(values, list) else values


class Trial(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "batch_12.pt")

    def lines(self, path):
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def converted(self, held, save):
        save(held, self.path)
        out = self.path + ".jsonl"
        with contextlib.suppress(FileNotFoundError):
            os.remove(out)
        return self.lines(convert(self.path, out))

    def expect_verl(self, lines, group="u1"):
        first, second = lines
        self.assertEqual((first["prompt"], first["tokens"], first["reward"], first["step"]), ([4], [5, 6], 1.0, 12))
        self.assertEqual((second["prompt"], second["tokens"], second["mask"]), ([3, 151_643], [7, 8, 9], [1, 0, 1]))
        self.assertEqual((second["group"], second["logprobs"], second["rewards"]), (group, [-3.0, -4.0, -5.5], [0.0, 0.0, 0.5]))
        self.assertEqual(second["advantages"], {"file": [-0.7, 0.0, -0.7]})

    def test_elements_and_shapes_are_those_of_torch(self):
        special = torch.tensor([float("nan"), float("inf"), -0.0, 1e-40])
        tensors = [*elements(), special, torch.nn.Parameter(torch.randn(3)), torch.randn(500, dtype=torch.bfloat16), torch.randn(500).half()]
        arrays = [numpy.arange(6).reshape(2, 3), numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), numpy.array([1.5, 2], ">f4"),
                  numpy.array(["a", "größer"]), numpy.array([b"a", b"bc"]), numpy.array([{"a": 1}, "b", None], object), numpy.array([True]),
                  numpy.float32(0.5), numpy.int64(7), numpy.zeros((0, 2))]
        for name, save in FORMATS.items():
            save({"tensors": tensors, "arrays": arrays, "more": {"set": {1}, "bytes": b"\x00\xff", "none": None, "long": 2**70, "x": 0.1}}, self.path)
            with open(self.path, "rb") as file:
                read = _opened(file)
            for own, tensor in zip(read["tensors"], tensors, strict=True):
                self.assertEqual(str(own.tolist()), str(tensor.tolist()), (name, tensor))
            for own, array in zip(read["arrays"], arrays, strict=True):
                self.assertEqual(own.tolist() if hasattr(own, "tolist") else own, texts(array.tolist()), (name, array))
            more = read["more"]
            self.assertEqual((list(more["set"]), more["bytes"], more["none"], more["long"], more["x"]), ([1], b"\x00\xff", None, 2**70, 0.1))

    def test_verl(self):
        uids = {"uid": numpy.array(["u1", "u1"], object)}
        batch = verl()
        batch["old_log_probs"].requires_grad_()
        for save in FORMATS.values():
            self.expect_verl(self.converted({**batch, **uids}, save))
            self.expect_verl(self.converted({"batch": batch, "non_tensor_batch": uids}, save))
            self.expect_verl(self.converted(TensorDict(batch), save), "[3, 151643]")
            for kind in (TensorDict, Consolidated):
                self.expect_verl(self.converted(DataProto(kind(batch), uids), save))
        os.environ["VERL_DATAPROTO_SERIALIZATION_METHOD"] = "numpy"
        try:
            batch["old_log_probs"] = batch["old_log_probs"].detach().float()
            self.expect_verl(self.converted(DataProto(TensorDict(batch), uids), _dump))
        finally:
            del os.environ["VERL_DATAPROTO_SERIALIZATION_METHOD"]

    @unittest.skipUnless(NESTED, "needs a torch of version 2")
    def test_nested(self):
        gaps = torch.nested.narrow(torch.arange(12).reshape(2, 6), 1, torch.tensor([0, 1]), torch.tensor([3, 4]), layout=torch.jagged)
        tensors = [nested([1, 2, 3], [4]), nested([[1.5, 2]], [[3.0, 4], [5, 6]]), gaps,
                   torch.nested.nested_tensor([torch.arange(3.0), torch.arange(5.0)])]
        for name, save in FORMATS.items():
            save(tensors, self.path)
            with open(self.path, "rb") as file:
                read = _opened(file)
            for own, tensor in zip(read, tensors, strict=True):
                self.assertEqual(own.tolist(), [row.tolist() for row in tensor.unbind()], name)
            self.expect_verl(self.converted(verl_skip(), save))

    @unittest.skipUnless(NESTED, "needs a torch of version 2")
    def test_types_of_torch_2(self):
        rows = [torch.tensor([0, 1, 200], dtype=kind) for kind in (torch.uint16, torch.uint32, torch.uint64)]
        # What is not read stands in nobody's way until somebody wants it.
        others = [torch.tensor([1 + 2j]), torch.tensor([0.5, 1]).to(torch.float8_e4m3fn), torch.tensor([1 + 1j], dtype=torch.complex128)]
        uid = numpy.array(["u1", "u1"], object)
        for save in FORMATS.values():
            save([*rows, *others], self.path)
            with open(self.path, "rb") as file:
                read = _opened(file)
            self.assertEqual([one.tolist() for one in read[:3]], [row.tolist() for row in rows])
            for one, name in zip(read[3:], ("ComplexFloat", "float8_e4m3fn", "ComplexDouble")):
                with self.assertRaisesRegex(ValueError, f"numbers of type {name}, which are not read"):
                    one.tolist()
            self.expect_verl(self.converted({**verl(), "uid": uid, "routed": others}, save))

    @unittest.skipUnless(NESTED, "needs a torch of version 2")
    def test_archives_of_torch_2_are_as_their_source_says(self):
        torch.save(verl(), self.path)
        with zipfile.ZipFile(self.path) as archive:
            names = {name.split("/", 1)[1] for name in archive.namelist()}
            self.assertTrue({"data.pkl", "byteorder", ".format_version", ".storage_alignment", "version"} <= names, names)
            self.assertEqual(archive.read("batch_12/data.pkl")[:2], b"\x80\x02")
        self.expect_verl(self.converted(torch.load(self.path, weights_only=True) | {"uid": numpy.array(["u1", "u1"], object)}, torch.save))

    def test_slime(self):
        sample = {"group_index": 3, "index": 0, "prompt": "1+1=", "tokens": [1, 2, 5, 6], "response": "ab", "response_length": 2, "label": "2",
                  "reward": 0.25, "loss_mask": None, "rollout_log_probs": [-1.5, -2], "status": "completed", "metadata": {}}
        for save in FORMATS.values():
            first, second = self.converted({"rollout_id": 4, "samples": [sample, {**sample, "loss_mask": [1, 0], "reward": {"score": 1.0}}]}, save)
            self.assertEqual((first["prompt"], first["tokens"], first["mask"], first["reward"]), ([1, 2], [5, 6], [1, 1], 0.25))
            self.assertEqual((second["mask"], second["reward"], second["group"], second["response"]), ([1, 0], 1.0, "3", "ab"))
            train = {"tokens": torch.tensor([1, 2, 5, 6]), "response_lengths": 2, "total_lengths": 4, "loss_masks": torch.tensor([1, 1]),
                     "advantages": torch.tensor([0.5, 0.5]), "log_probs": torch.tensor([-1.0, -2]), "ref_log_probs": torch.tensor([-1.0, -3]),
                     "rewards": 0.7}
            (line,) = self.converted({"format_version": 2, "rollout_id": 4, "samples": [train], "raw_reward": [1.0], "dp_shards": []}, save)
            self.assertEqual((line["prompt"], line["tokens"], line["reward"], line["ref_logprobs"]), ([1, 2], [5, 6], 1.0, [-1.0, -3.0]))
            columns = {name: [value] for name, value in train.items()}
            (line,) = self.converted({"rollout_id": 4, "rank": 0, "rollout_data": columns}, save)
            self.assertEqual((line["advantages"], line["reward"]), ({"file": [0.5, 0.5]}, 0.7))

    def test_skyrl(self):
        batch = TrainingInputBatch(
            sequences=torch.tensor([[0, 3, 4, 5, 6], [2, 3, 4, 7, 8]]), attention_mask=torch.tensor([[0, 1, 1, 1, 1], [1, 1, 1, 1, 1]]),
            response_mask=torch.tensor([[0, 1, 1], [0, 1, 1]]), loss_mask=torch.tensor([[0, 1.0, 0], [0, 1, 1]]), values=None,
            action_log_probs=torch.tensor([[0, -1.0, -2], [0, -1, -2]], dtype=torch.bfloat16), rewards=torch.tensor([[0, 0, 1.0], [0, 0, 0]]))
        batch.metadata = {"uids": ["a", "a"]}
        for save in FORMATS.values():
            first, second = self.converted(batch, save)
            self.assertEqual((first["prompt"], first["tokens"], first["mask"], first["reward"]), ([3, 4], [5, 6], [1, 0], 1.0))
            self.assertEqual((second["prompt"], second["logprobs"], second["group"]), ([2, 3, 4], [-1.0, -2.0], "a"))

    def test_nemo_rl(self):
        batch = BatchedDataDict({
            "input_ids": torch.tensor([[3, 4, 5, 6, 0], [3, 4, 7, 8, 9]]), "input_lengths": torch.tensor([4, 5]),
            "token_mask": torch.tensor([[0, 0, 1, 1, 0], [0, 0, 1, 0, 1]]), "sample_mask": torch.tensor([1.0, 0.0]),
            "generation_logprobs": torch.tensor([[0, 0, -1.0, -2, 0], [0, 0, -3, 0, -5]]), "total_reward": torch.tensor([1.0, 0.0]),
            "advantages": torch.tensor([[0.5] * 5, [-0.5] * 5])})
        for save in FORMATS.values():
            first, second = self.converted(batch, save)
            self.assertEqual((first["prompt"], first["tokens"], first["mask"], first["reward"]), ([3, 4], [5, 6], [1, 1], 1.0))
            self.assertEqual((second["mask"], second["logprobs"], second["group"]), ([0, 0, 0], [-3.0, 0.0, -5.0], "[3, 4]"))

    def test_tinker(self):
        def data(*numbers):
            return TensorData(data=list(numbers), dtype="float32", shape=[len(numbers)])
        datum = Datum(model_input=Datum(chunks=[Datum(tokens=[2, 3, 4], type="encoded_text")]), loss_fn_inputs={
            "target_tokens": data(3, 4, 5), "mask": data(0.0, 1.0, 1.0), "advantages": data(0, 0.5, 0.5), "logprobs": data(0.0, -1.0, -2.0)})
        for save in FORMATS.values():
            (line,) = self.converted([datum], save)
            self.assertEqual((line["tokens"], line["mask"], line["logprobs"]), ([4, 5], [1, 1], [-1.0, -2.0]))

    def test_nothing_in_a_file_is_run(self):
        mark = os.path.join(self.folder.name, "ran")

        class Evil:
            def __reduce__(self):
                return os.system, (f"touch {mark}",)
        for save in FORMATS.values():
            for held in (Evil(), {**verl(), "extra": Evil()}, DataProto(TensorDict(verl()), {}, {"x": Evil()})):
                save(held, self.path)
                with self.assertRaisesRegex(SystemExit, "asks to call (posix|nt).system"):
                    convert(self.path)
        self.assertFalse(os.path.exists(mark))

    def test_cut_files_are_refused_in_a_sentence(self):
        for save in FORMATS.values():
            save(verl(), self.path)
            with open(self.path, "rb") as file:
                whole = file.read()
            for length in (0, 1, 2, 5, len(whole) // 2, len(whole) - 40):
                with open(self.path, "wb") as file:
                    file.write(whole[:length])
                with self.assertRaises(SystemExit) as caught:
                    convert(self.path)
                self.assertRegex(str(caught.exception), r"batch_12\.pt is no batch .*: .+\.$")

    def test_the_recorder_takes_tensors(self):
        out = os.path.join(self.folder.name, "rollouts.jsonl")
        batch = verl()
        batch["old_log_probs"].requires_grad_()
        with contextlib.redirect_stderr(io.StringIO()) as warned:
            record_verl(out, types.SimpleNamespace(batch=TensorDict(batch), non_tensor_batch={"uid": numpy.array(["u1", "u1"], object)}), step=12)
            record_trl(out, {
                "prompt_ids": torch.tensor([[0, 1], [2, 3]]), "prompt_mask": torch.tensor([[0, 1], [1, 1]]),
                "completion_ids": torch.tensor([[5, 6], [7, 0]]), "completion_mask": torch.tensor([[1, 1], [1, 0]]),
                "advantages": torch.tensor([0.5, -0.5], dtype=torch.bfloat16),
                "old_per_token_logps": torch.tensor([[-1.0, -2.0], [-3.0, 0.0]], dtype=torch.bfloat16, requires_grad=True)},
                step=1, group_size=2, rewards=torch.tensor([1.0, 0.0], dtype=torch.bfloat16))
            record(out, step=2, groups=torch.tensor([0, 0]), tokens=[torch.tensor([5, 6]), torch.tensor([7])],
                   mask=[torch.tensor([1, 1]), torch.tensor([True])], rewards=[torch.tensor(1.0, requires_grad=True), torch.tensor(float("nan"))],
                   logprobs=[torch.tensor([-1.0, -2.0], requires_grad=True), torch.tensor([-3.0])], prompts=[torch.tensor([3]), torch.tensor([4])])
        self.assertEqual(warned.getvalue(), "")
        lines = self.lines(out)
        self.assertEqual([len(line["tokens"]) for line in lines], [2, 3, 2, 1, 2, 1])
        self.assertEqual((lines[1]["logprobs"], lines[1]["advantages"], lines[1]["mask"]), ([-3.0, -4.0, -5.5], {"verl": [-0.7, 0.0, -0.7]}, [1, 0, 1]))
        self.assertEqual((lines[2]["logprobs"], lines[2]["advantages"], lines[2]["reward"]), ([-1.0, -2.0], {"trl": [0.5, 0.5]}, 1.0))
        self.assertEqual((lines[4]["logprobs"], lines[4]["reward"], lines[5].get("reward"), lines[5]["mask"]), ([-1.0, -2.0], 1.0, None, [1]))
        self.assertEqual((lines[4]["prompt"], lines[4]["group"], lines[5]["group"]), ([3], "0", "0"))


if __name__ == "__main__":
    write_files(os.path.join(os.path.dirname(__file__), "torchFiles.json")) if sys.argv[1:] == ["files"] else unittest.main()
