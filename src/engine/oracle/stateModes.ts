import { InvalidInput } from "../core/errors";
import { play } from "../tasks/walk";
import type { OracleRequest, Step } from "./request";
import { type Found, type Truth, truthOf } from "./truth";

type Next = { token: number; probability: number; reward: number; state: unknown };

/** What can come after a response, and how probably. */
async function nextOf(request: OracleRequest, state: unknown, response: readonly number[]): Promise<Next[]> {
	const { env } = request.task;
	const turn = env.turn(state);
	if (turn.actor === "done") return [];
	if (turn.actor === "environment") return turn.outcomes.map((o) => ({ ...o, ...env.step(state, o.token) }));
	const prefix = { item: request.item, response, legal: turn.legal, key: env.key(state) };
	const row = (await request.policy.logProbs([prefix]))[0] as Float64Array;
	return turn.legal.map((token) => ({
		token,
		probability: Math.exp(row[token] as number),
		...env.step(state, token),
	}));
}

/**
 * Backward induction over states instead of prefixes: V(s) = Σ p·(r + V(s')), each state once.
 * @throws InvalidInput for a policy that sees the prefix (a transformer does), and beyond `maxPrefixes` states.
 */
export async function* dp(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	if (request.policy.observes !== "state")
		throw new InvalidInput(
			"Mode dp needs a policy that sees the state only; this one sees the whole prefix: use enumerate, bestfirst or montecarlo.",
		);
	const { env } = request.task;
	const known = new Map<string, Found>();
	const visit = async (state: unknown, response: readonly number[]): Promise<Found> => {
		const key = env.key(state);
		const before = known.get(key);
		if (before) return before;
		const next = await nextOf(request, state, response);
		const valued: { token: number; probability: number; q: number }[] = [];
		for (const n of next) {
			const after = await visit(n.state, [...response, n.token]);
			valued.push({ token: n.token, probability: n.probability, q: n.reward + after.V });
		}
		const V = valued.reduce((sum, n) => sum + n.probability * n.q, 0);
		const found = { V, lo: V, hi: V, next: valued };
		known.set(key, found);
		if (known.size > request.maxPrefixes)
			throw new InvalidInput(`The prompt reaches more than ${request.maxPrefixes} states; use mode montecarlo.`);
		return found;
	};
	const truths: Truth[] = [];
	for (const response of request.responses) {
		const { states } = play(env, request.item, response);
		const found: Found[] = [];
		for (const [t, state] of states.entries()) found.push(await visit(state, response.slice(0, t)));
		yield { prefixes: known.size, open: 0 };
		const cost = { prefixes: known.size, sampledTokens: 0 };
		truths.push(truthOf("dp", request.task, states, response, found, cost));
	}
	return truths;
}

/** The policy's own closed form at every prefix and one token further. @throws InvalidInput where it has none. */
export async function* closed(request: OracleRequest): AsyncGenerator<Step, Truth[]> {
	const { task, item, policy, responses } = request;
	const value = policy.closedValue?.bind(policy);
	if (!value)
		throw new InvalidInput("Mode closed needs a policy whose value is known in closed form; this one has none.");
	const truths: Truth[] = [];
	let prefixes = 0;
	for (const response of responses) {
		const { states } = play(task.env, item, response);
		const found: Found[] = [];
		for (const [t, state] of states.entries()) {
			const prefix = response.slice(0, t);
			const V = value(item, prefix);
			const next = (await nextOf(request, state, prefix)).map(({ token, probability, reward }) => ({
				token,
				probability,
				q: reward + value(item, [...prefix, token]),
			}));
			found.push({ V, lo: V, hi: V, next });
		}
		prefixes += response.length;
		yield { prefixes, open: 0 };
		truths.push(truthOf("closed", task, states, response, found, { prefixes, sampledTokens: 0 }));
	}
	return truths;
}
