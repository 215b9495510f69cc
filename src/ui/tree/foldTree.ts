import type { PrefixNode } from "./prefixTree";

/** A node of the drawn tree; `crowd` counts the branches that were folded into it, 0 for an ordinary node. */
export interface DrawnNode extends Omit<PrefixNode, "children"> {
	readonly crowd: number;
	readonly children: readonly DrawnNode[];
}

interface Building extends Omit<DrawnNode, "children"> {
	children: Building[];
}

/**
 * The tree with everything that would be lower than `smallest` pixels folded: such siblings become one crowd, which stands
 * after the others and carries their mean return. At most about height / smallest branches stay, whatever the tree.
 */
export function foldTree(root: PrefixNode, height: number, smallest: number): DrawnNode {
	const perRollout = height / root.rollouts.length;
	const top: Building = { ...root, crowd: 0, children: [] };
	const open: { from: PrefixNode; to: Building }[] = [{ from: root, to: top }];
	for (let next = open.pop(); next; next = open.pop()) {
		const { from, to } = next;
		const small: PrefixNode[] = [];
		for (const child of from.children) {
			if (child.rollouts.length * perRollout < smallest && from.children.length > 1) small.push(child);
			else {
				const drawn: Building = { ...child, crowd: 0, children: [] };
				to.children.push(drawn);
				open.push({ from: child, to: drawn });
			}
		}
		if (small.length > 0) to.children.push(crowdOf(small));
	}
	return top;
}

function crowdOf(branches: readonly PrefixNode[]): Building {
	const rollouts = branches.flatMap((b) => b.rollouts);
	const value = branches.reduce((sum, b) => sum + b.value * b.rollouts.length, 0) / rollouts.length;
	const start = (branches[0] as PrefixNode).start;
	const end = Math.max(...branches.map((b) => b.end));
	return { start, end, rollouts, value, crowd: branches.length, children: [] };
}
