import { expect, it } from "vitest";
import { near, same } from "../../testing/near";
import { Rng } from "../core/rng";
import { valueLoss } from "./critic";

const PPO = {
	values: Float64Array.of(0.65, 0.45, 0.3, 0.9),
	oldValues: Float64Array.of(0.5, 0.4, 0.7, 0.6),
	targets: Float64Array.of(0.9377, 0.966, 0.98, 1),
};

it("takes the worse of the value and the clipped value, as worked by hand and as verl's function gives it", () => {
	near(valueLoss(PPO, { coef: 1, clip: 0.2 }).loss, 0.106428);
	const each = [0, 1, 2, 3].map((i) => {
		const at = (x: Float64Array) => x.slice(i, i + 1);
		const one = { values: at(PPO.values), oldValues: at(PPO.oldValues), targets: at(PPO.targets) };
		return 2 * valueLoss(one, { coef: 1, clip: 0.2 }).loss;
	});
	near(each, [0.082771, 0.266256, 0.4624, 0.04]);
});

it("does not move a value further once it has left the band and the band's edge is worse", () => {
	// Only the last leaves its band, .6 ± .2, for the better.
	const { dvalues } = valueLoss(PPO, { coef: 2, clip: 0.2 });
	same(dvalues, [-0.2877 / 2, -0.516 / 2, -0.68 / 2, 0]);
});

it("has the gradient of central differences, and without a clip is half the squared error", () => {
	const rng = Rng.of(5);
	const draw = () => Float64Array.from({ length: 40 }, () => rng.normal());
	const input = { values: draw(), oldValues: draw(), targets: draw() };
	const { dvalues } = valueLoss(input, { coef: 1, clip: 0.3 });
	expect(dvalues.filter((d) => d === 0).length).toBeGreaterThanOrEqual(5);
	const moved = (i: number, by: number) =>
		valueLoss({ ...input, values: input.values.map((v, j) => (i === j ? v + by : v)) }, { coef: 1, clip: 0.3 }).loss;
	for (const [i, d] of dvalues.entries()) near(d, (moved(i, 1e-6) - moved(i, -1e-6)) / 2e-6, 1e-8);
	const plain = input.values.reduce((sum, v, i) => sum + (v - input.targets[i]!) ** 2, 0) / 80;
	same(valueLoss(input, { coef: 1, clip: 0 }).loss, plain);
	expect(valueLoss({ values: draw().slice(0, 0), oldValues: draw(), targets: draw() }, { coef: 1, clip: 1 }).loss).toBe(
		0,
	);
});
