import { expose } from "comlink";
import { afterEach, describe, expect, test } from "vitest";
import { InvalidInput } from "../engine/core/errors";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { RunEvent } from "../engine/training/events";
import { readRunFile } from "../engine/training/runFile";
import { coinSpec, coinTask } from "../testing/coinTask";
import { FakeExecutor } from "../testing/fakeExecutor";
import { Trainer, type TrainerHost } from "./trainer";
import { connectTrainer } from "./trainerClient";

const breathe = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const until = async (condition: () => boolean) => {
	while (!condition()) await breathe();
};

const host: TrainerHost = {
	probe: async () => ({ status: "ok", adapter: "fake", software: true, advice: "" }),
	resolve(spec) {
		if (spec.task.id !== "coin") throw new InvalidInput(`There is no task "${spec.task.id}".`);
		return { spec, task: coinTask };
	},
	createExecutor: async (_, plan) => {
		const executor = new FakeExecutor(plan);
		// A step takes long enough for messages to arrive between steps.
		return Object.assign(executor, {
			metrics: async (inFlight: number) => {
				await breathe();
				return FakeExecutor.prototype.metrics.call(executor, inFlight);
			},
		});
	},
	now: () => performance.now(),
	breathe,
};

const ports: MessagePort[] = [];
afterEach(() => {
	for (const port of ports.splice(0)) port.close();
});

function scene() {
	const { port1, port2 } = new MessageChannel();
	ports.push(port1, port2);
	expose(new Trainer(host), port1);
	const client = connectTrainer(port2);
	const batches: RunEvent[][] = [];
	const run = (spec: ExperimentSpec) => client.run(spec, "cpu", (events) => void batches.push(events));
	const types = () => batches.flat().map((e) => e.type);
	const last = () => batches.flat().at(-1);
	return { client, batches, run, types, last };
}

describe("the trainer over a message channel", () => {
	test("probes, runs, tells everything in batches and resolves at the end", async () => {
		const { client, run, batches, types, last } = scene();
		expect((await client.probe()).adapter).toBe("fake");
		await run(coinSpec());
		await until(() => last()?.type === "finished");
		expect(types().filter((t) => t === "step").length).toBe(10);
		expect(types().indexOf("ready")).toBeLessThan(types().indexOf("step"));
		expect(batches.length).toBeLessThan(types().length);
		const file = readRunFile((await client.exportRun()) as Uint8Array, "run");
		expect(file.checkpoint?.step).toBe(10);
		expect(file.fingerprints.map((f) => f.step)).toEqual([0, 1, 2, 4, 8, 10]);
		expect(file.label?.adapter).toBe("fake");
		expect(file.rollouts.trim().split("\n").length).toBe(8);
		expect(JSON.parse(file.credit.split("\n")[7] as string)).toMatchObject({ id: "p3/1", advantage: [0, 0] });
	});

	test("pauses, steps, goes on and cancels", async () => {
		const { client, run, types, last } = scene();
		const steps = () => types().filter((t) => t === "step").length;
		const ended = run(coinSpec({ steps: 100_000, evaluation: { every: 0 } }));
		await until(() => steps() > 3);
		await client.pause();
		await until(() => last()?.type === "paused");
		const paused = steps();
		await client.step();
		await until(() => types().filter((t) => t === "paused").length === 2);
		expect(steps()).toBe(paused + 1);
		await client.resume();
		await until(() => steps() > paused + 3);
		await client.cancel();
		await ended;
		await until(() => last()?.type === "finished");
		expect(last()).toMatchObject({ reason: "cancelled", step: steps() });
	});

	test("a run that pauses does one step, however late the next word comes", async () => {
		const { client, batches, types, last } = scene();
		const ended = client.run(coinSpec(), "cpu", (events) => void batches.push(events), null, true);
		await until(() => types().includes("step") && last()?.type === "paused");
		expect(types().filter((t) => t === "step").length).toBe(1);
		await client.cancel();
		await ended;
	});

	test("a second run replaces the first", async () => {
		const first = scene();
		const ended = first.run(coinSpec({ steps: 100_000 }));
		await until(() => first.types().includes("step"));
		const events: RunEvent[] = [];
		await first.client.run(coinSpec({ seed: 2 }), "cpu", (e) => void events.push(...e));
		await ended;
		await until(() => events.at(-1)?.type === "finished");
		expect(events.at(-1)).toEqual({ type: "finished", step: 10, reason: "done" });
		expect(first.last()).toMatchObject({ type: "finished", reason: "cancelled" });
	});

	test("a spec that cannot run is a failure event with one sentence, not a rejection", async () => {
		const { run, batches } = scene();
		await run(coinSpec({ task: { id: "nothing" } }));
		await until(() => batches.length > 0);
		const message = 'There is no task "nothing".';
		expect(batches.flat()).toEqual([{ type: "failed", code: "invalid-input", message, step: 0, resumable: false }]);
	});
});
