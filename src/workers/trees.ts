import { InvalidInput } from "../engine/core/errors";
import { anchorTree, type Visit } from "../engine/rollouts/anchorTree";
import type { SpanTable } from "../engine/rollouts/batch";
import { type RolloutTree, rolloutTree } from "../engine/rollouts/rolloutTree";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { findItem } from "../engine/training/prompts";
import type { TreeBatch, TreeQuestion } from "./labApi";
import { openedTask } from "./openedTask";

/** A tree of prefixes, or of states. @throws InvalidInput where no state is known. */
export function treeOf({ merge, spec, batch, members, numbers }: TreeQuestion): RolloutTree {
	if (merge === "prefix") return rolloutTree(batch, members, numbers);
	const visits = members.flatMap((b) => visitsOf(spec, batch, b));
	if (visits.length === 0)
		throw new InvalidInput("Neither these rollouts nor their task say which state a step was taken in.");
	return anchorTree(batch, visits, numbers);
}

/** Steps of a rollout with their states: its own where it carries some, else those that the task knows. */
function visitsOf(spec: ExperimentSpec, batch: TreeBatch, b: number): Visit[] {
	for (const table of [batch.turns, batch.steps]) if (table?.stateKeys) return tableVisits(table, b);
	return taskVisits(spec, batch, b);
}

function tableVisits({ offsets, start, end, actor, stateKeys }: SpanTable, b: number): Visit[] {
	const spans = Array.from(
		{ length: (offsets[b + 1] as number) - (offsets[b] as number) },
		(_, k) => (offsets[b] as number) + k,
	);
	return spans.flatMap((s) => {
		const state = stateKeys?.[s];
		if (typeof state !== "string" || actor[s] !== 1) return [];
		return [{ state, rollout: b, start: start[s] as number, end: end[s] as number }];
	});
}

/** Walks a rollout through its task; a step lasts until the next state that the task names or the environment's turn. */
function taskVisits(spec: ExperimentSpec, batch: TreeBatch, b: number): Visit[] {
	const { task, pool } = openedTask(spec);
	const { env } = task;
	const item = findItem(pool, batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]));
	if (!item || !env.anchor) return [];
	const visits: { state: string; rollout: number; start: number; end: number }[] = [];
	let open: { end: number } | null = null;
	let state = env.start(item);
	for (let t = 0; t < (batch.lengths[b] as number); t++) {
		const acts = env.turn(state).actor === "policy";
		const anchor = acts ? env.anchor(state) : null;
		if (anchor !== null) {
			const visit = { state: anchor, rollout: b, start: t, end: t };
			visits.push(visit);
			open = visit;
		}
		if (!acts) open = null;
		if (open) open.end = t + 1;
		state = env.step(state, batch.tokens[b * batch.T + t] as number).state;
	}
	return visits;
}
