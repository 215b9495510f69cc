import type { Task, TaskItem, Turn } from "../tasks/task";
import { returnBounds } from "./bounds";
import type { Policy } from "./policy";

/** A prefix in the tree of all rollouts of a prompt. */
export interface Node {
	readonly parent: Node | null;
	/** The token that leads here, what it paid and with which probability it comes. */
	readonly token: number;
	readonly reward: number;
	readonly probability: number;
	/** Rewards from the prompt to here. */
	readonly paid: number;
	readonly depth: number;
	readonly state: unknown;
	readonly turn: Turn;
	/** Null until expanded. */
	children: Node[] | null;
	/** V of the prefix lies in [lo, hi]. */
	lo: number;
	hi: number;
}

/** Prefixes given to the policy in one call. */
export const BATCH = 256;

/** The tree of one prompt under one policy; grows where it is asked to. */
export class PrefixTree {
	readonly root: Node;
	/** Prefixes that the policy was asked about. */
	asked = 0;
	private readonly bounds: ReturnType<typeof returnBounds>;

	constructor(
		readonly task: Task,
		readonly item: TaskItem,
		readonly policy: Policy,
	) {
		this.bounds = returnBounds(task);
		this.root = this.node(null, -1, 0, 1, task.env.start(item));
	}

	private node(parent: Node | null, token: number, reward: number, probability: number, state: unknown): Node {
		const turn = this.task.env.turn(state);
		const paid = (parent?.paid ?? 0) + reward;
		const sure = turn.actor === "done" ? 0 : (this.task.env.decided?.(state) ?? null);
		const [lo, hi] = sure === null ? this.bounds(state, paid) : [sure, sure];
		const depth = (parent?.depth ?? -1) + 1;
		return { parent, token, reward, probability, paid, depth, state, turn, children: null, lo, hi };
	}

	/** Gives the nodes their children: one call of the policy for all that it acts in. */
	async expand(nodes: readonly Node[]): Promise<void> {
		const open = nodes.filter((n) => n.children === null);
		const acting = open.filter((n) => n.turn.actor === "policy");
		const rows = acting.length > 0 ? await this.policy.logProbs(acting.map((n) => this.prefix(n))) : [];
		this.asked += acting.length;
		acting.forEach((n, i) => {
			const legal = n.turn.actor === "policy" ? n.turn.legal : [];
			n.children = legal.map((token) => this.child(n, token, Math.exp(rows[i]![token]!)));
		});
		for (const n of open) {
			if (n.turn.actor === "environment")
				n.children = n.turn.outcomes.map((o) => this.child(n, o.token, o.probability));
			if (n.turn.actor === "done") n.children = [];
		}
	}

	private child(parent: Node, token: number, probability: number): Node {
		const { state, reward } = this.task.env.step(parent.state, token);
		return this.node(parent, token, reward, probability, state);
	}

	private prefix(node: Node) {
		const legal = node.turn.actor === "policy" ? node.turn.legal : [];
		return { item: this.item, response: responseOf(node), legal, key: this.task.env.key(node.state) };
	}

	/** The nodes along a response, expanded, from the root to its end. */
	async path(response: readonly number[]): Promise<Node[]> {
		const nodes = [this.root];
		for (const token of response) {
			const at = nodes.at(-1) as Node;
			await this.expand([at]);
			const next = at.children?.find((c) => c.token === token);
			if (!next) throw new Error(`Token ${token} cannot follow here.`);
			nodes.push(next);
		}
		return nodes;
	}
}

/** Tokens from the prompt to a node. */
export function responseOf(node: Node): number[] {
	const out = new Array<number>(node.depth);
	for (let n = node; n.parent; n = n.parent) out[n.depth - 1] = n.token;
	return out;
}

/** Whether a node's value is still to be found out. */
export function isOpen(node: Node): boolean {
	return node.children === null && node.hi > node.lo;
}

/** V = Σ p·(r + V') from the leaves up, for both ends of the interval. */
export function backUp(node: Node): void {
	if (!node.children || node.children.length === 0) return;
	let lo = 0;
	let hi = 0;
	for (const child of node.children) {
		backUp(child);
		lo += child.probability * (child.reward + child.lo);
		hi += child.probability * (child.reward + child.hi);
	}
	node.lo = lo;
	node.hi = hi;
}
