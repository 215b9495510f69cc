import { defaultsOf, type ParamTable, type ParamValues } from "../spec/params";
import { labelled, tokenJudge } from "./judge";
import type { Environment, Task, TaskDefinition, TaskItem, Turn } from "./task";
import { idsFrom, pick, respond, surely } from "./walk";

const PARAMS = {
	distractors: {
		type: "integer",
		default: 4,
		min: 0,
		max: 100,
		unit: "moves",
		label: "Distractors",
		help: "Moves between the key and the door: how long the reward is delayed.",
	},
	mode: {
		type: "choice",
		default: "key",
		options: ["key", "umbrella"],
		label: "Mode",
		help: "key: what is paid on the way is set below. umbrella: each move wins or loses the size of an apple by a fair coin, whatever it was.",
	},
	rewards: {
		type: "choice",
		default: "apples",
		options: ["door", "apples"],
		label: "On the way",
		help: "In mode key, beside the door: door: nothing. apples: a grab finds an apple half of the time.",
	},
	size: {
		type: "number",
		default: 0.3,
		min: 0,
		max: 1,
		step: 0.05,
		unit: "",
		label: "Size of apples",
		help: "What an apple, or the coin of a move, is worth. The door pays 1.",
	},
	colours: {
		type: "integer",
		default: 3,
		min: 2,
		max: 3,
		unit: "",
		label: "Colours",
		help: "Keys to choose from; the prompt names the right one.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** What is left to luck between the key and the door. */
const luckOf = ({ mode, rewards }: Params) =>
	mode === "umbrella" ? "coins" : rewards === "apples" ? "apples" : "none";

const COLOURS = ["red", "green", "blue"] as const;
/** Token ids. */
const ID = {
	take: 3,
	left: 6,
	right: 7,
	grab: 8,
	open: 9,
	skip: 10,
	apple: 11,
	none: 12,
	door: 13,
	begin: 14,
	ask: 15,
};
const TOKENS = [
	...COLOURS,
	...COLOURS.map((colour) => `take-${colour}`),
	...["left", "right", "grab", "open", "skip", "apple", "none", "door", "⟨begin⟩", "?"],
];
const KINDS = TOKENS.map((_, id) => {
	if (id < ID.take) return "text" as const;
	if (id < ID.apple) return "action" as const;
	return id < ID.begin ? ("environment" as const) : ("structure" as const);
});
const MOVES = [ID.left, ID.right, ID.grab];

type State =
	| { readonly at: "key"; readonly colour: number }
	| { readonly at: "move"; readonly right: boolean; readonly moved: number }
	| { readonly at: "reply"; readonly right: boolean; readonly moved: number; readonly grabbed: boolean }
	| { readonly at: "door"; readonly right: boolean }
	| { readonly at: "choice"; readonly right: boolean }
	| { readonly at: "end"; readonly won: boolean };

/** The door, or one more distractor. */
const onward = (right: boolean, moved: number, { distractors }: Params): State =>
	moved < distractors ? { at: "move", right, moved } : { at: "door", right };

function turnOf(state: State, params: Params): Turn {
	switch (state.at) {
		case "key":
			return { actor: "policy", legal: idsFrom(ID.take, params.colours) };
		case "move":
			return { actor: "policy", legal: MOVES };
		case "reply": {
			const luck = luckOf(params);
			const coin = luck === "coins" || (luck === "apples" && state.grabbed);
			if (!coin) return surely(ID.none);
			const outcomes = [ID.apple, ID.none].map((token) => ({ token, probability: 0.5 }));
			return { actor: "environment", outcomes };
		}
		case "door":
			return surely(ID.door);
		case "choice":
			return { actor: "policy", legal: [ID.open, ID.skip] };
		case "end":
			return { actor: "done" };
	}
}

function stepFrom(state: State, token: number, params: Params): { state: State; reward: number } {
	switch (state.at) {
		case "key":
			return { state: onward(token === ID.take + state.colour, 0, params), reward: 0 };
		case "move":
			return { state: { ...state, at: "reply", grabbed: token === ID.grab }, reward: 0 };
		case "reply":
			return { state: onward(state.right, state.moved + 1, params), reward: rewardOf(token, params) };
		case "door":
			return { state: { at: "choice", right: state.right }, reward: 0 };
		case "choice": {
			const won = state.right && token === ID.open;
			return { state: { at: "end", won }, reward: won ? 1 : 0 };
		}
		case "end":
			return { state, reward: 0 };
	}
}

function rewardOf(reply: number, params: Params): number {
	if (reply === ID.apple) return params.size;
	return luckOf(params) === "coins" ? -params.size : 0;
}

function environmentOf(params: Params): Environment<State> {
	return {
		start: (item) => ({ at: "key", colour: (item.data as { colour: number }).colour }),
		turn: (state) => turnOf(state, params),
		step: (state, token) => stepFrom(state, token, params),
		key: (state) => Object.values(state).join(" "),
		anchor: (state) => (state.at === "move" ? `move ${state.moved}` : state.at === "choice" ? "door" : null),
		succeeded: (state) => state.at === "end" && state.won,
		decided: (state) => decidedValue(state, params),
	};
}

/** With the wrong key only apples can still be earned; coins are fair. */
function decidedValue(state: State, params: Params): number | null {
	if (state.at === "end") return 0;
	return state.at !== "key" && !state.right && luckOf(params) !== "apples" ? 0 : null;
}

function build(params: Params): Task {
	const { distractors: D, colours, size } = params;
	const apples = luckOf(params) === "apples" ? D * size : 0;
	const coins = luckOf(params) === "coins" ? D * size : 0;
	const itemOf = (colour: number): TaskItem => ({
		id: COLOURS[colour] as string,
		prompt: [ID.begin, colour, ID.ask],
		data: { colour },
	});
	const colourOf = (item: TaskItem) => (item.data as { colour: number }).colour;
	const env = environmentOf(params);
	return {
		id: "keydoor",
		params,
		vocab: { tokens: TOKENS, kinds: KINDS },
		maxPromptLength: 3,
		maxResponseLength: 2 * D + 3,
		splits: "shared",
		promptCount: colours,
		item: (_, index) => itemOf(index % colours),
		env: env as Environment<unknown>,
		success: (item, response) => response[0] === ID.take + colourOf(item) && response.at(-1) === ID.open,
		demonstration: (item, random) => demonstrate(env, item, random),
		optimalReturn: 1 + apples / 2,
		randomReturn: 1 / (2 * colours) + apples / 6,
		returnRange: 1 + apples + 2 * coins,
		lowestReturn: -coins,
		decisiveSteps: (_, response) => [0, response.length - 1],
		...labelled(JUDGE),
		goldTrace: (item) => [[ID.take + colourOf(item)], [ID.open]],
		corruptions: (item, random) => corruptionsOf(demonstrate(env, item, random), colourOf(item), colours),
	};
}

/** The right key, any moves, the door opened; the environment answers as it would. */
function demonstrate(env: Environment<State>, item: TaskItem, random: () => number): number[] {
	return respond(env, item, goodToken, random);
}

function goodToken(state: State, legal: readonly number[], random: () => number): number {
	if (state.at === "key") return ID.take + state.colour;
	return state.at === "choice" ? ID.open : pick(legal, random);
}

/** The key and the door are right or wrong, moves are irrelevant, replies are not the policy's. */
const JUDGE = tokenJudge<number>({
	start: (item) => (item.data as { colour: number }).colour,
	read: (colour, token) => ({ state: colour, label: labelOf(colour, token) }),
	key: String,
});

function labelOf(colour: number, token: number): number {
	if (token >= ID.take && token < ID.left) return token === ID.take + colour ? 1 : -1;
	if (token === ID.open || token === ID.skip) return token === ID.open ? 1 : -1;
	return MOVES.includes(token) ? 0 : Number.NaN;
}

function corruptionsOf(good: readonly number[], colour: number, colours: number) {
	return [
		{ response: [ID.take + ((colour + 1) % colours), ...good.slice(1)], why: "another key" },
		{ response: [...good.slice(0, -1), ID.skip], why: "the door stays shut" },
	];
}

/**
 * KEYDOOR / UMBRELLA: the first token chooses a key, the last opens the door, everything between is distraction.
 *
 * Prompt `⟨begin⟩ colour ?`; response `take-colour`, then `distractors` times a move and the environment's reply, then the
 * environment's `door`, then `open` or `skip`. The door pays 1 iff the right key was taken and it is opened.
 * **Optimal return** 1 + D·size/2 with apples, else 1; **random return** 1/(2·colours) + D·size/6 with apples, else
 * 1/(2·colours). **Edges** `distractors` 0 leaves key, door, choice.
 * **Source** the umbrella chain of Osband et al. 2020, "Behaviour Suite for Reinforcement Learning",
 * https://arxiv.org/abs/1908.03568; keys and apples of Hung et al. 2019, "Optimizing agent behavior over long time scales by
 * transporting value", https://arxiv.org/abs/1810.06721. Here both are sequences of tokens, and the apples are luck.
 */
export const keydoor: TaskDefinition<typeof PARAMS> = {
	id: "keydoor",
	title: "Key and door",
	summary:
		"A colour is shown, the key of that colour has to be taken at once, and only after many moves that do not matter does the door pay.",
	isolates: "Delayed reward with distractors: which of many tokens earned it?",
	grammar: {
		prompt: "`⟨begin⟩` colour `?`",
		response:
			"`take-colour`, (move, then the environment's `apple` or `none`){distractors}, its `door`, `open` or `skip`",
		reward:
			"1 at the door iff the right key was taken and the door is opened, which is success; apples and coins on the way.",
		demonstration: "The right key, any moves, the door opened.",
	},
	source: {
		cite: "Osband et al. 2020, Behaviour Suite for Reinforcement Learning (umbrella_length, umbrella_distract)",
		url: "https://arxiv.org/abs/1908.03568",
	},
	params: PARAMS,
	levels: { xs: { distractors: 4 }, s: { distractors: 16 }, m: { distractors: 40 } },
	expectations: [
		{
			id: "H3.1",
			claim:
				"Luck on the way drowns uniform credit: its cosine with the exact gradient falls as distractors are added.",
			falsifiedIf: "the cosine of GRPO at 10 distractors with apples of 0.3 is above 0.5.",
		},
		{
			id: "H3.5",
			claim: "Selecting tokens by entropy fails, because the distractors are the uncertain ones.",
			falsifiedIf: "an entropy-selected method has a higher cosine than GRPO.",
		},
	],
	warmStart: null,
	build: (params) => build({ ...defaultsOf(PARAMS), ...params }),
};
