import { inLine } from "../../engine/core/writing";
import type { RolloutTree } from "../../engine/rollouts/rolloutTree";
import type { Comparison } from "../comparison";

/** What the nodes of a tree say. */
export interface TreeTexts {
	readonly textOf: (node: number) => string;
	/** Everything from the root to the end of a node. */
	readonly pathOf: (node: number) => string;
	/** Whether the environment wrote what follows a node. */
	readonly byChance: (node: number) => boolean;
	/** Nodes whose text contains a query; none for an empty one. */
	readonly search: (query: string) => ReadonlySet<number>;
}

export function treeTexts(tree: RolloutTree, { batch, tokens }: Pick<Comparison, "batch" | "tokens">): TreeTexts {
	const printed = (ids: Int32Array) => inLine(Array.from(ids, (id) => tokens[id] ?? `#${id}`));
	const response = (b: number, from: number, to: number) =>
		printed(batch.tokens.subarray(b * batch.T + Math.max(0, from), b * batch.T + to));
	const prompt = (b: number) =>
		printed(batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]));
	const textOf = (i: number) => {
		const name = tree.names?.[i];
		if (name) return name;
		const [b, start, end] = [tree.rollout[i] as number, tree.start[i] as number, tree.end[i] as number];
		const text = response(b, start, end);
		return start < 0 ? `${prompt(b)} ${text}`.trim() : text;
	};
	return {
		textOf,
		pathOf: (i) => {
			if (!tree.names) return response(tree.rollout[i] as number, 0, tree.end[i] as number) || "the prompt";
			const parent = tree.parent[i] as number;
			return parent > 0 ? `${textOf(parent)}: ${textOf(i)}` : textOf(i);
		},
		byChance: (i) => {
			const at = (tree.rollout[i] as number) * batch.T + (tree.end[i] as number);
			return !tree.names && batch.actionMask[at] === 0;
		},
		search: (query) => {
			const wanted = query.trim().toLowerCase();
			const found = new Set<number>();
			if (wanted === "") return found;
			for (let i = 0; i < tree.size; i++) if (textOf(i).toLowerCase().includes(wanted)) found.add(i);
			return found;
		},
	};
}
