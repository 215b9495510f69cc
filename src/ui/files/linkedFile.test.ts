import { beforeEach, describe, expect, it, vi } from "vitest";
import { decodeLink, encodeLink } from "../../engine/spec/link";
import { PRESETS } from "../../engine/spec/presets";
import { memoryFolder } from "../../testing/memoryFolder";
import { Files } from "../../workers/files";
import { ImportFolder } from "../../workers/importFolder";
import { currentComparison } from "../comparison";
import { openLink } from "../openLink";
import { shareLink } from "../share";
import { chooseSibling, pairFor, pairStore } from "../siblings/pair";
import { connectImports, importsStore } from "../storage/keepImports";
import { draftStore } from "../stores/draft";
import { runStore, setOpened } from "../stores/run";
import { chooseGroup, pinToken, selectionStore } from "../stores/selection";
import { timelineStore } from "../stores/timeline";
import { fileStore, resetFiles } from "./fileStore";
import { followWantedFile } from "./linkedFile";
import { closeFiles, connectFiles, openFiles, showGroup } from "./openFiles";
import { forgetWanted, wantedFileStore } from "./wantedFile";

const first = PRESETS[0]!;
const named = (name: string, rows: readonly unknown[]) => ({
	name,
	file: new File([rows.map((row) => `${JSON.stringify(row)}\n`).join("")], name),
});
/** Rollout i of a group: a prompt's token, a reply of the environment between two turns of the policy. */
const record = (group: string, i: number, length = 5) => ({
	schema: "ascribe.rollout/1",
	id: `${group}${i}`,
	group,
	step: 1,
	tokens: Array.from({ length }, (_, t) => t + i),
	mask: Array.from({ length }, (_, t) => (t === 2 ? 0 : 1)),
	turns: [
		{ start: 0, end: 2, actor: "policy" },
		{ start: 2, end: 3, actor: "tool" },
		{ start: 3, end: length, actor: "policy" },
	],
	reward: i % 2,
	advantages: { theirs: Array.from({ length }, (_, t) => (t === 2 ? 0 : i - 0.5)) },
});
const A = named("a.jsonl", [record("p", 0), record("p", 1)]);
const B = named("b.jsonl", [record("q", 0), record("r", 0), record("q", 1), record("r", 1)]);
/** The same places, but texts that were cut otherwise. */
const LONGER = named("b.jsonl", [record("q", 0, 7), record("r", 0, 7), record("q", 1, 7), record("r", 1, 7)]);

/** Every file here brings its credit. */
const credit = { credit: async () => [{ ok: false, reason: "none" }], twin: async () => null };

/** A browser with its own storage. */
function browser(): void {
	const folder = new ImportFolder({
		directory: async () => shared,
		granted: async () => undefined,
		now: () => Date.now(),
	});
	const files = new Files(() => performance.now(), folder);
	connectFiles(files, credit as never);
	connectImports(files);
}
let shared = memoryFolder();

/** The page before anything was opened; its storage stays. */
function freshPage(): void {
	closeFiles();
	resetFiles({});
	forgetWanted();
	for (const store of [runStore, selectionStore, pairStore, timelineStore] as const)
		(store.setState as (state: unknown, replace: true) => void)(store.getInitialState(), true);
	draftStore.setState({ presetId: first.id, spec: first.spec, edited: "", rejected: {} });
	browser();
}

const share = (withName = true) => new URL(shareLink("https://example.org/", { withName }).link).hash;
const opened = (hash: string) => setOpened(openLink(hash));
const known = () => vi.waitFor(() => expect(fileStore.getState().identities).not.toBeNull());
const missing = () => vi.waitFor(() => expect(wantedFileStore.getState().wanted?.missing).toBe(true));
const landed = () => vi.waitFor(() => expect(selectionStore.getState().pinned).not.toBeNull());
const onScreen = () => {
	const { latest } = runStore.getState();
	const { pinned } = selectionStore.getState();
	return [latest?.batch.ids?.[pinned!.rollout], pinned!.token];
};

async function bring(...list: (typeof A)[]): Promise<void> {
	await openFiles(list);
	await known();
}

vi.stubGlobal("navigator", {});
followWantedFile(true);
beforeEach(() => {
	shared = memoryFolder();
	importsStore.setState({ wish: false });
	freshPage();
});

describe("a link into a file", () => {
	it("counts the rollouts of that file alone, wherever it is opened, among others or by itself", async () => {
		await bring(A, B);
		const row = fileStore.getState().table!.ids.findIndex((id) => id.includes("r1"));
		expect(row).toBe(5);
		await vi.waitFor(() => expect(fileStore.getState().rows).toContain(row));
		pinToken(fileStore.getState().rows.indexOf(row), 4);
		const decoded = decodeLink(share());
		if (!decoded.ok) throw new Error(decoded.message);
		expect(decoded.state.view).toMatchObject({ rollout: 3, token: 4, turn: 2, length: 5 });
		expect(decoded.state.file?.name).toBe("b.jsonl");
		const hash = share();
		for (const list of [[B], [A, B]]) {
			freshPage();
			opened(hash);
			await missing();
			await bring(...list);
			await landed();
			expect(onScreen()).toEqual([expect.stringContaining("r1"), 4]);
			expect(wantedFileStore.getState().wanted).toBeNull();
		}
	});

	it("names siblings that somebody chose by their places in the file", async () => {
		const three = named("s.jsonl", [record("s", 0), record("s", 1), record("s", 2), record("s", 3)]);
		await bring(A, three);
		await vi.waitFor(() => expect(runStore.getState().latest?.batch.B).toBeGreaterThan(0));
		const row = fileStore.getState().table!.ids.findIndex((id) => id.includes("s0"));
		await showGroup(fileStore.getState().table!.group[row]!);
		const at = (id: string) => runStore.getState().latest!.batch.ids!.findIndex((known) => known.includes(id));
		const pair = () => pairFor(currentComparison()!, selectionStore.getState().pinned, pairStore.getState().pair)!;
		pinToken(at("s1"), 3);
		chooseSibling(at("s3"), pair());
		const decoded = decodeLink(share());
		if (!decoded.ok) throw new Error(decoded.message);
		expect(decoded.state.view).toMatchObject({ rollout: 1, left: 1, right: 3 });
		const hash = share();
		freshPage();
		opened(hash);
		await missing();
		await bring(three);
		await landed();
		expect([pair().left, pair().right, pair().chosen]).toEqual([at("s1"), at("s3"), true]);
		const astray = encodeLink({ ...decoded.state, view: { ...decoded.state.view, right: 40 } });
		freshPage();
		opened(`#${astray}`);
		await missing();
		await bring(three);
		await landed();
		expect(pair().chosen).toBe(false);
		expect(runStore.getState().opened?.notices.at(-1)).toContain("not in the group that the link points at");
	});

	it("opens by itself what the browser keeps, and says no name where the sender tells none", async () => {
		importsStore.setState({ wish: true });
		await bring(B);
		await vi.waitFor(() => expect(importsStore.getState().list).toHaveLength(1));
		pinToken(0, 3);
		const hash = share(false);
		expect(decodeLink(hash)).toMatchObject({ state: { file: { name: "" } } });
		freshPage();
		opened(hash);
		await landed();
		expect(onScreen()).toEqual([expect.stringContaining("q0"), 3]);
	});

	it("asks the person for the file where what the browser keeps cannot be looked through", async () => {
		await bring(B);
		const hash = share();
		freshPage();
		// Closing the files of before looks at what is kept once more.
		await new Promise((resolve) => setTimeout(resolve));
		connectImports({ imports: () => Promise.reject(new Error("no")) } as never);
		opened(hash);
		await missing();
	});

	it("without a token shows the group of its rollout", async () => {
		await bring(B);
		chooseGroup(1);
		const hash = share();
		freshPage();
		opened(hash);
		await missing();
		await bring(B);
		await vi.waitFor(() => expect(selectionStore.getState().group).toBe(1));
		expect(selectionStore.getState().pinned).toBeNull();
	});

	it("that meets another file waits on, and tells which", async () => {
		await bring(B);
		pinToken(0, 3);
		const hash = share();
		freshPage();
		opened(hash);
		await missing();
		await bring(A);
		await vi.waitFor(() => expect(wantedFileStore.getState().wanted?.other?.name).toBe("a.jsonl"));
		expect(selectionStore.getState().pinned).toBeNull();
		// Another link takes its place.
		opened(`#${share().slice(1)}`);
		await vi.waitFor(() => expect(wantedFileStore.getState().wanted).toBeNull());
	});

	it("goes to the turn where the text is cut into other tokens here, and says so", async () => {
		await bring(LONGER);
		pinToken(1, 5);
		const decoded = decodeLink(share());
		if (!decoded.ok) throw new Error(decoded.message);
		const other = encodeLink({ ...decoded.state, view: { ...decoded.state.view, length: 9, token: 6 } });
		freshPage();
		opened(`#${other}`);
		await missing();
		await bring(LONGER);
		await landed();
		expect(selectionStore.getState().pinned).toMatchObject({ token: 3 });
		expect(runStore.getState().opened?.notices.join()).toContain("9 there and 7 here");
	});

	it("past the end of its file, or with places that are no numbers, is answered with a sentence", async () => {
		await bring(B);
		const decoded = decodeLink(share());
		if (!decoded.ok) throw new Error(decoded.message);
		freshPage();
		opened(`#${encodeLink({ ...decoded.state, view: { rollout: 40, token: -1, turn: "x" } })}`);
		expect(runStore.getState().opened?.notices).toHaveLength(2);
		await missing();
		await bring(B);
		await vi.waitFor(() =>
			expect(runStore.getState().opened?.notices.at(-1)).toBe(
				"The link points at rollout 40 of b.jsonl; its last is 3.",
			),
		);
	});
});
