// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { costOf } from "./setup";
import { followSpeeds, soundSpeeds, speedOn, speedStore } from "./speeds";
import { runStore } from "./stores/run";

const { spec } = PRESETS[0]!;
const flops = costOf(spec)!.flops;
const label = (kind: "gpu" | "wasm", adapter: string) => ({ kind, adapter, plan: "p", software: false });
const device = (adapter: string) => ({ status: "ok", adapter, software: false, advice: "" }) as const;

followSpeeds();
beforeEach(() => {
	runStore.setState(runStore.getInitialState(), true);
	speedStore.setState({}, true);
	localStorage.clear();
});

describe("the speed of this machine", () => {
	it("is that of the last run on the same executor, another graphics adapter being another", () => {
		runStore.setState({ spec, label: label("gpu", "a"), phase: "training" });
		runStore.setState({ stepsPerSecond: 5 });
		runStore.setState({ stepsPerSecond: Number.NaN });
		const speeds = speedStore.getState();
		expect(speedOn(speeds, "gpu", device("a"))).toBe(5 * flops);
		expect(speedOn(speeds, "auto", device("a"))).toBe(5 * flops);
		expect([speedOn(speeds, "gpu", device("b")), speedOn(speeds, "gpu", null)]).toEqual([null, null]);
		expect([speedOn(speeds, "wasm", device("a")), speedOn({}, "auto", device("a"))]).toEqual([null, null]);
		runStore.setState({ label: label("wasm", "4 threads"), stepsPerSecond: 9 });
		expect(speedOn(speedStore.getState(), "auto", device("a"))).toBe(9 * flops);
		expect(speedOn(speedStore.getState(), "wasm", null)).toBe(9 * flops);
	});

	it("is remembered when the run ends", () => {
		runStore.setState({ spec, label: label("wasm", ""), phase: "training", stepsPerSecond: 2 });
		expect(localStorage.getItem("ascribe.speeds/1")).toBeNull();
		runStore.setState({ phase: "done" });
		expect(soundSpeeds(localStorage.getItem("ascribe.speeds/1"))).toEqual({ wasm: 2 * flops });
	});

	it("is unknown where storage holds nonsense", () => {
		expect(["{", "null", "7", '{"wasm":"fast","cpu":-1,"gpu a":0}'].map(soundSpeeds)).toEqual([{}, {}, {}, {}]);
		expect(soundSpeeds('{"wasm":3,"cpu":1e999}')).toEqual({ wasm: 3 });
	});
});
