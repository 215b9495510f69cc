// @vitest-environment jsdom
import { expect, it } from "vitest";
import { rolloutTree } from "../../engine/rollouts/rolloutTree";
import { makeBatch } from "../../testing/fakeTrainer";
import { creditScale } from "../charts/creditScale";
import { drawTree, markPath } from "./treeChart";
import { visibleNodes } from "./treeView";

const { batch } = makeBatch({ groups: 2, size: 6, T: 7, vocab: 3 });
const options = { width: 300, height: 120, label: "Tree", current: 1, found: new Set([2]) };

function draw(element: HTMLElement, members: number[]) {
	const tree = rolloutTree(batch, members, { exact: null, credit: null });
	const placed = visibleNodes(tree, { root: 0, width: 300, height: 120, colour: "value" });
	const textOf = (i: number) => `<b>${i}</b>`;
	drawTree(element, { tree, placed, scale: creditScale([1]), textOf, byChance: (i) => i === 0 }, options);
	return { tree, placed };
}

it("draws again for another group what it would have drawn at once, texts as text", () => {
	const once = document.createElement("div");
	const { placed } = draw(once, [6, 7, 8, 9, 10, 11]);
	const twice = document.createElement("div");
	draw(twice, [0, 1, 2, 3, 4, 5]);
	draw(twice, [6, 7, 8, 9, 10, 11]);
	expect(twice.innerHTML).toBe(once.innerHTML);
	expect(once.querySelectorAll('[role="treeitem"]')).toHaveLength(placed.length);
	expect(once.querySelector("b")).toBeNull();
});

it("says which node is under study, and outlines the way to one", () => {
	const element = document.createElement("div");
	const { tree } = draw(element, [0, 1, 2, 3, 4, 5]);
	const item = element.querySelector('[aria-selected="true"]');
	expect(element.querySelector("svg")?.getAttribute("aria-activedescendant")).toBe(item?.id);
	markPath(element, tree, 2);
	const on = [...element.querySelectorAll<SVGGElement>('[data-on="true"]')].map((g) => Number(g.dataset.node));
	const way: number[] = [];
	for (let node = 2; node >= 0; node = tree.parent[node]!) way.unshift(node);
	// Nodes without tokens are not drawn.
	expect(on).toEqual(way.filter((node) => tree.end[node]! > tree.start[node]! && tree.start[node]! >= 0));
	expect(on).toContain(2);
	markPath(element, tree, -1);
	expect(element.querySelectorAll('[data-on="true"]')).toHaveLength(0);
});
