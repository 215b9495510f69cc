import { describe, expect, test } from "vitest";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import { batchRecords, creditRecords } from "./batchRecords";

/** Two prompts of one and two tokens; rollouts of two and three tokens in room for three, the members not adjacent. */
const batch: RolloutBatch = {
	B: 3,
	T: 3,
	tokens: Int32Array.of(0, 1, 0, 1, 1, 1, 1, 0, 0),
	actionMask: Uint8Array.of(1, 0, 0, 1, 0, 1, 1, 1, 0),
	lengths: Int32Array.of(2, 3, 2),
	promptTokens: Int32Array.of(2, 2, 0, 2),
	promptOffsets: Int32Array.of(0, 1, 3, 4),
	groupIds: Int32Array.of(0, 1, 0),
	logProbs: Float64Array.of(-0.5, 0, 0, -1, 0, -2, -3, -4, 0),
	values: Float64Array.of(0.25, Number.NaN, 0, 0, 0, 0, 0, 0, 0),
	rewards: Float64Array.of(0, 1, 0, 0, 0, 0.5, 0, 0, 0),
	returns: Float64Array.of(1, 0.5, 0),
	success: Uint8Array.of(1, 0, 0),
	truncated: Uint8Array.of(0, 1, 0),
	signals: {},
};

describe("records of a batch", () => {
	const records = batchRecords(batch, { step: 4, vocabulary: ["no", "yes", "?"] });
	test("carry ids, groups, prompts and the tokens without padding", () => {
		expect(records.map((r) => r.id)).toEqual(["p0/0", "p1/0", "p0/1"]);
		expect(records[0]).toEqual({
			schema: "ascribe.rollout/1",
			id: "p0/0",
			group: "p0",
			step: 4,
			prompt: [2],
			tokens: [0, 1],
			mask: [1, 0],
			logprobs: [-0.5, 0],
			values: [0.25, null],
			rewards: [0, 1],
			reward: 1,
			success: true,
			done: "end",
			text: ["no", "yes"],
		});
		expect(records[1]).toMatchObject({ prompt: [2, 0], tokens: [1, 1, 1], logprobs: [-1, 0, -2], done: "limit" });
	});
	test("go with their credit", () => {
		const advantage = Float64Array.of(1, 0, 0, Number.NaN, 0, 2, 3, 4, 0);
		const cost = { extraTokens: 0, modelCalls: 0 };
		const credit: CreditResult = {
			method: "m",
			params: { k: 1 },
			advantage,
			terms: { all: advantage },
			mask: batch.actionMask,
			cost,
		};
		expect(creditRecords(credit, records, 3)[1]).toEqual({
			id: "p1/0",
			group: "p1",
			method: "m",
			params: { k: 1 },
			advantage: [null, 0, 2],
			terms: { all: [null, 0, 2] },
			mask: [1, 0, 1],
			cost,
		});
	});
});
