import type { CpuOps } from "./cpuOps";
import type { Estimate } from "./method";
import type { Node } from "./ops";
import { readNode } from "./prefixOps";
import { rowsOf } from "./sequenceOps";
import { comparedWith, indexOf, type Place, takenTogether } from "./traceArithmetic";
import { inWords } from "./traceWords";

/** One number of a node. */
interface Entry {
	readonly node: Node;
	readonly index: number;
}

/** Why a token of the policy has no number, as a sentence: the first unknown input on the way to it, or that it is not scored. */
export function whyUnknown(place: Place, { terms, scored }: Pick<Estimate, "terms" | "scored">): string {
	const { ops } = place;
	const unscored = "The method does not score this token.";
	if (scored && ops.value(scored)[indexOf(place, scored)] === 0) return unscored;
	const entries = Object.values(terms).map((node) => ({ node, index: indexOf(place, node) }));
	const first = firstUnknown(ops, entries);
	return first ? sentence(place, first) : unscored;
}

/** The origin of the first of these that is not known: an input, or arithmetic on known numbers; null where all are known. */
function firstUnknown(ops: CpuOps, entries: readonly Entry[]): Entry | null {
	const unknown = entries.find(({ node, index }) => index >= 0 && Number.isNaN(ops.value(node)[index]));
	return unknown ? (firstUnknown(ops, behind(ops, unknown)) ?? unknown) : null;
}

/** The numbers that one was computed from, the nearest first. */
function behind(ops: CpuOps, { node, index }: Entry): Entry[] {
	const { kind, args } = node;
	const all = (indices: readonly number[]) => indices.flatMap((i) => args.map((arg) => ({ node: arg, index: i })));
	switch (kind.op) {
		case "spread":
			return [{ node: args[0]!, index: indexOf(placeOf(ops, node, index), args[0]!) }];
		case "groupStat":
			return all([index, ...comparedWith(ops, node, kind.scope, index)]);
		case "normalise":
			return all([index, ...comparedWith(ops, node, kind.options, index)]);
		case "scan":
			return all([index, ...onOneSide(ops, node, index, kind.direction === "suffix" ? 1 : -1)]);
		case "shift": {
			const [beside] = onOneSide(ops, node, index, kind.from === "next" ? 1 : -1);
			return [
				beside === undefined
					? { node: args[1]!, index: ops.domain(node).rollout[index]! }
					: { node: args[0]!, index: beside },
			];
		}
		case "reduce":
			return all(takenTogether(ops, node, index));
		case "prefix":
			return all(readNode(ops, node, kind, ...inRollout(ops, node, index)).rollouts);
		case "select":
			return [args[0]!, ops.value(args[0]!)[index] !== 0 ? args[1]! : args[2]!].map((arg) => ({ node: arg, index }));
		default:
			return all([index]);
	}
}

/** Where an entry stands; of one of a span only the rollout can be told. */
function placeOf(ops: CpuOps, node: Node, index: number): Place {
	const [rollout, token] = inRollout(ops, node, index);
	return { ops, rollout, token };
}

/** Entries of the same rollout after this one (1), or before it (−1), the nearest first. */
function onOneSide(ops: CpuOps, node: Node, index: number, side: 1 | -1): readonly number[] {
	const row = [...rowsOf(ops.domain(node))].find((entries) => entries.includes(index)) ?? [];
	const own = row.indexOf(index);
	return side === 1 ? row.slice(own + 1) : row.slice(0, own).reverse();
}

/** Rollout of an entry, and the entry's number in it. */
function inRollout(ops: CpuOps, node: Node, index: number): [rollout: number, n: number] {
	const rollout = ops.domain(node).rollout[index]!;
	if (node.level === "rollout") return [rollout, 0];
	return [
		rollout,
		index - (node.level === "span" ? ops.spans(node.partition!).offsets[rollout]! : rollout * ops.batch.T),
	];
}

function sentence({ ops, rollout: own }: Place, { node, index }: Entry): string {
	const { kind, level } = node;
	if (kind.op !== "input" && kind.op !== "signal") return `A is not known: ${inWords(kind)} gives no number here.`;
	const [rollout, n] = inRollout(ops, node, index);
	const whose = rollout === own ? "this rollout" : `rollout ${ops.batch.ids?.[rollout] ?? rollout}`;
	const place = `${unitOf(node)} ${n}${rollout === own ? "" : ` of ${whose}`}`;
	return `A is not known, because ${kind.name} has no number for ${level === "rollout" ? whose : place}.`;
}

function unitOf({ level, partition }: Node): string {
	if (level !== "span") return level;
	return partition?.kind === "steps" ? "step" : partition?.kind === "turns" ? "turn" : "span";
}
