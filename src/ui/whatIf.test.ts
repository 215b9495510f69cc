// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import type { TokenEdit } from "../engine/rollouts/editBatch";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import type { EditAnswer, LabApi } from "../workers/labApi";
import { connectLab } from "./lab";
import { type Latest, runStore } from "./stores/run";
import { dropEdits, editToken } from "./whatIf";

const latestAt = (step: number): Latest => ({ step, spec: PRESETS[0]!.spec, ...makeBatch({ seed: step }) });
const paid = (token: number, reward: number): TokenEdit => ({ rollout: 0, token, reward });
/** What the lab was asked, and the way to answer it. */
let asked: { readonly edit: TokenEdit; readonly answer: () => void }[] = [];

/** A lab that puts the reward where it was told to, when the test says so. */
const edit: LabApi["edit"] = (_, batch, wish) =>
	new Promise<EditAnswer>((resolve) => {
		const rewards = Float64Array.from(batch.rewards);
		rewards[wish.token] = wish.reward!;
		const { credit } = latestAt(1);
		asked.push({ edit: wish, answer: () => resolve({ batch: { ...batch, rewards }, credit }) });
	});
connectLab({ edit } as Partial<LabApi> as LabApi);
const question = async (i: number) => {
	await vi.waitFor(() => expect(asked.length).toBeGreaterThan(i));
	return asked[i]!;
};

beforeEach(() => {
	asked = [];
	runStore.setState({ latest: latestAt(1) });
});

it("an edit that is made while another is on its way is made on top of it", async () => {
	const before = runStore.getState().latest!;
	const edits = [editToken(paid(0, 5)), editToken(paid(1, 7))];
	(await question(0)).answer();
	(await question(1)).answer();
	expect(await Promise.all(edits)).toEqual(["", ""]);
	const { latest } = runStore.getState();
	expect([...latest!.batch.rewards.subarray(0, 2)]).toEqual([5, 7]);
	expect(latest!.editedFrom).toBe(before);
	dropEdits();
	expect(runStore.getState().latest).toBe(before);
});

it("an edit of rollouts that have left the screen is not made in others", async () => {
	const edits = [editToken(paid(0, 5)), editToken(paid(1, 7))];
	const first = await question(0);
	const other = latestAt(2);
	runStore.setState({ latest: other });
	first.answer();
	expect(await Promise.all(edits)).toEqual(["", ""]);
	expect(asked).toHaveLength(1);
	expect(runStore.getState().latest).toBe(other);
});
