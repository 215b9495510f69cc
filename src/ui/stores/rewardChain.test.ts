import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changesBetween } from "../../engine/spec/changes";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { findPreset } from "../../engine/spec/presets";
import { PARAM_TABLES } from "../../engine/spec/registries";
import { followHistory, historyStore, redo, undo } from "../history";
import { changedPaths } from "../setup";
import { choosePreset, draftStore, rejectField } from "./draft";
import {
	addWriter,
	blockedBy,
	changeWriter,
	chooseEntry,
	creditProblem,
	isChosen,
	moveWriterUp,
	removeWriter,
	specWith,
} from "./rewardChain";

const preset = findPreset("keydoor@1");
const spec = (): ExperimentSpec => draftStore.getState().spec;
const ids = () => spec().method.rewards?.map(({ id }) => id);
const blocked = () => blockedBy(draftStore.getState());
let stop = () => {};

beforeEach(() => {
	choosePreset(preset.id, { ...preset.spec, method: { id: "rloo", params: {} } });
	historyStore.setState({ past: [], future: [] });
	stop = followHistory();
});
afterEach(() => stop());

describe("reward writers before the method", () => {
	it("are added, set, ordered and removed; none leaves the settings as they were", () => {
		const before = spec();
		addWriter("ircr");
		addWriter("klPenalty");
		changeWriter("klPenalty", "klCoef", 0.2);
		expect(spec().method.rewards).toEqual([
			{ id: "ircr", params: {} },
			{ id: "klPenalty", params: { klCoef: 0.2 } },
		]);
		expect(blocked()).toBe("");
		expect(changesBetween(before, spec(), PARAM_TABLES)).toEqual({
			rewards: ["ircr", "klPenalty"],
			"rewards.klPenalty.klCoef": 0.2,
		});
		expect(changedPaths(preset.id, spec())).toEqual(
			expect.arrayContaining(["method.rewards", "method.rewards.klPenalty.klCoef"]),
		);
		moveWriterUp("klPenalty");
		expect(ids()).toEqual(["klPenalty", "ircr"]);
		moveWriterUp("klPenalty");
		expect(ids()).toEqual(["klPenalty", "ircr"]);
		removeWriter("ircr");
		removeWriter("klPenalty");
		expect(JSON.stringify(spec())).toBe(JSON.stringify(before));
	});

	it("that would lose what was written say so, and nothing starts until the order is right", () => {
		addWriter("ircr");
		addWriter("klPenalty");
		moveWriterUp("klPenalty");
		expect(blocked()).toBe(
			"Reward writer ircr pays the outcome in its own way, so what klPenalty wrote before it would be lost; put ircr first.",
		);
		moveWriterUp("ircr");
		expect(blocked()).toBe("");
	});

	it("are put where they make sense: what takes the place of the rewards comes first, and there is one of the kind", () => {
		addWriter("klPenalty");
		chooseEntry("reward", "ircr");
		expect(ids()).toEqual(["ircr", "klPenalty"]);
		chooseEntry("reward", "rudder");
		expect(ids()).toEqual(["rudder", "klPenalty"]);
		chooseEntry("reward", "klPenalty");
		expect(ids()).toEqual(["rudder", "klPenalty"]);
		expect(isChosen(spec(), "reward", "rudder")).toBe(true);
		expect(isChosen(spec(), "reward", "ircr")).toBe(false);
		expect(blocked()).toBe(
			"Method rloo reads whole returns alone here, and reward writer rudder leaves them as they are, so it would change nothing.",
		);
		chooseEntry("method", "reinforce");
		expect(blocked()).toBe("");
	});

	it("say before they are taken why they could not be tried before the method", () => {
		chooseEntry("method", "hca");
		expect(creditProblem(specWith(spec(), "reward", "ircr"))).toBe(
			"Method hca takes no reward writer: its hindsight is about the return that the environment paid.",
		);
		expect(ids()).toBeUndefined();
	});

	it("and methods that read what nothing gives keep a run from starting, with the reason", () => {
		expect(creditProblem(specWith(spec(), "method", "hbpo"))).toContain("Missing: announced number of tokens");
		chooseEntry("method", "hbpo");
		expect(blocked()).toContain("which a task whose prompts name a budget");
		chooseEntry("method", "rloo");
		expect(blocked()).toBe("");
	});

	it("that a value head cannot learn behind say so", () => {
		choosePreset(preset.id, {
			...preset.spec,
			model: { ...preset.spec.model, valueHead: true },
			method: { id: "gae", params: {} },
		});
		addWriter("klPenalty");
		expect(blocked()).toBe("");
		addWriter("potentialShaping");
		expect(blocked()).toContain('reward writer potentialShaping reads the signal "potential"');
	});

	it("take a refused text with them", () => {
		addWriter("klPenalty");
		rejectField("method.rewards.klPenalty.klCoef", "-1", "It is too small.");
		expect(blocked()).toBe("A setting has no valid value");
		removeWriter("klPenalty");
		expect(blocked()).toBe("");
	});

	it("stay before another method, and where they make no sense they go, until undo", () => {
		addWriter("ircr");
		chooseEntry("method", "reinforce");
		expect(spec().method).toEqual({ id: "reinforce", params: {}, rewards: [{ id: "ircr", params: {} }] });
		chooseEntry("method", "hca");
		expect(spec().method).toEqual({ id: "hca", params: {} });
		undo();
		expect(ids()).toEqual(["ircr"]);
		redo();
		expect(ids()).toBeUndefined();
	});
});
