import { expect, it } from "vitest";
import { anchorTree, type Visit } from "./anchorTree";

/** Two rollouts: x=1 pays 0, then x=2 pays 1 | x=1 pays 0.5, then x=3 pays 0. The second token is met in state "s" in both. */
const batch = {
	B: 2,
	T: 2,
	tokens: Int32Array.from([1, 2, 1, 3]),
	rewards: Float64Array.from([0, 1, 0.5, 0]),
	lengths: Int32Array.from([2, 2]),
};
const visit = (state: string, rollout: number, start: number): Visit => ({ state, rollout, start, end: start + 1 });
const visits = [visit("r", 0, 0), visit("s", 0, 1), visit("r", 1, 0), visit("s", 1, 1)];

it("merges equal states, parts them by step, and reads returns from there on", () => {
	const credit = Float64Array.from([1, 2, 3, 4]);
	// Paid before plus V: before token 0, before token 1, after.
	const exact = Float64Array.from([0.7, 0.6, 1, 0.7, 1.1, 0.5]);
	const tree = anchorTree(batch, visits, { exact, credit });
	expect(tree.names).toEqual([null, "r", null, "s", null, null]);
	expect([...tree.parent]).toEqual([-1, 0, 1, 0, 3, 3]);
	expect([...tree.next]).toEqual([6, 3, 3, 6, 5, 6]);
	expect([...tree.top]).toEqual([0, 0, 0, 2, 2, 3]);
	expect([...tree.count]).toEqual([4, 2, 2, 2, 1, 1]);
	expect([...tree.rows]).toEqual([0, 1, 0, 1]);
	// r: returns 1 and 0.5; s: 1 and 0.
	expect([...tree.value]).toEqual([0.625, 0.75, 0.75, 0.5, 1, 0]);
	expect([...tree.credit]).toEqual([2.5, 2, 2, 3, 2, 4]);
	// State s: 0.6 − 0 and 1.1 − 0.5; its steps: 1 − 0 and 0.5 − 0.5. Step in r: 0.6 and 1.1 after it.
	const want = [0.7, 0.85, 0.6, 1, 0];
	[1, 2, 3, 4, 5].forEach((i, k) => {
		expect(Math.abs((tree.exact[i] as number) - (want[k] as number))).toBeLessThanOrEqual(1e-12);
	});
});
