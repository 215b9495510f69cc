// @vitest-environment jsdom
import { File } from "node:buffer";
import { beforeEach, expect, it } from "vitest";
import { initParameters, toFloat32 } from "../../engine/model/parameters";
import { PRESETS } from "../../engine/spec/presets";
import { openSpec } from "../../engine/spec/registries";
import { modelOf } from "../../engine/training/plan";
import { Recorder } from "../../engine/training/recorder";
import { writeRunFile } from "../../engine/training/runFile";
import { makeMetrics } from "../../testing/fakeTrainer";
import type { NamedFile } from "../../workers/filesApi";
import { pastRunsStore } from "../runs/pastRuns";
import { draftStore } from "../stores/draft";
import { runStore } from "../stores/run";
import { fileStore, resetFiles } from "./fileStore";
import { openAny } from "./openAny";

/** jsdom's own files cannot be read. */
const named = (name: string, content: string | Uint8Array<ArrayBuffer>): NamedFile => ({
	name,
	file: new File([content], name) as unknown as NamedFile["file"],
});

/** A run of the first preset that was cancelled at a step. */
function bundle(name: string, seed: number, steps: number) {
	const { spec: preset, task } = openSpec(PRESETS[0]!.spec);
	const spec = { ...preset, seed };
	const model = modelOf(spec, task);
	const flat = toFloat32(initParameters(model, seed));
	const state = { parameters: flat, firstMoment: flat, secondMoment: flat, step: steps };
	const recorder = new Recorder();
	for (let step = 1; step <= steps; step++)
		recorder.add({ type: "step", metrics: makeMetrics(step), tokensPerSecond: 10 });
	recorder.add({ type: "finished", step: steps, reason: "cancelled" });
	const file = recorder.runFile(spec, model, task.vocab.tokens, { step: steps, state, reference: null });
	return named(name, writeRunFile(file));
}
const notes = named("notes.jsonl", '{"a":1}\n');

beforeEach(() => {
	runStore.setState(runStore.getInitialState(), true);
	pastRunsStore.setState({ runs: [] });
	resetFiles({});
});

it("a run bundle among other files opens as its run, and what came with it is counted", async () => {
	await openAny([notes, bundle("a.ascribe.zip", 3, 2)]);
	expect(runStore.getState()).toMatchObject({
		phase: "cancelled",
		step: 2,
		file: { name: "a.ascribe.zip", leftOut: 1 },
	});
	expect(draftStore.getState().spec.seed).toBe(3);
	expect(fileStore.getState()).toMatchObject({ phase: "none", problem: "" });
});

it("of several bundles the last is on screen and the others behind it", async () => {
	await openAny([bundle("a.ascribe.zip", 3, 2), bundle("b.ascribe.zip", 4, 5)]);
	expect(runStore.getState()).toMatchObject({ step: 5, file: { name: "b.ascribe.zip", leftOut: 0 } });
	const [behind, ...more] = pastRunsStore.getState().runs;
	expect(more).toEqual([]);
	expect(behind?.spec.seed).toBe(3);
	expect([...(behind?.curves.success?.[0]?.x ?? [])]).toEqual([1, 2]);
});

it("a damaged bundle is named", async () => {
	await openAny([notes, named("c.ascribe.zip", "PK\u0003\u0004 spec.json fingerprints.json")]);
	expect(fileStore.getState().problem).toContain("c.ascribe.zip is no run file, or it is damaged");
});

it("a run that begins while a bundle is read stays, and the bundle is refused", async () => {
	const { name, file } = bundle("a.ascribe.zip", 3, 2);
	const slow = {
		size: file.size,
		slice: (from: number, to: number) => file.slice(from, to),
		async arrayBuffer() {
			runStore.setState({ phase: "training" });
			return file.arrayBuffer();
		},
	};
	const { spec } = draftStore.getState();
	await openAny([{ name, file: slow as unknown as NamedFile["file"] }]);
	expect(runStore.getState()).toMatchObject({ phase: "training", file: null });
	expect(draftStore.getState().spec).toBe(spec);
	expect(fileStore.getState().problem).toContain("a.ascribe.zip holds a run. One is on here");
});

it("of two that are brought one after the other the second opens, however long the first is looked at", async () => {
	let go: (files: NamedFile[]) => void = () => undefined;
	const first = openAny(new Promise<NamedFile[]>((resolve) => (go = resolve)));
	await openAny([bundle("b.ascribe.zip", 4, 5)]);
	go([bundle("a.ascribe.zip", 3, 2)]);
	await first;
	expect(runStore.getState()).toMatchObject({ step: 5, file: { name: "b.ascribe.zip" } });
});

it("what cannot be read any more is said", async () => {
	const gone = { size: 9, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("It is not there.")) }) };
	await openAny([{ name: "a.jsonl", file: gone as unknown as NamedFile["file"] }]);
	expect(fileStore.getState().problem).toBe("What was brought cannot be read: It is not there.");
	await openAny(Promise.reject(new Error("The folder is closed.")));
	expect(fileStore.getState().problem).toContain("The folder is closed.");
});
