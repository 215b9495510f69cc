// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import type { MethodChoice } from "../engine/credit/choice";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import type { CreditAnswer, LabApi } from "../workers/labApi";
import { OURS_ROW } from "./comparison";
import { askEdit, askWhy, connectLab } from "./lab";
import { layoutStore } from "./stores/layout";
import { type Latest, runStore } from "./stores/run";

const spec = PRESETS[0]?.spec;
if (!spec) throw new Error("There is no preset.");
const latestAt = (step: number): Latest => ({ step, spec, ...makeBatch({ seed: step }) });

const credit = vi.fn<LabApi["credit"]>();
const trace = vi.fn<LabApi["trace"]>();
const unasked = () => Promise.reject(new Error("not asked here"));
connectLab({
	credit,
	trace,
	exact: unasked,
	cancelExact: unasked,
	attention: unasked,
	branch: unasked,
	cancelBranch: unasked,
	edit: unasked,
	tree: unasked,
	twin: unasked,
});
const refusals = (methods: readonly (string | MethodChoice)[]): CreditAnswer[] =>
	methods.map((method) => ({ method: String(method), ok: false, reason: "none" }));
const soon = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Answers come on screen with the next frame. */
const settle = () => soon().then(() => new Promise(requestAnimationFrame));

beforeEach(() => {
	credit.mockReset();
	trace.mockReset();
	layoutStore.setState({ rows: [] });
	runStore.setState(runStore.getInitialState(), true);
});

it("asks for the chosen methods, but not for the one that trained", async () => {
	credit.mockImplementation(async (_, __, methods) => refusals(methods));
	const latest = latestAt(1);
	runStore.setState({ latest });
	expect(credit).not.toHaveBeenCalled();
	layoutStore.setState({ rows: ["grpo", "rloo"] });
	await settle();
	expect(credit.mock.calls[0]?.[2]).toEqual(["rloo"]);
	expect(runStore.getState().beside).toMatchObject({ of: latest, answers: [{ method: "rloo" }] });
});

it("keeps one question open and then asks for the newest rollouts only", async () => {
	const finish: (() => void)[] = [];
	credit.mockImplementation(
		(_, __, methods) =>
			new Promise<CreditAnswer[]>((resolve) => {
				finish.push(() => resolve(refusals(methods)));
			}),
	);
	layoutStore.setState({ rows: ["rloo"] });
	for (const step of [1, 2, 3]) runStore.setState({ latest: latestAt(step) });
	expect(credit).toHaveBeenCalledTimes(1);
	finish[0]?.();
	await settle();
	expect(credit).toHaveBeenCalledTimes(2);
	finish[1]?.();
	await settle();
	expect(runStore.getState().beside?.of.step).toBe(3);
});

it("turns a lab that fails into a reason for each method", async () => {
	credit.mockRejectedValue(new Error("The lab stopped."));
	layoutStore.setState({ rows: ["rloo"] });
	runStore.setState({ latest: latestAt(1) });
	await settle();
	expect(runStore.getState().beside?.answers).toEqual([{ method: "rloo", ok: false, reason: "The lab stopped." }]);
});

it("shows the probes of an experiment as rows, once", async () => {
	credit.mockImplementation(async (_, __, methods) => refusals(methods));
	const probing = (step: number): Latest => ({ ...latestAt(step), spec: { ...spec, probes: ["rloo", "opo"] } });
	layoutStore.setState({ rows: ["rloo"] });
	runStore.setState({ latest: probing(1) });
	await settle();
	expect(layoutStore.getState().rows).toEqual(["rloo", "opo"]);
	expect(credit.mock.lastCall?.[2]).toEqual(["rloo", "opo"]);
	layoutStore.setState({ rows: ["opo"] });
	runStore.setState({ latest: probing(2) });
	expect(layoutStore.getState().rows).toEqual(["opo"]);
});

it("says of a file's own credit that only the file knows, and names ours; the arithmetic of ours is asked for", async () => {
	trace.mockResolvedValue({ steps: [], terms: [] } as never);
	const latest = latestAt(1);
	for (const method of ["prime-rl", "grpo"]) {
		const { advantage } = latest.credit;
		const theirs: Latest = { ...latest, credit: { ...latest.credit, method, terms: { theirs: advantage } } };
		await expect(askWhy(theirs, method, 0, 0)).rejects.toThrow(
			/^The file gives this number and not how it was made\.$/,
		);
		const ours = { name: "grpo (paper)", credit: { ...latest.credit, method: "grpo", params: { norm: "paper" } } };
		await expect(askWhy({ ...theirs, ours }, method, 0, 0)).rejects.toThrow(
			"not how it was made. The row “ours: grpo (paper)” has the arithmetic of ours.",
		);
		expect(trace).not.toHaveBeenCalled();
		await askWhy({ ...theirs, ours }, OURS_ROW, 0, 0);
		expect(trace.mock.lastCall?.[1]).toMatchObject({ id: "grpo", params: { norm: "paper" } });
		trace.mockClear();
	}
	const edited = askEdit(
		{ ...latest, credit: { ...latest.credit, method: "prime-rl" } },
		{ rollout: 0, token: 0, reward: 1 },
	);
	await expect(edited).rejects.toThrow(/^How this credit was made is not known here/);
	await expect(askWhy(latest, "newest", 0, 0)).rejects.toThrow(/^This page does not have the method “newest”/);
	await askWhy(latest, latest.credit.method, 1, 2);
	expect(trace.mock.lastCall?.slice(1)).toMatchObject([{ id: latest.credit.method }, 1, 2]);
});
