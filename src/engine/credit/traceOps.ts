import { InvalidInput } from "../core/errors";
import type { RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import { CpuOps } from "./cpuOps";
import { type Maker, madeBy } from "./madeBy";
import type { Creditor } from "./method";
import type { Node } from "./ops";
import { creditBy } from "./run";
import { type Arithmetic, arithmeticOf, type Place } from "./traceArithmetic";
import { whyUnknown } from "./traceUnknown";
import { inWords, shown, signed } from "./traceWords";

/** One primitive at one token: what went in and what came out. */
export interface TraceStep {
	/** `x3`, or the name of an input. */
	readonly symbol: string;
	/** The primitive in words, as in "mean of the group". */
	readonly operation: string;
	/** What is computed, the same with numbers, and the result: `x3 = returns − x2 = 1 − 0.25 = 0.75`. */
	readonly equation: string;
	/** Symbols and numbers that went in. */
	readonly inputs: readonly { readonly symbol: string; readonly value: number }[];
	/** Numbers that a statistic compared, this entry's among them; absent for other primitives. */
	readonly members?: readonly number[];
	readonly value: number;
}

/** Why a token has its credit: every primitive on the way, in order. */
export interface Trace extends Maker {
	readonly rollout: number;
	readonly token: number;
	readonly steps: readonly TraceStep[];
	/** `A = outcome + td = 0.75 + 0.1 = 0.85`, or why there is no number. */
	readonly equation: string;
	readonly terms: Readonly<Record<string, number>>;
	/** The advantage: the very number that `creditBy` gives; NaN where it is unknown or not scored. */
	readonly value: number;
}

/**
 * Records every primitive of a method for one token.
 * @throws InvalidInput when the batch has no such token; and as `creditBy` does.
 */
export function traceOf(
	method: Creditor,
	given: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	rollout: number,
	token: number,
): Trace {
	if (!(token >= 0 && token < (batch.lengths[rollout] ?? 0)))
		throw new InvalidInput(`There is no token ${token}: the rollout has ${batch.lengths[rollout] ?? 0} tokens.`);
	const ops = new CpuOps(batch);
	const credit = creditBy(method, given, batch, ops);
	const params = resolveParams(method.params, given, `method ${method.id}`);
	const at = rollout * batch.T + token;
	const recorder = new Recorder(ops, rollout, token);
	const estimate = method.estimate(params);
	const taken = inputNames(Object.values(estimate.terms));
	const symbols = Object.entries(estimate.terms).map(([name, term]) =>
		recorder.record(term, taken.has(name) ? undefined : name),
	);
	if (estimate.scored) recorder.record(estimate.scored);
	const terms = Object.fromEntries(Object.entries(credit.terms).map(([name, term]) => [name, term[at]!]));
	const value = credit.advantage[at]!;
	const names = Object.keys(terms).map((name, i) => (symbols[i] === name ? name : `${name} (${symbols[i]})`));
	const numbers = Object.values(terms).map(signed);
	const sum = ["A", names.join(" + "), ...(numbers.length > 1 ? [numbers.join(" + ")] : []), shown(value)].join(" = ");
	const equation =
		batch.actionMask[at] === 0
			? "A = 0: the policy did not write this token."
			: Number.isNaN(value)
				? whyUnknown({ ops, rollout, token }, estimate)
				: sum;
	return {
		...madeBy(method.id, params, method.rewards),
		rollout,
		token,
		steps: recorder.steps,
		equation,
		terms,
		value,
	};
}

/** Names of the inputs and signals of a graph: no term may share one. */
function inputNames(nodes: readonly Node[], seen = new Set<Node>(), names = new Set<string>()): ReadonlySet<string> {
	for (const node of nodes) {
		if (seen.has(node)) continue;
		seen.add(node);
		if (node.kind.op === "input" || node.kind.op === "signal") names.add(node.kind.name);
		inputNames(node.args, seen, names);
	}
	return names;
}

class Recorder {
	readonly steps: TraceStep[] = [];
	private readonly symbols = new Map<Node, string>();
	private readonly place: Place;

	constructor(ops: CpuOps, rollout: number, token: number) {
		this.place = { ops, rollout, token };
	}

	/** Records a node after everything it reads. @returns its symbol: the name given, or one of its own. */
	record(node: Node, name?: string): string {
		const known = this.symbols.get(node);
		if (known !== undefined) return known;
		const { kind } = node;
		if (kind.op === "constant") return this.call(node, shown(kind.value));
		const arithmetic = arithmeticOf(this.place, node);
		if (arithmetic.sameAs) return this.call(node, this.record(arithmetic.sameAs, name));
		const inputs = arithmetic.reads.map((read) => ({ symbol: this.record(read.node), value: read.value }));
		const own = kind.op === "input" || kind.op === "signal" ? kind.name : `x${this.steps.length + 1}`;
		const symbol = this.call(node, kind.op === "input" || kind.op === "signal" ? own : (name ?? own));
		this.steps.push(stepOf(node, symbol, arithmetic, inputs));
		return symbol;
	}

	private call(node: Node, symbol: string): string {
		this.symbols.set(node, symbol);
		return symbol;
	}
}

function stepOf({ kind }: Node, symbol: string, arithmetic: Arithmetic, inputs: TraceStep["inputs"]): TraceStep {
	const { value, members } = arithmetic;
	const lines = [
		arithmetic.formula(inputs.map((input) => input.symbol)),
		arithmetic.numbers ?? arithmetic.formula(inputs.map((input) => signed(input.value))),
		shown(value),
	];
	const written = [symbol, ...lines.filter((line) => line !== "")];
	const said = written.filter((part, i) => i === 0 || part !== written[i - 1]);
	return {
		symbol,
		operation: inWords(kind),
		equation: said.join(" = "),
		inputs,
		...(members ? { members } : {}),
		value,
	};
}
