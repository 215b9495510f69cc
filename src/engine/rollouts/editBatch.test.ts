import { expect, it } from "vitest";
import { batchOf } from "../credit/testing";
import { editBatch, stepOf } from "./editBatch";

const steps = {
	offsets: Int32Array.of(0, 2, 3),
	start: Int32Array.of(0, 2, 0),
	end: Int32Array.of(2, 3, 3),
	actor: Uint8Array.of(1, 1, 1),
	reward: Float64Array.of(0, 1, 5),
};
const batch = batchOf([{ rewards: [0, 0, 1] }, { rewards: [2, 0, 3] }], { steps });

it("pays a token otherwise: the return follows, and the step with it; the old batch stays", () => {
	const edited = editBatch(batch, { rollout: 0, token: 1, reward: 0.5 });
	expect([...edited.rewards]).toEqual([0, 0.5, 1, 2, 0, 3]);
	expect([...edited.returns]).toEqual([1.5, 5]);
	expect([...edited.steps!.reward!]).toEqual([0.5, 1, 5]);
	expect([...batch.returns]).toEqual([1, 5]);
	expect([...batch.steps!.reward!]).toEqual([0, 1, 5]);
});

it("annotates a step otherwise and leaves the return alone", () => {
	const edited = editBatch(batch, { rollout: 1, token: 2, stepReward: -1 });
	expect([...edited.steps!.reward!]).toEqual([0, 1, -1]);
	expect([...edited.returns]).toEqual([1, 5]);
});

it("finds the step of a token", () => {
	expect([stepOf(steps, 0, 1), stepOf(steps, 0, 2), stepOf(steps, 1, 0), stepOf(undefined, 0, 0)]).toEqual([
		0, 1, 2, -1,
	]);
	expect(stepOf({ ...steps, end: Int32Array.of(1, 3, 3) }, 0, 1)).toBe(-1);
});
