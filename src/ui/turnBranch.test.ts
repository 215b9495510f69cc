// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf } from "../engine/credit/testing";
import { PRESETS } from "../engine/spec/presets";
import type { BranchAnswer, BranchQuestion, LabApi } from "../workers/labApi";
import { connectExact } from "./exact";
import { askBranch, connectLab } from "./lab";
import { type Latest, runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";
import {
	branchHere,
	foundText,
	isOnScreen,
	placeOf,
	stopTurnBranch,
	turnBranchStore,
	valueAfter,
	waysOf,
} from "./turnBranch";

const spec = PRESETS[0]?.spec;
if (!spec) throw new Error("There is no preset.");
/** One group: two turns, the first of which is answered by token 9; a rollout that ends with its second turn. */
const batch = batchOf([
	{ tokens: [1, 2, 9, 3, 4, 9], mask: [1, 1, 0, 1, 1, 0], reward: 0.5 },
	{ tokens: [1, 2, 9, 5], mask: [1, 1, 0, 1], reward: 1 },
]);
const credit = {
	method: "grpo",
	params: {},
	advantage: new Float64Array(batch.B * batch.T),
	terms: {},
	mask: batch.actionMask,
	cost: { extraTokens: 0, modelCalls: 0 },
};
const latest: Latest = { step: 1, batch, credit, spec };
const shown = { batch, group: 0, members: [0, 1], tokens: [] };

const branch = vi.fn<LabApi["branch"]>();
const cancelBranch = vi.fn(async () => undefined);
const unasked = () => Promise.reject(new Error("not asked here"));
connectLab({ branch, cancelBranch, credit: unasked, tree: unasked } as unknown as LabApi);
connectExact({ exact: unasked, cancelExact: async () => undefined }, { policyOf: async () => Float32Array.of(1) });

const worth = (mean: number, n: number): BranchAnswer => ({
	values: Array.from({ length: n }, (_, k) => ({ n: k + 1, mean, lo: mean - 0.1, hi: mean + 0.1 })),
	continuations: [],
});
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const found = () => turnBranchStore.getState().branch;

beforeEach(() => {
	branch.mockReset().mockImplementation(async ({ prefix, samples }) => worth(prefix.length / 10, samples));
	cancelBranch.mockClear();
	selectionStore.setState({ ...selectionStore.getInitialState(), pinned: { rollout: 0, token: 4 } }, true);
	runStore.setState({ ...runStore.getInitialState(), spec, latest }, true);
	turnBranchStore.setState({ branch: null });
});

describe("what is studied at a token", () => {
	it("is what the policy wrote in its turn", () => {
		expect(placeOf(shown, { rollout: 0, token: 4 })).toEqual({ rollout: 0, unit: "turn", span: { from: 3, to: 5 } });
		expect(placeOf(shown, { rollout: 1, token: 2 })).toEqual({ rollout: 1, unit: "turn", span: { from: 0, to: 2 } });
	});

	it("is the token itself where rollouts have one turn and no steps", () => {
		const one = batchOf([{ tokens: [1, 2, 3] }, { tokens: [1, 2, 4] }]);
		const place = placeOf({ ...shown, batch: one }, { rollout: 1, token: 2 });
		expect(place).toEqual({ rollout: 1, unit: "token", span: { from: 2, to: 3 } });
	});
});

describe("a branch at a turn", () => {
	it("samples from before it, then from after it", async () => {
		branchHere();
		await settle();
		expect(branch.mock.calls.map(([{ prefix }]) => [...prefix])).toEqual([
			[1, 2, 9],
			[1, 2, 9, 3, 4],
		]);
		expect(found()).toMatchObject({ busy: false, problem: "", samples: 64, ended: null });
		expect(found()?.before?.values.at(-1)?.mean).toBe(0.3);
		expect(valueAfter(found() as never)?.mean).toBe(0.5);
	});

	it("is not taken back by news that come in after the answer", async () => {
		const late: (() => void)[] = [];
		branch.mockImplementation(async ({ samples }, onNews) => {
			late.push(() => onNews(worth(0.2, 48)));
			return worth(0.3, samples);
		});
		branchHere();
		await settle();
		for (const tell of late) tell();
		expect(found()?.before?.values).toHaveLength(64);
		expect(found()?.after?.values).toHaveLength(64);
	});

	it("knows what comes after the last turn: the return", async () => {
		selectionStore.setState({ pinned: { rollout: 1, token: 3 } });
		branchHere();
		await settle();
		expect(branch).toHaveBeenCalledTimes(1);
		expect(valueAfter(found() as never)).toEqual({ mean: 1, lo: 1, hi: 1 });
	});

	it("is on screen as long as a token of it is pinned in the same rollouts", async () => {
		branchHere();
		await settle();
		const at = (rollout: number, token: number) => {
			selectionStore.setState({ pinned: { rollout, token } });
			return isOnScreen(found() as never);
		};
		expect([at(0, 3), at(0, 4), at(0, 2), at(1, 3)]).toEqual([true, true, false, false]);
		selectionStore.setState({ pinned: { rollout: 0, token: 3 } });
		runStore.setState({ latest: { ...latest, step: 2 } });
		expect(isOnScreen(found() as never)).toBe(false);
	});

	it("keeps what it has when stopped, and does not go on with what comes after", async () => {
		let finish: (answer: BranchAnswer) => void = () => undefined;
		branch.mockImplementation(async (_: BranchQuestion, onNews) => {
			onNews(worth(0.7, 16));
			return new Promise((resolve) => {
				finish = resolve;
			});
		});
		branchHere();
		await settle();
		expect(found()).toMatchObject({ busy: true });
		stopTurnBranch();
		expect(cancelBranch).toHaveBeenCalledTimes(1);
		finish(worth(0.7, 16));
		await settle();
		expect(branch).toHaveBeenCalledTimes(1);
		expect(found()).toMatchObject({ busy: false, after: null });
		expect(found()?.before?.values).toHaveLength(16);
	});

	it.each([
		[
			"somebody else branches",
			() => void askBranch(latest, 1, 1, { samples: 16, seed: 1 }, new AbortController(), () => undefined),
		],
		["another turn is pinned", () => selectionStore.setState({ pinned: { rollout: 1, token: 3 } })],
		["other rollouts are shown", () => runStore.setState({ latest: { ...latest, step: 2 } })],
	])("ends when %s, and asks for nothing more", async (_, act) => {
		const finish: ((answer: BranchAnswer) => void)[] = [];
		branch.mockImplementation(() => new Promise((resolve) => void finish.push(resolve)));
		branchHere();
		await settle();
		act();
		await settle();
		expect(cancelBranch).toHaveBeenCalledTimes(1);
		const asked = branch.mock.calls.length;
		for (const end of finish) end(worth(0.3, 16));
		await settle();
		expect(branch).toHaveBeenCalledTimes(asked);
		expect(found()).toMatchObject({ busy: false, after: null, problem: "" });
		expect(found()?.before?.values).toHaveLength(16);
	});

	it("says why it cannot be", async () => {
		branch.mockRejectedValue(new Error("This prompt is none of the task's."));
		branchHere();
		await settle();
		expect(found()).toMatchObject({ busy: false, problem: "This prompt is none of the task's." });
	});
});

it("counts what was done instead up to the first reply, the most frequent first", () => {
	const ways = waysOf(
		[
			{ tokens: [1, 2, 9, 3], acted: 2, total: 1 },
			{ tokens: [4], acted: 1, total: 0.5 },
			{ tokens: [1, 2, 9, 5], acted: 2, total: 0 },
		],
		null,
	);
	expect(ways).toEqual([
		{ tokens: [1, 2], count: 2, mean: 0.5 },
		{ tokens: [4], count: 1, mean: 0.5 },
	]);
	expect(waysOf([{ tokens: [1, 2, 9], acted: 2, total: 1 }], 1)[0]?.tokens).toEqual([1]);
});

it("says how many ways on were found, not how many were asked for", () => {
	const found = (before: number | null, after: number | null, ended: number | null = null) =>
		foundText({
			before: before === null ? null : worth(0, before),
			after: after === null ? null : worth(0, after),
			ended,
		});
	expect(found(64, 64)).toBe("64 from before it, 64 after.");
	expect(found(32, null)).toBe("32 from before it, none after.");
	expect(found(64, 3)).toBe("64 from before it, 3 after.");
	expect(found(1, null)).toBe("1 from before it, none after.");
	expect(found(64, null, 0.3)).toBe("64 from before it; it is the end.");
	expect(found(null, null)).toBe("No ways on were found.");
});
