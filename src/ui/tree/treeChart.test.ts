// @vitest-environment jsdom
import { expect, it } from "vitest";
import { makeBatch } from "../../testing/fakeTrainer";
import { type PrefixNode, prefixTreeOf } from "./prefixTree";
import { drawTree, placeNodes } from "./treeChart";

const leaf = (start: number, end: number, rollout: number, value: number): PrefixNode => ({
	start,
	end,
	rollouts: [rollout],
	value,
	children: [],
});

it("places branches by token position and number of rollouts, with their gain over the branch they leave", () => {
	const children = [leaf(2, 4, 0, 1), leaf(2, 3, 1, 0)];
	const root: PrefixNode = { start: 0, end: 2, rollouts: [0, 1], value: 0.5, children };
	const places = placeNodes(root, 400, 100).map(({ x0, y0, gain }) => [x0, y0, gain]);
	expect(places).toEqual([
		[0, 0, 0],
		[200, 0, 0.5],
		[200, 50, -0.5],
	]);
});

it("draws again for another group what it would have drawn at once", () => {
	const { batch } = makeBatch({ groups: 2, size: 6, T: 7, vocab: 3 });
	const tokens = ["a", "b", "c"];
	const options = { width: 300, height: 120, pinned: null, hovered: null };
	const draw = (element: HTMLElement, members: number[]) =>
		drawTree(element, { root: prefixTreeOf(batch, members), batch, tokens }, options);
	const once = document.createElement("div");
	draw(once, [6, 7, 8, 9, 10, 11]);
	const twice = document.createElement("div");
	draw(twice, [0, 1, 2, 3, 4, 5]);
	draw(twice, [6, 7, 8, 9, 10, 11]);
	expect(twice.innerHTML).toBe(once.innerHTML);
});
