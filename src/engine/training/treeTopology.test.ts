import { expect, it } from "vitest";
import { sampledTokens, treeOrigins, treeOwner } from "./treeTopology";

const tree = { branching: 2, segment: 3 };

it("lets rollouts walk together until their branches part", () => {
	const owners = (t: number) => Array.from({ length: 8 }, (_, b) => treeOwner(tree, 8, b, t));
	expect(owners(0)).toEqual([0, 0, 0, 0, 4, 4, 4, 4]);
	expect(owners(2)).toEqual(owners(0));
	expect(owners(3)).toEqual([0, 0, 2, 2, 4, 4, 6, 6]);
	expect(owners(6)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(owners(99)).toEqual(owners(6));
	// The second group of a batch is a tree of its own.
	expect(treeOwner(tree, 8, 13, 3)).toBe(12);
	expect(treeOwner({}, 8, 5, 0)).toBe(5);
});

it("names the parent of each rollout and what it shares with it", () => {
	const { parent, branchAt } = treeOrigins(tree, 8, 8);
	expect([...parent!]).toEqual([-1, 0, 0, 2, -1, 4, 4, 6]);
	expect([...branchAt!]).toEqual([0, 6, 3, 6, 0, 6, 3, 6]);
	expect(treeOrigins({}, 8, 8)).toEqual({});
});

it("counts tokens that rollouts write together once", () => {
	// 2 branches of 3 tokens, 4 of 3, 8 of 2.
	expect(sampledTokens(tree, 8, 8, new Uint8Array(64).fill(1))).toBe(6 + 12 + 16);
	expect(sampledTokens({}, 8, 8, new Uint8Array(64).fill(1))).toBe(64);
});
