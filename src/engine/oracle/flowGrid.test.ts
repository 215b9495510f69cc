import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { type Flow, flowValues } from "./flowGrid";

const [steps, pull, noise, width] = [8, 1.5, 0.5, 0.7];
const target = [1, -0.5] as const;

/** A linear drift towards the target keeps x_k normal, so that everything is known in closed form. */
const linear: Flow = {
	steps,
	velocity: (_, x, y) => [pull * (target[0] - x), pull * (target[1] - y)],
	sigma: () => noise,
	reward: (x, y) => Math.exp(-((x - target[0]) ** 2 + (y - target[1]) ** 2) / (2 * width ** 2)),
};

/** E[exp(−d²/2r²)] of a normal with these means of d and this variance per axis. */
function closed(k: number, x: number, y: number): number {
	const shrink = 1 - pull / steps;
	let variance = 0;
	let left = 1;
	for (let i = k; i < steps; i++) {
		variance = variance * shrink ** 2 + noise ** 2 / steps;
		left *= shrink;
	}
	const total = width ** 2 + variance;
	const d2 = ((x - target[0]) * left) ** 2 + ((y - target[1]) * left) ** 2;
	return (width ** 2 / total) * Math.exp(-d2 / (2 * total));
}

describe("values of a flow on a grid", () => {
	const values = flowValues(linear);
	it("are those of the closed form where the drift is linear", () => {
		for (let k = 0; k <= steps; k++)
			for (const [x, y] of [
				[0, 0],
				[1, -0.5],
				[-1.3, 0.77],
				[2.2, 1.9],
			] as const)
				expect(Math.abs(values.value(k, x, y) - closed(k, x, y))).toBeLessThanOrEqual(2e-4);
	});

	it("make advantages that sum to the reward minus the first value, and average to nothing", () => {
		const rng = Rng.of(3).fork("flow");
		const normal = () => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
		const sums = new Float64Array(steps);
		const paths = 2000;
		for (let i = 0; i < paths; i++) {
			const path: [number, number][] = [[0, 0]];
			for (let k = 0; k < steps; k++) {
				const [x, y] = path[k]!;
				const [vx, vy] = linear.velocity(k, x, y);
				const spread = noise / Math.sqrt(steps);
				path.push([x + vx / steps + spread * normal(), y + vy / steps + spread * normal()]);
			}
			const advantages = values.advantages(path);
			const [x, y] = path[steps]!;
			const total = advantages.reduce((a, b) => a + b, 0);
			expect(Math.abs(total - (linear.reward(x, y) - values.value(0, 0, 0)))).toBeLessThanOrEqual(1e-12);
			advantages.forEach((a, k) => {
				sums[k]! += a / paths;
			});
		}
		// A step's advantage is below 1 in size; five standard errors of 2000 draws.
		for (const mean of sums) expect(Math.abs(mean)).toBeLessThanOrEqual(0.02);
	});

	it("follow a sampler without noise to its end", () => {
		const still = flowValues({ ...linear, sigma: () => 0 });
		const left = (1 - pull / steps) ** steps;
		const end = linear.reward(target[0] * (1 - left), target[1] * (1 - left));
		expect(Math.abs(still.value(0, 0, 0) - end)).toBeLessThanOrEqual(2e-3);
		expect(() => flowValues(linear, { size: 3 })).toThrow(/at least 4 points/);
	});
});
