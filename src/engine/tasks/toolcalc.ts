import { InvalidInput } from "../core/errors";
import { Rng } from "../core/rng";
import { labelledSteps } from "./judge";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { drawnItem, MANY_PROMPTS } from "./splits";
import type { Environment, Split, Task, TaskDefinition, TaskItem } from "./task";
import { type Call, callsOf, drawFormula, type Formula, Ledger, OPS, valuesOf } from "./toolcalcFormula";
import { judgeOf } from "./toolcalcJudge";
import { environmentOf, type Ids, idsOf, PARAMS, type Params, POINTERS, type State } from "./toolcalcMachine";
import { accepts, pick, respond } from "./walk";

/** Calls up to which best and random returns are found by induction; each more call multiplies the states by about a hundred. */
const INDUCTION_CALLS = 2;

/** Chance that a demonstration spends a spare call on something else first. */
const STRAY = 0.35;

/** The gold calls, now and then one more where the limit allows it, and the right pointer, where the tool does not err on the way. */
function demonstrate(env: Environment<State>, item: TaskItem, params: Params, random: () => number): number[] {
	for (;;) {
		const response = attempt(env, item, params, random);
		if (accepts(env, item, response)) return response;
	}
}

function attempt(env: Environment<State>, item: TaskItem, params: Params, random: () => number): number[] {
	const ids = idsOf(params);
	const formula = item.data as Formula;
	const ledger = new Ledger(formula, "all");
	let due = callsOf(formula).length;
	let call: Call | null = null;
	const choose = (state: State, legal: readonly number[]) => {
		if (state.at === "act") {
			call = due > 0 && state.calls > due && random() < STRAY ? strayCall(state, random) : ledger.next();
			if (!call || state.calls === 0) return ids.answer;
			if (ledger.record(call)) due -= 1;
			return ids.call;
		}
		if (state.at === "answer") return ledger.answer < 0 ? pick(legal, random) : ids.pointer + ledger.answer;
		const { op, a, b } = call as unknown as Call;
		return state.at === "op" ? ids.op + op : ids.pointer + (state.at === "left" ? a : b);
	};
	return respond(env, item, choose, random);
}

const strayCall = ({ values }: State, random: () => number): Call => ({
	op: Math.floor(random() * OPS.length),
	a: Math.floor(random() * values.length),
	b: Math.floor(random() * values.length),
});

function checkKnobs({ leaves, spare, calls }: Params): void {
	if (calls < leaves - 1)
		throw new InvalidInput(
			`Task toolcalc allows ${calls} calls, but a formula of ${leaves} numbers takes ${leaves - 1}; allow at least as many.`,
		);
	if (leaves + spare + calls > POINTERS)
		throw new InvalidInput(
			`Task toolcalc names at most ${POINTERS} values; ${leaves} numbers, ${spare} spare ones and ${calls} calls need ${leaves + spare + calls}.`,
		);
}

/** Number of different formulas: digits, operations, and ways to bracket (Catalan numbers). */
function formulaCount({ leaves, spare, M, shape }: Params): number {
	const brackets = shape === "any" ? ([1, 1, 2, 5, 14][leaves - 1] as number) : 1;
	return M ** (leaves + spare) * OPS.length ** (leaves - 1) * brackets;
}

function itemOf(formula: Formula, params: Params, ids: Ids): TaskItem {
	const { numbers, postfix } = formula;
	const shown = postfix.map((entry) => (entry < 0 ? ids.op - 1 - entry : (numbers[entry] as number)));
	const spare = params.spare > 0 ? [ids.spare, ...numbers.slice(params.leaves)] : [];
	const prompt = [...shown, ...spare, ids.equals];
	return { id: prompt.join(" "), prompt, data: formula };
}

/** So many different formulas, always the same. */
function fixedItems(count: number, params: Params, draw: (rng: Rng) => TaskItem): readonly TaskItem[] {
	const { leaves, spare, M, shape } = params;
	const rng = Rng.of(0).fork("toolcalc").fork(leaves).fork(spare).fork(M).fork(shape);
	const items = new Map<string, TaskItem>();
	while (items.size < count) {
		const item = draw(rng);
		items.set(item.id, item);
	}
	return [...items.values()];
}

function build(params: Params): Task {
	checkKnobs(params);
	const { leaves, spare, calls, M, shape, price, slow, prompts } = params;
	const ids = idsOf(params);
	const env = environmentOf(params);
	const all = formulaCount(params);
	const disjoint = prompts === 0 && all >= MANY_PROMPTS;
	const count = disjoint ? all : Math.min(prompts || all, all);
	const draw = (rng: Rng) => itemOf(drawFormula(rng, leaves, spare, M, shape === "any"), params, ids);
	const fixed = disjoint ? [] : fixedItems(count, params, draw);
	const name = `toolcalc ${leaves} ${spare} ${M} ${shape}`;
	const item = (of: Split, index: number) =>
		disjoint ? drawnItem(name, of, index, draw) : (fixed[index % count] as TaskItem);
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, count) }, (_, i) => item("train", i));
	const returns = calls <= INDUCTION_CALLS ? exactReturns(env, pool) : () => null;
	const judging = labelledSteps(judgeOf(params));
	return {
		id: "toolcalc",
		params,
		vocab: vocabularyOf(M),
		maxPromptLength: 2 * leaves + (spare > 0 ? spare + 1 : 0),
		maxResponseLength: 5 * calls + 2,
		splits: disjoint ? "disjoint" : "shared",
		promptCount: count,
		item,
		env: env as Environment<unknown>,
		tabulable: calls <= INDUCTION_CALLS,
		success: (of, response) => accepts(env, of, response),
		demonstration: (of, random) => demonstrate(env, of, params, random),
		get optimalReturn() {
			return returns()?.optimal ?? null;
		},
		get randomReturn() {
			return returns()?.random ?? null;
		},
		returnRange: 1 + price * slow * calls,
		lowestReturn: -price * slow * calls,
		...(params.errors > 0 ? {} : { goldTrace: (of: TaskItem) => goldOf(of.data as Formula, ids) }),
		...judging,
		decisiveSteps: (of, response) => judging.steps(of, response).flatMap(({ start, end }) => range(start + 1, end)),
		corruptions: (of, random) => corruptionsOf(env, of, params, random),
	};
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The calls of the formula in its own order, and the last result. */
function goldOf(formula: Formula, ids: Ids): number[][] {
	const calls = callsOf(formula);
	const last = formula.numbers.length + calls.length - 1;
	const written = calls.map(({ op, a, b }) => [ids.call, ids.op + op, ids.pointer + a, ids.pointer + b]);
	return [...written, [ids.answer, ids.pointer + last]];
}

function corruptionsOf(env: Environment<State>, item: TaskItem, params: Params, random: () => number) {
	const ids = idsOf(params);
	const good = demonstrate(env, item, params, random);
	const replies = good.filter((token) => token < ids.op);
	const values = [...(item.data as Formula).numbers, ...replies];
	const target = valuesOf(item.data as Formula, params.M).at(-1);
	const other = values.findIndex((v) => v !== target);
	const cut = { response: good.slice(0, -1), why: "the answer points to nothing" };
	if (other < 0) return [cut];
	return [cut, { response: [...good.slice(0, -1), ids.pointer + other], why: "the answer points to another value" }];
}

function vocabularyOf(M: number) {
	const digits = Array.from({ length: M }, (_, d) => String(d));
	const pointers = Array.from({ length: POINTERS }, (_, v) => `v${v + 1}`);
	return {
		tokens: [...digits, ...OPS.map((op) => op.name), ...pointers, "call", "answer", "=", "spare"],
		kinds: [
			...digits.map(() => "environment" as const),
			...OPS.map(() => "action" as const),
			...pointers.map(() => "action" as const),
			...(["plan", "plan", "structure", "structure"] as const),
		],
	};
}

/**
 * TOOLCALC: work a formula out by calling a calculator on named values, then say which value is the answer.
 *
 * Prompt the formula in postfix order (`x y op1 z op2`), spare numbers after `spare`, `=`; the numbers are v1, v2, … in order. Response turns
 * `call op vi vj`, to which the environment replies a digit that becomes the next value, then `answer vi`. Reward 1 iff the value is that of the
 * formula modulo M, −price with every reply. **Optimal and random return** by backward induction over the values at hand, up to two calls; the best
 * policy answers at once where a number happens to be the result. **Edges** a wrong way can come to the right digit.
 * **Steps** are calls and the answer: a call is right if the formula asks for it and its result is not at hand yet, the answer if it points to
 * the formula's value.
 * **Source** in the manner of MatchTIR (2026), which matches calls with a gold trace, https://arxiv.org/abs/2601.10712.
 */
export const toolcalc: TaskDefinition<typeof PARAMS> = {
	id: "toolcalc",
	title: "Calls to a calculator",
	summary:
		"A formula is shown, a calculator is called step by step on named values, and pointing to the right value pays.",
	isolates: "Tool calls with a gold trace: needed, redundant and harmful turns.",
	grammar: {
		prompt: "number number op (number op){leaves − 2} in postfix order, `spare` number{spare} if any, `=`",
		response: "(`call` op value value, then the environment's digit){≤ calls}, `answer` value",
		reward: "1 iff the value pointed to is that of the formula, which is success; the price is paid with every reply.",
		demonstration:
			"The calls of the formula in order; where spare calls are allowed, a third of the time a random one before.",
	},
	source: {
		cite: "In the manner of MatchTIR 2026 (turn rewards from matching calls with a gold trace)",
		url: "https://arxiv.org/abs/2601.10712",
	},
	params: PARAMS,
	levels: {
		xs: { leaves: 3, calls: 2 },
		s: { leaves: 2, calls: 2, prompts: 300 },
		m: { leaves: 4, calls: 4, shape: "any", prompts: 0 },
		errors: { leaves: 2, calls: 2, errors: 0.1 },
	},
	expectations: [
		{
			id: "H9.1",
			claim: "Matching calls with the gold trace helps beside the outcome; alone it has the wrong zero.",
			falsifiedIf:
				"matching and outcome together have no higher cosine with the exact advantage than GRPO at two checkpoints.",
		},
		{
			id: "H9.2",
			claim: "Where the gold trace knows one of two right routes, matching turns against good calls.",
			falsifiedIf: "with gold=one the sign accuracy of matching credit is not below that of GRPO.",
		},
		{
			id: "H9.3",
			claim: "Anchors are rare among calls over free pointers, so grouping by state gains nothing.",
			falsifiedIf: "the credit fidelity of GiGPO exceeds that of GRPO by more than 0.05.",
		},
	],
	warmStart: { success: 0.3 },
	build,
};
