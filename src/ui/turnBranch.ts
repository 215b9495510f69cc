import { createStore } from "zustand/vanilla";
import { messageOf } from "../engine/core/errors";
import type { Continuation, Mean } from "../engine/oracle/continuations";
import type { BranchAnswer } from "../workers/labApi";
import { type Comparison, currentComparison } from "./comparison";
import { askBranch } from "./lab";
import { cutFor, partAround } from "./siblings/pair";
import type { Cut, Span } from "./siblings/parts";
import { showPanel } from "./stores/front";
import { type Latest, runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";
import { pinSomething } from "./suspicious";

/** What a rollout did at one place, and how it goes on from before and from after it. */
export interface TurnBranch {
	readonly of: Latest;
	readonly rollout: number;
	readonly unit: Exclude<Cut["unit"], "rollout"> | "token";
	/** The policy's tokens of the turn, step or token. */
	readonly span: Span;
	/** Continuations from each of the two. */
	readonly samples: number;
	/** Other seeds, other continuations. */
	readonly seed: number;
	readonly before: BranchAnswer | null;
	/** Null while there is none, and where the rollout ends with the span. */
	readonly after: BranchAnswer | null;
	/** Return of the rollout where it ends with the span: what comes after is known. */
	readonly ended: number | null;
	readonly busy: boolean;
	readonly problem: string;
}

export const turnBranchStore = createStore<{ readonly branch: TurnBranch | null }>(() => ({ branch: null }));

/** Ends the sampling that is open. */
let open = new AbortController();

/** Shows the tree with ways on from the turn of the pinned token; without one, from the turn of the worst token. */
export function branchHere(): void {
	pinSomething();
	const comparison = currentComparison();
	const { pinned } = selectionStore.getState();
	if (!comparison || !pinned) return;
	showPanel("tree");
	const place = placeOf(comparison, pinned);
	const samples = turnBranchStore.getState().branch?.samples ?? USUAL_SAMPLES;
	void sampleOn({ of: comparison.latest, ...place, samples, seed: 1 });
}

export const SAMPLES = [16, 64, 256] as const;
const USUAL_SAMPLES = 64;

/** What is studied at a token: its turn, its step where rollouts have one turn, else the token itself; of it what the policy wrote. */
export function placeOf(
	comparison: Pick<Comparison, "batch" | "group" | "members" | "tokens">,
	pinned: { readonly rollout: number; readonly token: number },
): Pick<TurnBranch, "rollout" | "unit" | "span"> {
	const { rollout, token } = pinned;
	const { unit } = cutFor(comparison);
	const part = unit === "rollout" ? null : partAround(comparison, pinned);
	if (unit === "rollout" || !part) return { rollout, unit: "token", span: { from: token, to: token + 1 } };
	const { T, actionMask } = comparison.batch;
	let { from, to } = part;
	while (from < to - 1 && actionMask[rollout * T + from] === 0) from++;
	while (to > from + 1 && actionMask[rollout * T + to - 1] === 0) to--;
	return { rollout, unit, span: { from, to } };
}

/**
 * Samples from before the span, then from after it, unless the rollout ends there. It ends early, with what was found, when somebody else
 * wishes for another branch or when it is no longer on screen.
 */
export async function sampleOn(
	wish: Pick<TurnBranch, "of" | "rollout" | "unit" | "span" | "samples" | "seed">,
): Promise<void> {
	open.abort();
	const mine = new AbortController();
	open = mine;
	const { of, rollout, span, samples, seed } = wish;
	const ends = span.to >= (of.batch.lengths[rollout] as number);
	const ended = ends ? (of.batch.returns[rollout] as number) : null;
	let branch: TurnBranch = { ...wish, before: null, after: null, ended, busy: true, problem: "" };
	const tell = (news: Partial<TurnBranch>) => {
		if (open !== mine) return;
		branch = { ...branch, ...news };
		turnBranchStore.setState({ branch });
	};
	tell({});
	const leave = () => {
		if (!isOnScreen(branch)) mine.abort();
	};
	const stops = [selectionStore.subscribe(leave), runStore.subscribe(leave)];
	try {
		const before = await askBranch(of, rollout, span.from, { samples, seed }, mine, (news) => tell({ before: news }));
		tell({ before });
		if (!ends && !mine.signal.aborted) {
			const after = await askBranch(of, rollout, span.to, { samples, seed }, mine, (news) => tell({ after: news }));
			tell({ after });
		}
		tell({ busy: false });
	} catch (error) {
		tell({ busy: false, problem: messageOf(error) });
	} finally {
		for (const stop of stops) stop();
	}
}

/** Ends the sampling; what was found stays. */
export const stopTurnBranch = (): void => open.abort();

/** Takes the branch off the screen. */
export function closeTurnBranch(): void {
	open.abort();
	open = new AbortController();
	turnBranchStore.setState({ branch: null });
}

/** Whether a branch is of the rollouts on screen and of the token that is pinned. */
export function isOnScreen({ of, rollout, span }: TurnBranch): boolean {
	const { pinned } = selectionStore.getState();
	const inside = pinned?.rollout === rollout && pinned.token >= span.from && pinned.token < span.to;
	return inside && runStore.getState().latest === of;
}

/** The value after the span: of the continuations, or the return of a rollout that ends there; null before anything is known. */
export function valueAfter({ after, ended }: TurnBranch): Mean | null {
	if (ended !== null) return { mean: ended, lo: ended, hi: ended };
	return after?.values.at(-1) ?? null;
}

/** How many ways on were found, in words: fewer than were asked for where the sampling was ended, none after the end. */
export function foundText({ before, after, ended }: Pick<TurnBranch, "before" | "after" | "ended">): string {
	const [found, beyond] = [before, after].map((answer) => answer?.values.length ?? 0);
	if (found === 0) return "No ways on were found.";
	const start = `${found} from before it`;
	if (ended !== null) return `${start}; it is the end.`;
	return `${start}, ${beyond || "none"} after.`;
}

/** One thing that was done instead, by how many of the continuations, with their mean return. */
export interface Way {
	readonly tokens: readonly number[];
	readonly count: number;
	readonly mean: number;
}

/**
 * What continuations from before a turn did in it, the most frequent first.
 * @param length tokens of what is compared; up to the first reply of the environment where it is null.
 */
export function waysOf(continuations: readonly Continuation[], length: number | null): Way[] {
	const ways = new Map<string, { tokens: readonly number[]; count: number; sum: number }>();
	for (const { tokens, acted, total } of continuations) {
		const did = tokens.slice(0, length ?? acted);
		const key = did.join();
		const known = ways.get(key) ?? { tokens: did, count: 0, sum: 0 };
		ways.set(key, { ...known, count: known.count + 1, sum: known.sum + total });
	}
	return [...ways.values()]
		.map(({ tokens, count, sum }) => ({ tokens, count, mean: sum / count }))
		.sort((a, b) => b.count - a.count || b.mean - a.mean);
}
