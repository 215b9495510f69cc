import { InvalidInput } from "../../core/errors";
import { resolveParams } from "../../spec/params";
import { findEntry } from "../../spec/resolveSpec";
import type { AnyMethod, Creditor, Estimate, RewardChoice } from "../method";
import { add, type Node, reduceToRollouts, rolloutInput, sub, tokenInput } from "../ops";
import { REWARD_WRITERS } from "./registry";
import type { AnyWriter, Paid, Written } from "./writer";

interface Link {
	readonly writer: AnyWriter;
	readonly params: RewardChoice["params"];
}

/**
 * A method behind writers of rewards, each of which pays tokens something else than what came before it: r → r' → r'' → A.
 *
 * The method reads r'' where it read r, and their sums where it read returns. Its terms are those of the environment's rewards, or of what
 * took their place; every writer that adds has a term of its own name, A with what it pays less A without, so that all add up.
 * Which tokens are scored stays what it is without a chain.
 *
 * **Edges** no writers: the method itself. For methods that are linear in the rewards the term is the credit of what the writer pays; where a
 * deviation divides, it is the whole change. Each is taken from the sum of the terms before it, so that equal returns behind the chain give
 * exactly 0. Signals that a method reads stay those of what the environment pays.
 * @throws InvalidInput for an unknown writer or parameter, and one sentence for chains that make no sense: a writer twice, one that would
 * lose what others wrote, one before a method that is about what the environment paid; `estimate` for methods that read no rewards, parameters
 * that leave all as it was, writers that leave the returns as they are before one that reads those alone, and what cancels out by token before a discount by span.
 */
export function withRewards(method: AnyMethod, chosen: readonly RewardChoice[], known = REWARD_WRITERS): Creditor {
	if (chosen.length === 0) return method;
	const chain = chosen.map(({ id, params }): Link => {
		const writer = findEntry(known, id, "reward writer");
		return { writer, params: resolveParams(writer.params, params, `reward writer ${id}`) };
	});
	checkOrder(chain);
	if (method.paidByTask) throw new InvalidInput(`Method ${method.id} takes no reward writer: ${method.paidByTask}.`);
	return {
		id: method.id,
		params: method.params,
		rewards: chain.map(({ writer: { id }, params }) => ({ id, params })),
		needs: (params) => [...chain.flatMap((link) => link.writer.needs(link.params)), ...method.needs(params)],
		estimate: (params) => estimateAfter(method, chain, params),
	};
}

function checkOrder(chain: readonly Link[]): void {
	chain.forEach(({ writer: { id, kind } }, k) => {
		const before = chain.slice(0, k).map(({ writer }) => writer.id);
		if (before.includes(id)) throw new InvalidInput(`Reward writer ${id} stands in the chain twice; name it once.`);
		if (kind === "replaces" && k > 0)
			throw new InvalidInput(
				`Reward writer ${id} pays the outcome in its own way, so what ${before.join(" and ")} wrote before it would be lost; put ${id} first.`,
			);
	});
}

function estimateAfter(method: AnyMethod, chain: readonly Link[], params: Readonly<Record<string, unknown>>): Estimate {
	const plain = method.estimate(params);
	const { weights, scored } = plain;
	const read = rewardsRead(Object.values(plain.terms));
	if (read.size === 0)
		throw new InvalidInput(
			`Method ${method.id} reads no rewards of tokens or rollouts here, so reward writer ${chain[0]!.writer.id} before it would change nothing.`,
		);
	const discount = typeof params.discount === "number" ? params.discount : 1;
	const spans = discount !== 1 && method.discountsSpans?.(params) === true;
	let paid: Paid = { rewards: tokenInput("rewards"), returns: rolloutInput("returns") };
	let terms = chain[0]!.writer.kind === "adds" ? plain.terms : null;
	let seen = new Map<Node, Node>();
	for (const { writer, params: own } of chain) {
		if (spans && writer.cancelsByToken)
			throw new InvalidInput(
				`Method ${method.id} discounts by spans of tokens, so what reward writer ${writer.id} pays would not cancel out and would change what is best; set discount to 1 instead of ${discount}.`,
			);
		const before = paid;
		paid = after(paid, writer.kind, writtenBy(writer, own, paid, discount));
		if (!read.has("rewards") && paid.returns === before.returns)
			throw new InvalidInput(
				`Method ${method.id} reads whole returns alone here, and reward writer ${writer.id} leaves them as they are, so it would change nothing.`,
			);
		seen = new Map();
		const stage = termsOn(plain, paid, seen);
		terms = terms ? { ...terms, [writer.id]: sub(sumOf(stage), sumOf(terms)) } : stage;
	}
	return {
		terms: terms!,
		...(scored ? { scored } : {}),
		...(weights ? { weights: rewritten(weights, paid, seen) } : {}),
	};
}

function writtenBy(writer: AnyWriter, params: Link["params"], paid: Paid, discount: number): Written {
	const written = writer.write(params, paid, discount);
	if (written) return written;
	const given = Object.keys(writer.params).map((name) => `${name}=${params[name]}`);
	throw new InvalidInput(`Reward writer ${writer.id} with ${given.join(", ")} would change nothing; leave it out.`);
}

function after(paid: Paid, kind: AnyWriter["kind"], { rewards, sum }: Written): Paid {
	const returns = sum ?? reduceToRollouts(rewards, "sum");
	return kind === "replaces"
		? { rewards, returns }
		: { rewards: add(paid.rewards, rewards), returns: add(paid.returns, returns) };
}

const termsOn = ({ terms }: Estimate, paid: Paid, seen: Map<Node, Node>): Estimate["terms"] =>
	Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, rewritten(term, paid, seen)]));

const sumOf = (terms: Estimate["terms"]): Node<"token"> => Object.values(terms).reduce((a, b) => add(a, b));

/** The graph with what was written where it reads what was paid; what reads neither is shared, and so computed once. */
function rewritten<N extends Node>(node: N, paid: Paid, seen: Map<Node, Node>): N {
	let made = seen.get(node);
	if (!made) {
		made =
			inPlaceOf(node, paid) ??
			withArgs(
				node,
				node.args.map((arg) => rewritten(arg, paid, seen)),
			);
		seen.set(node, made);
	}
	return made as N;
}

function inPlaceOf(node: Node, paid: Paid): Node | null {
	if (isInput(node, "rewards")) return paid.rewards;
	return isInput(node, "returns") ? paid.returns : null;
}

const withArgs = (node: Node, args: readonly Node[]): Node =>
	args.every((arg, i) => arg === node.args[i]) ? node : { ...node, args };

const isInput = ({ kind }: Node, name: "rewards" | "returns") => kind.op === "input" && kind.name === name;

/** Which of the inputs `rewards` and `returns` a graph computes with. A mere count of them does not depend on what was paid, and is passed over. */
function rewardsRead(nodes: readonly Node[]): ReadonlySet<"rewards" | "returns"> {
	const read = new Set<"rewards" | "returns">();
	const seen = new Set<Node>();
	const visit = (node: Node): void => {
		if (seen.has(node)) return;
		seen.add(node);
		for (const name of ["rewards", "returns"] as const) if (isInput(node, name)) read.add(name);
		for (const arg of isCount(node) ? node.args.slice(1) : node.args) visit(arg);
	};
	nodes.forEach(visit);
	return read;
}

const isCount = ({ kind }: Node) => kind.op === "groupStat" && kind.stat === "count";
