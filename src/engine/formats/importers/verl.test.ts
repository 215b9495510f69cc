import { describe, expect, test } from "vitest";
import { reportCard } from "./reportCard";
import { convert, samples } from "./testing";

describe("dumps of verl", () => {
	test("group from uid, words as tokens, extra fields kept", () => {
		expect(convert(samples.verl!)).toEqual([
			{
				schema: "ascribe.rollout/1",
				id: "7_0_0",
				group: "7",
				step: 4,
				prompt: "1+1=",
				tokens: ["so", " 2"],
				reward: 1,
				gts: "2",
				acc: true,
			},
		]);
	});
	test("what a reward function returned besides, one number a sample, are named parts", () => {
		const row = { ...samples.verl!, format: 0.5, length: -0.25, kind: "math" };
		expect(convert(row)[0]).toMatchObject({
			reward: 1,
			dims: { format: 0.5, length: -0.25 },
			format: 0.5,
			kind: "math",
		});
		expect(reportCard(convert(row)).parts).toEqual(["format", "length"]);
	});
	test("groups are the sample, whatever its name, and whether or not rollout and output are counted", () => {
		const groups = ["gsm8k_train_12_0_1", "9b1c-4f_0_0", "p_3", "a_1_x"].map(
			(uid) => convert({ ...samples.verl!, uid })[0]!.group,
		);
		expect(groups).toEqual(["gsm8k_train_12", "9b1c-4f", "p_3", "a_1_x"]);
	});
	test("the ground truth and a request's number are no parts of the reward", () => {
		const [record] = convert({ ...samples.verl!, gts: 2, request_id: 17, format: 0.5 });
		expect(record).toMatchObject({ reward: 1, gts: 2, request_id: 17 });
		expect(record!.dims).toEqual({ format: 0.5 });
	});
});
