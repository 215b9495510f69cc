import { ACTOR, type Machine, NO_STATE } from "./machine";
import type { Judge, ResponseStep, Task, TaskItem } from "./task";

/** A judge, and the steps that it sees. */
export function judged<J>(judge: Judge<J>): Required<Pick<Task, "judge" | "steps">> {
	return { judge: judge as Judge<unknown>, steps: (item, response) => stepsBy(judge, item, response) };
}

/** A judge that labels every token of a step, the steps that it sees, and the labels. */
export function labelled<J>(judge: Judge<J>): Required<Pick<Task, "judge" | "steps" | "stepLabels">> {
	return { ...judged(judge), stepLabels: (item, response) => labelsBy(judge, item, response) };
}

/**
 * A judge that labels a step by one of its tokens, the steps that it sees, and their labels on all their tokens; NaN outside, and in steps of
 * which nothing was said.
 */
export function labelledSteps<J>(judge: Judge<J>): Required<Pick<Task, "judge" | "steps" | "stepLabels">> {
	const both = judged(judge);
	const stepLabels: Task["stepLabels"] = (item, response) => {
		const labels = new Float64Array(response.length).fill(Number.NaN);
		for (const { start, end, label } of both.steps(item, response)) labels.fill(label ?? Number.NaN, start, end);
		return labels;
	};
	return { ...both, stepLabels };
}

/** A judge for whom every token is a step of its own, if it has a label: NaN means that it has none. */
export function tokenJudge<J>(
	of: Pick<Judge<J>, "start" | "key"> & {
		read(state: J, token: number): { readonly state: J; readonly label: number };
	},
): Judge<J> {
	return {
		...of,
		read(before, token) {
			const { state, label } = of.read(before, token);
			return Number.isNaN(label) ? { state, step: "none" } : { state, step: "begins", label };
		},
	};
}

function stepsBy<J>(judge: Judge<J>, item: TaskItem, response: readonly number[]): ResponseStep[] {
	const steps: ResponseStep[] = [];
	let state = judge.start(item);
	response.forEach((token, t) => {
		const { step, label, reward, ...after } = judge.read(state, token);
		state = after.state;
		if (step === "begins") steps.push({ start: t, end: t + 1 });
		const last = steps.at(-1);
		if (!last) return;
		steps[steps.length - 1] = {
			...last,
			...(step === "goes on" ? { end: t + 1 } : {}),
			...(label === undefined ? {} : { label: Math.min(label, last.label ?? label) }),
			...(reward === undefined ? {} : { reward }),
		};
	});
	return steps;
}

function labelsBy<J>(judge: Judge<J>, item: TaskItem, response: readonly number[]): Float64Array {
	let state = judge.start(item);
	return Float64Array.from(response, (token) => {
		const { label, ...after } = judge.read(state, token);
		state = after.state;
		return label ?? Number.NaN;
	});
}

/** A judge as tables over its own states and tokens `[states·vocabSize]`. */
export interface JudgeTable {
	readonly states: number;
	readonly vocabSize: number;
	/** First state of each item given. */
	readonly start: Uint32Array;
	/** State after a token; `NO_STATE` where it cannot occur. */
	readonly next: Uint32Array;
	/** Whether a step begins with a token (1), goes on (2), or neither (0). */
	readonly step: Uint8Array;
	/** What is said of the step that began last; NaN for nothing. */
	readonly label: Float64Array;
	readonly reward: Float64Array;
}

/** Largest number of states of task and judge taken together: what tabulating visits. */
const MOST_PAIRS = 2 ** 17;
/** Largest number of entries of a table. */
const MOST_ENTRIES = 2 ** 21;

/**
 * Tabulates a judge over all responses that a machine allows.
 * @param items in the order of `machine.start`.
 * @returns null where that takes too many states.
 */
export function tabulateJudge<J>(judge: Judge<J>, machine: Machine, items: readonly TaskItem[]): JudgeTable | null {
	const closure = new Closure(judge, machine);
	const start = Uint32Array.from(items, (item, i) => closure.visit(judge.start(item), machine.start[i]!));
	return closure.follow() ? { start, ...closure.tables() } : null;
}

interface Row {
	readonly next: Uint32Array;
	readonly step: Uint8Array;
	readonly label: Float64Array;
	readonly reward: Float64Array;
}
const STEP = { none: 0, begins: 1, "goes on": 2 } as const;

/** Everything that a judge can be in, together with the machine's states in which it can be so. */
class Closure<J> {
	private readonly index = new Map<string, number>();
	private readonly states: J[] = [];
	private readonly rows: Row[] = [];
	/** Pairs of a state of the judge and one of the machine, as one number, in the order in which they were met. */
	private readonly pairs = new Set<number>();

	constructor(
		private readonly judge: Judge<J>,
		private readonly machine: Machine,
	) {}

	visit(state: J, machineState: number): number {
		const at = this.numberOf(state);
		this.meet(at, machineState);
		return at;
	}

	private meet(at: number, machineState: number): void {
		this.pairs.add(at * this.machine.states + machineState);
	}

	/** Visits all that follows; false where it is too much. */
	follow(): boolean {
		const { vocabSize: V, next, actor, states } = this.machine;
		// A set is walked through in order of insertion, and what is added on the way is walked through, too.
		for (const pair of this.pairs) {
			if (this.pairs.size > MOST_PAIRS || this.states.length * V > MOST_ENTRIES) return false;
			const [at, from] = [Math.floor(pair / states), pair % states];
			if (actor[from] === ACTOR.done) continue;
			for (let token = 0; token < V; token++) {
				const to = next[from * V + token]!;
				if (to !== NO_STATE) this.read(at, token, to);
			}
		}
		return true;
	}

	tables(): Omit<JudgeTable, "start"> {
		const { vocabSize: V } = this.machine;
		const entries = this.states.length * V;
		const out = {
			states: this.states.length,
			vocabSize: V,
			next: new Uint32Array(entries),
			step: new Uint8Array(entries),
			label: new Float64Array(entries),
			reward: new Float64Array(entries),
		};
		for (const name of ["next", "step", "label", "reward"] as const)
			this.rows.forEach((row, s) => {
				out[name].set(row[name], s * V);
			});
		return out;
	}

	private numberOf(state: J): number {
		const key = this.judge.key(state);
		const known = this.index.get(key);
		if (known !== undefined) return known;
		const V = this.machine.vocabSize;
		this.index.set(key, this.states.length);
		this.rows.push({
			next: new Uint32Array(V).fill(NO_STATE),
			step: new Uint8Array(V),
			label: new Float64Array(V).fill(Number.NaN),
			reward: new Float64Array(V).fill(Number.NaN),
		});
		return this.states.push(state) - 1;
	}

	private read(at: number, token: number, to: number): void {
		const row = this.rows[at]!;
		const known = row.next[token]!;
		if (known !== NO_STATE) {
			this.meet(known, to);
			return;
		}
		const { state, step, label, reward } = this.judge.read(this.states[at] as J, token);
		row.next[token] = this.visit(state, to);
		row.step[token] = STEP[step];
		row.label[token] = label ?? Number.NaN;
		row.reward[token] = reward ?? Number.NaN;
	}
}
