// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import type { ExactAnswer, ExactQuestion, LabApi } from "../workers/labApi";
import { currentComparison } from "./comparison";
import { askAllGroups, connectExact } from "./exact";
import { isAskingExact, type Latest, runStore } from "./stores/run";
import { chooseGroup, selectionStore } from "./stores/selection";

const spec = PRESETS[0]?.spec;
if (!spec) throw new Error("There is no preset.");
const latestAt = (step: number): Latest => ({ step, spec, ...makeBatch({ seed: step }) });
const soon = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Answers come on screen with the next frame. */
const settle = () => soon().then(() => new Promise(requestAnimationFrame));

const exact = vi.fn<LabApi["exact"]>();
const policyOf = vi.fn(async (step: number) => (step === 9 ? null : Float32Array.of(step)));
connectExact({ exact, cancelExact: async () => undefined }, { policyOf });

/** An advantage that tells rollouts and tokens apart. */
const answerTo = ({ responses }: ExactQuestion): ExactAnswer => ({
	ok: true,
	mode: "bestfirst",
	uncertainty: 0.0123,
	truths: responses.map((tokens, r) => ({
		mode: "bestfirst",
		tokens: [...tokens],
		V: new Float64Array(tokens.length + 1),
		lo: new Float64Array(tokens.length + 1),
		hi: new Float64Array(tokens.length + 1),
		Q: [],
		probabilities: [],
		advantage: Float64Array.from(tokens, (_, t) => r + t / 100),
		luck: new Float64Array(tokens.length),
		mask: new Uint8Array(tokens.length).fill(1),
		cost: { prefixes: 5, sampledTokens: 0 },
	})),
});

beforeEach(() => {
	exact.mockReset().mockImplementation(async (question) => answerTo(question));
	policyOf.mockClear();
	selectionStore.setState(selectionStore.getInitialState(), true);
	runStore.setState({ ...runStore.getInitialState(), spec }, true);
});

it("puts the exact row first, under the tokens of the group on screen and no others", async () => {
	const latest = latestAt(1);
	runStore.setState({ latest });
	expect(currentComparison()?.rows[0]).toMatchObject({ id: "exact", pending: true });
	expect(isAskingExact(runStore.getState())).toBe(true);
	await settle();
	expect(isAskingExact(runStore.getState())).toBe(false);
	const comparison = currentComparison();
	const [row, trained] = comparison?.rows ?? [];
	expect([row?.id, row?.label, row?.pending, trained?.id]).toEqual(["exact", "exact \u00b10.0123", false, "grpo"]);
	const { T } = latest.batch;
	comparison?.members.forEach((b, r) => {
		for (let t = 0; t < latest.batch.lengths[b]!; t++) expect(row?.values[b * T + t]).toBe(r + t / 100);
	});
	expect([...(row?.values.subarray(4 * T) ?? [])].every(Number.isNaN)).toBe(true);
	expect(exact.mock.calls[0]?.[0].parameters).toEqual(Float32Array.of(1));
});

it("asks once a group, and the trainer for its policy once a batch", async () => {
	runStore.setState({ latest: latestAt(2) });
	await settle();
	for (const group of [1, 0, 1]) {
		chooseGroup(group);
		await settle();
	}
	expect(exact).toHaveBeenCalledTimes(2);
	expect(policyOf).toHaveBeenCalledTimes(1);
});

it("forgets an answer that was overtaken, and asks again when the group comes back", async () => {
	const finish: ((answer: ExactAnswer) => void)[] = [];
	exact.mockImplementation(() => new Promise((resolve) => finish.push(resolve)));
	runStore.setState({ latest: latestAt(3) });
	await settle();
	chooseGroup(1);
	await settle();
	finish[0]?.({ ok: false, reason: "Stopped." });
	finish[1]?.({ ok: false, reason: "Too large." });
	await settle();
	expect(currentComparison()?.truth).toEqual({ ok: false, reason: "Too large." });
	chooseGroup(0);
	expect(currentComparison()?.truth).toBeNull();
	await settle();
	expect(exact).toHaveBeenCalledTimes(3);
});

it("says so where the policy is gone, and asks nothing where the experiment wants no oracle", async () => {
	runStore.setState({ latest: latestAt(9) });
	await settle();
	expect(currentComparison()).toMatchObject({ exact: null, truth: { ok: false, reason: /not at hand/ } });
	runStore.setState({ latest: { ...latestAt(4), spec: { ...spec, oracle: "off" } } });
	await settle();
	expect(currentComparison()?.truth).toBeUndefined();
	expect(exact).not.toHaveBeenCalled();
});

it("works out every group of a batch in one question a prompt, and gives each group its own rollouts", async () => {
	const latest = latestAt(3);
	runStore.setState({ latest });
	await settle();
	expect(exact).toHaveBeenCalledTimes(1);
	await askAllGroups(latest);
	// The groups of this batch have the same prompt, and the first was known.
	expect(exact).toHaveBeenCalledTimes(2);
	expect(exact.mock.calls[1]?.[0].responses).toHaveLength(4);
	const groups = runStore.getState().exact?.groups;
	expect([...(groups?.keys() ?? [])]).toEqual([0, 1]);
	const second = groups?.get(1);
	expect(second?.ok && second.truths.map((t) => t.advantage[0])).toEqual([0, 1, 2, 3]);
	await askAllGroups(latest);
	expect(exact).toHaveBeenCalledTimes(2);
});
