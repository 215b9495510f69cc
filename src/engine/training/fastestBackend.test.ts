import { describe, expect, it } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { FakeExecutor } from "../../testing/fakeExecutor";
import type { TrainingPlan } from "./executor";
import { fastestBackend } from "./fastestBackend";
import { planOf } from "./plan";

const plan = planOf(coinSpec(), coinTask);

/** An executor whose steps take `ms` on a clock of its own; the first one takes longer. */
function scene() {
	let clock = 0;
	const opened: FakeExecutor[] = [];
	const candidate = (name: string, ms: number, first = ms) => ({
		name,
		async open(p: TrainingPlan) {
			const executor = new (class extends FakeExecutor {
				override train(step: number): void {
					clock += step === 1 ? first : ms;
					super.train(step);
				}
			})(p);
			opened.push(executor);
			return executor;
		},
	});
	const broken = {
		name: "broken",
		open: async () => {
			throw new Error("No adapter.");
		},
	};
	return { candidate, broken, opened, now: () => clock };
}

describe("the choice of a backend", () => {
	it("falls on the fastest, first steps left out, and disposes of the others", async () => {
		const { candidate, opened, now } = scene();
		const choice = await fastestBackend([candidate("gpu", 4, 900), candidate("wasm", 30)], plan, now);
		expect(choice.name).toBe("gpu");
		expect(choice.executor).toBe(opened[0]);
		expect(opened.map((e) => e.disposed)).toEqual([false, true]);
		expect(choice.why).toBe("gpu: a step takes gpu 4.0 ms, wasm 30 ms.");
	});

	it("disposes of one that opens and then fails", async () => {
		const { candidate, opened, now } = scene();
		const lost = {
			name: "lost",
			async open(p: TrainingPlan) {
				opened.push(new FakeExecutor(p, { loseAt: 2 }));
				return opened.at(-1)!;
			},
		};
		expect((await fastestBackend([lost, candidate("wasm", 30)], plan, now)).name).toBe("wasm");
		expect(opened[0]!.disposed).toBe(true);
	});

	it("falls on the one that works", async () => {
		const { candidate, broken, now } = scene();
		const choice = await fastestBackend([broken, candidate("wasm", 30)], plan, now);
		expect(choice.name).toBe("wasm");
		expect(choice.why).toBe("wasm: a step takes broken failed, wasm 30 ms.");
	});

	it("fails with the reason when nothing works", async () => {
		const { broken, now } = scene();
		await expect(fastestBackend([broken], plan, now)).rejects.toThrow("No adapter.");
	});
});
