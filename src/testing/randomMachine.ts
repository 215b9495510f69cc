import { Rng } from "../engine/core/rng";
import { ACTOR, type Machine, NO_STATE } from "../engine/tasks/machine";

/**
 * A machine for tests of samplers: policy states with some tokens forbidden, environment states with one to three replies, two
 * ends of which the first is a success, rewards of both signs. It never ends in fewer than two tokens from its starts.
 */
export function randomMachine(states: number, vocabSize: number, seed: number): Machine {
	const rng = Rng.of(seed);
	const V = vocabSize;
	const machine: Machine = {
		states,
		vocabSize,
		actor: new Uint8Array(states),
		next: new Uint32Array(states * V).fill(NO_STATE),
		reward: new Float32Array(states * V),
		weight: new Float32Array(states * V),
		success: new Uint8Array(states),
		start: Uint32Array.of(0, 1),
	};
	machine.success[states - 2] = 1;
	for (let s = 0; s < states; s++) {
		if (s >= states - 2) {
			machine.actor[s] = ACTOR.done;
			continue;
		}
		const replies = s % 3 === 2;
		machine.actor[s] = replies ? ACTOR.environment : ACTOR.policy;
		const tokens = rng
			.shuffle([...Array(V).keys()])
			.slice(0, replies ? 1 + rng.integer(Math.min(3, V)) : Math.ceil(V * 0.7));
		tokens.forEach((token, i) => {
			const edge = s * V + token;
			const ends = s >= 2 && rng.uniform() < 0.15;
			machine.next[edge] = ends ? states - 2 + rng.integer(2) : rng.integer(states - 2);
			machine.reward[edge] = rng.integer(9) / 8 - 0.5;
			machine.weight[edge] = !replies ? 1 : i < tokens.length - 1 ? 2 ** -(i + 1) : 2 ** -i;
		});
	}
	return machine;
}
