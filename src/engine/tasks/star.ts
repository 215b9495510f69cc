import { InvalidInput } from "../core/errors";
import { Rng } from "../core/rng";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled, tokenJudge } from "./judge";
import { drawnItem } from "./splits";
import type { Environment, Task, TaskDefinition, TaskItem } from "./task";
import { accepts } from "./walk";

const PARAMS = {
	arms: {
		type: "integer",
		default: 2,
		min: 2,
		max: 5,
		unit: "arms",
		label: "Arms",
		help: "Paths that leave the centre.",
	},
	length: {
		type: "integer",
		default: 3,
		min: 3,
		max: 6,
		unit: "nodes",
		label: "Nodes of an arm",
		help: "Nodes from the centre to the end of an arm, both counted; the response names all but the first.",
	},
	nodes: {
		type: "integer",
		default: 8,
		min: 5,
		max: 50,
		unit: "names",
		label: "Node names",
		help: "Names to draw from; at least one for each node of the graph.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

interface State {
	/** Nodes still to be named. */
	readonly left: number;
	/** The rest of the path; null after a slip. */
	readonly path: readonly number[] | null;
}

function environmentOf({ nodes, length }: Params): Environment<State> {
	const legal = Array.from({ length: nodes }, (_, v) => v);
	return {
		start: (item) => ({ left: length - 1, path: item.data as readonly number[] }),
		turn: ({ left }) => (left === 0 ? { actor: "done" } : { actor: "policy", legal }),
		step: ({ left, path }, token) => {
			const rest = path && path[0] === token ? path.slice(1) : null;
			return { state: { left: left - 1, path: rest }, reward: left === 1 && rest ? 1 : 0 };
		},
		key: ({ left, path }) => `${left} ${path ?? "lost"}`,
		succeeded: ({ left, path }) => left === 0 && path !== null,
		decided: ({ path }) => (path ? null : 0),
	};
}

/** A star of which the names are drawn; the order of its edges follows from its canonical text. */
function drawGraph(rng: Rng, { arms, length, nodes }: Params): TaskItem {
	const names = rng.shuffle(Array.from({ length: nodes }, (_, v) => v));
	const centre = names[0] as number;
	const paths = Array.from({ length: arms }, (_, a) => names.slice(1 + a * (length - 1), 1 + (a + 1) * (length - 1)));
	const edges = paths.flatMap((path) => path.map((to, i) => [i === 0 ? centre : (path[i - 1] as number), to] as const));
	const path = paths[rng.integer(arms)] as number[];
	const goal = path.at(-1) as number;
	const id = `${edges
		.map((e) => e.join(">"))
		.sort()
		.join(" ")} ${centre} ${goal}`;
	const sorted = [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
	const shuffled = Rng.of(0).fork("star order").fork(id).shuffle(sorted);
	return { id, prompt: [...shuffled.flat(), centre, goal, nodes], data: path };
}

/** A node is right if it is the next one of the path. */
const JUDGE = tokenJudge<readonly number[]>({
	start: (item) => item.data as readonly number[],
	read: ([node, ...rest], token) => ({ state: rest, label: token === node ? 1 : -1 }),
	key: String,
});

function build(params: Params): Task {
	const { arms, length, nodes } = params;
	const needed = 1 + arms * (length - 1);
	if (needed > nodes)
		throw new InvalidInput(
			`Task star needs ${needed} node names for ${arms} arms of ${length} nodes; there are ${nodes}: raise nodes or shorten the arms.`,
		);
	const env = environmentOf(params);
	const name = `star ${arms} ${length} ${nodes}`;
	const pathOf = (item: TaskItem) => item.data as readonly number[];
	return {
		id: "star",
		params,
		vocab: { tokens: [...Array.from({ length: nodes }, (_, v) => `E${v}`), "="] },
		maxPromptLength: 2 * arms * (length - 1) + 3,
		maxResponseLength: length - 1,
		splits: "disjoint",
		promptCount: Number.POSITIVE_INFINITY,
		item: (split, index) => drawnItem(name, split, index, (rng) => drawGraph(rng, params)),
		env: env as Environment<unknown>,
		success: (item, response) => accepts(env, item, response),
		demonstration: (item) => [...pathOf(item)],
		optimalReturn: 1,
		randomReturn: nodes ** -(length - 1),
		returnRange: 1,
		decisiveSteps: () => [0],
		...labelled(JUDGE),
		goldTrace: (item) => pathOf(item).map((node) => [node]),
		corruptions: (item) => {
			const good = pathOf(item);
			const slip = ((good[0] as number) + 1) % nodes;
			return [
				{ response: [slip, ...good.slice(1)], why: "another first node" },
				{ response: good.slice(0, -1), why: "the goal is missing" },
			];
		},
	};
}

/**
 * STAR: name the nodes from the centre of a star graph to a goal at the end of one arm; only the first step needs looking ahead.
 *
 * Prompt: shuffled directed edges as pairs of nodes, then `centre goal =`; response the length − 1 nodes after the centre.
 * Reward 1 iff the path is exact. **Optimal return** 1; **random return** nodes^−(length−1).
 */
export const star: TaskDefinition<typeof PARAMS> = {
	id: "star",
	title: "Star graph",
	summary: "A star graph and a goal are shown, the path is named node by node, and only the first node is a choice.",
	isolates: "One fork, then a forced walk: an obstacle of representation, not of credit.",
	grammar: {
		prompt: "(node node){arms·(length − 1)}: the edges, shuffled; centre, goal, `=`",
		response: "node{length − 1}: the way from the centre to the goal, the centre left out",
		reward: "1 at the end iff the way is exact. Success is the reward.",
		demonstration: "The way to the goal.",
	},
	source: {
		cite: "Bachmann & Nagarajan 2024, The Pitfalls of Next-Token Prediction",
		url: "https://arxiv.org/abs/2403.06963",
	},
	params: PARAMS,
	levels: {
		xs: { arms: 2, length: 3, nodes: 8 },
		s: { arms: 3, length: 4, nodes: 12 },
		m: { arms: 5, length: 5, nodes: 50 },
	},
	expectations: [
		{
			id: "H2.2",
			claim: "Methods differ in credit fidelity here and not in final success, because looking ahead is what is hard.",
			falsifiedIf: "any method's final success beats exact credit by two standard errors.",
		},
	],
	warmStart: { success: 0.3 },
	build,
};
