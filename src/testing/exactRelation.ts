import { Rng } from "../engine/core/rng";
import { askOracle } from "../engine/oracle/oracle";
import type { Policy } from "../engine/oracle/policy";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { Task, TaskItem } from "../engine/tasks/task";
import { play, possibleTokens } from "../engine/tasks/walk";

/** A prefix of the response: who acts, what may come with which probability, and exact numbers about it. */
interface Place {
	readonly acts: boolean;
	readonly tokens: readonly number[];
	readonly probabilities: readonly number[];
	/** V of the prefix, and A of each token; 0 where the environment acts. */
	readonly value: number;
	readonly advantages: readonly number[];
}

/** A prompt under a policy, small enough to know everything about: places by the tokens that lead to them. */
export interface ExactWorld {
	readonly task: Task;
	readonly item: TaskItem;
	readonly places: ReadonlyMap<string, Place>;
	/** Exact gradient of the expected return in the policy's logits: reach · π(a) · A(a), by `prefix > token`. */
	readonly gradient: ReadonlyMap<string, number>;
}

const nameOf = (prefix: readonly number[]) => prefix.join(" ");

/** A policy that prefers legal tokens by numbers that depend on seed and prefix alone. */
export function quirkyPolicy(seed: number, vocabSize: number): Policy {
	return {
		vocabSize,
		observes: "prefix",
		logProbs: (prefixes) =>
			prefixes.map(({ response, legal }) => {
				const rng = Rng.of(seed).fork(nameOf(response));
				const weights = legal.map(() => 0.3 + rng.uniform());
				const total = weights.reduce((a, w) => a + w, 0);
				const out = new Float64Array(vocabSize).fill(Number.NEGATIVE_INFINITY);
				for (const [i, token] of legal.entries()) out[token] = Math.log(weights[i]! / total);
				return out;
			}),
	};
}

/** Asks the oracle about every response that can be written to a prompt. */
export async function exactWorld(task: Task, item: TaskItem, policy: Policy): Promise<ExactWorld> {
	const responses = everyResponse(task, item);
	const truths = await askOracle("enumerate", { task, item, responses, policy });
	const places = new Map<string, Place>();
	for (const { tokens, V, Q, probabilities, mask } of truths)
		for (const t of tokens.keys()) {
			const next = Object.keys(probabilities[t]!).map(Number);
			places.set(nameOf(tokens.slice(0, t)), {
				acts: mask[t] === 1,
				tokens: next,
				probabilities: next.map((token) => probabilities[t]![token]!),
				value: V[t]!,
				advantages: next.map((token) => (mask[t] ? Q[t]![token]! - V[t]! : 0)),
			});
		}
	return { task, item, places, gradient: gradientOf(places) };
}

function everyResponse(task: Task, item: TaskItem): number[][] {
	const out: number[][] = [];
	const walk = (state: unknown, response: number[]) => {
		const tokens = possibleTokens(task.env.turn(state));
		if (tokens.length === 0) out.push(response);
		for (const token of tokens) walk(task.env.step(state, token).state, [...response, token]);
	};
	walk(task.env.start(item), []);
	return out;
}

function gradientOf(places: ReadonlyMap<string, Place>): Map<string, number> {
	const out = new Map<string, number>();
	const walk = (prefix: readonly number[], reach: number) => {
		const place = places.get(nameOf(prefix));
		if (!place) return;
		for (const [i, token] of place.tokens.entries()) {
			const p = place.probabilities[i]!;
			if (place.acts) out.set(`${nameOf(prefix)} > ${token}`, reach * p * place.advantages[i]!);
			walk([...prefix, token], reach * p);
		}
	};
	walk([], 1);
	return out;
}

/** Groups of rollouts of the world's policy, with exact values of the prefixes. */
export function sampleBatch(world: ExactWorld, groups: number, groupSize: number, rng: Rng): RolloutBatch {
	const { task, item, places } = world;
	const B = groups * groupSize;
	const T = task.maxResponseLength;
	const field = () => new Float64Array(B * T);
	const [logProbs, entropy, rewards, values] = [field(), field(), field(), field()];
	const tokens = new Int32Array(B * T);
	const actionMask = new Uint8Array(B * T);
	const lengths = new Int32Array(B);
	const success = new Uint8Array(B);
	for (let b = 0; b < B; b++) {
		const draws = rng.fork(b);
		const response: number[] = [];
		for (let place = places.get(""); place; place = places.get(nameOf(response))) {
			const at = b * T + response.length;
			const { token, p } = draw(place, draws.uniform());
			tokens[at] = token;
			values[at] = place.value;
			actionMask[at] = place.acts ? 1 : 0;
			logProbs[at] = place.acts ? Math.log(p) : 0;
			entropy[at] = place.acts ? -place.probabilities.reduce((h, q) => h + q * Math.log(q), 0) : 0;
			response.push(token);
		}
		const played = play(task.env, item, response);
		rewards.set(played.rewards, b * T);
		lengths[b] = response.length;
		success[b] = played.success ? 1 : 0;
	}
	return {
		B,
		T,
		tokens,
		actionMask,
		lengths,
		promptTokens: Int32Array.from({ length: B * item.prompt.length }, (_, i) => item.prompt[i % item.prompt.length]!),
		promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => b * item.prompt.length),
		groupIds: Int32Array.from({ length: B }, (_, b) => Math.floor(b / groupSize)),
		logProbs,
		refLogProbs: logProbs,
		entropy,
		values,
		rewards,
		returns: Float64Array.from({ length: B }, (_, b) =>
			rewards.subarray(b * T, (b + 1) * T).reduce((a, r) => a + r, 0),
		),
		success,
		truncated: new Uint8Array(B),
		signals: {},
	};
}

function draw({ tokens, probabilities }: Place, u: number): { token: number; p: number } {
	let left = u;
	for (const [i, p] of probabilities.entries()) {
		left -= p;
		if (left < 0 || i === tokens.length - 1) return { token: tokens[i]!, p };
	}
	throw new Error("A place without a token.");
}

/** How the expected policy gradient of a method's credit relates to the exact one. */
export interface Relation {
	/** c of the multiple of the exact gradient that comes nearest, and its standard error. */
	readonly factor: number;
	readonly factorError: number;
	/** |mean gradient − c·exact| / |c·exact|, and how much of that the sampling alone would give. */
	readonly rest: number;
	readonly noise: number;
}

/** A batch, and the number of the place in the world that each token was written at; −1 for the environment's. */
export interface Visits {
	readonly batch: RolloutBatch;
	readonly place: Int32Array;
}

/** Where in the world each token of a batch was written. */
export function visitsOf({ places }: ExactWorld, batch: RolloutBatch): Visits {
	const { B, T, tokens, lengths } = batch;
	const numbers = new Map([...places.keys()].map((name, i) => [name, i]));
	const place = new Int32Array(B * T).fill(-1);
	for (let b = 0; b < B; b++) {
		let prefix = "";
		for (let t = 0; t < lengths[b]!; t++) {
			const at = b * T + t;
			if (places.get(prefix)!.acts) place[at] = numbers.get(prefix)!;
			prefix = prefix === "" ? String(tokens[at]) : `${prefix} ${tokens[at]}`;
		}
	}
	return { batch, place };
}

/**
 * Σ over tokens of credit · ∇log π, averaged over batches, against the exact gradient. In logits of a table ∇log π(a|s) is 1[a] − π, so
 * one sum per (prefix, token) is enough. Tokens that the method does not score count as 0.
 */
export function measuredRelation(
	world: ExactWorld,
	visited: readonly Visits[],
	credit: (batch: RolloutBatch) => Float64Array,
): Relation {
	const table = [...world.places].map(([name, { tokens, probabilities }]) => ({ name, tokens, probabilities }));
	const exact = table.flatMap(({ name, tokens }) => tokens.map((a) => world.gradient.get(`${name} > ${a}`) ?? 0));
	const each = visited.map((visits) => policyGradient(table, visits, credit(visits.batch)));
	const n = each.length;
	const mean = exact.map((_, i) => each.reduce((a, g) => a + g[i]!, 0) / n);
	const dot = (a: ArrayLike<number>, b: readonly number[]) => b.reduce((sum, x, i) => sum + x * a[i]!, 0);
	const square = dot(exact, exact);
	const factors = each.map((g) => dot(g, exact) / square);
	const factor = dot(mean, exact) / square;
	const factorError = Math.sqrt(factors.reduce((a, f) => a + (f - factor) ** 2, 0) / (n * (n - 1)));
	const rest = mean.map((g, i) => g - factor * exact[i]!);
	const spread = each.reduce((a, g, k) => {
		const own = mean.map((m, i) => g[i]! - m - (factors[k]! - factor) * exact[i]!);
		return a + dot(own, own);
	}, 0);
	const scale = Math.abs(factor) * Math.sqrt(square);
	return {
		factor,
		factorError,
		rest: Math.sqrt(dot(rest, rest)) / scale,
		noise: Math.sqrt(spread / (n * (n - 1))) / scale,
	};
}

function policyGradient(
	table: readonly Pick<Place, "tokens" | "probabilities">[],
	{ batch: { B, tokens }, place }: Visits,
	credit: Float64Array,
): Float64Array {
	const starts = [0];
	for (const [p, row] of table.entries()) starts.push(starts[p]! + row.tokens.length);
	const out = new Float64Array(starts.at(-1)!);
	for (const [at, p] of place.entries()) {
		const a = credit[at]! / B;
		if (p < 0 || Number.isNaN(a)) continue;
		const row = table[p]!;
		for (const [i, token] of row.tokens.entries())
			out[starts[p]! + i]! += a * ((token === tokens[at] ? 1 : 0) - row.probabilities[i]!);
	}
	return out;
}
