import { Rng } from "../core/rng";
import type { ParamTable, ParamValues } from "../spec/params";
import type { Environment, Transition, Turn } from "./task";
import { idsFrom } from "./walk";

export const PARAMS = {
	entities: {
		type: "integer",
		default: 8,
		min: 4,
		max: 24,
		unit: "entities",
		label: "Entities",
		help: "Things that the knowledge base knows.",
	},
	relations: {
		type: "integer",
		default: 2,
		min: 1,
		max: 4,
		unit: "relations",
		label: "Relations",
		help: "Each relation leads from every entity to another one, and never from two to the same.",
	},
	hops: {
		type: "integer",
		default: 2,
		min: 1,
		max: 3,
		unit: "facts",
		label: "Hops",
		help: "Facts that lead from the entity of the question to the answer.",
	},
	searches: {
		type: "integer",
		default: 3,
		min: 1,
		max: 6,
		unit: "searches",
		label: "Most searches",
		help: "Searches before the answer has to be given.",
	},
	form: {
		type: "choice",
		default: "chain",
		options: ["chain", "two-ways"],
		label: "Question",
		help: "chain: one way to the answer. two-ways: a single fact about another entity gives the same answer.",
	},
	fail: {
		type: "number",
		default: 0,
		min: 0,
		max: 0.5,
		step: 0.05,
		unit: "",
		label: "Not found",
		help: "How often a search finds nothing.",
	},
	mislead: {
		type: "number",
		default: 0,
		min: 0,
		max: 0.5,
		step: 0.05,
		unit: "",
		label: "Misleading",
		help: "How often a search returns some other entity.",
	},
	price: {
		type: "number",
		default: 0.02,
		min: 0,
		max: 0.2,
		step: 0.01,
		unit: "per search",
		label: "Price",
		help: "What a search costs.",
	},
	known: {
		type: "number",
		default: 0,
		min: 0,
		max: 1,
		step: 0.1,
		unit: "",
		label: "Known by heart",
		help: "Share of facts that demonstrations do not look up.",
	},
	rubric: {
		type: "number",
		default: 0,
		min: 0,
		max: 1,
		step: 0.1,
		unit: "",
		label: "Cited facts",
		help: "Worth of citing after the answer all facts that lead to it, those that were found; 0 asks for no citations.",
	},
} as const satisfies ParamTable;
export type Params = ParamValues<typeof PARAMS>;

/** `to` is what the relation leads to from the entity. */
export interface Fact {
	readonly relation: number;
	readonly entity: number;
	readonly to: number;
}

export interface Question {
	readonly answer: number;
	/** The chain of facts, and the single one where there are two ways. */
	readonly ways: readonly (readonly Fact[])[];
}

export interface State {
	readonly at: "act" | "relation" | "entity" | "reply" | "answer" | "cite" | "cited" | "end";
	readonly question: Question;
	/** Searches left. */
	readonly left: number;
	readonly relation: number;
	readonly entity: number;
	/** What searches have found, as `relation entity`, sorted: what the policy can know. */
	readonly found: readonly string[];
	/** Facts cited, likewise. */
	readonly cited: readonly string[];
	/** Citations still to write. */
	readonly due: number;
	readonly won: boolean;
}

export type Base = readonly (readonly number[])[];

/** A fixed knowledge base: each relation a permutation that leaves no entity where it is. */
export function baseOf({ entities, relations }: Params): Base {
	const all = Array.from({ length: entities }, (_, e) => e);
	return Array.from({ length: relations }, (_, r) => {
		const rng = Rng.of(0).fork("kbhop facts").fork(entities).fork(r);
		for (;;) {
			const to = rng.shuffle(all);
			if (to.every((x, e) => x !== e)) return to;
		}
	});
}

export const nameOf = (relation: number, entity: number) => `${relation} ${entity}`;
export const factName = ({ relation, entity }: Fact) => nameOf(relation, entity);
/** Whether demonstrations know a fact by heart. */
export const byHeart = ({ relation, entity }: Fact, known: number) =>
	Rng.of(0).fork("kbhop known").fork(relation).fork(entity).uniform() < known;
const added = (names: readonly string[], name: string) => [...new Set([...names, name])].sort();

/** Token ids after the entities. */
export function idsOf({ entities, relations }: Params) {
	const relation = entities;
	const word = relation + relations;
	return { relation, search: word, answer: word + 1, none: word + 2, ask: word + 3, and: word + 4 };
}
export type Ids = ReturnType<typeof idsOf>;

function turnOf(state: State, params: Params, base: Base, ids: Ids): Turn {
	const { entities, relations } = params;
	switch (state.at) {
		case "act":
			return { actor: "policy", legal: state.left > 0 ? [ids.search, ids.answer] : [ids.answer] };
		case "relation":
		case "cite":
			return { actor: "policy", legal: idsFrom(ids.relation, relations) };
		case "entity":
		case "cited":
		case "answer":
			return { actor: "policy", legal: idsFrom(0, entities) };
		case "reply":
			return { actor: "environment", outcomes: repliesOf(base[state.relation]?.[state.entity] as number, params, ids) };
		case "end":
			return { actor: "done" };
	}
}

function repliesOf(truth: number, { fail, mislead, entities }: Params, ids: Ids) {
	const others = idsFrom(0, entities).filter((e) => e !== truth);
	return [
		{ token: truth, probability: 1 - fail - mislead },
		{ token: ids.none, probability: fail },
		...others.map((token) => ({ token, probability: mislead / others.length })),
	].filter(({ probability }) => probability > 0);
}

function stepFrom(state: State, token: number, params: Params, base: Base, ids: Ids): Transition<State> {
	const { price, rubric, hops } = params;
	const unpaid = (change: Partial<State>) => ({ state: { ...state, ...change }, reward: 0 });
	switch (state.at) {
		case "act":
			return unpaid({ at: token === ids.search ? "relation" : "answer" });
		case "relation":
			return unpaid({ at: "entity", relation: token - ids.relation });
		case "entity":
			return unpaid({ at: "reply", entity: token });
		case "reply": {
			const right = token === base[state.relation]?.[state.entity];
			const found = right ? added(state.found, nameOf(state.relation, state.entity)) : state.found;
			return { state: { ...state, at: "act", left: state.left - 1, found }, reward: -price };
		}
		case "answer": {
			const won = token === state.question.answer;
			const more = rubric > 0;
			return { state: { ...state, at: more ? "cite" : "end", due: more ? hops : 0, won }, reward: won ? 1 : 0 };
		}
		case "cite":
			return unpaid({ at: "cited", relation: token - ids.relation });
		case "cited": {
			const cited = added(state.cited, nameOf(state.relation, token));
			const next: State = { ...state, at: state.due > 1 ? "cite" : "end", cited, due: state.due - 1 };
			return { state: next, reward: next.at === "end" ? rubric * supportOf(next) : 0 };
		}
		case "end":
			return unpaid({});
	}
}

/** Share of the facts of the better supported way that were found and cited. */
function supportOf({ question, found, cited }: State): number {
	const shares = question.ways.map((way) => {
		const held = way.filter((fact) => found.includes(factName(fact)) && cited.includes(factName(fact)));
		return held.length / way.length;
	});
	return Math.max(...shares);
}

/** Without citations only the answer and the searches left matter; with them, also which facts of the ways are found and cited. */
function keyOf(state: State, { rubric }: Params): string {
	const { at, question, left, relation, entity, found, cited, due, won } = state;
	if (at === "end") return `end ${won}`;
	const pending = at === "reply" ? `${relation} ${entity}` : at === "entity" || at === "cited" ? relation : "";
	if (rubric === 0) return `${at} ${question.answer} ${left} ${pending}`;
	const marks = question.ways.flat().map((f) => `${factName(f)}${mark(found, f)}${mark(cited, f)}`);
	return `${at} ${question.answer} ${left} ${pending} ${due} ${won} ${marks}`;
}
const mark = (names: readonly string[], fact: Fact) => (names.includes(factName(fact)) ? "+" : "-");

/** The environment of KBHOP: searches in its knowledge base and their results, then the answer and the facts that are cited. */
export function environmentOf(params: Params): Environment<State> {
	const base = baseOf(params);
	const ids = idsOf(params);
	return {
		start: (item) => ({
			at: "act",
			question: item.data as Question,
			left: params.searches,
			relation: -1,
			entity: -1,
			found: [],
			cited: [],
			due: 0,
			won: false,
		}),
		turn: (state) => turnOf(state, params, base, ids),
		step: (state, token) => stepFrom(state, token, params, base, ids),
		key: (state) => keyOf(state, params),
		anchor: ({ at, found, left }) => (at === "act" ? `${left} left, found ${found.join(", ") || "nothing"}` : null),
		succeeded: ({ won }) => won,
		decided: ({ at }) => (at === "end" ? 0 : null),
	};
}
