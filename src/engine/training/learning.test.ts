import { describe, expect, test } from "vitest";
import { echoSpec, echoTask, reinforceExecutor } from "../../testing/echoTask";
import type { ExperimentSpec } from "../spec/experiment";
import type { Checkpoint } from "./checkpoint";
import type { RunEvent } from "./events";
import { Recorder } from "./recorder";
import { Run } from "./run";
import { readRunFile, writeRunFile } from "./runFile";

/** A run of the loop on the float64 model. */
async function learn(spec: ExperimentSpec, from?: Checkpoint) {
	const events: RunEvent[] = [];
	const recorder = new Recorder();
	const run = new Run({
		spec,
		task: echoTask,
		createExecutor: async (plan) => reinforceExecutor(plan),
		onEvent(event) {
			events.push(event);
			recorder.add(event);
		},
		host: { now: () => 0, breathe: async () => {} },
		...(from ? { from } : {}),
	});
	const outcome = await run.execute();
	if (outcome.error) throw outcome.error;
	const of = <T extends RunEvent["type"]>(type: T) =>
		events.filter((e): e is Extract<RunEvent, { type: T }> => e.type === type);
	const fingerprints = of("fingerprint").map((e) => [e.step, e.fingerprint] as const);
	const file = () => writeRunFile(recorder.runFile(spec, run.model, echoTask.vocab.tokens, outcome.checkpoint));
	return { of, fingerprints, file };
}

describe("a tiny transformer", () => {
	test.each([1, 2, 3])("learns by reward alone, seed %i", async (seed) => {
		const { of } = await learn(echoSpec({ seed, steps: 80, evaluation: { every: 80, prompts: 16 } }));
		const [before, after] = of("evaluation");
		expect(before?.success).toBeLessThanOrEqual(0.5);
		expect(after?.success).toBeGreaterThanOrEqual(0.95);
	});

	test("learns from demonstrations until it succeeds as often as asked, and starts reinforcement there", async () => {
		const { of } = await learn(echoSpec({ steps: 1, warmStart: { success: 0.6, learningRate: 0.01, maxSteps: 200 } }));
		const measured = of("warm").map((e) => e.success!);
		expect(measured.length).toBeGreaterThan(1);
		expect(measured.at(-1)).toBeGreaterThanOrEqual(0.6);
		for (const earlier of measured.slice(0, -1)) expect(earlier).toBeLessThan(0.6);
	});

	test("resumed from a file has the fingerprints of an uninterrupted run, bit for bit", async () => {
		const whole = await learn(echoSpec({ steps: 12 }));
		const half = await learn(echoSpec({ steps: 5 }));
		const { checkpoint } = readRunFile(half.file(), "half.ascribe.zip");
		const rest = await learn(echoSpec({ steps: 12 }), checkpoint as Checkpoint);
		expect(rest.fingerprints.map(([step]) => step)).toEqual([8, 12]);
		expect(whole.fingerprints).toEqual(expect.arrayContaining(rest.fingerprints));
		expect(new Set(whole.fingerprints.map(([, print]) => print)).size).toBe(whole.fingerprints.length);
	});
});
