import { InvalidInput } from "../core/errors";
import { labelledSteps } from "./judge";
import { judgeOf } from "./kbhopJudge";
import {
	type Base,
	baseOf,
	byHeart,
	environmentOf,
	type Fact,
	factName,
	type Ids,
	idsOf,
	PARAMS,
	type Params,
	type Question,
	type State,
} from "./kbhopMachine";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { promptOrder } from "./splits";
import type { Environment, Task, TaskDefinition, TaskItem } from "./task";
import { accepts, idsFrom, respond } from "./walk";

/** Question number `index`: the entity, then the relations of the chain, then the relation of the second way. */
function questionAt(index: number, { entities, relations, hops, form }: Params, base: Base) {
	let rest = Math.floor(index / entities);
	const relation = () => {
		const r = rest % relations;
		rest = Math.floor(rest / relations);
		return r;
	};
	let at = index % entities;
	const chain = Array.from({ length: hops }, (): Fact => {
		const r = relation();
		const fact = { relation: r, entity: at, to: base[r]?.[at] as number };
		at = fact.to;
		return fact;
	});
	if (form === "chain") return { answer: at, ways: [chain] } satisfies Question;
	const other = relation();
	const single = { relation: other, entity: base[other]?.indexOf(at) as number, to: at };
	return { answer: at, ways: [chain, [single]] } satisfies Question;
}

function itemOf(question: Question, ids: Ids): TaskItem {
	const [chain, single] = question.ways as [readonly Fact[], (readonly Fact[])?];
	const words = [ids.ask, ...chain.map((fact) => ids.relation + fact.relation), chain[0]?.entity as number];
	const second = single?.flatMap((fact) => [ids.and, ids.relation + fact.relation, fact.entity]) ?? [];
	const prompt = [...words, ...second];
	return { id: prompt.join(" "), prompt, data: question };
}

function build(params: Params): Task {
	const { entities, relations, hops, searches, form, fail, mislead, price, rubric } = params;
	if (searches < hops)
		throw new InvalidInput(
			`Task kbhop allows ${searches} searches, but a question of ${hops} hops takes ${hops}; allow at least as many.`,
		);
	if (fail + mislead >= 1)
		throw new InvalidInput(
			`Task kbhop answers no search right: fail ${fail} and mislead ${mislead} must sum to less than 1.`,
		);
	const ids = idsOf(params);
	const base = baseOf(params);
	const env = environmentOf(params);
	const second = form === "two-ways" ? 1 : 0;
	const count = entities * relations ** (hops + second);
	const order = promptOrder(`kbhop ${entities} ${relations} ${hops} ${form}`, count);
	const item = (_: unknown, index: number) => itemOf(questionAt(order[index % count] as number, params, base), ids);
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, count) }, (_, i) => item("train", i));
	const returns = exactReturns(env, pool);
	return {
		id: "kbhop",
		params,
		vocab: vocabularyOf(params),
		maxPromptLength: hops + 2 + 3 * second,
		maxResponseLength: 4 * searches + 2 + (rubric > 0 ? 2 * hops : 0),
		splits: "shared",
		promptCount: count,
		item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: (of, random) => demonstrate(env, of, params, random),
		get optimalReturn() {
			return returns().optimal;
		},
		get randomReturn() {
			return returns().random;
		},
		returnRange: 1 + rubric + price * searches,
		lowestReturn: -price * searches,
		...labelledSteps(judgeOf(params)),
		goldTrace: (of) => {
			const { answer, ways } = of.data as Question;
			const chain = (ways[0] as readonly Fact[]).map((fact) => [ids.relation + fact.relation, fact.entity]);
			const citations = rubric > 0 ? chain : [];
			return [...chain.map((pair) => [ids.search, ...pair]), [ids.answer, answer], ...citations];
		},
		decisiveSteps: (_, response) => [response.indexOf(ids.answer) + 1],
		corruptions: (of, random) => {
			const good = demonstrate(env, of, params, random);
			const at = good.indexOf(ids.answer) + 1;
			const other = ((good[at] as number) + 1) % entities;
			return [
				{ response: good.map((token, t) => (t === at ? other : token)), why: "another entity" },
				{ response: good.slice(0, -1), why: "the response is cut short" },
			];
		},
	};
}

/** Looks up the chain but for facts known by heart, again where a search fails, and answers right. */
function demonstrate(env: Environment<State>, item: TaskItem, params: Params, random: () => number): number[] {
	const ids = idsOf(params);
	const { answer, ways } = item.data as Question;
	const chain = ways[0] as readonly Fact[];
	const next = ({ found }: State) => chain.find((f) => !found.includes(factName(f)) && !byHeart(f, params.known));
	const choose = (state: State) => {
		const fact = state.at === "cite" || state.at === "cited" ? chain[params.hops - state.due] : next(state);
		if (state.at === "act") return fact && state.left > 0 ? ids.search : ids.answer;
		if (state.at === "answer") return answer;
		const { relation, entity } = fact as Fact;
		return state.at === "relation" || state.at === "cite" ? ids.relation + relation : entity;
	};
	return respond(env, item, choose, random);
}

function vocabularyOf({ entities, relations }: Params) {
	const names = idsFrom(0, entities).map((e) => `E${e}`);
	const edges = idsFrom(0, relations).map((r) => `r${r}`);
	return {
		tokens: [...names, ...edges, "search", "answer", "none", "ask", "and"],
		kinds: [
			...names.map(() => "text" as const),
			...edges.map(() => "text" as const),
			...(["plan", "plan", "environment", "structure", "structure"] as const),
		],
	};
}

/**
 * KBHOP: answer questions over a small, fixed knowledge base by searching it fact by fact.
 *
 * Prompt `ask` r1 … rn e (`and` r f): what is reached from e by the relations in turn (and from f by r). Response turns `search r e`, to which
 * the environment replies an entity or `none`, then `answer e`; with a rubric, as many pairs r e as there are hops. Reward 1 for the right
 * entity, −price with every reply, and with a rubric its worth times the share of the facts of one way that were found and cited.
 * **Optimal and random return** by backward induction: the best policy knows the base by heart. **Edges** the base depends on
 * `entities` and `relations` alone, so a policy can learn it; misleading replies look like any other.
 * **Steps** are searches, the answer, citations: a search is right if it asks for a fact of a way to the answer that was not found before,
 * even where the reply fails or misleads; a citation if it is a fact of a way that was found and not cited before.
 * **Source** In the manner of the multi-hop questions of Yang et al. 2018, HotpotQA, https://arxiv.org/abs/1809.09600, asked by search
 * calls as in Jin et al. 2025, Search-R1, https://arxiv.org/abs/2503.09516.
 */
export const kbhop: TaskDefinition<typeof PARAMS> = {
	id: "kbhop",
	title: "Search a knowledge base",
	summary:
		"A question over two facts is asked, the policy searches for facts at a price, reads the replies, and the right answer pays.",
	isolates: "Turns whose worth is the information they bring, and knowing when not to search.",
	grammar: {
		prompt: "`ask` relation{hops} entity, with two ways also `and` relation entity",
		response:
			"(`search` relation entity, then the environment's entity or `none`){≤ searches}, `answer` entity, (relation entity){hops} with a rubric",
		reward:
			"1 for the right answer, which is success; the price is paid with every reply; a rubric adds its worth for facts found and cited.",
		demonstration:
			"The chain of facts is looked up but for those known by heart, again where a search fails; the right answer.",
	},
	source: {
		cite: "In the manner of Jin et al. 2025, Search-R1",
		url: "https://arxiv.org/abs/2503.09516",
	},
	params: PARAMS,
	levels: {
		xs: { entities: 5, relations: 2, searches: 2 },
		s: { entities: 24, relations: 4, searches: 5 },
		m: { entities: 24, relations: 4, hops: 3, searches: 6, fail: 0.1, mislead: 0.1 },
		cite: { rubric: 0.5 },
	},
	expectations: [
		{
			id: "H10.1",
			claim: "A tree over turns sits between a tree over tokens and Monte Carlo from every prefix, at equal tokens.",
			falsifiedIf: "the cosine of TreePS with the exact advantage is below that of TEMPO or above that of VinePPO.",
		},
		{
			id: "H10.2",
			claim: "Where a fact is known by heart, looking it up has minus its price as exact advantage.",
			falsifiedIf:
				"at a policy that answers by heart, a search for a known fact has an exact advantage above half of minus its price.",
		},
		{
			id: "H10.3",
			claim:
				"With misleading replies outcome credit reinforces answers without support; a rubric of citations does not.",
			falsifiedIf: "the share of positive credit on unsupported answers is the same with and without a rubric.",
		},
	],
	warmStart: { success: 0.5 },
	build,
};
