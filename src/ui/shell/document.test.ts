// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { makeMetrics } from "../../testing/fakeTrainer";
import { applyEvents } from "../session";
import { draftStore } from "../stores/draft";
import { layoutStore } from "../stores/layout";
import { beginRun, type Run, runStore } from "../stores/run";
import { followRunInTitle, followTheme, titleOf, usedTheme } from "./document";

beforeEach(() => runStore.setState(runStore.getInitialState(), true));

it.each([
	[{ phase: "idle" }, "Ascribe"],
	[{ phase: "training", done: 30, total: 120 }, "25 % · Ascribe"],
	[{ phase: "warm-start", done: 0, total: 0 }, "Ascribe"],
	[{ phase: "paused", step: 7 }, "Paused at 7 · Ascribe"],
	[{ phase: "done" }, "Done · Ascribe"],
	[{ phase: "failed" }, "Stopped · Ascribe"],
] satisfies [Partial<Run>, string][])("the title of %j is %j", (run, title) => {
	expect(titleOf({ ...runStore.getState(), ...run }).replace(/\s/g, " ")).toBe(title);
});

it("a tab that is hidden, also between a step and its picture, tells in its title how far the run is", () => {
	vi.useFakeTimers();
	let hidden = false;
	Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
	// No frame comes while nobody sees it.
	vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(() => hidden || draw(), 16));
	vi.stubGlobal("cancelAnimationFrame", clearTimeout);
	followRunInTitle();
	const { spec } = draftStore.getState();
	beginRun({ ...spec, steps: 100 });
	const step = (k: number) => applyEvents([{ type: "step", metrics: makeMetrics(k), tokensPerSecond: 1 }]);
	applyEvents([{ type: "phase", phase: "training", done: 0, total: 100, note: "" }]);
	step(10);
	hidden = true;
	document.dispatchEvent(new Event("visibilitychange"));
	for (let k = 11; k <= 50; k++) {
		step(k);
		vi.advanceTimersByTime(100);
	}
	vi.advanceTimersByTime(3000);
	expect(document.title).toMatch(/^50/);
	hidden = false;
	document.dispatchEvent(new Event("visibilitychange"));
	step(75);
	vi.advanceTimersByTime(2500);
	expect(document.title).toMatch(/^75/);
	vi.useRealTimers();
	vi.unstubAllGlobals();
	Reflect.deleteProperty(document, "hidden");
});

it("who draws in the theme of the system hears when that changes", () => {
	const system = Object.assign(new EventTarget(), { matches: false });
	vi.stubGlobal("matchMedia", () => system);
	followTheme();
	const seen: string[] = [];
	const stop = layoutStore.subscribe((layout) => seen.push(usedTheme(layout)));
	system.matches = true;
	system.dispatchEvent(new Event("change"));
	expect(seen).toEqual(["dark"]);
	stop();
});
