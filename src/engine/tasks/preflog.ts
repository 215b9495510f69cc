import { Rng } from "../core/rng";
import { defaultsOf, type ParamTable, type ParamValues } from "../spec/params";
import { modchain } from "./modchain";
import type { LoggedRollout, OfflineLog, PreferencePair, Task, TaskDefinition, TaskItem } from "./task";
import { pick, play } from "./walk";

const PARAMS = {
	n: {
		type: "integer",
		default: 5,
		min: 2,
		max: 8,
		unit: "digits",
		label: "Digits",
		help: "Digits of the prompt, and so sums in a response.",
	},
	M: {
		type: "integer",
		default: 5,
		min: 2,
		max: 10,
		unit: "",
		label: "Modulus",
		help: "Digits and sums run from 0 to M − 1.",
	},
	skill: {
		type: "number",
		default: 0.65,
		min: 0,
		max: 1,
		step: 0.05,
		unit: "",
		label: "Skill of the log",
		help: "Probability with which the logged policy writes the right next sum; otherwise it writes another one.",
	},
	pairs: {
		type: "choice",
		default: "chain",
		options: ["chain", "tree"],
		label: "Pairs",
		help: "chain: two rollouts of a prompt. tree: two that share their first tokens and part at a random place.",
	},
	temperature: {
		type: "number",
		default: 0.25,
		min: 0.01,
		max: 10,
		unit: "",
		label: "Temperature of preferences",
		help: "τ in P(first preferred) = 1 / (1 + exp(−(R₁ − R₂)/τ)).",
		log: true,
	},
	flips: {
		type: "number",
		default: 0,
		min: 0,
		max: 0.5,
		step: 0.05,
		unit: "",
		label: "Flipped labels",
		help: "Share of preferences that are noted the wrong way round.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

const SIZE = { rollouts: 4096, pairs: 2048 } as const;

/** The log of a policy that writes the right next sum with probability `skill`. */
function logOf(task: Task, params: Params): OfflineLog {
	const rngOf = (kind: string, index: number) =>
		Rng.of(0).fork("preflog").fork(JSON.stringify(params)).fork(kind).fork(index);
	const logged = (item: TaskItem, response: readonly number[]): LoggedRollout => ({
		item,
		response,
		reward: play(task.env, item, response).total,
	});
	return {
		...SIZE,
		rollout(index) {
			const rng = rngOf("rollout", index);
			const item = promptOf(task, rng);
			return logged(
				item,
				written(item, [], params, () => rng.uniform()),
			);
		},
		pair(index) {
			const rng = rngOf("pair", index);
			const random = () => rng.uniform();
			const item = promptOf(task, rng);
			const first = written(item, [], params, random);
			const shared = params.pairs === "tree" ? 1 + rng.integer(params.n - 1) : 0;
			const second = written(item, first.slice(0, shared), params, random);
			return preferred(logged(item, first), logged(item, second), shared, params, random);
		},
	};
}

/** One of the first prompts of the training split, as many as a log can hold. */
function promptOf(task: Task, rng: Rng): TaskItem {
	return task.item("train", rng.integer(Math.min(task.promptCount, SIZE.rollouts)));
}

/** A response that goes on from `begun`. */
function written(item: TaskItem, begun: readonly number[], { M, skill }: Params, random: () => number): number[] {
	const out = [...begun];
	const digits = item.prompt.slice(0, -1);
	for (const digit of digits.slice(begun.length)) {
		const right = ((out.at(-1) ?? 0) + digit) % M;
		const others = Array.from({ length: M }, (_, sum) => sum).filter((sum) => sum !== right);
		out.push(random() < skill ? right : pick(others, random));
	}
	return out;
}

/** Bradley & Terry: the better return is preferred with probability 1 / (1 + exp(−ΔR/τ)), then `flips` of the labels are turned. */
function preferred(
	first: LoggedRollout,
	second: LoggedRollout,
	shared: number,
	{ temperature, flips }: Params,
	random: () => number,
): PreferencePair {
	const wins = random() < 1 / (1 + Math.exp(-(first.reward - second.reward) / temperature));
	const noted = random() < flips ? !wins : wins;
	return noted ? { chosen: first, rejected: second, shared } : { chosen: second, rejected: first, shared };
}

function build(params: Params): Task {
	const { n, M } = params;
	const base = modchain.build({ ...defaultsOf(modchain.params), n, M });
	return { ...base, id: "preflog", params, offline: logOf(base, params) };
}

/**
 * PREFLOG: sums modulo M as `modchain` has them, with the log of another policy: rollouts, and pairs of which one was preferred.
 *
 * Prompts, responses, rewards and returns are those of `modchain` without thinking. The log holds 4096 rollouts of a policy that writes
 * the right next sum with probability `skill`, and 2048 pairs labelled by Bradley & Terry on the true return. The truth for methods that
 * learn from preferences is the soft advantage at their own β (`oracle/soft.ts`), not the ordinary one.
 */
export const preflog: TaskDefinition<typeof PARAMS> = {
	id: "preflog",
	title: "Preferences from a log",
	summary:
		"Sums are written as before, but what is there to learn from is a log of another policy and which of two answers was preferred.",
	isolates: "Credit from preferences and logs instead of own rollouts and rewards.",
	grammar: {
		prompt: "digit{n} `=`",
		response: "sum{n}",
		reward: "1 at the end iff the last sum is that of all digits modulo M. Success is the reward.",
		demonstration: "The true partial sums. The log is another thing: rollouts of a policy of the given skill.",
	},
	source: {
		cite: "Rafailov et al. 2024, From r to Q*: Your Language Model is Secretly a Q-Function",
		url: "https://arxiv.org/abs/2404.12358",
	},
	params: PARAMS,
	levels: {
		xs: { n: 4 },
		s: { n: 5, pairs: "tree" },
		m: { n: 8, M: 10, flips: 0.1 },
	},
	expectations: [
		{
			id: "H13.1",
			claim:
				"Implicit token rewards are right where pairs share their prefix, and split a right sum wrongly where they do not.",
			falsifiedIf:
				"the fidelity of DPO's token rewards to the soft advantage differs by less than 0.1 between tree and chain pairs.",
		},
	],
	warmStart: { success: 0.5 },
	build,
};
