import { describe, expect, test } from "vitest";
import { coinSpec } from "../../testing/coinTask";
import { makeBatch, makeMetrics } from "../../testing/fakeTrainer";
import { initParameters, toFloat32 } from "../model/parameters";
import type { RunEvent } from "./events";
import { Recorder } from "./recorder";
import { type RunFile, readRunFile, writeRunFile } from "./runFile";
import { eventsOf } from "./runFileEvents";

const model = { ...coinSpec().model, vocabSize: 5, contextLength: 3 };
const flat = toFloat32(initParameters(model, 1));
const checkpoint = {
	step: 2,
	state: { parameters: flat, firstMoment: flat, secondMoment: flat, step: 2 },
	reference: null,
};
const { batch, credit } = makeBatch({ vocab: 4 });
// One token that the method did not score.
const unscored = credit.advantage.with(0, Number.NaN);
const told: RunEvent[] = [
	{ type: "step", metrics: makeMetrics(1, { klReference: Number.NaN }), tokensPerSecond: 10 },
	{ type: "fingerprint", step: 1, fingerprint: "0123456789abcdef" },
	{ type: "finished", step: 1, reason: "cancelled" },
	{ type: "rollouts", step: 1, batch, credit: { ...credit, advantage: unscored, terms: { outcome: unscored } } },
];

function fileOf(events: readonly RunEvent[]): RunFile {
	const recorder = new Recorder();
	for (const event of events) recorder.add(event);
	const bytes = writeRunFile(recorder.runFile(coinSpec(), model, ["a", "b", "c", "d"], checkpoint));
	return readRunFile(bytes, "run.zip");
}

describe("events of a run file", () => {
	test("are those that the run told, numbers that are not known included", () => {
		expect(eventsOf(fileOf(told), "run.zip").slice(0, 3)).toEqual(told.slice(0, 3));
	});
	test("end with the rollouts, to the bit, and their credit", () => {
		const last = eventsOf(fileOf(told), "run.zip").at(-1);
		if (last?.type !== "rollouts") throw new Error("The last event are the rollouts.");
		const { ids: _, ...read } = last.batch;
		expect(read).toEqual({ ...batch, T: read.T });
		expect(last).toMatchObject({ step: 1, credit: { ...credit, advantage: unscored, terms: { outcome: unscored } } });
	});
	test.each([
		["an event of no kind", { ...fileOf(told), events: [{ type: "toString" }] }, /events\.jsonl, entry 1 is no event/],
		["a step without metrics", { ...fileOf(told), events: [{ type: "step", tokensPerSecond: 1 }] }, /metrics is not/],
		["credit of other rollouts", { ...fileOf(told), credit: "{}\n" }, /credit\.jsonl, line 1 is no credit/],
		["credit that is no JSON", { ...fileOf(told), credit: "[\n" }, /credit\.jsonl, line 1 is no JSON/],
	])("%s is refused in one sentence", (_, file, sentence) => {
		expect(() => eventsOf(file, "run.zip")).toThrow(sentence);
	});
});
