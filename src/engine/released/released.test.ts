import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { creditDifference, lossDifference, type ReleasedRuns, signalDifference } from "../../testing/released";
import { METHODS } from "../credit/registry";
import { LOSSES } from "../losses/registry";

// Goldens are what released code gave when it was run, unchanged, in float64 on random rollouts with holes, equal returns and groups of one. Each file
// names repository and commit, each entry the function. Where a function draws at random (`compute_policy_loss_clip_cov`), its permutation was
// replaced by the order of covariances that we take.
const folder = new URL("./", import.meta.url);
const FILES = readdirSync(folder).filter((name) => name.endsWith(".json"));
const RUNS = FILES.map((name): ReleasedRuns => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

/** What epsilons that releases add to counts (1e-8) and steps in float32 (verl-agent's returns) leave. */
const CLOSE = 1e-7;

describe.each(RUNS)("$repository at $commit", (runs) => {
	it.each(runs.credit)("$function is $method:$preset", (run) => {
		expect(creditDifference(runs, run)).toBeLessThanOrEqual(CLOSE);
	});
	it.each(runs.losses)("$function is $loss:$preset", (run) => {
		const { value, gradient } = lossDifference(runs, run);
		expect(value).toBeLessThanOrEqual(CLOSE);
		expect(gradient).toBeLessThanOrEqual(CLOSE);
	});
	it.each(runs.signals ?? [])("$function is $provider", (run) => {
		expect(signalDifference(runs, run)).toBeLessThanOrEqual(CLOSE);
	});
});

describe("presets named after an implementation", () => {
	const run = new Set(
		RUNS.flatMap(({ credit, losses }) => [
			...credit.map(({ method, preset }) => `${method}:${preset}`),
			...losses.map(({ loss, preset }) => `loss ${loss}:${preset}`),
		]),
	);
	const named = (entries: typeof METHODS | typeof LOSSES, kind = "") =>
		entries.flatMap(({ id, presets }) =>
			Object.keys(presets)
				.filter((preset) => /verl|trl|released|openrlhf/i.test(preset))
				.map((preset) => `${kind}${id}:${preset}`),
		);
	it.each([...named(METHODS), ...named(LOSSES, "loss ")])("%s was compared with it", (preset) => {
		expect(run).toContain(preset);
	});
});
