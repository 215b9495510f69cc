import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runOnLines } from "./testing";

const run = runOnLines(mkdtempSync(join(tmpdir(), "ascribe-")));

describe("ascribe loss", () => {
	const rows = [
		{ id: "a", tokens: [1, 2], logprobs: [-1, -1], new_logprobs: [-1, -1], advantage: [1, null] },
		{ id: "b", tokens: [1, 2], mask: [0, 1], logprobs: [-1, -1], new_logprobs: [-1, -0.5], advantage: [0, 2] },
	];
	it("prints the loss, then dL/dlogp a rollout; tokens without credit do not count", async () => {
		const { status, output } = await run(rows, "loss", "--loss", "ppo");
		expect(status).toBe(0);
		expect(output[0]).toMatchObject({ loss: -(1 + 2 * 1.2) / 2 });
		expect(output.slice(1)).toEqual([
			{ id: "a", dlogp: [-0.5, 0] },
			{ id: "b", dlogp: [0, 0] },
		]);
	});
	it("tells of the divergence and the entropy where the rollouts carry what they follow from, and of neither elsewhere", async () => {
		const metricsOf = async (more: object) =>
			(await run([{ ...rows[0], ...more }], "loss", "--loss", "ppo")).output[0]?.metrics as Record<string, number>;
		expect(Object.keys(await metricsOf({}))).toEqual(["policyLoss", "clipFraction", "meanRatio", "tokens"]);
		// One token counts; d = −1 − (−1.5), k3 = exp(−d) + d − 1.
		const told = await metricsOf({ ref_logprobs: [-1.5, -9], entropy: [0.7, 9] });
		expect(told.kl).toBeCloseTo(Math.exp(-0.5) + 0.5 - 1, 12);
		expect(told.entropy).toBeCloseTo(0.7, 12);
	});
	it("tells of neither where a counted token lacks it, unless the loss reads it", async () => {
		const gaps = { ...rows[1], mask: [1, 1], ref_logprobs: [-1, null], entropy: [null, 0.3] };
		const plain = await run([gaps], "loss", "--loss", "ppo");
		expect({ status: plain.status, stderr: plain.stderr }).toEqual({ status: 0, stderr: "" });
		// Advantages 0 and 2, ratios 1 and e^.5, cut to 1.2.
		expect(plain.output[0]!.loss).toBeCloseTo(-1.2, 12);
		expect(Object.keys(plain.output[0]!.metrics as object)).toEqual([
			"policyLoss",
			"clipFraction",
			"meanRatio",
			"tokens",
		]);
		const read = await run([gaps], "loss", "--loss", "ppo", "--param", "klCoef=0.1");
		expect(read.status).toBe(2);
		expect(read.stderr).toMatch(/line 1: ref_logprobs, entry 1 is null; this loss needs a number/);
	});
	it("names what is missing", async () => {
		const { status, stderr } = await run([{ ...rows[0], new_logprobs: undefined }], "loss", "--loss", "ppo");
		expect(status).toBe(2);
		expect(stderr).toMatch(/line 1: new_logprobs is missing/);
	});
});
