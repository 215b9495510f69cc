import { Rng } from "../core/rng";
import { drawOutcome, play } from "../tasks/walk";
import { type Interval, returnBounds } from "./bounds";
import type { OracleRequest, Step } from "./request";
import { type Found, type Truth, truthOf } from "./truth";

/** 97.5 % point of the normal distribution: intervals hold the value in 95 of 100 cases. */
const Z = 1.959963984540054;

interface Walker {
	state: unknown;
	response: number[];
	total: number;
	readonly rng: Rng;
}

/**
 * Continuations from every token that can come but was not taken; the taken one has the value of what follows it, so
 * advantages telescope. V = Σ p·Q, hence Σ p·A = 0. Intervals are Wilson scores over the range of returns (conservative for
 * returns that are not 0 or 1), weighted like the values; `samples` continuations each, on streams of (seed, prompt, place).
 */
export async function* montecarlo(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	const { task, item, responses } = request;
	const truths: Truth[] = [];
	const spent = { prefixes: 0, tokens: 0 };
	for (const [r, response] of responses.entries()) {
		const { states, rewards } = play(task.env, item, response);
		const rng = Rng.of(request.seed).fork("oracle").fork(item.id).fork(r);
		const found: Found[] = [{ V: 0, lo: 0, hi: 0, next: [] }];
		if (task.env.turn(states.at(-1)).actor !== "done")
			found[0] = await branch(request, states.at(-1), response, null, rng.fork("end"), spent);
		for (let t = response.length - 1; t >= 0; t--) {
			const after = found[0] as Found;
			const taken = { token: response[t] as number, reward: rewards[t] as number, after };
			found.unshift(await branch(request, states[t], response.slice(0, t), taken, rng.fork(t), spent));
			yield { prefixes: spent.prefixes, open: t };
		}
		const cost = { prefixes: spent.prefixes, sampledTokens: spent.tokens };
		truths.push(truthOf("montecarlo", task, states, response, found, cost));
	}
	return truths;
}

type Taken = { token: number; reward: number; after: Found } | null;
type Spent = { prefixes: number; tokens: number };

/** V and Q at one prefix. */
async function branch(
	request: OracleRequest,
	state: unknown,
	response: readonly number[],
	taken: Taken,
	rng: Rng,
	spent: Spent,
): Promise<Found> {
	const { env } = request.task;
	const options = await distribution(request, state, response, spent);
	const next = [];
	let lo = 0;
	let hi = 0;
	for (const { token, probability } of options) {
		const step = env.step(state, token);
		const value =
			token === taken?.token
				? { q: taken.reward + taken.after.V, lo: taken.reward + taken.after.lo, hi: taken.reward + taken.after.hi }
				: await sampled(request, step, [...response, token], rng.fork(token), spent);
		lo += probability * value.lo;
		hi += probability * value.hi;
		next.push({ token, probability, q: value.q });
	}
	return { V: next.reduce((sum, n) => sum + n.probability * n.q, 0), lo, hi, next };
}

async function distribution(request: OracleRequest, state: unknown, response: readonly number[], spent: Spent) {
	const turn = request.task.env.turn(state);
	if (turn.actor === "done") return [];
	if (turn.actor === "environment") return turn.outcomes;
	const prefix = { item: request.item, response, legal: turn.legal, key: request.task.env.key(state) };
	const row = (await request.policy.logProbs([prefix]))[0] as Float64Array;
	spent.prefixes += 1;
	return turn.legal.map((token) => ({ token, probability: Math.exp(row[token] as number) }));
}

/** Mean return of continuations, in which all walk together so that the policy is asked in batches. */
async function sampled(
	request: OracleRequest,
	{ state, reward }: { state: unknown; reward: number },
	response: readonly number[],
	rng: Rng,
	spent: Spent,
): Promise<{ q: number; lo: number; hi: number }> {
	const { env } = request.task;
	const walkers: Walker[] = Array.from({ length: request.samples }, (_, k) => ({
		state,
		response: [...response],
		total: 0,
		rng: rng.fork(k),
	}));
	const sure = env.turn(state).actor === "done" ? 0 : (env.decided?.(state) ?? null);
	if (sure !== null) return { q: reward + sure, lo: reward + sure, hi: reward + sure };
	for (let live = walkers; live.length > 0; live = live.filter((w) => env.turn(w.state).actor !== "done")) {
		const legal = live.map((w) => env.turn(w.state));
		const acting = live.filter((_, i) => legal[i]!.actor === "policy");
		const rows = await request.policy.logProbs(
			acting.map((w) => {
				const turn = env.turn(w.state);
				const tokens = turn.actor === "policy" ? turn.legal : [];
				return { item: request.item, response: w.response, legal: tokens, key: env.key(w.state) };
			}),
		);
		spent.prefixes += acting.length;
		const rowOf = new Map(acting.map((w, i) => [w, rows[i] as Float64Array]));
		for (const walker of live) advance(request, walker, rowOf.get(walker));
		spent.tokens += live.length;
	}
	const mean = walkers.reduce((sum, w) => sum + w.total, 0) / walkers.length;
	const [lo, hi] = wilson(mean, request.samples, returnBounds(request.task)(state, 0));
	return { q: reward + mean, lo: reward + lo, hi: reward + hi };
}

function advance({ task }: OracleRequest, walker: Walker, row: Float64Array | undefined): void {
	const turn = task.env.turn(walker.state);
	if (turn.actor === "done") return;
	const outcomes =
		turn.actor === "environment"
			? turn.outcomes
			: turn.legal.map((token) => ({ token, probability: Math.exp(row?.[token] ?? Number.NaN) }));
	const token = drawOutcome(outcomes, () => walker.rng.uniform());
	const { state, reward } = task.env.step(walker.state, token);
	walker.state = state;
	walker.response.push(token);
	walker.total += reward;
}

/**
 * 95 % interval of the mean of n returns that lie between `least` and `most`: the Wilson score, conservative for returns in between.
 * **Source** Wilson 1927, "Probable inference, the law of succession, and statistical inference".
 */
export function wilson(mean: number, n: number, [least, most]: Interval): [number, number] {
	if (!(most > least)) return [mean, mean];
	const range = most - least;
	const p = Math.min(1, Math.max(0, (mean - least) / range));
	const centre = (p + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
	const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
	return [least + range * (centre - half), least + range * (centre + half)];
}
