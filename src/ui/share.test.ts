// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { decodeLink } from "../engine/spec/link";
import { PRESETS } from "../engine/spec/presets";
import { makeMetrics } from "../testing/fakeTrainer";
import { BUILD, otherBuild } from "./build";
import { type Notice, noticesOf } from "./notices";
import { openedReproduction } from "./openedReproduction";
import { openLink, openQuery } from "./openLink";
import { pastRunsStore } from "./runs/pastRuns";
import { shareLink } from "./share";
import { changeField, draftStore } from "./stores/draft";
import { layoutStore } from "./stores/layout";
import { type Opened, runStore, setDevice } from "./stores/run";
import { telemetry } from "./telemetry";

const first = PRESETS[0];
if (!first) throw new Error("There is no preset.");
const base = "https://example.org/ascribe/";

beforeEach(() => {
	draftStore.setState({ presetId: first.id, spec: first.spec, edited: "", rejected: {} });
	runStore.setState(runStore.getInitialState(), true);
	pastRunsStore.setState({ runs: [] });
	telemetry.clear();
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

	it("names the build that made the link, and says so where that is another", () => {
		const state = decodeLink(new URL(shareLink(base).link).hash);
		expect(state).toMatchObject({ ok: true, state: { build: BUILD } });
		expect(shareLink(base).inside).toContain(`the build (${BUILD})`);
		expect([otherBuild(BUILD), otherBuild(""), otherBuild(undefined)]).toEqual(["", "", ""]);
		expect(otherBuild("2f9c1ab", "0.1.0")).toBe("The link was made by another build, 2f9c1ab; this one is 0.1.0.");
	});

	it("answers damage with a sentence and leaves the settings alone", () => {
		expect(openLink("")).toBeNull();
		expect(openLink("#1zAAAA")?.notices[0]).toContain("cannot be read");
		expect(openLink("#9z")?.notices[0]).toContain("newer version");
		expect(draftStore.getState().spec).toEqual(first.spec);
	});

	it("says that nothing was taken of a link that cannot be read", () => {
		const worksOf = (opened: Opened | null) => noticesOf({ ...runStore.getState(), opened }).find(isLink)?.works;
		const isLink = ({ id }: Notice) => id === "link";
		const other = `1j${Buffer.from('{"p":"nope@9","n":"hi"}').toString("base64url")}`;
		draftStore.setState(draftStore.getInitialState(), true);
		const usual = "The usual settings are on screen; nothing of the link was taken.";
		expect(worksOf(openLink("#1zAAAA"))).toBe(usual);
		expect(worksOf(openQuery("?preset=nope@9"))).toBe(usual);
		expect(worksOf(openLink(`#${other}`))).toBe(`${usual} Note: hi`);
		expect(worksOf(openQuery("?seed=8&grop=3"))).toBe("All other settings of the link were taken.");
		expect(worksOf(openLink("#1zAAAA"))).toBe(
			"The settings on screen stay as they were; nothing of the link was taken.",
		);
	});
});

/** A run of the first preset that is over: its link as somebody else gets it. */
function linkOfRun(kind: "gpu" | "wasm"): string {
	const label = { kind, adapter: "a", plan: "0123456789abcdef", software: true } as const;
	const fingerprints = [0, 64, 120].map((step) => ({ step, fingerprint: `${step}`.padStart(16, "a") }));
	for (let step = 1; step <= 120; step++) telemetry.push(makeMetrics(step, { success: step / 120 }), 1);
	runStore.setState({ spec: first!.spec, label, fingerprints });
	const { link } = shareLink(base);
	runStore.setState(runStore.getInitialState(), true);
	return new URL(link).hash;
}

describe("the run of a link", () => {
	it("is a dashed line behind the run at hand, within half a level of the one that was shared", () => {
		const hash = linkOfRun("wasm");
		expect(base.length + hash.length).toBeLessThanOrEqual(240);
		openLink(hash);
		const [linked] = pastRunsStore.getState().runs;
		expect(linked).toMatchObject({ kind: "link", visible: true });
		const [line] = linked?.curves.success ?? [];
		expect([line?.x.length, line?.x[0], line?.x.at(-1)]).toEqual([32, 1, 120]);
		line?.x.forEach((step, i) => {
			expect(Math.abs((line.y[i] as number) - step / 120)).toBeLessThanOrEqual(1 / 126 + 1e-12);
		});
		openLink(hash);
		expect(pastRunsStore.getState().runs).toHaveLength(1);
	});

	it("is made on the executor that gives the same bits everywhere, if the link's was", () => {
		openLink(linkOfRun("wasm"));
		setDevice({ status: "ok", adapter: "a", software: false, advice: "" });
		expect(runStore.getState().backend).toBe("wasm");
	});

	it("is compared with a run of the same settings only", () => {
		const opened = openLink(linkOfRun("gpu"));
		const label = { kind: "gpu", adapter: "b", plan: "fedcba9876543210", software: false } as const;
		const ours = (digits: string) => ({
			opened,
			spec: first!.spec,
			label,
			fingerprints: [
				{ step: 0, fingerprint: "aaaaaaaaaaaaaaa0" },
				{ step: 64, fingerprint: digits },
			],
		});
		expect(openedReproduction(ours("aaaaaaaaaaaaaa64"))).toEqual({ kind: "same", steps: [0, 64] });
		expect(openedReproduction(ours("bbbbbbbbbbbbbb64"))).toEqual({
			kind: "until",
			step: 64,
			agreed: 0,
			differs: ["adapter", "plan"],
		});
		expect(openedReproduction({ ...ours("aaaaaaaaaaaaaa64"), spec: { ...first!.spec, seed: 99 } })).toEqual({
			kind: "other-settings",
		});
		expect(openedReproduction({ ...ours("aaaaaaaaaaaaaa64"), spec: { ...first!.spec, steps: 64 } })?.kind).toBe("same");
		expect(openedReproduction({ ...ours("aaaaaaaaaaaaaa64"), opened: null })).toBeNull();
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
