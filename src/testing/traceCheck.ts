import type { Trace, TraceStep } from "../engine/credit/traceOps";
import { shown } from "../engine/credit/traceWords";
import { evaluated, holds } from "./printedEquation";

/** Words that stand where no arithmetic is printed: what is read, and what is counted. */
const READ = /^(input|signal|lies in a span|number of (earlier )?rollouts .*)$/;
const STATISTIC = /^(.+) \(([^()]*)\)$/;

/** What is wrong with a trace, as sentences: each equation is worked out from what it prints. */
export function faultsOf(trace: Trace): string[] {
	const { steps, equation, value, terms } = trace;
	const wrong = steps.filter((step) => !stepHolds(step)).map((step) => `${step.operation}: ${step.equation}`);
	if (!sumHolds(equation, value, terms)) wrong.push(equation);
	return wrong;
}

function sumHolds(equation: string, value: number, terms: Trace["terms"]): boolean {
	const parts = equation.split(" = ");
	if (parts.length < 3) return equation === "A = 0: the policy did not write this token." || Number.isNaN(value);
	const numbers = Object.values(terms);
	const result = parts.at(-1) === shown(value);
	return result && (numbers.length === 1 ? numbers[0] === value : holds(evaluated(parts[2]!), value));
}

function stepHolds({ symbol, equation, operation, inputs, members, value }: TraceStep): boolean {
	const parts = equation.split(" = ");
	if (parts[0] !== symbol || parts.at(-1) !== shown(value)) return false;
	const line = parts.at(-2)!;
	if (parts.length < 3) return READ.test(operation);
	const given = new Map(inputs.map((input) => [input.symbol, input.value]));
	const [first, second] = inputs;
	const choice = / as .* is (not )?0$/.exec(line);
	if (choice) return (first!.value !== 0) === (choice[1] !== undefined) && Object.is(second!.value, value);
	if (line.endsWith(" beyond the edge")) return Object.is(first!.value, value);
	if (/ of the (next|previous) one$/.test(line)) return true;
	if (line === "one alone: x") return Object.is(first!.value, value);
	if (line.includes(" among the largest ")) return value === 0 || value === 1;
	if (/^(outside of all spans|one alone|all count as equal|not counted|0 · …)$/.test(line)) return value === 0;
	const statistic = STATISTIC.exec(line);
	const of = STATISTICS[statistic?.[1] ?? ""];
	if (of) return statisticHolds(of, statistic![2]!, members, first?.value ?? Number.NaN, value);
	return holds(evaluated(line, given), value);
}

/** Members are held against what is printed of them; where none are given, the printed numbers are taken, to their digits. */
function statisticHolds(
	of: Statistic,
	list: string,
	members: readonly number[] | undefined,
	own: number,
	value: number,
): boolean {
	const printed = list === "" ? [] : list.split(", ").flatMap(printedItem);
	const numbers = members ?? printed.map((text) => Number(text?.replace("−", "-").replace("not known", "NaN")));
	if (printed.length !== numbers.length || (printed.includes(null) && !members)) return false;
	if (printed.some((text, i) => text !== null && text !== shown(numbers[i]!))) return false;
	const want = of([...numbers], own);
	const size = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const digits = members ? 1e-9 : 5e-6 * numbers.length;
	return Number.isNaN(want) ? Number.isNaN(value) : Math.abs(want - value) <= digits * size;
}

/** Numbers that an item of a list stands for: `0 × 8` for eight, and `… 5 more …` for five that are not printed. */
function printedItem(item: string): (string | null)[] {
	const more = /^… (\d+) more …$/.exec(item);
	if (more) return new Array<null>(Number(more[1])).fill(null);
	const [number, count = "1"] = item.split(" × ");
	return new Array<string>(Number(count)).fill(number!);
}

type Statistic = (xs: readonly number[], own: number) => number;
const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]) => (xs.length === 0 ? 0 : sum(xs) / xs.length);
const spread = (xs: readonly number[], ddof: number) =>
	xs.length <= ddof ? 0 : Math.sqrt(sum(xs.map((x) => (x - mean(xs)) ** 2)) / (xs.length - ddof));
const others = (xs: readonly number[], own: number) => xs.filter((_, i) => i !== xs.indexOf(own));
const known = (xs: readonly number[], of: () => number) => (xs.some(Number.isNaN) ? Number.NaN : of());

/** By the words that a trace prints; of an empty list, and of nobody else, 0. */
const STATISTICS: Readonly<Record<string, Statistic>> = {
	"mean of the others": (xs, own) => mean(others(xs, own)),
	"largest of the others": (xs, own) => known(xs, () => (xs.length < 2 ? 0 : Math.max(...others(xs, own)))),
	"standard deviation, n − 1,": (xs) => spread(xs, 1),
	"standard deviation, n,": (xs) => spread(xs, 0),
	"number of smaller ones": (xs, own) => known(xs, () => xs.filter((x) => x < own).length),
	smallest: (xs) => Math.min(...xs),
	largest: (xs) => Math.max(...xs),
	number: (xs) => xs.length,
	sum,
	mean,
	first: (xs) => xs[0] ?? 0,
	last: (xs) => xs.at(-1) ?? 0,
	min: (xs) => (xs.length === 0 ? 0 : Math.min(...xs)),
	max: (xs) => (xs.length === 0 ? 0 : Math.max(...xs)),
	count: (xs) => xs.length,
};
