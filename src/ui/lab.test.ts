// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { MethodChoice } from "../engine/credit/choice";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import type { CreditAnswer, LabApi } from "../workers/labApi";
import { OURS_ROW } from "./comparison";
import { connectExact } from "./exact";
import { askEdit, askWhy, connectLab, watchAllMethods } from "./lab";
import { layoutStore } from "./stores/layout";
import { type Latest, runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";

const spec = PRESETS[0]?.spec;
if (!spec) throw new Error("There is no preset.");
const latestAt = (step: number): Latest => ({ step, spec, ...makeBatch({ seed: step }) });

const credit = vi.fn<LabApi["credit"]>();
const trace = vi.fn<LabApi["trace"]>();
const cancelPasses = vi.fn(async () => undefined);
const unasked = () => Promise.reject(new Error("not asked here"));
connectLab({
	credit,
	cancelPasses,
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

describe("methods that read the policy", () => {
	const policyOf = vi.fn(async () => Float32Array.of(7));
	const exact = vi.fn();
	const [cheap, reading] = ["rloo", "attentionCredit"];
	/** Answers as the lab does: the second method with the policy alone. */
	const lab: LabApi["credit"] = async (_, __, methods, parameters) =>
		methods.map((method) =>
			method !== reading
				? { method: String(method), ok: false, reason: "none" }
				: parameters
					? { method: reading, ok: true, credit: { ...makeBatch().credit, method: reading }, readsPolicy: true }
					: { method: reading, ok: false, reason: "needs the policy", readsPolicy: true },
		);
	/** A live run's, whose trainer has the policy. */
	const showRun = (phase: "training" | "paused", latest: Latest) =>
		runStore.setState({ phase, spec: latest.spec, latest });
	const answered = () => runStore.getState().beside?.answers.find(({ method }) => method === reading);

	beforeEach(() => {
		connectExact({ exact, cancelExact: async () => undefined }, { policyOf });
		exact.mockResolvedValue({ ok: false, reason: "" });
		credit.mockImplementation(lab);
		policyOf.mockClear();
		selectionStore.setState({ hold: false });
	});

	const quiet = (step: number): Latest => ({ ...latestAt(step), spec: { ...spec, oracle: "off" } });

	it("are asked about, and their policy is taken, once somebody looks closely or chooses one", async () => {
		showRun("paused", quiet(1));
		const glance = watchAllMethods("glance");
		await vi.waitFor(() => expect(answered()?.readsPolicy).toBe(true));
		expect(answered()).toMatchObject({ ok: false, reason: "needs the policy" });
		expect(policyOf).not.toHaveBeenCalled();
		const close = watchAllMethods();
		await vi.waitFor(() => expect(answered()?.ok).toBe(true));
		expect(credit.mock.lastCall?.slice(2)).toEqual([[reading], Float32Array.of(7)]);
		close();
		glance();
		layoutStore.setState({ rows: [cheap] });
		showRun("paused", quiet(2));
		await vi.waitFor(() => expect(runStore.getState().beside?.of.step).toBe(2));
		expect(policyOf).toHaveBeenCalledTimes(1);
		layoutStore.setState({ rows: [cheap, reading] });
		await vi.waitFor(() => expect(answered()?.ok).toBe(true));
	});

	it("wait for a run that trains until the rollouts are held, and say so", async () => {
		showRun("training", quiet(3));
		const stop = watchAllMethods();
		await vi.waitFor(() =>
			expect(answered()).toMatchObject({ ok: false, reason: expect.stringContaining("once the run rests") }),
		);
		selectionStore.setState({ hold: true });
		await vi.waitFor(() => expect(answered()?.ok).toBe(true));
		stop();
	});

	it("tell why their policy is not at hand", async () => {
		const latest = quiet(4);
		runStore.setState({ phase: "paused", spec: null, latest });
		const stop = watchAllMethods();
		await vi.waitFor(() =>
			expect(answered()).toMatchObject({
				ok: false,
				reason: expect.stringMatching(/^The policy .* not at hand: only a run/),
			}),
		);
		stop();
	});

	it("are dropped when other rollouts are looked at, and their passes end", async () => {
		const first = quiet(5);
		let finish = () => {};
		credit.mockImplementation(async (...asked) => {
			if (asked[3]) await new Promise<void>((resolve) => (finish = resolve));
			return lab(...asked);
		});
		layoutStore.setState({ rows: [reading] });
		showRun("paused", first);
		await vi.waitFor(() => expect(credit.mock.lastCall?.[3]).toBeDefined());
		cancelPasses.mockClear();
		const shown = new Set<Latest | undefined>();
		runStore.setState({ latest: quiet(6) });
		const stop = runStore.subscribe(({ beside }) => void shown.add(beside?.of));
		expect(cancelPasses).toHaveBeenCalledTimes(1);
		finish();
		await vi.waitFor(() => expect(runStore.getState().beside?.of.step).toBe(6));
		stop();
		finish();
		expect([...shown]).not.toContain(first);
	});
});
