// @vitest-environment jsdom
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeMetrics } from "../testing/fakeTrainer";
import { finitePoints, Telemetry } from "./telemetry";

beforeAll(() => void vi.useFakeTimers({ toFake: ["requestAnimationFrame", "performance", "setTimeout"] }));
afterAll(() => void vi.useRealTimers());

describe("Telemetry", () => {
	it("keeps every step, beyond its first capacity", () => {
		const telemetry = new Telemetry();
		for (let step = 1; step <= 1000; step++) telemetry.push(makeMetrics(step, { success: step / 1000 }), 10 * step);
		const { length, step, values } = telemetry.series;
		expect([length, step[0], step[999], values.success[499], values.tokensPerSecond[999]]).toEqual([
			1000, 1, 1000, 0.5, 10_000,
		]);
	});

	it("keeps what rollouts say with their step, whether it comes before or after the step", () => {
		const telemetry = new Telemetry();
		telemetry.push(makeMetrics(1), 0);
		telemetry.note(1, "semanticEntropy", 0.5);
		telemetry.note(2, "semanticEntropy", 0.7);
		for (const step of [2, 3]) telemetry.push(makeMetrics(step), 0);
		const { step, values, length } = telemetry.series;
		expect([...values.semanticEntropy.subarray(0, 3)]).toEqual([0.5, 0.7, Number.NaN]);
		expect([...finitePoints(step, values.semanticEntropy, length).x]).toEqual([1, 2]);
	});

	it("replaces steps that come again after a resume from an earlier checkpoint", () => {
		const telemetry = new Telemetry();
		for (const step of [1, 2, 3, 4]) telemetry.push(makeMetrics(step), 0);
		telemetry.push(makeMetrics(3, { success: 0.9, rounds: 4 }), 0);
		const { length, step, values } = telemetry.series;
		expect([length, step[2], values.success[2]]).toEqual([3, 3, 0.9]);
		expect([...values.rounds.subarray(0, 3)]).toEqual([1, 1, 4]);
	});

	it("draws once a picture however many steps arrive", () => {
		const telemetry = new Telemetry();
		const draw = vi.fn();
		telemetry.subscribe(draw);
		for (let step = 1; step <= 50; step++) telemetry.push(makeMetrics(step), 0);
		expect(draw).not.toHaveBeenCalled();
		vi.advanceTimersByTime(2000);
		expect(draw).toHaveBeenCalledTimes(1);
	});
});
