"""python3 -m unittest discover python"""
import base64
import contextlib
import importlib
import io
import json
import os
import pickle
import tempfile
import types
import unittest
import zipfile
import zlib

from ascribe_convert import _opened, convert, main
from ascribe_link import decode, encode
from ascribe_recorder import record, record_trl, record_verl


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Tensor:
    """What the recorder uses of a tensor."""

    def __init__(self, rows):
        self.rows = rows

    def detach(self):
        return self

    cpu = float = detach

    def tolist(self):
        return self.rows


VERL = {
    "prompts": Tensor([[0, 4], [3, 4]]),
    "responses": Tensor([[5, 6, 0], [7, 8, 9]]),
    "attention_mask": Tensor([[0, 1, 1, 1, 0], [1, 1, 1, 1, 1]]),
    "response_mask": Tensor([[1, 1, 0], [1, 0, 1]]),
    "token_level_scores": Tensor([[0, 1, 0], [0, 0, 0.5]]),
    "advantages": Tensor([[0.7, 0.7, 0], [-0.7, 0, -0.7]]),
    "old_log_probs": Tensor([[-1, -2, 0], [-3, -4, -5]]),
}


class RecorderTest(unittest.TestCase):
    def setUp(self):
        handle, self.path = tempfile.mkstemp(suffix=".jsonl")
        os.close(handle)
        self.addCleanup(os.remove, self.path)

    def test_plain_lists(self):
        record(self.path, step=3, groups=["a", "a"], tokens=[[5, 6, 0], [7, 8, 9]], mask=[[1, 1, 0], [1, 0, 1]],
               rewards=[1, 0], logprobs=[[-0.5, -1.25, 0], [-1, 0, float("nan")]], decode=lambda ids: "".join(f"<{i}>" for i in ids))
        first, second = read(self.path)
        self.assertEqual(first["tokens"], [5, 6])
        self.assertEqual(first["logprobs"], [-0.5, -1.25])
        self.assertEqual((first["text"], first["response"]), (["<5>", "<6>"], "<5><6>"))
        self.assertEqual(second["mask"], [1, 0, 1])
        self.assertEqual(second["logprobs"], [-1.0, 0.0, None])
        self.assertEqual((second["group"], second["step"], second["reward"]), ("a", 3, 0.0))

    def test_what_is_not_finite_becomes_null(self):
        nan, inf = float("nan"), float("inf")
        record(self.path, step=3, groups=["a", "a"], tokens=[[5, 6], [7, 8]], mask=[[1, 1], [1, 1]], rewards=[nan, None],
               token_rewards=[[nan, 1], [0, -inf]], values=[[inf, 0.5], [None, 0]])
        first, second = read(self.path)
        self.assertEqual((first["reward"], first["rewards"], first["values"]), (None, [None, 1.0], [None, 0.5]))
        self.assertEqual((second["reward"], second["rewards"]), (None, [0.0, None]))

    def test_never_stops_the_trainer(self):
        ragged = types.SimpleNamespace(batch={"responses": Tensor([[5]])}, non_tensor_batch={})
        with self.assertWarnsRegex(UserWarning, "not recorded: KeyError"):
            record_verl(self.path, ragged, step=1)
        with self.assertWarnsRegex(UserWarning, "not recorded: IndexError"):
            record(self.path, step=3, groups=["a"], tokens=[[5], [6]], mask=[[1], [1]], rewards=[1, 0])
        with self.assertWarnsRegex(UserWarning, "not recorded: NotADirectoryError"):
            record(self.path + "/no", step=3, groups=["a"], tokens=[[5]], mask=[[1]], rewards=[1])
        self.assertEqual(read(self.path), [])

    def test_text_of_tokens_joins_to_the_response(self):
        ids = list("a€ü".encode())
        record(self.path, step=1, groups=["a"], tokens=[ids], mask=[[1] * len(ids)], rewards=[1],
               decode=lambda some: bytes(some).decode(errors="replace"))
        self.assertEqual(read(self.path)[0]["text"], ["a", "", "", "€", "", "ü"])
        record(self.path, step=2, groups=["a"], tokens=[[97]], mask=[[1]], rewards=[1], responses=["b"],
               decode=lambda some: bytes(some).decode(errors="replace"))
        self.assertEqual((read(self.path)[1]["text"], read(self.path)[1]["response"]), (["a"], "b"))

    def test_verl_batch(self):
        batch = types.SimpleNamespace(
            batch=VERL,
            non_tensor_batch={"uid": ["u1", "u1"]},
        )
        record_verl(self.path, batch, step=12)
        first, second = read(self.path)
        self.assertEqual((first["prompt"], first["tokens"], first["reward"]), ([4], [5, 6], 1.0))
        self.assertEqual(second["tokens"], [7, 8, 9])
        self.assertEqual(second["advantages"], {"verl": [-0.7, 0.0, -0.7]})
        self.assertEqual(second["rewards"], [0.0, 0.0, 0.5])
        self.assertNotIn("values", second)

    def test_trl_output(self):
        output = {
            "prompt_ids": Tensor([[0, 1], [2, 3], [2, 3], [2, 3]]),
            "prompt_mask": Tensor([[0, 1], [1, 1], [1, 1], [1, 1]]),
            "completion_ids": Tensor([[5, 6], [7, 0], [5, 5], [6, 6]]),
            "completion_mask": Tensor([[1, 1], [1, 0], [1, 1], [1, 1]]),
            "advantages": Tensor([0.5, -0.5, 0.25, -0.25]),
        }
        record_trl(self.path, output, step=1, group_size=2, rewards=[1, 0, 1, 0])
        lines = read(self.path)
        self.assertEqual([line["group"] for line in lines], ["1-0", "1-0", "1-1", "1-1"])
        self.assertEqual(lines[1]["tokens"], [7])
        self.assertEqual(lines[0]["advantages"], {"trl": [0.5, 0.5]})
        self.assertEqual(lines[0]["prompt"], [1])


def plain(held):
    """Lists in place of tensors, which a pickle can hold without torch."""
    if isinstance(held, dict):
        return {name: plain(value) for name, value in held.items()}
    return [plain(row) for row in held] if isinstance(held, list) else held.rows if isinstance(held, Tensor) else held


class Sample:
    """Of no class that the converter knows."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def _get_layout(_):
    """Of this name is torch's, too."""


class Call:
    """A pickle that asks for a call."""

    def __init__(self, *of):
        self.of = of

    def __reduce__(self):
        return self.of


class ConvertTest(unittest.TestCase):
    """Plain pickles, and the bytes of files that torch has written (trial_torch.py), read without torch."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "batch_12.pt")
        with open(os.path.join(os.path.dirname(__file__), "torchFiles.json"), encoding="utf-8") as file:
            self.written = json.load(file)

    def write(self, data):
        with open(self.path, "wb") as file:
            file.write(data)

    def run_on_file(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            main([self.path, *arguments])
        lines = read(out.getvalue().strip())
        os.remove(out.getvalue().strip())
        return lines

    def converted(self, held, *arguments):
        self.write(pickle.dumps(plain(held)))
        return self.run_on_file(*arguments)

    def refused(self, held):
        self.write(pickle.dumps(plain(held)) if not isinstance(held, bytes) else held)
        with self.assertRaises(SystemExit) as caught:
            convert(self.path)
        return str(caught.exception)

    def expect_verl(self, lines):
        first, second = lines
        self.assertEqual((first["prompt"], first["tokens"], first["reward"]), ([4], [5, 6], 1.0))
        self.assertEqual((second["tokens"], second["mask"], second["prompt"][0]), ([7, 8, 9], [1, 0, 1], 3))
        self.assertEqual((second["group"], second["step"], second["advantages"]), ("u1", 12, {"file": [-0.7, 0.0, -0.7]}))
        self.assertEqual((second["rewards"], second["logprobs"][:2]), ([0.0, 0.0, 0.5], [-3.0, -4.0]))

    def test_files_of_torch(self):
        versions = {about.split(",")[0]: written for about, written in self.written.items()}
        self.assertEqual([len(written["files"]) for written in versions.values()], [9, 12], list(versions))
        for version, written in versions.items():
            for name, text in written["files"].items():
                data = zlib.decompress(base64.b64decode(text))
                if name.startswith("elements"):
                    read_back = [one.tolist() for one in _opened(io.BytesIO(data))]
                    self.assertEqual(json.dumps(read_back), written["elements"], (version, name))
                else:
                    self.write(data)
                    self.expect_verl(self.run_on_file())

    def test_verl(self):
        uids = {"uid": ["u1", "u1"]}
        self.expect_verl(self.converted({**VERL, **uids}))
        self.expect_verl(self.converted({"batch": VERL, "non_tensor_batch": uids}))

    def test_skyrl(self):
        (line,) = self.converted({
            "sequences": Tensor([[0, 3, 4, 5, 6]]),
            "attention_mask": Tensor([[0, 1, 1, 1, 1]]),
            "response_mask": Tensor([[0, 1, 1]]),
            "loss_mask": Tensor([[0, 1, 0]]),
            "action_log_probs": Tensor([[0, -1, -2]]),
            "rewards": Tensor([[0, 0, 1]]),
        }, "--step", "7")
        self.assertEqual((line["prompt"], line["tokens"], line["mask"]), ([3, 4], [5, 6], [1, 0]))
        self.assertEqual((line["logprobs"], line["rewards"], line["reward"]), ([-1.0, -2.0], [0.0, 1.0], 1.0))
        self.assertEqual(line["step"], 7)

    def test_slime(self):
        sample = {"group_index": 3, "tokens": [1, 2, 5, 6], "response": "ab", "response_length": 2, "reward": 1,
                  "loss_mask": None, "rollout_log_probs": [-1, -2]}
        other = {**sample, "loss_mask": [1, 0], "reward": {"score": 0}}
        for held in ({"rollout_id": 4, "samples": [sample, other]}, [Sample(**sample), Sample(**other)]):
            lines = self.converted(held)
            self.assertEqual((lines[0]["prompt"], lines[0]["tokens"], lines[0]["mask"]), ([1, 2], [5, 6], [1, 1]))
            self.assertEqual((lines[1]["mask"], lines[1]["reward"], lines[1]["group"]), ([1, 0], 0.0, "3"))
            self.assertEqual((lines[0]["response"], lines[0]["logprobs"]), ("ab", [-1.0, -2.0]))

    def test_one_row_with_a_mask(self):
        rows = {"input_ids": [[3, 4, 5, 6, 0], [0, 4, 7, 8, 9]], "token_mask": [[0, 0, 1, 1, 0], [0, 0, 1, 0, 1]],
                "generation_logprobs": [[0, 0, -1, -2, 0], [0, 0, -3, 0, -5]], "total_reward": [1, 0]}
        first, second = self.converted({**rows, "input_lengths": [4, 5], "sample_mask": [1, 0]})
        self.assertEqual((first["prompt"], first["tokens"], first["mask"], first["logprobs"]), ([3, 4], [5, 6], [1, 1], [-1, -2]))
        self.assertEqual((second["tokens"], second["mask"], second["reward"]), ([7, 8, 9], [0, 0, 0], 0))
        first, second = self.converted({**rows, "attention_mask": [[1, 1, 1, 1, 0], [0, 1, 1, 1, 1]]})
        self.assertEqual((first["tokens"], second["prompt"], second["mask"]), ([5, 6], [4], [1, 0, 1]))

    def test_tensors_under_other_names(self):
        trl = {
            "prompt_ids": Tensor([[0, 1], [2, 3]]), "prompt_mask": Tensor([[0, 1], [1, 1]]),
            "completion_ids": Tensor([[5, 6], [7, 0]]), "completion_mask": Tensor([[1, 1], [1, 0]]),
            "advantages": Tensor([0.5, -0.5]),
        }
        first, second = self.converted(trl)
        self.assertEqual((first["prompt"], first["tokens"], second["tokens"]), ([1], [5, 6], [7]))
        self.assertEqual((second["advantages"], second["reward"]), ({"file": [-0.5]}, None))
        (line,) = self.converted([{"tokens": Tensor([5, 6]), "mask": Tensor([1, 1]), "score": 0.5}], self.path + ".jsonl")
        self.assertEqual((line["tokens"], line["reward"]), ([5, 6], 0.5))

    def test_nothing_is_run(self):
        mark = os.path.join(self.folder.name, "ran")
        calls = [Call(os.mkdir, (mark,)), Call(eval, (f"__import__('os').mkdir({mark!r})",)), Call(getattr, (Sample, "__doc__")),
                 Call(Sample, ()), Call(importlib.import_module, ("antigravity",))]
        for call in calls:
            for held in (call, {**VERL, "more": [call]}):
                for protocol in range(2, 6):
                    self.assertIn("asks to call", self.refused(pickle.dumps(plain(held), protocol)))
        # An object whose state would be set by code of its class: read as fields.
        self.assertEqual(len(self.converted({**VERL, "more": Sample(x=1)})), 2)
        self.assertFalse(os.path.exists(mark))

    def test_nothing_is_written_twice(self):
        self.converted(VERL)
        out = convert(self.path)
        with self.assertRaisesRegex(SystemExit, "is there already"):
            convert(self.path)
        self.assertEqual((len(read(out)), len(read(convert(self.path, out)))), (2, 4))

    def test_refusals_are_sentences(self):
        self.assertIn("holds a int", self.refused(1))
        self.assertIn("there are no token ids", self.refused({"weight": [[1.0]]}))
        self.assertIn("only weight", self.refused({"weight": [[1.0]]}))
        self.assertIn("do not tell where responses begin", self.refused({"input_ids": [[1]]}))
        self.assertRegex(self.refused(b""), r"batch_12\.pt is no batch of rollouts that can be converted: .+\.$")
        self.assertIn("sparse", self.refused({**VERL, "more": Call(_get_layout, ("torch.sparse_coo",))}))
        self.assertIn("none of torch.save", self.refused(b"PK\x05\x06" + bytes(18)))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("x/byteorder", "big")
            file.writestr("x/data.pkl", pickle.dumps({}, 2))
        self.assertIn("bytes have the other order", self.refused(archive.getvalue()))
        os.remove(self.path)
        with self.assertRaisesRegex(SystemExit, "batch_12.pt cannot be read: No such file"):
            convert(self.path)


class LinkTest(unittest.TestCase):
    def test_round_trip(self):
        link = encode("keydoor@1", {"seed": 7, "method": "rloo"}, "grüße")
        self.assertEqual(decode(link), {"p": "keydoor@1", "c": {"seed": 7, "method": "rloo"}, "n": "grüße"})

    def test_refuses_other_versions(self):
        with self.assertRaises(ValueError):
            decode("#9zAAAA")


if __name__ == "__main__":
    unittest.main()
