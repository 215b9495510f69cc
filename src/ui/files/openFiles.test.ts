import { expect, it, vi } from "vitest";
import { batchOf } from "../../engine/credit/testing";
import type { FilesApi, FilesStep } from "../../workers/filesApi";
import { runStore } from "../stores/run";
import { fileStore } from "./fileStore";
import { connectFiles, showGroup } from "./openFiles";

it("shows the group that was asked for last, whichever answer is slower", async () => {
	const batch = batchOf([{ tokens: [1, 2], reward: 1 }]);
	const theirs = {
		method: "grpo",
		params: {},
		advantage: new Float64Array(2),
		terms: {},
		mask: batch.actionMask,
		cost: { extraTokens: 0, modelCalls: 0 },
	};
	const answers: (() => void)[] = [];
	const stepOf = (group: number) =>
		new Promise<FilesStep>((resolve) => {
			answers[group] = () => resolve({ batch, rows: [group], names: ["a"], step: group, groupsInStep: 1, theirs });
		});
	connectFiles({ stepOf } as unknown as FilesApi, { credit: vi.fn(), twin: vi.fn() });
	const [older, newer] = [showGroup(1), showGroup(2)];
	answers[2]!();
	await newer;
	answers[1]!();
	await older;
	expect(fileStore.getState()).toMatchObject({ group: 2, rows: [2] });
	expect(runStore.getState().latest?.step).toBe(2);
});
