import { residualAfterScaling } from "../../engine/fidelity/residual";
import { currentComparison } from "../comparison";
import { pictures } from "../pictures";
import { runStore } from "../stores/run";
import { timelineStore } from "../stores/timeline";

export interface ErrorPoint {
	readonly step: number;
	readonly error: number;
}

/** Method → how far its credit was from the exact advantage, for the group that was on screen, by rising step. */
let points: Map<string, ErrorPoint[]> = new Map();
const listeners = new Set<() => void>();

/** Measures the rows on screen whenever the exact values of a live run's group are known. */
export function followErrors(): void {
	runStore.subscribe((run, before) => {
		if (run.exact !== before.exact || run.beside !== before.beside) measure();
	});
}

export const errorCurves = {
	get points(): ReadonlyMap<string, readonly ErrorPoint[]> {
		return points;
	},
	/** Starts empty. @returns what was there. */
	clear(): ReadonlyMap<string, readonly ErrorPoint[]> {
		const before = points;
		points = new Map();
		tell();
		return before;
	},
	subscribe(listener: () => void): () => void {
		listeners.add(listener);
		return () => listeners.delete(listener);
	},
};

function measure(): void {
	if (timelineStore.getState().source !== "live") return;
	const comparison = currentComparison();
	if (!comparison?.exact || comparison.exact.pending) return;
	const { batch, members, exact, rows, step } = comparison;
	const tokens = members.flatMap((b) => policyTokens(batch, b));
	const truth = tokens.map((i) => exact.values[i] as number);
	for (const row of rows) {
		if (row === exact || row.pending) continue;
		const error = residualAfterScaling(
			tokens.map((i) => row.values[i] as number),
			truth,
		);
		if (!Number.isNaN(error)) put(row.id, { step, error });
	}
	tell();
}

function policyTokens(
	{ T, lengths, actionMask }: { T: number; lengths: Int32Array; actionMask: Uint8Array },
	b: number,
) {
	const all = Array.from({ length: lengths[b] as number }, (_, t) => b * T + t);
	return all.filter((i) => actionMask[i] === 1);
}

/** A step that is measured again, with another group on screen, replaces what was known of it. */
function put(method: string, point: ErrorPoint): void {
	const known = (points.get(method) ?? []).filter((p) => p.step !== point.step);
	points.set(
		method,
		[...known, point].sort((a, b) => a.step - b.step),
	);
}

function tell(): void {
	pictures.add(listeners, () => {
		for (const listener of listeners) listener();
	});
}
