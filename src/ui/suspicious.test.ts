import { beforeEach, expect, it } from "vitest";
import { batchOf } from "../engine/credit/testing";
import type { Latest, Run } from "./stores/run";
import { runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";
import { dropsOf, nextSuspicious, pinSomething } from "./suspicious";

const batch = batchOf([
	{ tokens: [1, 2, 3], group: 0 },
	{ tokens: [1, 2, 3], mask: [1, 0, 1], group: 1 },
	{ tokens: [1, 2, 3], group: 1 },
]);
const advantage = Float64Array.of(0, -0.2, 0.1, -0.1, -9, -0.5, 0.3, 0.3, 0);
const credit = {
	method: "grpo",
	params: {},
	advantage,
	terms: {},
	mask: batch.actionMask,
	cost: { extraTokens: 0, modelCalls: 0 },
};
const latest = { step: 1, batch, credit, spec: {} } as unknown as Latest;
const truth = (values: number[]) => ({ advantage: Float64Array.from(values) });
const exact = {
	of: latest,
	groups: new Map([[1, { ok: true, truths: [truth([0, 0, -0.1]), truth([-0.7, 0, 0])] }]]),
} as unknown as Run["exact"];

beforeEach(() => {
	runStore.setState({ ...runStore.getInitialState(), latest }, true);
	selectionStore.setState(selectionStore.getInitialState(), true);
});

it("finds each rollout's worst policy token by the credit of the method, where nothing better is known", () => {
	expect(dropsOf(latest, null).map((d) => [d.rollout, d.token, d.loss, d.exact])).toEqual([
		[1, 2, -0.5, false],
		[0, 1, -0.2, false],
	]);
});

it("trusts exact values alone, where a group has them", () => {
	expect(dropsOf(latest, exact).map((d) => [d.rollout, d.token, d.loss])).toEqual([
		[2, 0, -0.7],
		[1, 2, -0.1],
	]);
});

it("goes from the worst to the next, group and token, and round again", () => {
	runStore.setState({ exact });
	for (const place of [
		{ rollout: 2, token: 0 },
		{ rollout: 1, token: 2 },
		{ rollout: 2, token: 0 },
	]) {
		nextSuspicious();
		expect(selectionStore.getState()).toMatchObject({ group: 1, pinned: place });
	}
});

it("pins where the group on screen lost most, or its start, and leaves a pin where it is", () => {
	const pinnedIn = (group: number | null, exactly: Run["exact"]) => {
		runStore.setState({ exact: exactly });
		selectionStore.setState({ group, pinned: null });
		pinSomething();
		return selectionStore.getState().pinned;
	};
	expect(pinnedIn(null, null)).toEqual({ rollout: 0, token: 1 });
	expect(pinnedIn(1, null)).toEqual({ rollout: 1, token: 2 });
	expect(pinnedIn(0, exact)).toEqual({ rollout: 0, token: 0 });
	selectionStore.setState({ pinned: { rollout: 2, token: 1 } });
	pinSomething();
	expect(selectionStore.getState().pinned).toEqual({ rollout: 2, token: 1 });
});

it("pins in a group that is not among the worst of a large batch, too", () => {
	const many = batchOf(Array.from({ length: 250 }, (_, group) => ({ tokens: [1, 2], group })));
	// Every rollout lost something, the later ones less; the list that people walk ends at 200.
	const lost = Float64Array.from({ length: 500 }, (_, i) => (i % 2 === 1 ? -1 / (i + 1) : 0));
	const large = { ...latest, batch: many, credit: { ...credit, advantage: lost } } as Latest;
	expect(dropsOf(large, null)).toHaveLength(200);
	runStore.setState({ latest: large });
	selectionStore.setState({ group: 240 });
	pinSomething();
	expect(selectionStore.getState().pinned).toEqual({ rollout: 240, token: 1 });
});
