import type { RolloutBatch, SpanTable } from "../../engine/rollouts/batch";
import { uploaded } from "../device/uploaded";
import type { CreditBuffers } from "./creditPlan";
import type { CreditSections, CreditShape, RecordSection, RowSection, SpanSource } from "./sections";

type Column = ArrayLike<number> | undefined;

/** What tables go by: machine state before each token `[B·T]`, first state of the task's judge `[B]`. */
export interface BatchStates {
	readonly states?: ArrayLike<number>;
	readonly judge?: ArrayLike<number>;
}

/** A batch on the device, numbers rounded to float32; whoever asked for it destroys the buffers. */
export function uploadBatch(
	device: GPUDevice,
	batch: RolloutBatch,
	{ states, judge }: BatchStates = {},
): CreditBuffers & { readonly signals: GPUBuffer } {
	const { tokens, actionMask, logProbs, entropy, rewards, values, refLogProbs } = batch;
	const record = packed<RecordSection>(
		{ tokens, states, mask: actionMask },
		{ logProbs, entropy, rewards, values, refLogProbs },
	);
	const { lengths, success, truncated, returns, bootstrap } = batch;
	const rows = packed<RowSection>({ length: lengths, success, truncated }, { returns, bootstrap });
	const of = (level: "token" | "rollout") =>
		Object.entries(batch.signals).filter(([, signal]) => signal.level === level);
	// One name may stand for both levels only in two sections.
	const named = (level: "token" | "rollout") =>
		of(level).map(([name, { data }]) => [`${level} ${name}`, data] as const);
	const signals = packed<string>({ judge }, Object.fromEntries([...named("token"), ...named("rollout")]));
	const places = (level: "token" | "rollout") =>
		Object.fromEntries(of(level).map(([name]) => [name, signals.at[`${level} ${name}`]!]));
	const sections: CreditSections = {
		record: record.at,
		rows: rows.at,
		signals: { token: places("token"), rollout: places("rollout") },
		...(judge ? { judge: signals.at.judge! } : {}),
	};
	return {
		record: uploaded(device, "rollouts", record.words),
		rows: uploaded(device, "rollout rows", rows.words),
		signals: uploaded(device, "signals", signals.words),
		sections,
	};
}

/** Groups and spans of a batch. */
export function shapeOf({ B, T, groupIds, turns, steps, signals }: RolloutBatch): CreditShape {
	const of = (table: SpanTable, level: "turn" | "step"): SpanSource => {
		const own = Object.entries(signals).filter(([, signal]) => signal.level === level);
		return { from: "table", table, signals: Object.fromEntries(own.map(([name, { data }]) => [name, data])) };
	};
	return {
		B,
		T,
		groupSize: groupIds,
		turns: of(turns ?? noSpans(B), "turn"),
		steps: of(steps ?? noSpans(B), "step"),
	};
}

const noSpans = (B: number): SpanTable => ({
	offsets: new Int32Array(B + 1),
	start: new Int32Array(0),
	end: new Int32Array(0),
	actor: new Uint8Array(0),
});

/** Columns one after the other, words first; columns that are not there have no place. */
function packed<Name extends string>(
	words: Readonly<Partial<Record<Name, Column>>>,
	floats: Readonly<Partial<Record<Name, Column>>>,
): { readonly words: Uint32Array<ArrayBuffer>; readonly at: Readonly<Partial<Record<Name, number>>> } {
	const present = (columns: object) =>
		(Object.entries(columns) as [Name, Column][]).flatMap(([name, data]) => (data ? [[name, data] as const] : []));
	const [whole, real] = [present(words), present(floats)];
	const size = [...whole, ...real].reduce((sum, [, data]) => sum + data.length, 0);
	const out = new Uint32Array(Math.max(size, 64));
	const view = new Float32Array(out.buffer);
	const at: Partial<Record<Name, number>> = {};
	let next = 0;
	for (const [name, data] of [...whole, ...real]) {
		at[name] = next;
		if (whole.some(([word]) => word === name)) for (let i = 0; i < data.length; i++) out[next + i] = data[i]!;
		else view.set(data, next);
		next += data.length;
	}
	return { words: out, at };
}
