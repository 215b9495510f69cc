import { InvalidInput } from "../core/errors";
import { isObject } from "../core/json";
import { readCredit } from "../formats/creditLines";
import { batchesOf } from "../formats/recordsBatch";
import { readRollouts } from "../formats/rolloutsJsonl";
import type { RunEvent } from "./events";
import type { StepMetrics } from "./executor";
import type { RunFile } from "./runFile";

/** Whether a value is the number that JSON made of one: NaN and infinities are written as null. */
const isNumber = (x: unknown): boolean => typeof x === "number" || x === null;
const isText = (x: unknown): boolean => typeof x === "string";
const isTrueOrFalse = (x: unknown): boolean => typeof x === "boolean";
const isStep = (x: unknown): boolean => typeof x === "number" && Number.isSafeInteger(x) && x >= 0;

type Fields = Readonly<Record<string, (x: unknown) => boolean>>;
const fits = (fields: Fields) => (x: unknown) =>
	isObject(x) && Object.entries(fields).every(([name, isOne]) => isOne(x[name]));

const METRICS: Readonly<
	Record<
		Exclude<keyof StepMetrics, "extraTokens" | "rounds" | "sampledGroups" | "discardedTokens" | "valueLoss" | "stage">,
		(x: unknown) => boolean
	>
> = {
	step: isStep,
	loss: isNumber,
	meanReturn: isNumber,
	success: isNumber,
	entropy: isNumber,
	klBehaviour: isNumber,
	klReference: isNumber,
	gradientNorm: isNumber,
	clipFraction: isNumber,
	meanLength: isNumber,
	deadGroups: isNumber,
	tokens: isNumber,
	learningRate: isNumber,
	finite: isTrueOrFalse,
};
/** Metrics that only some runs have. */
const OTHER_METRICS: Fields = Object.fromEntries(
	["extraTokens", "rounds", "sampledGroups", "discardedTokens", "valueLoss"].map((name) => [
		name,
		(x) => x === undefined || isNumber(x),
	]),
);
const LABEL: Fields = { kind: isText, adapter: isText, plan: isText, software: isTrueOrFalse };

/** What a file may say of each kind of event. Progress and rollouts are not among them: files keep those elsewhere or not at all. */
const KINDS: Readonly<Record<string, Fields>> = {
	ready: { label: fits(LABEL), counts: isObject, parameters: isNumber },
	warm: { step: isStep, loss: isNumber, success: isNumber },
	step: { metrics: fits({ ...METRICS, ...OTHER_METRICS }), tokensPerSecond: isNumber },
	evaluation: { step: isStep, success: isNumber, meanReturn: isNumber },
	fingerprint: { step: isStep, fingerprint: isText },
	paused: { step: isStep },
	finished: { step: isStep, reason: (x) => x === "done" || x === "cancelled" },
	failed: { step: isStep, code: isText, message: isText, resumable: isTrueOrFalse },
};

/**
 * What a run told, read back from its file: its events in order, then its latest rollouts with their credit.
 * @param where names the file in messages.
 * @throws InvalidInput names the entry whose fields are not those of its kind, or the line of rollouts or credit that does not fit.
 */
export function eventsOf(file: RunFile, where: string): RunEvent[] {
	const told = file.events.map((event, i) => checkedEvent(event, `${where}, events.jsonl, entry ${i + 1}`));
	return [...told, ...rolloutsOf(file, where)];
}

function checkedEvent(event: unknown, where: string): RunEvent {
	const type = isObject(event) && typeof event.type === "string" ? event.type : "";
	const fields = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
	if (!fields)
		throw new InvalidInput(`${where} is no event of a run: its type must be one of ${Object.keys(KINDS).join(", ")}.`);
	const wrong = Object.entries(fields).find(([name, isOne]) => !isOne((event as Record<string, unknown>)[name]));
	if (wrong) throw new InvalidInput(`${where}: ${wrong[0]} is not what a run tells of "${type}".`);
	const { metrics } = event as { readonly metrics?: StepMetrics };
	return (metrics ? { ...(event as object), metrics: withNaN(metrics) } : event) as RunEvent;
}

const withNaN = (metrics: StepMetrics) =>
	Object.fromEntries(Object.entries(metrics).map(([name, x]) => [name, x === null ? Number.NaN : x]));

function rolloutsOf({ rollouts, credit }: RunFile, where: string): RunEvent[] {
	if (rollouts.trim() === "" || credit.trim() === "") return [];
	const lines = readRollouts(rollouts, `${where}, rollouts.jsonl`);
	const { batches } = batchesOf(lines);
	const { batch, lines: own } = batches.at(-1)!;
	const all = credit.split("\n").filter((line) => line.trim() !== "");
	const of = own.map((line) => all[line] ?? "");
	return [
		{
			type: "rollouts",
			step: lines[own[0]!]!.record.step ?? 0,
			batch,
			credit: readCredit(of, batch, `${where}, credit.jsonl`),
		},
	];
}
