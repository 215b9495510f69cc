import { describe, expect, it } from "vitest";
import { resolveParams } from "../spec/params";
import { box } from "./box";
import { play } from "./walk";

const boxOf = (given: Record<string, unknown>) => box.build(resolveParams(box.params, given, "task box"));
const [left, down, right, up, solved] = [25, 26, 27, 28, 29];
const at = (me: number, place: number) => ({
	id: "by hand",
	prompt: [30, 12, 31, me, 32, place],
	data: { me, box: place },
});

describe("box", () => {
	it("is pushed by walking into it, stops at walls, and pays at its goal", () => {
		const { env } = boxOf({});
		expect(play(env, at(10, 11), [right, solved]).total).toBe(1);
		// Around in the corner of the wall, then up from below: c17 goes to c12.
		expect(play(env, at(21, 17), [left, 20, 17, right, 21, 17, right, 22, 17, up, solved]).total).toBe(1);
		// Against the wall nothing moves.
		expect(play(env, at(2, 7), [up, 2, 7, down, solved]).total).toBe(1);
	});

	it("knows that a box in a corner is lost, and that four moves are not enough for five", () => {
		const { env } = boxOf({});
		const start = env.start(at(1, 6));
		expect(env.decided?.(start)).toBeNull();
		const pushedAside = play(env, at(7, 6), [left, 6, 5]).states.at(-1);
		// On the edge it can only slide along the wall, and the goal is in the middle.
		expect(env.decided?.(pushedAside)).toBe(0);
		const short = boxOf({ actions: 4 }).env;
		expect(short.decided?.(short.start(at(24, 7)))).toBe(0);
	});

	it("refuses rooms that make no task, with the reason", () => {
		expect(() => boxOf({ side: 4, goal: 16 })).toThrow(/has cells 0 to 15/);
		expect(() => boxOf({ actions: 2, away: 4 })).toThrow(/no start that takes at least 4 and at most 2 moves/);
	});
});
