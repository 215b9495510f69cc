import type { Environment, Judge, TaskItem } from "./task";
import { possibleTokens } from "./walk";

type Walked<S> = Pick<Environment<S>, "start" | "turn" | "step" | "key">;

/** What a judge that follows a task says. */
interface Rules<S> {
	/** Whether a step begins with a token of the policy's; default: with each of them. `inside`: the token before was the policy's, too. */
	begins?(state: S, inside: boolean): boolean;
	/** What is said when a token of the policy's leads from one state to another; default: nothing. */
	label?(before: S, token: number, after: S): number | undefined;
}

/** Where in a task a judge is: null after a token that the task does not allow. */
interface Place<S> {
	readonly at: S | null;
	readonly inside: boolean;
}
const LOST = { at: null, inside: false };

/**
 * A judge that walks through the task beside the response. A token that the task does not allow where the policy is to speak is wrong,
 * and its step with it; what comes after belongs to no step.
 */
export function walkJudge<S>(
	env: Walked<S>,
	{ begins = () => true, label = () => undefined }: Rules<S>,
): Judge<Place<S>> {
	return {
		start: (item: TaskItem) => ({ at: env.start(item), inside: false }),
		read({ at, inside }, token) {
			if (at === null) return { state: LOST, step: "none" };
			const turn = env.turn(at);
			const own = turn.actor === "policy";
			const step = !own ? "none" : begins(at, inside) ? "begins" : "goes on";
			if (!possibleTokens(turn).includes(token)) return { state: LOST, step, ...(own ? { label: -1 } : {}) };
			const after = env.step(at, token).state;
			const said = own ? label(at, token, after) : undefined;
			return { state: { at: after, inside: own }, step, ...(said === undefined ? {} : { label: said }) };
		},
		key: ({ at, inside }) => (at === null ? "lost" : `${inside} ${env.key(at)}`),
	};
}

/** A judge for whom everything that the policy says in a row is one step, without a label. */
export const runJudge = <S>(env: Walked<S>) => walkJudge(env, { begins: (_, inside) => !inside });

/**
 * A judge by what can still be reached: a token is right where a success is possible before and after it, wrong where the token gave it
 * away, irrelevant where it was lost before.
 * @param alive whether a success can be reached from a state; equal for states of equal key.
 */
export function fateJudge<S>(env: Walked<S>, alive: (state: S) => boolean, begins?: Rules<S>["begins"]) {
	const label = (before: S, _: number, after: S) => (!alive(before) ? 0 : alive(after) ? 1 : -1);
	return walkJudge(env, begins ? { begins, label } : { label });
}
