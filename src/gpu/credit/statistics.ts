import { InvalidInput } from "../../engine/core/errors";
import { type Kind, type Node, type Scope, STATS } from "../../engine/credit/ops";
import type { Assembly, Place } from "./assembly";
import { addressOf, floatBits, NORMALISE, OP, type Word } from "./instructions";
import type { SpanCompiler } from "./spans";

type Across = Extract<Kind, { op: "groupStat" | "normalise" }>;

/** Entries that may each go through all the others; more take too long for one submit. */
const MOST_PAIRED = 16384;
const WITHIN = ["batch", "group", "rollout"] as const;

/** A statistic or normaliser: one pass over the set where nothing tells its entries apart, else each entry through its own. */
export function statisticOf(assembly: Assembly, spans: SpanCompiler, node: Node, kind: Across): Place {
	const scope = kind.op === "normalise" ? kind.options : kind.scope;
	const { domain, ready: start } = spans.domainOf(node);
	const [x, where, key, weight] = [0, 1, 2, 3].map((i) => assembly.place(node.args[i]!));
	const state = scope.by === "state" ? spans.stateKeys(node.partition!) : null;
	const ready = Math.max(start, x!.ready, where!.ready, key!.ready, weight!.ready, state?.ready ?? -1);
	const place = scope.within === "batch" ? "batch" : "group";
	const ordered = kind.op === "groupStat" && kind.stat === "rank";
	const each =
		scope.by !== undefined || scope.within === "rollout" || ordered || (node.level === "rollout" && place === "group");
	if (each) checkPairs(assembly, node, scope);
	const keyWord = state ? stateAddress(state) : key!.word;
	const words = [x!.word, where!.word, keyWord, weight!.word, optionsWord(kind, scope), epsWord(kind)];
	const variant = kind.op === "normalise" ? NORMALISE : STATS.indexOf(kind.stat);
	return assembly.emit({ op: each ? OP.each : OP.whole, domain, variant, words }, ready, place);
}

function stateAddress({ word }: Place): Word {
	return typeof word === "number" ? word : addressOf(word.register);
}

/** Four bits each: by, within, centre, scale, epsilon, what one alone gets. */
function optionsWord(kind: Across, { by, within }: Scope): number {
	const key = by === undefined ? 0 : 1 + ["rank", "state", "key"].indexOf(by);
	const parts = [key, WITHIN.indexOf(within)];
	if (kind.op === "normalise") {
		const { center, scale, epsOn, singleton } = kind.options;
		parts.push(["none", "mean", "loo"].indexOf(center), ["none", "sd1", "sd0"].indexOf(scale));
		parts.push(epsOn === "variance" ? 1 : 0, singleton === "raw" ? 1 : 0);
	}
	return parts.reduce((word, part, i) => word | (part << (4 * i)), 0);
}

const epsWord = (kind: Across) => (kind.op === "normalise" ? floatBits(kind.options.eps) : 0);

/** @throws InvalidInput where each of too many entries would go through all the others. */
function checkPairs({ shape, sets }: Assembly, node: Node, { within, by }: Scope): void {
	if (within === "rollout" || by === "rank") return;
	const rollouts = within === "batch" ? shape.B : sets.largest;
	const entries = rollouts * (node.level === "rollout" ? 1 : shape.T);
	if (entries > MOST_PAIRED)
		throw new InvalidInput(
			`The method compares each of ${entries} entries with all others, and the GPU takes ${MOST_PAIRED}; use --backend cpu or smaller groups.`,
		);
}
