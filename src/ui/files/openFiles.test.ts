import { beforeEach, describe, expect, it, vi } from "vitest";
import { batchOf } from "../../engine/credit/testing";
import type { FilesApi, FilesReport, FilesStep, FilesTable, NamedFile } from "../../workers/filesApi";
import { connectImports } from "../storage/keepImports";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { fileStore, groupAtHand, resetFiles } from "./fileStore";
import { closeFiles, connectFiles, moveFileStep, openFiles, showGroup, stepAtHand } from "./openFiles";

const batch = batchOf([{ tokens: [1, 2], reward: 1 }]);
const theirs = {
	method: "grpo",
	params: {},
	advantage: new Float64Array(2),
	terms: {},
	mask: batch.actionMask,
	cost: { extraTokens: 0, modelCalls: 0 },
};
const stepOfGroup = (group: number): FilesStep => ({
	batch,
	rows: [group],
	names: ["a"],
	step: group,
	groupsInStep: 1,
	theirs,
});
const lab = { credit: vi.fn(), twin: vi.fn() };
const nothingKept = { cancel: () => Promise.resolve(), imports: () => Promise.resolve([]) };

/** Puts a worker behind the page that can do so much. */
function connect(api: Partial<FilesApi>): void {
	const whole = { ...nothingKept, ...api } as FilesApi;
	connectFiles(whole, lab);
	connectImports(whole);
}

/** Groups whose answers come when the test says so. */
function slowGroups(): (group: number) => Promise<void> {
	const answers = new Map<number, () => void>();
	const stepOf = (group: number) =>
		new Promise<FilesStep>((resolve) => {
			answers.set(group, () => resolve(stepOfGroup(group)));
		});
	connect({ stepOf });
	return async (group) => {
		answers.get(group)?.();
		await vi.waitFor(() => expect(fileStore.getState().asked).not.toBe(group));
	};
}

/** One rollout a group, one group a step: the number of all three. */
const tableOf = (size: number): FilesTable => {
	const numbers = Array.from({ length: size }, (_, i) => i);
	return {
		ids: numbers.map(String),
		step: Float64Array.from(numbers),
		group: Int32Array.from(numbers),
		reward: new Float64Array(size),
		length: new Int32Array(size).fill(2),
		tools: numbers.map(() => ""),
		limited: new Uint8Array(size),
	};
};

beforeEach(() => {
	closeFiles();
	runStore.setState(runStore.getInitialState(), true);
	selectionStore.setState(selectionStore.getInitialState(), true);
});

describe("groups that are asked for faster than they are read", () => {
	it("the one that was asked for last is shown, whichever answer is slower", async () => {
		const answer = slowGroups();
		const [older, newer] = [showGroup(1), showGroup(2)];
		await answer(2);
		await newer;
		await answer(1);
		await older;
		expect(fileStore.getState()).toMatchObject({ group: 2, rows: [2] });
		expect(runStore.getState().latest?.step).toBe(2);
	});

	it("the next one counts from the one that is on its way", async () => {
		const answer = slowGroups();
		void showGroup(0);
		await answer(0);
		void showGroup(groupAtHand(fileStore.getState()) + 1);
		void showGroup(groupAtHand(fileStore.getState()) + 1);
		expect(groupAtHand(fileStore.getState())).toBe(2);
		expect(fileStore.getState().group).toBe(0);
		await answer(2);
		expect(fileStore.getState().group).toBe(2);
	});

	it("so does the next step", async () => {
		const answer = slowGroups();
		const table = tableOf(5);
		const steps = { steps: table.step, groups: table.group, curves: {} as never };
		resetFiles({ phase: "open", table, steps });
		void showGroup(1);
		await answer(1);
		moveFileStep(1);
		moveFileStep(1);
		expect(stepAtHand(fileStore.getState(), runStore.getState().latest)).toBe(3);
		moveFileStep(-1);
		await answer(2);
		expect(runStore.getState().latest?.step).toBe(2);
	});

	it("one that cannot be read leaves the one on screen at hand, and says why", async () => {
		const stepOf = (group: number) =>
			group === 0 ? Promise.resolve(stepOfGroup(0)) : Promise.reject(new Error("gone"));
		connect({ stepOf });
		await showGroup(0);
		await showGroup(1);
		expect(groupAtHand(fileStore.getState())).toBe(0);
		expect(fileStore.getState().problem).toBe("gone");
	});
});

describe("files that are closed, or give way to others, while they are read", () => {
	/** A reading whose table comes when the test says so. */
	function slowTable() {
		let arrive: (table: FilesTable) => void = () => undefined;
		const identify = vi.fn(() => Promise.resolve([]));
		connect({
			open: () => Promise.resolve({ formats: [], card: { shape: {} } } as unknown as FilesReport),
			table: () => new Promise<FilesTable>((resolve) => (arrive = resolve)),
			stepOf: (group: number) => Promise.resolve(stepOfGroup(group)),
			lint: () => Promise.resolve([]),
			identify,
		});
		return { arrive: (table: FilesTable) => arrive(table), identify };
	}
	const list: NamedFile[] = [{ name: "a.jsonl", file: new File([], "a.jsonl") }];

	it("do not come back when their table arrives", async () => {
		const { arrive, identify } = slowTable();
		const reading = openFiles(list);
		await Promise.resolve();
		closeFiles();
		arrive(tableOf(2));
		await reading;
		expect(fileStore.getState()).toMatchObject({ phase: "none", table: null });
		expect(runStore.getState().latest).toBeNull();
		expect(identify).not.toHaveBeenCalled();
	});
});

it("a group of which a part was shown while it was read, and that then turns out too large, is not shown in part", async () => {
	const table = { ...tableOf(3), group: new Int32Array(3), step: new Float64Array(3) };
	let asked = 0;
	connect({
		open: async (_, tell) => {
			tell({ read: 1, total: 2, steps: 1, rollouts: 1, groups: 1, format: "" });
			await vi.waitFor(() => expect(runStore.getState().latest).not.toBeNull());
			return { formats: [], card: { shape: {} } } as unknown as FilesReport;
		},
		table: () => Promise.resolve(table),
		stepOf: () =>
			asked++ === 0 ? Promise.resolve(stepOfGroup(0)) : Promise.reject(new Error("Group 1 is too large.")),
		lint: () => Promise.resolve([]),
		identify: () => new Promise(() => undefined),
	});
	await openFiles([{ name: "a.jsonl", file: new File([], "a.jsonl") }]);
	expect(runStore.getState().latest).toBeNull();
	expect(fileStore.getState()).toMatchObject({
		phase: "open",
		rows: [],
		problem: "Group 1 is too large.",
		findings: [],
	});
});
