import type { Rng } from "../core/rng";
import type { RolloutBatch, Signal, SpanTable } from "../rollouts/batch";
import { defaultsOf } from "../spec/params";
import { METHODS } from "./registry";
import { batchOf, type RowSpec, rolloutSignal, spansOfRows } from "./testing";

const TOKEN_SIGNALS = [
	"planning",
	"waad",
	"fai",
	"currentLogProbs",
	"potential",
	"hindsightLogProbs",
	"returnPrediction",
	"rewardModel",
	"contribution",
	"macroStart",
];

const ROLLOUT_SIGNALS = ["greedyReturn", "budget"];

/** What methods read beyond these, at their defaults or a preset. */
function furtherSignals(level: "token" | "rollout", known: readonly string[]): string[] {
	const needs = METHODS.flatMap((method) =>
		[{}, ...Object.values(method.presets)].flatMap((given) => method.needs({ ...defaultsOf(method.params), ...given })),
	);
	const read = needs.flatMap((need) => ("signal" in need && need.level === level ? [need.signal] : []));
	return [...new Set(read)].filter((name) => !known.includes(name));
}
const FURTHER_TOKEN = furtherSignals("token", TOKEN_SIGNALS);
const FURTHER_ROLLOUT = furtherSignals("rollout", ROLLOUT_SIGNALS);

/** A rollout with everything that some method reads. */
export interface RandomRow extends RowSpec {
	readonly refLogProbs: readonly number[];
	readonly signals: Readonly<Record<string, readonly number[]>>;
	readonly perRollout: Readonly<Record<string, number>>;
	readonly spans: readonly (readonly number[])[];
	readonly keys: readonly string[];
	readonly spanRewards: readonly number[];
}

/** A rollout of random length, holes and numbers. */
export function randomRow(
	rng: Rng,
	group: number,
	change: { length?: number; reward?: number; masked?: boolean } = {},
): RandomRow {
	const n = change.length ?? 1 + rng.integer(7);
	const draw = (of: () => number) => Array.from({ length: n }, of);
	const mask = draw(() => (change.masked ? 0 : 1)).map((m, t) => (t > 0 && rng.uniform() < 0.2 ? 0 : m));
	const half = Math.ceil(n / 2);
	const spans =
		n > 1
			? [
					[0, half],
					[half, n],
				]
			: [[0, n]];
	const rewards = draw(() => 0);
	const last = mask.lastIndexOf(1);
	if (last >= 0) rewards[last] = change.reward ?? rng.integer(3) / 2;
	const row = {
		group,
		length: n,
		tokens: draw(() => rng.integer(2)),
		mask,
		rewards,
		values: draw(() => rng.uniform()),
		logProbs: draw(() => -rng.uniform()),
		refLogProbs: draw(() => -rng.uniform()),
		signals: Object.fromEntries(
			TOKEN_SIGNALS.map((name) => [
				name,
				draw(() => (name === "planning" ? rng.integer(2) : name.endsWith("LogProbs") ? -rng.uniform() : rng.uniform())),
			]),
		),
		perRollout: { greedyReturn: rng.uniform(), budget: 4 * (1 + rng.integer(2)) },
		spans,
		keys: spans.map(() => `s${rng.integer(2)}`),
		spanRewards: spans.map(() => rng.uniform() - 0.5),
	};
	// Drawn apart, so that a method with a signal of its own changes no other number.
	const apart = (name: string) => rng.fork(`${name} ${row.values.join(" ")}`);
	return {
		...row,
		signals: {
			...row.signals,
			...Object.fromEntries(
				FURTHER_TOKEN.map((name) => [name, Array.from({ length: n }, (_, t) => apart(`${name} ${t}`).uniform())]),
			),
		},
		perRollout: {
			...row.perRollout,
			...Object.fromEntries(FURTHER_ROLLOUT.map((name) => [name, apart(name).uniform()])),
		},
	};
}

/** A batch from random rollouts, with steps, turns and signals. All is known: tests of unknown numbers take some away (`testing/creditAgreement.ts`). */
export function batchOfRandom(rows: readonly RandomRow[], padTo = 9): RolloutBatch {
	const plain = batchOf(rows, {}, padTo);
	const token = (of: (row: RandomRow) => readonly number[]) => {
		const data = new Float64Array(plain.B * plain.T);
		rows.forEach((row, b) => {
			data.set(of(row), b * plain.T);
		});
		return data;
	};
	const table: SpanTable = {
		...spansOfRows(rows.map((row) => row.spans)),
		stateKeys: rows.flatMap((row) => row.keys),
		reward: Float64Array.from(rows.flatMap((row) => row.spanRewards)),
	};
	const signals: Record<string, Signal> = {};
	for (const name of [...TOKEN_SIGNALS, ...FURTHER_TOKEN])
		signals[name] = { level: "token", data: token((row) => row.signals[name]!), provider: "test", unit: "" };
	for (const name of [...ROLLOUT_SIGNALS, ...FURTHER_ROLLOUT])
		signals[name] = rolloutSignal(rows.map((row) => row.perRollout[name]!));
	return {
		...plain,
		refLogProbs: token((row) => row.refLogProbs),
		entropy: token((row) => row.values!),
		success: Uint8Array.from(plain.returns, (r) => (r > 0.5 ? 1 : 0)),
		steps: table,
		turns: table,
		signals,
	};
}
