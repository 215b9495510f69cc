import { Rng } from "../core/rng";
import type { Task } from "../tasks/task";
import { drawOutcome } from "../tasks/walk";
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

/** The prefixes that responses share, once each. */
interface Prefix {
	readonly response: readonly number[];
	readonly state: unknown;
	/** Rewards from the prompt to here. */
	readonly paid: number;
	readonly children: Map<number, { readonly reward: number; readonly prefix: Prefix }>;
}
/** A question under work. */
interface Work extends OracleRequest {
	readonly bounds: ReturnType<typeof returnBounds>;
	readonly spent: { prefixes: number; tokens: number };
}

/**
 * Continuations from every token that can come but was taken by none of the responses; a taken one has the value of what follows
 * it, so advantages telescope, and prefixes that responses share have one value. V = Σ p·Q, hence Σ p·A = 0. `samples`
 * continuations each, on streams of (seed, prompt, prefix). Q's interval is Wilson's score over the range of returns (conservative for
 * returns that are not 0 or 1); those of V add in squares, as independent estimates do: V − √Σ p²(Q − lo)² to V + √Σ p²(hi − Q)².
 * **Source** Wilson 1927; Zou & Donner 2008, "Construction of confidence limits about effect measures", https://doi.org/10.1002/sim.3095.
 */
export async function* montecarlo(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	const { task, item, responses } = request;
	const work: Work = { ...request, bounds: returnBounds(task), spent: { prefixes: 0, tokens: 0 } };
	const root: Prefix = { response: [], state: task.env.start(item), paid: 0, children: new Map() };
	const paths = responses.map((response) => pathFrom(work, root, response));
	const rng = Rng.of(request.seed).fork("oracle").fork(item.id);
	const known = new Map<Prefix, Found>();
	const longestFirst = [...new Set(paths.flat())].sort((a, b) => b.response.length - a.response.length);
	for (const [i, prefix] of longestFirst.entries()) {
		known.set(prefix, await branch(work, prefix, known, rng.fork(prefix.response.join(" "))));
		yield { prefixes: work.spent.prefixes, open: longestFirst.length - 1 - i };
	}
	const cost = { prefixes: work.spent.prefixes, sampledTokens: work.spent.tokens };
	return paths.map((path, r) => {
		const found = path.map((prefix) => known.get(prefix) as Found);
		const states = path.map((prefix) => prefix.state);
		return truthOf("montecarlo", task, states, responses[r] as readonly number[], found, cost);
	});
}

/** The prefixes along a response, from the root to its end; those that are new are added. */
function pathFrom({ task }: Work, root: Prefix, response: readonly number[]): Prefix[] {
	const path = [root];
	for (const token of response) {
		const at = path.at(-1) as Prefix;
		let next = at.children.get(token);
		if (!next) {
			const { state, reward } = task.env.step(at.state, token);
			const prefix = { response: [...at.response, token], state, paid: at.paid + reward, children: new Map() };
			next = { reward, prefix };
			at.children.set(token, next);
		}
		path.push(next.prefix);
	}
	return path;
}

/** V and Q at one prefix, given those of the longer ones. */
async function branch(
	work: Work,
	{ response, state, paid, children }: Prefix,
	known: ReadonlyMap<Prefix, Found>,
	rng: Rng,
): Promise<Found> {
	const next = [];
	let below = 0;
	let above = 0;
	for (const { token, probability } of await distribution(work, state, response)) {
		const taken = children.get(token);
		const value = taken
			? plus(taken.reward, known.get(taken.prefix) as Found)
			: await sampled(work, work.task.env.step(state, token), [...response, token], paid, rng.fork(token));
		below += (probability * (value.q - value.lo)) ** 2;
		above += (probability * (value.hi - value.q)) ** 2;
		next.push({ token, probability, q: value.q });
	}
	const V = next.reduce((sum, n) => sum + n.probability * n.q, 0);
	return { V, lo: V - Math.sqrt(below), hi: V + Math.sqrt(above), next };
}

const plus = (reward: number, { V, lo, hi }: Found) => ({ q: reward + V, lo: reward + lo, hi: reward + hi });

async function distribution({ task, item, policy, spent }: Work, state: unknown, response: readonly number[]) {
	const turn = task.env.turn(state);
	if (turn.actor === "done") return [];
	if (turn.actor === "environment") return turn.outcomes;
	const row = (await policy.logProbs([{ item, response, legal: turn.legal, key: task.env.key(state) }]))[0];
	spent.prefixes += 1;
	return turn.legal.map((token) => ({ token, probability: Math.exp(row?.[token] ?? Number.NaN) }));
}

/** Mean return of continuations, in which all walk together so that the policy is asked in batches. */
async function sampled(
	work: Work,
	{ state, reward }: { state: unknown; reward: number },
	response: readonly number[],
	paid: number,
	rng: Rng,
): Promise<{ q: number; lo: number; hi: number }> {
	const { env } = work.task;
	const sure = env.turn(state).actor === "done" ? 0 : (env.decided?.(state) ?? null);
	if (sure !== null) return { q: reward + sure, lo: reward + sure, hi: reward + sure };
	const walkers: Walker[] = Array.from({ length: work.samples }, (_, k) => ({
		state,
		response: [...response],
		total: 0,
		rng: rng.fork(k),
	}));
	for (let live = walkers; live.length > 0; live = live.filter((w) => env.turn(w.state).actor !== "done"))
		await advanceAll(work, live);
	const mean = walkers.reduce((sum, w) => sum + w.total, 0) / walkers.length;
	const [lo, hi] = wilson(mean, work.samples, work.bounds(state, paid + reward));
	return { q: reward + mean, lo: reward + lo, hi: reward + hi };
}

/** Every walker by one token: one call of the policy for those at its turn. */
async function advanceAll({ task, item, policy, spent }: Work, live: readonly Walker[]): Promise<void> {
	const { env } = task;
	const acting: Walker[] = [];
	const prefixes = [];
	for (const walker of live) {
		const turn = env.turn(walker.state);
		if (turn.actor !== "policy") continue;
		acting.push(walker);
		prefixes.push({ item, response: walker.response, legal: turn.legal, key: env.key(walker.state) });
	}
	const rows = acting.length > 0 ? await policy.logProbs(prefixes) : [];
	spent.prefixes += acting.length;
	spent.tokens += live.length;
	const rowOf = new Map(acting.map((walker, i) => [walker, rows[i]]));
	for (const walker of live) advance(task, walker, rowOf.get(walker));
}

function advance(task: Task, walker: Walker, row: Float64Array | undefined): void {
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
