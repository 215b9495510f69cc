import { describe, expect, it } from "vitest";
import { resolveParams } from "../spec/params";
import { keydoor } from "./keydoor";
import { withReward } from "./ownReward";
import { play } from "./walk";

const task = keydoor.build(
	resolveParams(keydoor.params, { distractors: 1, colours: 2, rewards: "apples" }, "task keydoor"),
);
const item = task.item("train", 0);
/** take-red grab apple door open. */
const won = ["take-red", "grab", "apple", "door", "open"].map((name) => task.vocab.tokens.indexOf(name));

describe("withReward", () => {
	it("pays what the formula says: no apples, a price on each of the policy's tokens", () => {
		const own = withReward(task, 'if(is("apple"), 0, r) - 0.1 * policy');
		const { rewards, success } = play(own.env, item, won);
		[-0.1, -0.1, 0, 0, 0.9].forEach((r, t) => {
			expect(Math.abs(rewards[t]! - r)).toBeLessThanOrEqual(1e-12);
		});
		expect(success).toBe(true);
	});

	it("works the known returns out again", () => {
		const own = withReward(task, "2 * r");
		// Door 1, and an apple of 0.3 in half of the grabs.
		expect(Math.abs(own.optimalReturn! - 2 * 1.15)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(own.returnRange - 2 * 1.3)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(own.randomReturn! - 2 * task.randomReturn!)).toBeLessThanOrEqual(1e-12);
		expect(withReward(task, "-r").lowestReturn).toBeCloseTo(-1.3, 12);
	});

	it("does not change what success is, even where it pays nothing", () => {
		const own = withReward(task, "0");
		expect(play(own.env, item, won).success).toBe(true);
		expect(own.success(item, won, 0)).toBe(true);
		expect(own.success(item, [...won.slice(0, -1), task.vocab.tokens.indexOf("skip")], 0)).toBe(false);
	});

	it("refuses tokens that are not there and numbers that are none", () => {
		expect(() => withReward(task, 'is("pear")')).toThrow(/names the token "pear"; the task has red/);
		expect(() => withReward(task, "1 / r")).toThrow(/pays Infinity for "take-red"/);
		expect(() => withReward(task, 'if(is("open"), 1 / 0, r)')).toThrow(/pays Infinity for "open"/);
	});
});
