import { describe, expect, it } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { FakeExecutor } from "../../testing/fakeExecutor";
import { freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import type { RolloutRequest } from "./executor";
import { KeptRequest } from "./keptGroups";
import { objectiveOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";

/** Three prompts of 1, 2 and 3 tokens. */
const request = (step: number): RolloutRequest => ({
	step,
	stream: 0,
	promptTokens: Int32Array.of(10, 0, 0, 20, 21, 0, 30, 31, 32).map((token) => token && token + 100 * step),
	promptLengths: Int32Array.of(1, 2, 3),
	startStates: Uint32Array.of(7, 8, 9).map((state) => state + 100 * step),
});

describe("the request of a batch from several", () => {
	it("has the prompts of its groups in order, and the key of the first batch", () => {
		const kept = new KeptRequest({ prompts: 3, maxPromptLength: 3 });
		expect(kept.add(request(1), [])).toEqual({ first: 0, whole: null });
		expect(kept.add(request(2), [2])).toEqual({ first: 0, whole: null });
		expect(kept.add(request(3), [0, 1])).toEqual({
			first: 1,
			whole: {
				step: 1,
				stream: 0,
				promptTokens: Int32Array.of(230, 231, 232, 310, 0, 0, 320, 321, 0),
				promptLengths: Int32Array.of(3, 1, 2),
				startStates: Uint32Array.of(209, 307, 308),
			},
		});
		expect(kept.add(request(4), [1])).toEqual({ first: 0, whole: null });
	});
});

it("an executor drops what was set aside when a batch begins anew", async () => {
	const spec = coinSpec({ rollout: { prompts: 4, groupSize: 2, rounds: 3 } });
	const pool = promptPool(coinTask, spec);
	const plan = planOf(spec, coinTask, pool);
	const requests = new Requests(plan, pool);
	const executor = new CpuExecutor(plan, objectiveOf(plan));
	executor.upload(freshState((await new FakeExecutor(plan).download()).parameters));
	executor.rollout(requests.training(1));
	executor.keep([0, 1]);
	executor.rollout(requests.training(2));
	const { batch: sampled } = await executor.readRollouts();
	executor.keep([3, 2]);
	expect((await executor.readRollouts()).batch).toEqual(sampled);
	executor.keep([1, 0]);
	const { batch } = await executor.readRollouts();
	const rowsOf = (tokens: Int32Array) => [0, 1, 2, 3].map((g) => tokens.slice(4 * g, 4 * g + 4));
	const [a, b, c, d] = rowsOf(sampled.tokens);
	expect(rowsOf(batch.tokens)).toEqual([d, c, b, a]);
});
