// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decodeLink, encodeLink, type LinkState } from "../engine/spec/link";
import { PRESETS } from "../engine/spec/presets";
import { followAddress } from "./address";
import { BUILD } from "./build";
import { openLink, openNewerLink } from "./openLink";
import { changeField, choosePreset, draftStore } from "./stores/draft";
import { layoutStore, setLayout } from "./stores/layout";
import { closeOpened, runStore, setOpened } from "./stores/run";
import { setView, viewStore } from "./stores/view";

const first = PRESETS[0]!;
const NOTHING = { changes: {}, view: {}, build: "", fingerprints: [], note: "" };
let stop: () => void;

const settle = () => vi.advanceTimersByTime(1000);
function shown(): LinkState {
	const decoded = decodeLink(location.hash);
	if (!decoded.ok) throw new Error(decoded.message);
	return decoded.state;
}

beforeEach(() => {
	vi.useFakeTimers();
	draftStore.setState({ presetId: first.id, spec: first.spec, edited: "", rejected: {} });
	for (const store of [runStore, layoutStore, viewStore] as const)
		(store.setState as (state: unknown, replace: true) => void)(store.getInitialState(), true);
	history.replaceState(null, "", "/ascribe/?preset=keydoor@1");
	document.body.innerHTML = '<input id="seed"><input id="filter">';
});
afterEach(() => {
	stop();
	vi.useRealTimers();
});

/** The page as it stands after an address was opened. */
function open(hash = ""): void {
	if (hash) history.replaceState(null, "", `/ascribe/${hash}`);
	setOpened(openLink(location.hash));
	stop = followAddress();
}

describe("the address", () => {
	it("stays as it was written until something changes, then is the link to settings and view", () => {
		open();
		settle();
		expect(location.search).toBe("?preset=keydoor@1");
		const entries = history.length;
		changeField("seed", 7);
		setLayout("learn");
		setView({ granularity: "turn" });
		expect(location.hash).toBe("");
		settle();
		expect(location.pathname + location.search).toBe("/ascribe/");
		expect(shown()).toMatchObject({
			preset: first.id,
			changes: { seed: 7 },
			view: { layout: "learn", granularity: "turn" },
		});
		expect(history.length).toBe(entries);
	});

	it("opened again gives the same settings and view, and is then left alone", () => {
		open();
		changeField("optimizer.learningRate", 0.005);
		setView({ exact: false });
		settle();
		const { hash } = location;
		const before = [draftStore.getState().spec, viewStore.getState()];
		stop();
		draftStore.setState({ spec: first.spec });
		setView({ exact: true });
		open(hash);
		settle();
		expect([draftStore.getState().spec, viewStore.getState()]).toEqual(before);
		expect(location.hash).toBe(hash);
	});

	it("waits while somebody types, until the field is left or its value is taken", () => {
		open();
		const [field, other] = document.querySelectorAll("input");
		const type = (seed: number) => {
			field!.focus();
			field!.dispatchEvent(new Event("input", { bubbles: true }));
			changeField("seed", seed);
			settle();
		};
		type(4);
		expect(location.hash).toBe("");
		other!.focus();
		settle();
		expect(shown().changes).toEqual({ seed: 4 });
		type(42);
		expect(shown().changes).toEqual({ seed: 4 });
		field!.dispatchEvent(new Event("change", { bubbles: true }));
		settle();
		expect(shown().changes).toEqual({ seed: 42 });
	});

	it("does not wait for a field that left the page", () => {
		open();
		const field = document.querySelector("input")!;
		field.focus();
		field.dispatchEvent(new Event("input", { bubbles: true }));
		field.remove();
		changeField("seed", 5);
		settle();
		expect(shown().changes).toEqual({ seed: 5 });
	});

	it("keeps note and run of the link it was opened from, as long as the settings are those of the link", () => {
		const curve = { lastStep: 3, success: [0, 1] };
		const fingerprints = ["wasm:01234567@0"];
		const view = { layout: "inspect", step: 1, rollout: 0, token: 2 };
		const given = {
			preset: first.id,
			changes: { seed: 3 },
			view,
			build: "0badcaf",
			fingerprints,
			curve,
			note: "see here",
		};
		open(`#${encodeLink(given)}`);
		closeOpened();
		setView({ alignment: "rank" });
		settle();
		expect(shown()).toEqual({ ...given, view: { ...view, alignment: "rank" } });
		changeField("seed", 4);
		settle();
		expect(shown()).toEqual({
			...given,
			changes: { seed: 4 },
			view: { layout: "inspect", alignment: "rank" },
			build: BUILD,
			fingerprints: [],
			curve: undefined,
			note: "",
		});
	});

	it("leaves an entry with what was changed just before another preset was chosen", async () => {
		open();
		const second = PRESETS[1]!;
		const replaced = vi.spyOn(history, "replaceState");
		const pushed = vi.spyOn(history, "pushState");
		changeField("seed", 7);
		setView({ granularity: "turn" });
		await Promise.resolve();
		vi.advanceTimersByTime(100);
		choosePreset(second.id, second.spec);
		await Promise.resolve();
		settle();
		const stateIn = (call: readonly unknown[] | undefined) => {
			const decoded = decodeLink(String(call?.[2]).replace(/^[^#]*/, ""));
			return decoded.ok ? decoded.state : decoded.message;
		};
		const view = { layout: "inspect", granularity: "turn" };
		expect(replaced.mock.calls.map(stateIn)).toMatchObject([{ preset: first.id, changes: { seed: 7 }, view }]);
		expect(pushed.mock.calls.map(stateIn)).toMatchObject([{ preset: second.id, changes: {}, view }]);
		vi.restoreAllMocks();
	});

	it("leaves a link that cannot be read, and one of a newer version until its card is closed", () => {
		open("#1zAAAA");
		settle();
		expect(location.hash).toBe("#1zAAAA");
		stop();
		open("#9z");
		changeField("seed", 8);
		settle();
		expect(location.hash).toBe("#9z");
		closeOpened();
		settle();
		expect(shown().changes).toEqual({ seed: 8 });
	});

	it("leaves a link of a newer version of which a part is on screen", () => {
		const link = encodeLink({
			preset: first.id,
			changes: { seed: 11, "model.dream": 3 },
			view: { layout: "debug", mood: "blue" },
			build: "",
			fingerprints: ["gpu:9e41aa07@20"],
			note: "look",
		}).replace(/^1/, "#9");
		open(link);
		expect(draftStore.getState().spec.seed).toBe(first.spec.seed);
		setOpened(openNewerLink(link));
		settle();
		expect(location.hash).toBe(link);
		expect(draftStore.getState().spec.seed).toBe(11);
		expect(layoutStore.getState().layout).toBe("debug");
		const { opened } = runStore.getState();
		expect(opened).toMatchObject({ note: "look", fingerprints: [], newer: { link, shown: "part" } });
		expect(opened?.notices.join(" ")).toMatch(/model\.dream.*"mood"/);
		changeField("seed", 12);
		settle();
		expect(location.hash).toBe(link);
		closeOpened();
		settle();
		expect(shown()).toMatchObject({ changes: { seed: 12 }, fingerprints: [] });
	});

	it("changes nothing for a link of a newer version of which nothing can be read", () => {
		open("#9zAAAA");
		for (const link of ["#9zAAAA", "#9q", encodeLink({ ...NOTHING, preset: "nowhere@1" }).replace(/^1/, "#9")])
			expect(openNewerLink(link).newer).toEqual({ link, shown: "nothing" });
		expect(draftStore.getState().spec).toEqual(first.spec);
	});

	it("that somebody changes by hand is opened, and an anchor that is no link is answered with a sentence", () => {
		open();
		history.replaceState(
			null,
			"",
			`#${encodeLink({ preset: first.id, changes: { seed: 11 }, view: {}, build: "", fingerprints: [], note: "hello" })}`,
		);
		dispatchEvent(new Event("hashchange"));
		expect(draftStore.getState().spec.seed).toBe(11);
		settle();
		expect(shown()).toMatchObject({ changes: { seed: 11 }, note: "hello" });
		history.replaceState(null, "", "#<script>");
		dispatchEvent(new Event("hashchange"));
		expect(runStore.getState().opened?.notices[0]).toContain("cannot be read");
		expect(draftStore.getState().spec.seed).toBe(11);
	});
});
