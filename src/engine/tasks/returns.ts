import type { Environment, TaskItem } from "./task";

/** What the best policy and the policy that draws legal tokens uniformly earn from a state on. */
interface StateValue {
	readonly optimal: number;
	readonly random: number;
}

/**
 * Values of states by backward induction, states with equal keys once: optimal V(s) = max_a [r + V(s')] at the policy's turns,
 * random V(s) = mean_a [r + V(s')], both Σ p·[r + V(s')] at the environment's. Undiscounted; exact up to rounding.
 */
export function stateValues<S>(env: Environment<S>): (state: S) => StateValue {
	const known = new Map<string, StateValue>();
	const visit = (state: S): StateValue => {
		const key = env.key(state);
		let value = known.get(key);
		if (!value) {
			value = backUp(env, state, visit);
			known.set(key, value);
		}
		return value;
	};
	return visit;
}

function backUp<S>(env: Environment<S>, state: S, visit: (state: S) => StateValue): StateValue {
	const turn = env.turn(state);
	const after = (token: number) => {
		const { state: next, reward } = env.step(state, token);
		const { optimal, random } = visit(next);
		return { optimal: reward + optimal, random: reward + random };
	};
	if (turn.actor === "done") return { optimal: 0, random: 0 };
	if (turn.actor === "policy") {
		const values = turn.legal.map(after);
		const random = values.reduce((sum, v) => sum + v.random, 0) / values.length;
		return { optimal: Math.max(...values.map((v) => v.optimal)), random };
	}
	let [optimal, random] = [0, 0];
	for (const { token, probability } of turn.outcomes) {
		const value = after(token);
		optimal += probability * value.optimal;
		random += probability * value.random;
	}
	return { optimal, random };
}

/** Prompts over which tasks state their returns where asking all would take too long. */
export const RETURN_PROMPTS = 256;

/** Mean of `stateValues` over the first prompts of a task; computed when first asked for. */
export function exactReturns<S>(env: Environment<S>, items: () => readonly TaskItem[]): () => StateValue {
	let known: StateValue | undefined;
	return () => {
		known ??= meanValue(env, items());
		return known;
	};
}

function meanValue<S>(env: Environment<S>, items: readonly TaskItem[]): StateValue {
	const worth = stateValues(env);
	const values = items.map((item) => worth(env.start(item)));
	const mean = (of: keyof StateValue) => values.reduce((sum, v) => sum + v[of], 0) / values.length;
	return { optimal: mean("optimal"), random: mean("random") };
}
