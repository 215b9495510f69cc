import { scaleLinear } from "d3-scale";
import fc from "fast-check";
import { expect, it } from "vitest";
import { linearScale } from "./linearScale";

it("maps and ticks as the scale of d3 does, upwards and downwards", () => {
	const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
	fc.assert(
		fc.property(number, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), number, (low, width, x) => {
			const [domain, range] = [
				[low, low + width],
				[172, 8],
			] as const;
			const [ours, theirs] = [linearScale(domain, range), scaleLinear(domain, range)];
			expect(Math.abs(ours(x) - theirs(x)) / Math.max(1, Math.abs(theirs(x)))).toBeLessThanOrEqual(1e-9);
			expect(ours.ticks(3)).toEqual(theirs.ticks(3));
			expect([ours.domain(), ours.range(), ours.copy()(x)]).toEqual([theirs.domain(), theirs.range(), ours(x)]);
		}),
	);
});
