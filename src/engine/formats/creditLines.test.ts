import { expect, it } from "vitest";
import { creditOf } from "../credit/run";
import { batchOf } from "../credit/testing";
import { batchRecords, creditRecords } from "./batchRecords";
import { readCredit } from "./creditLines";

const batch = batchOf([
	{ length: 2, reward: 1 },
	{ length: 1, reward: 0 },
]);
const credit = { ...creditOf("grpo", {}, batch), rewards: [{ id: "ircr", params: {} }] };
const lines = (change: object = {}) =>
	creditRecords(credit, batchRecords(batch, { step: 1, vocabulary: [] }), batch.T).map((line) =>
		JSON.stringify(Object.assign({}, line, change)),
	);

it("reads what was written, writers of rewards included", () => {
	const read = readCredit(lines(), batch, "credit.jsonl");
	expect(read).toMatchObject({ method: "grpo", rewards: credit.rewards });
	expect(read.advantage).toEqual(credit.advantage);
});

it.each([5, [null], [{ id: 1, params: {} }], [{ id: "ircr" }], {}])("refuses writers that are none: %j", (rewards) => {
	expect(() => readCredit(lines({ rewards }), batch, "credit.jsonl")).toThrow(
		/credit\.jsonl, line 1: rewards must be a list of reward writers/,
	);
});
