import type { ParamTable, ParamValues } from "../spec/params";
import { labelled } from "./judge";
import { drawnItem } from "./splits";
import type { Environment, Judge, Task, TaskDefinition, TaskItem } from "./task";
import { accepts } from "./walk";

const PARAMS = {
	n: { type: "integer", default: 2, min: 2, max: 8, unit: "digits", label: "Digits", help: "Digits of each number." },
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

const ID = { carry: 10, equals: 12 } as const;
const DIGITS = Array.from({ length: 10 }, (_, d) => d);

/** Digit and carry of every column, low digit first: what a faultless response says. */
function columns(a: readonly number[], b: readonly number[]): number[] {
	let carry = 0;
	return a.flatMap((digit, i) => {
		const sum = digit + (b[i] as number) + carry;
		carry = sum >= 10 ? 1 : 0;
		return [sum % 10, ID.carry + carry];
	});
}

/** A response column by column: digit and carry. */
const pairsOf = (response: readonly number[]) =>
	Array.from({ length: Math.ceil(response.length / 2) }, (_, column) => response.slice(2 * column, 2 * column + 2));

interface State {
	readonly at: number;
	/** What a faultless response still says; null after a mistake that is checked. */
	readonly rest: readonly number[] | null;
}

/** Carries inside are the policy's own notes: any will do. The last one is the top digit of the sum. */
function follows({ rest }: State, token: number, at: number): boolean {
	if (!rest) return false;
	const noted = at % 2 === 1 && rest.length > 1;
	return noted || rest[0] === token;
}

function environmentOf({ n }: Params): Environment<State> {
	return {
		start: (item) => ({ at: 0, rest: item.data as readonly number[] }),
		turn: ({ at }) => {
			if (at === 2 * n) return { actor: "done" };
			return { actor: "policy", legal: at % 2 === 0 ? DIGITS : [ID.carry, ID.carry + 1] };
		},
		step: (state, token) => {
			const rest = follows(state, token, state.at) ? (state.rest?.slice(1) ?? null) : null;
			return { state: { at: state.at + 1, rest }, reward: state.at === 2 * n - 1 && rest ? 1 : 0 };
		},
		// An inner carry is never checked: prompts that differ in it alone have the same future.
		key: ({ at, rest }) => `${at} ${rest?.filter((_, i) => (at + i) % 2 === 0 || i === rest.length - 1) ?? "lost"}`,
		succeeded: ({ at, rest }) => at === 2 * n && rest !== null,
		decided: ({ rest }) => (rest ? null : 0),
	};
}

/** A column, digit and carry, is a step: right if both are those of the faultless addition, of which this is what is left. */
const JUDGE: Judge<readonly number[]> = {
	start: (item) => item.data as readonly number[],
	read: (rest, token) => ({
		state: rest.slice(1),
		step: rest.length % 2 === 0 ? "begins" : "goes on",
		label: token === rest[0] ? 1 : -1,
	}),
	key: String,
};

function build(params: Params): Task {
	const { n } = params;
	const env = environmentOf(params);
	const solution = (item: TaskItem) => item.data as readonly number[];
	return {
		id: "addcarry",
		params,
		vocab: {
			tokens: [...DIGITS.map(String), "c0", "c1", "="],
			kinds: [...DIGITS.map(() => "text" as const), "plan", "plan", "structure"],
		},
		maxPromptLength: 2 * n + 1,
		maxResponseLength: 2 * n,
		splits: "disjoint",
		promptCount: 100 ** n,
		item: (split, index) =>
			drawnItem(`addcarry ${n}`, split, index, (rng) => {
				const [a, b] = [0, 1].map(() => Array.from({ length: n }, () => rng.integer(10))) as [number[], number[]];
				return { id: `${a.join("")} ${b.join("")}`, prompt: [...a, ...b, ID.equals], data: columns(a, b) };
			}),
		env: env as Environment<unknown>,
		success: (item, response) => accepts(env, item, response),
		demonstration: (item) => [...solution(item)],
		optimalReturn: 1,
		randomReturn: 10 ** -n / 2,
		returnRange: 1,
		decisiveSteps: (_, response) => response.flatMap((_, t) => (t % 2 === 0 || t === response.length - 1 ? [t] : [])),
		...labelled(JUDGE),
		goldTrace: (item) => pairsOf(solution(item)),
		corruptions: (item) => {
			const good = solution(item);
			const top = good.at(-1) as number;
			return [
				{ response: [((good[0] as number) + 1) % 10, ...good.slice(1)], why: "a wrong digit" },
				{ response: [...good.slice(0, -1), 2 * ID.carry + 1 - top], why: "a wrong top digit" },
			];
		},
	};
}

/**
 * ADDCARRY: add two numbers column by column, the carry written down after every digit.
 *
 * Prompt n digits of a, n of b, low digit first, `=`; response for each column the digit and `c0` or `c1`; the last carry is the top
 * digit. Reward 1 iff all digits and the top carry are right: inner carries are notes that nobody checks.
 * **Optimal return** 1; **random return** 10⁻ⁿ/2.
 */
export const addcarry: TaskDefinition<typeof PARAMS> = {
	id: "addcarry",
	title: "Addition with carries",
	summary:
		"Two numbers are added column by column; the carries in between are never checked and yet worth getting right.",
	isolates: "Scratch tokens whose value is only that they help later ones.",
	grammar: {
		prompt: "n digits of a, n digits of b, low digit first, `=`",
		response: "(digit, `c0` or `c1`){n}: each column's digit and carry; the last carry is the top digit",
		reward:
			"1 at the end iff all digits and the top carry are right; inner carries are not checked. Success is the reward.",
		demonstration: "The addition with all carries.",
	},
	source: { cite: "Karpathy 2020, minGPT (adder, digits reversed)", url: "https://github.com/karpathy/minGPT" },
	params: PARAMS,
	levels: { xs: { n: 2 }, s: { n: 3 }, m: { n: 5 } },
	expectations: [
		{
			id: "H5.1",
			claim: "Carries deserve credit though never checked; methods that credit checked tokens alone lose fidelity.",
			falsifiedIf: "exact advantages of inner carries average below 0.01 at a success rate near 0.6.",
		},
	],
	warmStart: { success: 0.6 },
	build,
};
