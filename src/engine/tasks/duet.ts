import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled } from "./judge";
import type { Environment, Task, TaskDefinition, TaskItem, Transition, Turn } from "./task";
import { accepts, idsFrom, pick, play, respond, respondWell, surely } from "./walk";
import { walkJudge } from "./walkJudge";

const PARAMS = {
	game: {
		type: "choice",
		default: "signal",
		options: ["signal", "climb", "team"],
		label: "Game",
		help: "signal: a reader fixes what each message will mean, then a sender names a secret. climb: two agents pick a cell of a payoff table. team: a leader picks the worker who answers.",
	},
	secrets: {
		type: "integer",
		default: 3,
		min: 2,
		max: 4,
		unit: "",
		label: "Secrets",
		help: "signal: how many secrets there are. team: how many workers.",
	},
	symbols: {
		type: "integer",
		default: 3,
		min: 2,
		max: 4,
		unit: "",
		label: "Symbols",
		help: "signal: size of the alphabet of messages.",
	},
	message: {
		type: "integer",
		default: 1,
		min: 1,
		max: 2,
		unit: "tokens",
		label: "Message length",
		help: "signal: symbols in a message.",
	},
	idle: {
		type: "flag",
		default: true,
		label: "Idle agent",
		help: "An agent whose one symbol changes nothing: its exact credit is 0, but for what the others read into it.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** Payoffs of `climb`: row the first agent, column the second. Claus & Boutilier 1998, "The dynamics of reinforcement learning in cooperative multiagent systems". */
const PAYOFF = [
	[11, -30, 0],
	[-30, 7, 6],
	[0, 0, 5],
] as const;
/** How often each worker of `team` answers right. */
const SKILL = [0.9, 0.6, 0.3, 0.1] as const;

const ID = {
	symbol: 0,
	colour: 4,
	worker: 8,
	reader: 12,
	idle: 13,
	sender: 14,
	leader: 15,
	right: 16,
	wrong: 17,
	begin: 18,
};
const TOKENS = [
	...["x", "y", "z", "w", "red", "green", "blue", "gold"],
	...["first", "second", "third", "fourth"],
	...["reader:", "idle:", "sender:", "leader:", "right", "wrong", "⟨begin⟩"],
];
const KINDS = TOKENS.map((_, id) => {
	if (id < ID.colour) return "text" as const;
	if (id < ID.reader) return "action" as const;
	return id < ID.right ? ("structure" as const) : id < ID.begin ? ("environment" as const) : ("structure" as const);
});

/** One word of the game: who may say what, and what it leads to. */
interface Word {
	/** Role token said by the environment, secret to draw, or the words an agent may say. */
	readonly kind: "role" | "secret" | "read" | "idle" | "send" | "row" | "column" | "choose" | "answer";
	readonly token?: number;
}

/** The script of a game: what is said, in order. */
function scriptOf({ game, symbols, message, idle }: Params): Word[] {
	const role = (token: number): Word => ({ kind: "role", token });
	const says = (token: number, kind: Word["kind"], times: number) => [role(token), ...repeat(kind, times)];
	const pause = idle ? says(ID.idle, "idle", 1) : [];
	if (game === "climb") return [...says(ID.sender, "row", 1), ...pause, ...says(ID.reader, "column", 1)];
	if (game === "team") return [...says(ID.leader, "choose", 1), ...pause, { kind: "answer" }];
	const book = says(ID.reader, "read", symbols ** message);
	return [...book, { kind: "secret" }, ...pause, ...says(ID.sender, "send", message), { kind: "answer" }];
}
const repeat = (kind: Word["kind"], times: number): Word[] => Array.from({ length: times }, () => ({ kind }));

interface State {
	/** Words said. */
	readonly at: number;
	/** What the reader will answer to each message, in order. */
	readonly book: readonly number[];
	readonly secret: number;
	/** The message so far as a number, or the row, or the worker. */
	readonly said: number;
	/** Whether the end was a success; null before it. */
	readonly won: boolean | null;
}
const START: State = { at: 0, book: [], secret: -1, said: 0, won: null };

function legalOf(kind: Word["kind"], { game, secrets, symbols }: Params): number[] {
	if (kind === "read") return idsFrom(ID.colour, secrets);
	if (kind === "choose") return idsFrom(ID.worker, secrets);
	return idsFrom(ID.symbol, game === "signal" ? symbols : 3);
}

function turnOf(state: State, params: Params, script: readonly Word[]): Turn {
	const word = script[state.at];
	if (!word) return { actor: "done" };
	const { secrets, game } = params;
	if (word.kind === "role") return surely(word.token as number);
	if (word.kind === "secret")
		return {
			actor: "environment",
			outcomes: idsFrom(ID.colour, secrets).map((token) => ({ token, probability: 1 / secrets })),
		};
	if (word.kind !== "answer") return { actor: "policy", legal: legalOf(word.kind, params) };
	if (game === "signal") return surely(ID.colour + (state.book[state.said] as number));
	const p = SKILL[state.said] as number;
	return {
		actor: "environment",
		outcomes: [
			{ token: ID.right, probability: p },
			{ token: ID.wrong, probability: 1 - p },
		],
	};
}

function stepFrom(state: State, token: number, params: Params, script: readonly Word[]): Transition<State> {
	const word = script[state.at] as Word;
	const next = { ...state, at: state.at + 1 };
	switch (word.kind) {
		case "role":
		case "idle":
			return { state: next, reward: 0 };
		case "read":
			return { state: { ...next, book: [...state.book, token - ID.colour] }, reward: 0 };
		case "secret":
			return { state: { ...next, secret: token - ID.colour }, reward: 0 };
		case "send":
			return { state: { ...next, said: state.said * params.symbols + token }, reward: 0 };
		case "row":
			return { state: { ...next, said: token }, reward: 0 };
		case "choose":
			return { state: { ...next, said: token - ID.worker }, reward: 0 };
		case "column": {
			const reward = PAYOFF[state.said]![token] as number;
			return { state: { ...next, won: reward === PAYOFF[0][0] }, reward };
		}
		case "answer": {
			const won = params.game === "team" ? token === ID.right : token === ID.colour + state.secret;
			return { state: { ...next, won }, reward: won ? 1 : 0 };
		}
	}
}

function environmentOf(params: Params, script: readonly Word[]): Environment<State> {
	return {
		start: () => START,
		turn: (state) => turnOf(state, params, script),
		step: (state, token) => stepFrom(state, token, params, script),
		key: ({ at, book, secret, said, won }) =>
			won === null ? `${at} ${book.join("")} ${secret} ${said}` : `end ${won}`,
		anchor: ({ at }) => {
			const word = script[at - 1];
			return word?.kind === "role" ? (TOKENS[word.token as number] as string) : null;
		},
		succeeded: ({ won }) => won === true,
		decided: (state) => decidedValue(state, params, script),
	};
}

/** The answer no longer depends on anybody once the worker is chosen or the book cannot tell the secret. */
function decidedValue(
	{ at, book, secret, said, won }: State,
	{ game }: Params,
	script: readonly Word[],
): number | null {
	if (won !== null) return 0;
	const chosen = script.findIndex((word) => word.kind === "choose");
	if (game === "team" && at > chosen) return SKILL[said] as number;
	if (game !== "signal") return null;
	if (script[at]?.kind === "answer") return book[said] === secret ? 1 : 0;
	return secret >= 0 && !book.includes(secret) ? 0 : null;
}

/** Value of the best play, and of uniform play. */
function returnsOf({ game, secrets }: Params): { optimal: number; random: number; low: number; high: number } {
	const mean = (xs: readonly number[]) => xs.reduce((a, x) => a + x, 0) / xs.length;
	if (game === "climb") return { optimal: 11, random: mean(PAYOFF.flat()), low: -30, high: 11 };
	if (game === "team") return { optimal: SKILL[0], random: mean(SKILL.slice(0, secrets)), low: 0, high: 1 };
	return { optimal: 1, random: 1 / secrets, low: 0, high: 1 };
}

function checked(params: Params): Params {
	const { game, secrets, symbols, message } = params;
	const messages = symbols ** message;
	if (game === "signal" && messages < secrets)
		throw new InvalidInput(
			`Task duet has ${secrets} secrets but only ${messages} messages (${symbols} symbols, length ${message}); allow at least as many messages as secrets.`,
		);
	return params;
}

/** What good agents say: the reader names every secret once (rest at random), the sender looks it up. */
function goodWord(params: Params, script: readonly Word[]) {
	return (state: State, legal: readonly number[], random: () => number): number => {
		switch (script[state.at]?.kind) {
			case "read": {
				const named = new Set(state.book);
				const fresh = legal.filter((token) => !named.has(token - ID.colour));
				return pick(fresh.length > 0 ? fresh : legal, random);
			}
			case "send": {
				const { symbols, message } = params;
				const known = script.slice(0, state.at).filter((word) => word.kind === "send").length;
				const index = state.book.indexOf(state.secret);
				return Math.floor(index / symbols ** (message - known - 1)) % symbols;
			}
			case "row":
			case "column":
				return ID.symbol;
			case "choose":
				return ID.worker;
			default:
				return pick(legal, random);
		}
	};
}

/**
 * What an agent says in a row is a step. A word is right if the best return that its speaker could still bring about is the same after it,
 * wrong if some of it is given away, irrelevant of the idle agent and where nothing is left to bring about. So each agent answers for its
 * own words: after a bad book the sender is right if it sends what the book can still tell.
 */
const judgeOf = (env: Environment<State>, params: Params, script: readonly Word[]) =>
	walkJudge(env, {
		begins: (_, inside) => !inside,
		label: (before, token) => labelOf(before, token, params, script),
	});

function labelOf(state: State, token: number, params: Params, script: readonly Word[]): number | undefined {
	const best = (right: boolean) => (right ? 1 : -1);
	switch (script[state.at]?.kind) {
		case "idle":
			return 0;
		case "read": {
			const due = params.symbols ** params.message - state.book.length;
			return best(tellable([...state.book, token - ID.colour], due - 1, params) === tellable(state.book, due, params));
		}
		case "send": {
			const due = script.slice(state.at).filter((word) => word.kind === "send").length;
			if (!sendable(state, state.said, due, params)) return 0;
			return best(sendable(state, state.said * params.symbols + token, due - 1, params));
		}
		case "row":
			return best(Math.max(...PAYOFF[token]!) === PAYOFF[0][0]);
		case "column":
			return best(PAYOFF[state.said]![token] === Math.max(...PAYOFF[state.said]!));
		case "choose":
			return best(token === ID.worker);
		default:
			return undefined;
	}
}

/** Most secrets that a book can tell with so many entries to come. */
const tellable = (book: readonly number[], due: number, { secrets }: Params) =>
	Math.min(secrets, new Set(book).size + due);

/** Whether a message that begins so, with so many symbols to come, can mean the secret. */
const sendable = ({ book, secret }: State, begun: number, due: number, { symbols }: Params) =>
	book.slice(begun * symbols ** due, (begun + 1) * symbols ** due).includes(secret);

function build(given: Params): Task {
	const params = checked(given);
	const script = scriptOf(params);
	const env = environmentOf(params, script);
	const { optimal, random: chance, low, high } = returnsOf(params);
	const item: TaskItem = { id: "begin", prompt: [ID.begin], data: null };
	const good = goodWord(params, script);
	const demonstrate = (of: TaskItem, random: () => number) => respondWell(env, of, good, random);
	const at = (...kinds: readonly Word["kind"][]) => script.flatMap((word, t) => (kinds.includes(word.kind) ? [t] : []));
	return {
		id: "duet",
		params,
		vocab: { tokens: TOKENS, kinds: KINDS },
		maxPromptLength: 1,
		maxResponseLength: script.length,
		splits: "shared",
		promptCount: 1,
		item: () => item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: demonstrate,
		optimalReturn: optimal,
		randomReturn: chance,
		returnRange: high - low,
		lowestReturn: low,
		...labelled(judgeOf(env, params, script)),
		decisiveSteps: () => at("read", "send", "row", "column", "choose"),
		corruptions: (of, random) => {
			const said = demonstrate(of, random);
			let lost = said;
			while (play(env, of, lost).success) lost = respond(env, of, (_, legal) => pick(legal, random), random);
			return [
				{ response: said.slice(0, -1), why: "the last word is missing" },
				{ response: lost, why: "the agents do not agree" },
			];
		},
	};
}

/**
 * DUET: several agents, one reward. One transformer plays them all; what an agent must not know is said only after it spoke.
 *
 * `signal`: the reader fixes which colour it will name for each message, the environment draws a secret colour, an idle agent says a
 * symbol, the sender writes a message, the environment says what the book makes of it: 1 if that is the secret. **Optimal
 * return** 1, **random return** 1/secrets. `climb`: row and column of the table [[11, −30, 0], [−30, 7, 6], [0, 0, 5]] pay their
 * entry; the column sees the row, so what traps learners is what rows earn while columns are still chosen badly. **Optimal
 * return** 11, **random return** −31/9. `team`: a leader picks a worker, who is right with probability .9, .6, .3, .1.
 * **Steps** are what an agent says in a row: right if the best return that it could still bring about stays in reach, wrong if some of it is
 * given away; the idle agent's are irrelevant.
 */
export const duet: TaskDefinition<typeof PARAMS> = {
	id: "duet",
	title: "Duet",
	summary: "Agents with different parts share one reward, and what one of them says changes nothing.",
	isolates: "Credit among agents: who earned the shared reward.",
	grammar: {
		prompt: "`⟨begin⟩`",
		response:
			"signal: `reader:` colour{messages}, secret, `idle:` symbol, `sender:` symbol{message}, answer; climb: `sender:` row, `idle:` symbol, `reader:` column; team: `leader:` worker, `idle:` symbol, `right` or `wrong`",
		reward:
			"signal, team: 1 for a right answer, which is success. climb: the entry of the payoff table; success is the best entry, 11.",
		demonstration:
			"A book that names every secret and the message that it reads as the secret; the best row, column, worker.",
	},
	source: {
		cite: "Lewis 1969, Convention (signalling games); Claus & Boutilier 1998 (the climbing game)",
		url: "https://dl.acm.org/doi/10.5555/295240.295800",
	},
	params: PARAMS,
	levels: {
		xs: { secrets: 2, symbols: 2 },
		s: { secrets: 4, symbols: 2, message: 2 },
		climb: { game: "climb" },
		team: { game: "team" },
	},
	expectations: [
		{
			id: "H12.1",
			claim: "A shared group advantage pays the idle agent as much as the others; its exact credit is close to 0.",
			falsifiedIf: "the mean size of GRPO's credit on the idle agent is below a tenth of that on the others.",
		},
		{
			id: "H12.3",
			claim: "Freezing what later agents say overstates the last mover.",
			falsifiedIf: "the sender's share of COMA's squared credit is not above its share of the exact one.",
		},
	],
	warmStart: null,
	build,
};
