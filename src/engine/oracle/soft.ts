import { Cancelled, InvalidInput } from "../core/errors";
import type { OracleControl, OracleQuestion } from "./oracle";
import { ORACLE_DEFAULTS } from "./request";
import { type Node, PrefixTree } from "./tree";
import { openAll, pathsOf } from "./treeModes";

/** What tokens are worth to the policy that is best at return − β·KL(π ‖ π_ref). */
export interface SoftTruth {
	/** V⋆ of the prefix before each token and after the last `[T+1]`. */
	readonly V: Float64Array;
	/** r + V⋆' of every token that can come, by id `[T]`. */
	readonly Q: readonly Readonly<Record<number, number>>[];
	/** π⋆(a|s) = π_ref(a|s)·exp((Q⋆ − V⋆)/β) where the policy acts; the environment's probabilities elsewhere `[T]`. */
	readonly optimal: readonly Readonly<Record<number, number>>[];
	/** Q⋆(token) − V⋆ = β·log(π⋆/π_ref) where the policy acts, 0 at environment tokens `[T]`. */
	readonly advantage: Float64Array;
}

/**
 * Soft values by one backward pass over the prefix tree of a prompt: V⋆(s) = β·log Σ_a π_ref(a|s)·exp(Q⋆(s,a)/β) where the policy
 * acts, V⋆(s) = Σ p·Q⋆ where the environment does. The truth for methods that regularise towards a reference (DPO, OREO, implicit
 * process rewards), which do not estimate the ordinary advantage. **Units** of return. The question's policy is π_ref.
 * **Throws** InvalidInput unless β > 0, and beyond `maxPrefixes` prefixes.
 * **Source** Rafailov et al. 2024, "From r to Q*", https://arxiv.org/abs/2404.12358; turns of the environment are ours.
 */
export async function softTruth(
	question: OracleQuestion,
	beta: number,
	control: OracleControl = {},
): Promise<SoftTruth[]> {
	if (!(beta > 0)) throw new InvalidInput(`Soft values need a beta above 0, not ${beta}.`);
	const { task, item, policy, maxPrefixes = ORACLE_DEFAULTS.maxPrefixes } = question;
	const tree = new PrefixTree(task, item, policy);
	const paths = await pathsOf(tree, question);
	for await (const step of openAll(tree, maxPrefixes)) {
		control.onStep?.(step);
		await control.breathe?.();
		if (control.cancelled?.()) throw new Cancelled();
	}
	const value = softValues(beta);
	return paths.map((path) => softTruthOf(path, beta, value));
}

/** V⋆ of nodes, each worked out once. */
function softValues(beta: number): (node: Node) => number {
	const known = new Map<Node, number>();
	const value = (node: Node): number => {
		const before = known.get(node);
		if (before !== undefined) return before;
		// A leaf's return does not depend on the policy any more: both ends of its interval are its value.
		const V = node.children?.length ? backUpSoft(node.children, value, node.turn.actor === "policy", beta) : node.lo;
		known.set(node, V);
		return V;
	};
	return value;
}

function backUpSoft(children: readonly Node[], value: (node: Node) => number, acts: boolean, beta: number): number {
	const q = children.map((child) => child.reward + value(child));
	if (!acts) return q.reduce((sum, x, i) => sum + children[i]!.probability * x, 0);
	const top = Math.max(...q);
	return top + beta * Math.log(q.reduce((sum, x, i) => sum + children[i]!.probability * Math.exp((x - top) / beta), 0));
}

function softTruthOf(path: readonly Node[], beta: number, value: (node: Node) => number): SoftTruth {
	const before = path.slice(0, -1);
	const gain = (child: Node, at: Node) => child.reward + value(child) - value(at);
	const column = (pick: (child: Node, at: Node) => number) =>
		before.map((at) => Object.fromEntries((at.children ?? []).map((child) => [child.token, pick(child, at)])));
	return {
		V: Float64Array.from(path, value),
		Q: column((child) => child.reward + value(child)),
		optimal: column((child, at) =>
			at.turn.actor === "policy" ? child.probability * Math.exp(gain(child, at) / beta) : child.probability,
		),
		advantage: Float64Array.from(before, (at, t) => (at.turn.actor === "policy" ? gain(path[t + 1]!, at) : 0)),
	};
}
