import type { ParamTable, ParamValues } from "../spec/params";
import { labelled, tokenJudge } from "./judge";
import type { Environment, Task, TaskDefinition, TaskItem } from "./task";
import { accepts, pick, respond } from "./walk";

const PARAMS = {
	steps: {
		type: "integer",
		default: 6,
		min: 2,
		max: 64,
		unit: "steps",
		label: "Steps",
		help: "Actions in all; the first decides, the others do nothing.",
	},
	sigma: {
		type: "number",
		default: 0.5,
		min: 0,
		max: 2,
		step: 0.05,
		unit: "",
		label: "Noise",
		help: "Every later step wins or loses this by a fair coin. The key pays 1 at the end.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

const ID = { key: 0, leave: 1, go: 2, stay: 3, up: 4, down: 5, begin: 6 } as const;
const TOKENS = ["take-key", "leave-key", "go", "stay", "up", "down", "⟨begin⟩"];

interface State {
	readonly at: "first" | "move" | "reply" | "end";
	/** Steps taken. */
	readonly step: number;
	readonly key: boolean;
}

function environmentOf({ steps, sigma }: Params): Environment<State> {
	const coin = [ID.up, ID.down].map((token) => ({ token, probability: 0.5 }));
	return {
		start: () => ({ at: "first", step: 0, key: false }),
		turn: ({ at }) => {
			if (at === "end") return { actor: "done" };
			if (at === "reply") return { actor: "environment", outcomes: coin };
			return { actor: "policy", legal: at === "first" ? [ID.key, ID.leave] : [ID.go, ID.stay] };
		},
		step: (state, token) => {
			if (state.at === "first") return { state: { at: "move", step: 1, key: token === ID.key }, reward: 0 };
			if (state.at === "move") return { state: { ...state, at: "reply" }, reward: 0 };
			const last = state.step === steps - 1;
			const reward = (token === ID.up ? sigma : -sigma) + (last && state.key ? 1 : 0);
			return { state: { ...state, at: last ? "end" : "move", step: state.step + 1 }, reward };
		},
		key: ({ at, step, key }) => `${at} ${step} ${key}`,
		anchor: ({ at, step }) => (at === "move" || at === "first" ? `step ${step}` : null),
		succeeded: ({ at, key }) => at === "end" && key,
		decided: ({ at, key }) => (at === "first" ? null : at === "end" || !key ? 0 : 1),
	};
}

/** The first action is right or wrong, later ones are irrelevant, replies are not the policy's. */
const JUDGE = tokenJudge<"first" | "move" | "reply">({
	start: () => "first",
	read(at, token) {
		if (at === "first") return { state: "move", label: token === ID.key ? 1 : -1 };
		return at === "move" ? { state: "reply", label: 0 } : { state: "move", label: Number.NaN };
	},
	key: (at) => at,
});

function build(params: Params): Task {
	const { steps, sigma } = params;
	const env = environmentOf(params);
	const item: TaskItem = { id: "begin", prompt: [ID.begin], data: null };
	const demonstrate = (random: () => number) =>
		respond(env, item, ({ at }, legal) => (at === "first" ? ID.key : pick(legal, random)), random);
	return {
		id: "keychain",
		params,
		vocab: {
			tokens: TOKENS,
			kinds: ["plan", "plan", "action", "action", "environment", "environment", "structure"],
		},
		maxPromptLength: 1,
		maxResponseLength: 2 * steps - 1,
		splits: "shared",
		promptCount: 1,
		item: () => item,
		env: env as Environment<unknown>,
		success: (_, response) => accepts(env, item, response),
		demonstration: (_, random) => demonstrate(random),
		optimalReturn: 1,
		randomReturn: 0.5,
		returnRange: 1 + 2 * sigma * (steps - 1),
		lowestReturn: -sigma * (steps - 1),
		decisiveSteps: () => [0],
		...labelled(JUDGE),
		goldTrace: () => [[ID.key]],
		corruptions: (_, random) => [{ response: [ID.leave, ...demonstrate(random).slice(1)], why: "the key was left" }],
	};
}

/**
 * KEYCHAIN: the first of many actions decides the last reward, and every step between adds noise.
 *
 * Prompt `⟨begin⟩`; response `take-key` or `leave-key`, then steps − 1 times a move and the coin's reply, ±sigma. The last reply pays
 * 1 more with the key. **Exact advantage** of the first action 1 − π(take-key) or −π(take-key), of every other 0: the smallest task
 * with a truth in closed form. **Optimal return** 1; **random return** 1/2.
 */
export const keychain: TaskDefinition<typeof PARAMS> = {
	id: "keychain",
	title: "Key chain",
	summary: "The first action takes or leaves a key, noise follows, and only the last step pays for the key.",
	isolates:
		"One action, one delayed reward, and noise in between: bias and variance of an estimator in their purest form.",
	grammar: {
		prompt: "`⟨begin⟩`",
		response: "`take-key` or `leave-key`, then (`go` or `stay`, then the environment's `up` or `down`){steps − 1}",
		reward: "±sigma with every reply; 1 more with the last one if the key was taken, which is success.",
		demonstration: "The key is taken, then any moves.",
	},
	source: {
		cite: "In the manner of Hung et al. 2019, Optimizing agent behavior over long time scales by transporting value",
		url: "https://arxiv.org/abs/1810.06721",
	},
	params: PARAMS,
	levels: { xs: { steps: 6 }, s: { steps: 12 }, m: { steps: 40 } },
	expectations: [
		{
			id: "S2",
			claim:
				"With exact values, TD(0) gives the first action its advantage without variance; a group baseline pays for all noise.",
			falsifiedIf: "the spread of TD(0) with exact values at the first action is above 0.001.",
		},
	],
	warmStart: null,
	build,
};
