import { beforeEach, expect, it, vi } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { draftStore } from "../stores/draft";
import { refresh, resumeRun, storedStore } from "./keepRuns";
import type { StoredRun } from "./runFiles";

const order = vi.hoisted(() => [] as string[]);
const archive = vi.hoisted(() => ({ bytes: null as Uint8Array | null, problem: "" }));
vi.mock("../session", () => ({
	startRun: async () => void order.push("start"),
	runFile: async () => null,
}));
vi.mock("./runFiles", () => ({
	quota: async () => null,
	storedRuns: async () => [],
	storedRunFile: async () => {
		order.push("read");
		return archive.bytes;
	},
}));
vi.mock("../../engine/training/runFile", () => ({
	readRunFile: () => {
		if (archive.problem) throw new Error(archive.problem);
		return { spec: PRESETS[1]?.spec };
	},
}));

const run: StoredRun = {
	id: "a",
	title: "Key and door",
	preset: "keydoor@1",
	backend: "wasm",
	step: 1,
	steps: 120,
	savedAt: 0,
	size: 1,
};
/** Names of the locks that this tab holds; those of `others`, with who waits for them, are held by another tab. */
const locks = new Set<string>();
const others = new Map<string, (() => void)[]>();
type Held = (lock: object | null) => Promise<void> | undefined;
const request = async (name: string, { ifAvailable }: LockOptions, held: Held) => {
	if (others.has(name) && !ifAvailable) await new Promise<void>((granted) => others.get(name)?.push(granted));
	else if (locks.has(name) || others.has(name)) return held(null);
	locks.add(name);
	order.push("take");
	await held({});
	locks.delete(name);
};
const query = async () => ({ held: [...locks, ...others.keys()].map((name) => ({ name, mode: "exclusive" })) });
vi.stubGlobal("navigator", { locks: { request, query } });

beforeEach(() => {
	order.length = 0;
	others.clear();
	Object.assign(archive, { bytes: new Uint8Array(1), problem: "" });
});

it("a run that another tab trains is left to it, unread, and the sentence says so", async () => {
	others.set("ascribe-run a", []);
	expect(await resumeRun(run)).toBe("The run of Key and door goes on in another tab.");
	expect(order).toEqual([]);
});

it("a run is free as soon as the tab that trained it lets go, with nobody looking", async () => {
	others.set("ascribe-run b", []);
	await refresh();
	await refresh();
	expect(storedStore.getState().elsewhere).toEqual(new Set(["b"]));
	const waiting = others.get("ascribe-run b") ?? [];
	expect(waiting).toHaveLength(1);
	others.clear();
	for (const granted of waiting) granted();
	await vi.waitFor(() => expect(storedStore.getState().elsewhere).toEqual(new Set()));
});

it.each([
	["is gone", { bytes: null }, "The run of Key and door is not in this browser any more."],
	["cannot be read", { problem: "The stored run is no archive." }, "The stored run is no archive."],
])("a run that %s is let go, with one sentence", async (_, found, sentence) => {
	Object.assign(archive, found);
	expect(await resumeRun(run)).toBe(sentence);
	await Promise.resolve();
	expect([order, [...locks]]).toEqual([["take", "read"], []]);
});

it("a run that nobody trains is taken before it is read, and goes on with its settings", async () => {
	expect(await resumeRun(run)).toBe("");
	expect([order, [...locks]]).toEqual([["take", "read", "start"], ["ascribe-run a"]]);
	expect(draftStore.getState()).toMatchObject({ presetId: run.preset, spec: PRESETS[1]?.spec });
});
