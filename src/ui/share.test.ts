import { beforeEach, describe, expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { compareFingerprints, openLink, openQuery, shareLink } from "./share";
import { changeField, draftStore } from "./stores/draft";
import { layoutStore } from "./stores/layout";
import { runStore } from "./stores/run";

const first = PRESETS[0];
if (!first) throw new Error("There is no preset.");
const base = "https://example.org/ascribe/";

beforeEach(() => {
	draftStore.setState({ presetId: first.id, spec: first.spec, edited: "", rejected: {} });
	runStore.setState(runStore.getInitialState(), true);
});

describe("share", () => {
	it("makes a short link that restores the settings on a fresh page", () => {
		changeField("seed", 7);
		changeField("optimizer.learningRate", 0.005);
		const { spec } = draftStore.getState();
		const { link, warning, possible } = shareLink(base);
		expect(link.length).toBeLessThanOrEqual(240);
		expect([warning, possible]).toEqual(["", true]);
		draftStore.setState({ spec: first.spec });
		expect(openLink(new URL(link).hash)).toMatchObject({ notices: [], fingerprints: [] });
		expect(draftStore.getState().spec).toEqual(spec);
	});

	it("carries fingerprints only of a run that was made with the settings in the link", () => {
		const label = { kind: "gpu", adapter: "a", plan: "p", software: true } as const;
		const fingerprints = [0, 1, 2, 4, 120].map((step) => ({ step, fingerprint: `${step}`.padStart(16, "a") }));
		runStore.setState({ spec: first.spec, label, fingerprints });
		expect(openLink(new URL(shareLink(base).link).hash)?.fingerprints).toEqual([
			"gpu:aaaaaaaa@0",
			"gpu:aaaaaaaa@2",
			"gpu:aaaaaaaa@120",
		]);
		changeField("seed", 8);
		expect(openLink(new URL(shareLink(base).link).hash)?.fingerprints).toEqual([]);
	});

	it("answers damage with a sentence and leaves the settings alone", () => {
		expect(openLink("")).toBeNull();
		expect(openLink("#1zAAAA")?.notices[0]).toContain("cannot be read");
		expect(openLink("#9z")?.notices[0]).toContain("newer version");
		expect(draftStore.getState().spec).toEqual(first.spec);
	});
});

describe("compareFingerprints", () => {
	const ours = [
		{ step: 0, fingerprint: "1111111122222222" },
		{ step: 64, fingerprint: "3333333344444444" },
	];
	it("says same, from where it differs, other executor, or nothing yet", () => {
		expect(compareFingerprints(["gpu:11111111@0", "gpu:33333333@64"], ours, "gpu")).toEqual({ kind: "same" });
		expect(compareFingerprints(["gpu:11111111@0", "gpu:99999999@64"], ours, "gpu")).toEqual({
			kind: "until",
			step: 64,
		});
		expect(compareFingerprints(["cpu:11111111@0"], ours, "gpu")).toEqual({ kind: "other-executor", theirs: "cpu" });
		expect(compareFingerprints(["gpu:11111111@120"], ours, "gpu")).toBeNull();
	});
});

describe("an address written by hand", () => {
	it("chooses preset, layout and settings", () => {
		expect(openQuery("?preset=keydoor@1&layout=learn&method=rloo&seed=7")).toMatchObject({ notices: [] });
		expect(draftStore.getState()).toMatchObject({ presetId: "keydoor@1", spec: { seed: 7, method: { id: "rloo" } } });
		expect(layoutStore.getState().layout).toBe("learn");
	});

	it("leaves out a formula for the reward that cannot be used", () => {
		expect(openQuery("?task.reward=r-0.01")).toMatchObject({ notices: [] });
		expect(draftStore.getState().spec.task.reward).toBe("r-0.01");
		expect(openQuery("?task.reward=alert(1)")?.notices[0]).toContain("task.reward was left out");
		expect(draftStore.getState().spec.task.reward).toBeUndefined();
	});

	it("says what it did not understand, and never throws", () => {
		expect(openQuery("?layout=nice")?.notices).toEqual(['There is no layout "nice".']);
		expect(openQuery("?preset=nothing")?.notices[0]).toContain('no preset "nothing"');
		expect(openQuery("?seed=-3")?.notices.length).toBe(1);
		expect(openQuery("")).toBeNull();
	});
});
