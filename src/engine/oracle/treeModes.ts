import { InvalidInput } from "../core/errors";
import { MaxHeap } from "./heap";
import type { OracleRequest, Step } from "./request";
import { BATCH, backUp, isOpen, type Node, PrefixTree } from "./tree";
import { type Truth, truthOf } from "./truth";

/**
 * Every prefix of the prompt, in batched passes level by level; prefixes whose return is decided are not opened.
 * @throws InvalidInput when more than `maxPrefixes` have to be asked about.
 */
export async function* enumerate(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	const tree = new PrefixTree(request.task, request.item, request.policy);
	const paths = await pathsOf(tree, request);
	yield* openAll(tree, request.maxPrefixes);
	backUp(tree.root);
	return readOut("enumerate", tree, paths, request);
}

/** Opens every prefix whose value is open. @throws InvalidInput beyond `maxPrefixes`. */
export async function* openAll(tree: PrefixTree, maxPrefixes: number): AsyncGenerator<Step, void> {
	const level = openLeaves(tree.root).map((l) => l.node);
	while (level.length > 0) {
		const batch = level.splice(0, BATCH);
		await tree.expand(batch);
		if (tree.asked > maxPrefixes)
			throw new InvalidInput(
				`The prompt has more than ${maxPrefixes} prefixes; use mode bestfirst or montecarlo, or a smaller task.`,
			);
		for (const node of batch) for (const child of node.children ?? []) if (isOpen(child)) level.push(child);
		yield { prefixes: tree.asked, open: level.length };
	}
}

/**
 * Opens the prefix that holds most of what is unknown first, and stops once V of every prefix along the responses is known
 * to within `tolerance`: an unopened prefix of reach m widens the interval by m·(most − least that can follow).
 * Stops at `maxPrefixes` with the interval reached, which `lo` and `hi` tell.
 */
export async function* bestfirst(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	const tree = new PrefixTree(request.task, request.item, request.policy);
	const paths = await pathsOf(tree, request);
	const targets = [...new Set(paths.flat())].sort((a, b) => b.depth - a.depth);
	for (const target of targets) yield* narrow(tree, target, request);
	backUp(tree.root);
	return readOut("bestfirst", tree, paths, request);
}

async function* narrow(tree: PrefixTree, target: Node, request: OracleRequest): AsyncGenerator<Step> {
	const heap = new MaxHeap<{ node: Node; reach: number }>();
	let width = 0;
	const put = (node: Node, reach: number) => {
		width += reach * (node.hi - node.lo);
		heap.push(reach * (node.hi - node.lo), { node, reach });
	};
	for (const { node, reach } of openLeaves(target)) put(node, reach);
	while (width > request.tolerance && heap.size > 0 && tree.asked < request.maxPrefixes) {
		const batch: { node: Node; reach: number }[] = [];
		for (let n = Math.min(heap.size, BATCH / 8); n > 0; n--) {
			const top = heap.pop()!;
			width -= top.priority;
			batch.push(top.value);
		}
		await tree.expand(batch.map((b) => b.node));
		for (const { node, reach } of batch)
			for (const child of node.children ?? []) if (isOpen(child)) put(child, reach * child.probability);
		yield { prefixes: tree.asked, open: heap.size };
	}
}

/** Leaves below a node whose value is open, with the probability of coming there from it. */
function openLeaves(from: Node): { node: Node; reach: number }[] {
	const out: { node: Node; reach: number }[] = [];
	const visit = (node: Node, reach: number) => {
		if (isOpen(node)) out.push({ node, reach });
		for (const child of node.children ?? []) visit(child, reach * child.probability);
	};
	visit(from, 1);
	return out;
}

/** The nodes along each response, from the root to its end. */
export async function pathsOf(tree: PrefixTree, { responses }: Pick<OracleRequest, "responses">): Promise<Node[][]> {
	const paths: Node[][] = [];
	for (const response of responses) paths.push(await tree.path(response));
	return paths;
}

function readOut(mode: "enumerate" | "bestfirst", tree: PrefixTree, paths: readonly Node[][], request: OracleRequest) {
	const cost = { prefixes: tree.asked, sampledTokens: 0 };
	const middle = (node: Node) => (node.lo + node.hi) / 2;
	return paths.map((path, i) => {
		const found = path.map((node) => ({
			lo: node.lo,
			hi: node.hi,
			V: middle(node),
			next: (node.children ?? []).map((c) => ({
				token: c.token,
				probability: c.probability,
				q: c.reward + middle(c),
			})),
		}));
		const states = path.map((node) => node.state);
		return truthOf(mode, request.task, states, request.responses[i]!, found, cost);
	});
}
