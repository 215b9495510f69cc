import { type Fact, factName, idsOf, nameOf, type Params, type Question } from "./kbhopMachine";
import type { Judge, TaskItem, Verdict } from "./task";

/** What the judge has read of a response. */
interface Reading {
	readonly at: "act" | "relation" | "entity" | "reply" | "answer" | "cite" | "cited" | "over";
	readonly question: Question;
	/** Facts of the ways, by name, that searches have found. */
	readonly found: readonly string[];
	/** Those of them that were cited. */
	readonly cited: readonly string[];
	/** Relation written, and the name of the fact that was asked for where it is one of the ways'. */
	readonly relation: number;
	readonly asked: string | null;
	/** Citations to come. */
	readonly due: number;
}

/**
 * Steps are searches, the answer, citations. A search is right if it asks for a fact of a way to the answer that was not found before,
 * whatever the reply; its reward is the fact's share of the way if it is found now, 0 if not, less the price. The answer is right, and paid 1,
 * if it is the question's. A citation is right if it is a fact of a way that was found and not cited
 * before. A token out of place makes its step wrong; what comes
 * after belongs to none.
 */
export function judgeOf(params: Params): Judge<Reading> {
	return {
		start: (item: TaskItem) => ({
			at: "act",
			question: item.data as Question,
			found: [],
			cited: [],
			relation: -1,
			asked: null,
			due: params.rubric > 0 ? params.hops : 0,
		}),
		read: (state, token) => readToken(state, token, params),
		key: keyOf,
	};
}

function readToken(state: Reading, token: number, params: Params): Verdict<Reading> {
	const ids = idsOf(params);
	const relation = token - ids.relation;
	const named = relation >= 0 && relation < params.relations;
	const goesOn = (change: Partial<Reading>) => ({ state: { ...state, ...change }, step: "goes on" as const });
	switch (state.at) {
		case "act": {
			const at = token === ids.search ? "relation" : token === ids.answer ? "answer" : null;
			return at ? { state: { ...state, at }, step: "begins" } : misplaced(state, "begins");
		}
		case "relation":
			return named ? goesOn({ at: "entity", relation }) : misplaced(state, "goes on");
		case "entity":
			return token < params.entities
				? goesOn({ at: "reply", asked: needed(state, token) })
				: misplaced(state, "goes on");
		case "reply":
			return replied(state, token, params);
		case "answer": {
			const right = token === state.question.answer;
			const at = state.due > 0 ? "cite" : "over";
			return { ...goesOn({ at }), label: right ? 1 : -1, reward: right ? 1 : 0 };
		}
		case "cite":
			return named ? { state: { ...state, at: "cited", relation }, step: "begins" } : misplaced(state, "begins");
		case "cited": {
			const name = needed(state, token);
			const right = name !== null && state.found.includes(name) && !state.cited.includes(name);
			const cited = right ? [...state.cited, name] : state.cited;
			return { ...goesOn({ at: state.due > 1 ? "cite" : "over", due: state.due - 1, cited }), label: right ? 1 : -1 };
		}
		case "over":
			return { state, step: "none" };
	}
}

const misplaced = (state: Reading, step: "begins" | "goes on"): Verdict<Reading> => ({
	state: { ...state, at: "over" },
	step,
	label: -1,
});

/** The fact about an entity that is being named, where it is one of the ways'. */
function needed({ relation, question }: Reading, entity: number): string | null {
	const name = nameOf(relation, entity);
	return question.ways.flat().some((fact) => factName(fact) === name) ? name : null;
}

/** What a search was worth, once the reply is there. */
function replied(state: Reading, reply: number, { price }: Params): Verdict<Reading> {
	const { question, found, asked } = state;
	const fresh = asked !== null && !found.includes(asked);
	const is = (fact: Fact) => factName(fact) === asked;
	const way = fresh ? question.ways.find((facts) => facts.some((fact) => is(fact) && fact.to === reply)) : undefined;
	return {
		state: { ...state, at: "act", asked: null, found: way && asked ? [...found, asked].sort() : found },
		step: "none",
		label: fresh ? 1 : -1,
		reward: (way ? 1 / way.length : 0) - price,
	};
}

/** Without citations to come only the answer matters once it is asked for. */
function keyOf({ at, question, found, cited, relation, asked, due }: Reading): string {
	if (at === "over") return at;
	if (at === "answer" && due === 0) return `${at} ${question.answer}`;
	const pending = at === "entity" || at === "cited" ? relation : at === "reply" ? asked : "";
	const mark = (name: string) => (cited.includes(name) ? "*" : found.includes(name) ? "+" : "-");
	const ways = question.ways.map((way) => way.map(factName).map((name) => `${name}${mark(name)}`));
	return `${at} ${question.answer} ${ways.join("|")} ${pending} ${due}`;
}
