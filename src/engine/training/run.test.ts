import { describe, expect, test } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { FakeExecutor, type FakeOptions } from "../../testing/fakeExecutor";
import { ACTOR } from "../tasks/machine";
import type { Checkpoint } from "./checkpoint";
import type { RunEvent } from "./events";
import { Run, type RunOptions } from "./run";

type Of<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/** A run whose clock advances by `tick` ms whenever it is asked for. */
function scene({
	spec = coinSpec(),
	fakes = [{}] as FakeOptions[],
	from = undefined as Checkpoint | undefined,
	tick = 0,
} = {}) {
	const events: RunEvent[] = [];
	const executors: FakeExecutor[] = [];
	let clock = 0;
	let onEvent = (_: RunEvent) => {};
	const options: RunOptions = {
		spec,
		task: coinTask,
		createExecutor: async (plan) => {
			const executor = new FakeExecutor(plan, fakes[Math.min(executors.length, fakes.length - 1)]);
			executors.push(executor);
			return executor;
		},
		onEvent: (event) => {
			events.push(event);
			onEvent(event);
		},
		host: {
			now: () => {
				clock += tick;
				return clock;
			},
			breathe: async () => {},
		},
		...(from ? { from } : {}),
	};
	const run = new Run(options);
	const of = <T extends RunEvent["type"]>(type: T) => events.filter((e): e is Of<T> => e.type === type);
	const fingerprints = () => Object.fromEntries(of("fingerprint").map((e) => [e.step, e.fingerprint]));
	return {
		options,
		run,
		events,
		executors,
		of,
		fingerprints,
		clock: () => clock,
		react: (f: typeof onEvent) => {
			onEvent = f;
		},
	};
}

test("keeps the policy that sampled the rollouts it tells of: the one before the step", async () => {
	const { run, of, options } = scene({ spec: coinSpec({ steps: 4, evaluation: { every: 2, prompts: 6 } }) });
	await run.execute();
	const steps = of("rollouts").map((e) => e.step);
	expect(steps).toEqual([2, 4]);
	expect(await run.policyOf(3)).toBeNull();
	for (const step of steps) {
		const shorter = new Run({ ...options, spec: { ...options.spec, steps: step - 1 }, onEvent: () => {} });
		const { checkpoint } = await shorter.execute();
		expect(checkpoint?.step).toBe(step - 1);
		expect(await run.policyOf(step)).toEqual(checkpoint?.state.parameters);
	}
});

const tillIdle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a run", () => {
	test("reports every step once, fingerprints at 0, powers of two and last, and finishes", async () => {
		const s = scene();
		expect((await s.run.execute()).reason).toBe("done");
		expect(s.of("step").map((e) => e.metrics.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(s.of("fingerprint").map((e) => e.step)).toEqual([0, 1, 2, 4, 8, 10]);
		expect(new Set(Object.values(s.fingerprints())).size).toBe(6);
		expect(s.of("evaluation").map((e) => e.step)).toEqual([0, 5, 10]);
		expect(s.events.at(-1)).toEqual({ type: "finished", step: 10, reason: "done" });
		expect(s.executors[0]?.disposed).toBe(true);
	});

	test("repeats itself, and differs under another seed", async () => {
		const [a, b, c] = [scene(), scene({ tick: 900 }), scene({ spec: coinSpec({ seed: 2 }) })];
		for (const s of [a, b, c]) await s.run.execute();
		expect(b.fingerprints()).toEqual(a.fingerprints());
		expect(c.fingerprints()[10]).not.toBe(a.fingerprints()[10]);
	});

	test("resumed from a checkpoint ends where an uninterrupted one ends", async () => {
		const whole = scene();
		await whole.run.execute();
		const half = scene({ spec: coinSpec({ steps: 3 }) });
		const { checkpoint } = await half.run.execute();
		expect(checkpoint?.step).toBe(3);
		const rest = scene({ from: checkpoint as Checkpoint });
		await rest.run.execute();
		expect(rest.of("step").map((e) => e.metrics.step)).toEqual([4, 5, 6, 7, 8, 9, 10]);
		expect(whole.fingerprints()).toMatchObject(rest.fingerprints());
		expect(Object.keys(rest.fingerprints())).toEqual(["4", "8", "10"]);
	});

	test("survives a lost device: same end, every step told once", async () => {
		const whole = scene();
		await whole.run.execute();
		const s = scene({ fakes: [{ loseAt: 7 }, {}], tick: 3000 });
		expect((await s.run.execute()).reason).toBe("done");
		expect(s.executors.length).toBe(2);
		expect(s.of("step").map((e) => e.metrics.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(s.fingerprints()).toEqual(whole.fingerprints());
		expect(s.of("phase").some((e) => /device was lost; training goes on from step [1-6]/.test(e.note))).toBe(true);
	});

	test("gives up when the device is lost again and again without progress", async () => {
		const s = scene({ fakes: [{ loseAt: 1 }] });
		expect((await s.run.execute()).reason).toBe("failed");
		expect(s.executors.length).toBe(3);
		expect(s.of("failed")[0]).toMatchObject({ code: "device-lost", resumable: true });
	});

	test("stops at the first number that is not finite and names step and stage", async () => {
		const s = scene({ fakes: [{ breakAt: 6 }] });
		await s.run.execute();
		expect(s.of("step").map((e) => e.metrics.step)).toEqual([1, 2, 3, 4, 5]);
		expect(s.of("failed")[0]?.message).toMatch(/^Step 6: a number in loss is not finite; .* parameters of step 5/);
	});

	test("reports a sentence when the executor cannot be made", async () => {
		const s = scene();
		const failing = new Run({ ...s.options, createExecutor: () => Promise.reject(new Error("no adapter")) });
		expect((await failing.execute()).reason).toBe("failed");
		expect(s.of("failed")[0]).toMatchObject({ message: "no adapter", resumable: false });
	});
});

describe("checkpoints", () => {
	const spec = coinSpec({ steps: 800, evaluation: { every: 0 } });

	test("the first is told of after half a second, then the gaps double up to ten seconds; the last is at the end", async () => {
		const seconds: number[] = [];
		const s = scene({ spec, tick: 10 });
		s.react((e) => e.type === "checkpoint" && seconds.push(s.clock() / 1000));
		await s.run.execute();
		expect(seconds[0]).toBeLessThanOrEqual(1);
		const gaps = seconds.map((at, i) => at - (seconds[i - 1] ?? 0));
		for (const [i, least] of [0.5, 1, 2, 4, 8, 10].entries()) {
			expect(gaps[i]).toBeGreaterThanOrEqual(least - 0.1);
			expect(gaps[i]).toBeLessThanOrEqual(least + 0.5);
		}
		expect(s.of("checkpoint").at(-1)?.step).toBe(800);
		expect(s.run.latestCheckpoint?.step).toBe(800);
	});

	test("what a warm start took is worth one at once", async () => {
		const warm = coinSpec({ ...spec, warmStart: { success: 0.6, learningRate: 0.01, maxSteps: 100 } });
		for (const [given, first] of [
			[warm, 0],
			[spec, 800],
		] as const) {
			const s = scene({ spec: given, fakes: [{ successAfter: (n) => n / 40 }] });
			await s.run.execute();
			expect(s.of("checkpoint")[0]?.step).toBe(first);
		}
	});
});

describe("control", () => {
	test("pause stops within the queue, step does one, resume goes on, cancel ends with the latest parameters", async () => {
		const s = scene({ spec: coinSpec({ steps: 1000, evaluation: { every: 0 } }) });
		s.react((e) => e.type === "step" && e.metrics.step === 3 && s.run.pause());
		const ended = s.run.execute();
		await tillIdle();
		const paused = s.of("paused")[0]?.step as number;
		expect(paused).toBeLessThanOrEqual(6);
		expect(s.of("step").length).toBe(paused);
		s.run.step();
		await tillIdle();
		expect(s.of("paused").map((e) => e.step)).toEqual([paused, paused + 1]);
		expect(s.of("rollouts").at(-1)?.step).toBe(paused + 1);
		s.react((e) => e.type === "step" && e.metrics.step === paused + 20 && s.run.cancel());
		s.run.resume();
		const outcome = await ended;
		expect(outcome.reason).toBe("cancelled");
		expect(outcome.checkpoint?.step).toBe(s.of("step").at(-1)?.metrics.step);
		expect(s.events.at(-1)?.type).toBe("finished");
		expect(s.executors[0]?.disposed).toBe(true);
	});

	test("a step asked for before the start goes through the warm start and does one", async () => {
		const warm = coinSpec({ warmStart: { success: 0.6, learningRate: 0.01, maxSteps: 100 } });
		const s = scene({ spec: warm, fakes: [{ successAfter: (n) => n / 40 }] });
		s.run.step();
		const ended = s.run.execute();
		await tillIdle();
		expect(s.of("paused").map((e) => e.step)).toEqual([1]);
		expect(s.of("warm").at(-1)?.success).toBeGreaterThanOrEqual(0.6);
		s.run.cancel();
		await ended;
	});

	test("cancel ends a paused run, and rollouts can be looked at while it waits", async () => {
		const s = scene({ spec: coinSpec({ evaluation: { every: 2, prompts: 6 } }) });
		s.react((e) => e.type === "evaluation" && e.step === 4 && s.run.pause());
		const ended = s.run.execute();
		await tillIdle();
		const before = s.of("rollouts").length;
		s.run.requestRollouts();
		await tillIdle();
		expect(s.of("rollouts").length).toBe(before + 1);
		s.run.cancel();
		expect((await ended).reason).toBe("cancelled");
	});

	test("a pause does not change the numbers", async () => {
		const whole = scene();
		await whole.run.execute();
		const s = scene();
		s.react((e) => {
			if (e.type === "step" && e.metrics.step % 2 === 0) s.run.pause();
			if (e.type === "paused") queueMicrotask(() => s.run.resume());
		});
		await s.run.execute();
		expect(s.of("paused").length).toBeGreaterThan(1);
		expect(s.fingerprints()).toEqual(whole.fingerprints());
	});
});

describe("warm start", () => {
	const spec = coinSpec({ warmStart: { success: 0.6, learningRate: 0.01, maxSteps: 100 } });

	test("stops at the first measurement that reaches the rate, then trains with fresh moments", async () => {
		const s = scene({ spec, fakes: [{ successAfter: (n) => n / 40 }] });
		const { checkpoint } = await s.run.execute();
		// At rate n/40, of 8 and 4 rollouts that count: 0, then 2 + 2, then 4 + 4 of 12, the first at or above 0.6.
		expect(s.of("warm").map((e) => [e.step, e.success])).toEqual([
			[0, 0],
			[10, 4 / 12],
			[20, 8 / 12],
		]);
		expect(s.executors[0]?.supervised.length).toBe(20);
		expect(checkpoint?.state.step).toBe(10);
		expect(s.of("step").length).toBe(10);
	});

	test("gives up in a sentence after its limit", async () => {
		const s = scene({ spec, fakes: [{ successAfter: () => 0.25 }] });
		await s.run.execute();
		expect(s.of("failed")[0]?.message).toMatch(/^After 100 supervised steps the policy succeeds in 0\.\d+ of rollouts/);
	});

	test("demonstrates through the machine: weights where the policy acts, states along the way", async () => {
		const s = scene({ spec, fakes: [{ successAfter: (n) => n / 10 }] });
		await s.run.execute();
		const { plan, supervised } = s.executors[0]!;
		const batch = supervised[0]!;
		expect(batch.lengths).toEqual(new Int32Array(8).fill(2));
		expect([...batch.weights]).toEqual(Array.from({ length: 8 }, () => [1, 0]).flat());
		for (let row = 0; row < 8; row++) {
			const [call, flip] = [batch.states[2 * row]!, batch.states[2 * row + 1]!];
			expect(plan.machine.actor[call]).toBe(ACTOR.policy);
			expect(plan.machine.actor[flip]).toBe(ACTOR.environment);
			expect(plan.machine.next[call * 5 + batch.tokens[2 * row]!]).toBe(flip);
		}
		expect(supervised[1]?.tokens).not.toEqual(batch.tokens);
	});
});

describe("evaluation", () => {
	test("measures each prompt of its pool once, under keys of its own", async () => {
		const s = scene({ spec: coinSpec({ steps: 2, evaluation: { every: 1, prompts: 6 } }) });
		await s.run.execute();
		const keys = s.executors[0]!.calls.filter((call) => call.startsWith("rollout 4"));
		expect(keys.length).toBe(6);
		expect(new Set(keys).size).toBe(6);
		// Of 2 batches with 8 rollouts, of which the first 4 succeed, 8 and 4 rollouts count: (4 + 4) of 12.
		expect(s.of("evaluation")[0]?.success).toBeCloseTo(8 / 12, 12);
	});
});
