import { InvalidInput } from "../core/errors";
import type { Key4 } from "../core/rng";
import { drawReply } from "../rollouts/drawToken";
import { ACTOR, type Machine, NO_STATE } from "./machine";
import type { Environment } from "./task";

/** Bytes that the table of a task in turns may take. */
const BYTES = 2 ** 26;
const MOST_STATES = 2 ** 17;

/** Why a plan with such a table does not train on the GPU. */
export const TURNS_NOTE =
	"This task is too large for a table and is played in turns, which the GPU cannot do yet; it trains in WebAssembly.";

/** What the environment said, and where that leads. */
export interface Reply {
	readonly token: number;
	readonly reward: number;
	/** State after it. */
	readonly next: number;
}

/**
 * A machine of the states that are visited, for tasks whose whole transition function does not fit into a table. Whoever samples
 * with it walks the policy's turns without asking: entering a state tabulates all that its turn can come to. Where the environment
 * is to speak the machine says "done", so samplers stop there; the host then draws the reply, enters the next turn, and sampling
 * goes on. That is one readback a turn, never one a token.
 */
export class TurnTable {
	readonly machine: Machine;
	private readonly index = new Map<string, number>();
	private states: unknown[] = [];
	private filled = 0;
	private readonly weights: Float32Array;
	private generation = 0;

	/** @throws InvalidInput for an environment that does not say which ends are a success. */
	constructor(
		private readonly env: Environment<unknown>,
		vocabSize: number,
		starts: number,
	) {
		if (!env.succeeded) throw new InvalidInput("A task that is played in turns has to declare `succeeded`.");
		const states = Math.min(MOST_STATES, Math.floor(BYTES / (12 * vocabSize)));
		this.machine = {
			states,
			vocabSize,
			actor: new Uint8Array(states),
			next: new Uint32Array(states * vocabSize).fill(NO_STATE),
			reward: new Float32Array(states * vocabSize),
			weight: new Float32Array(states * vocabSize),
			success: new Uint8Array(states),
			// Not states but items of the pool: their states are entered when they are sampled.
			start: Uint32Array.from({ length: starts }, (_, i) => i),
		};
		this.weights = new Float32Array(vocabSize);
	}

	/** Rows in use, all filled. */
	get size(): number {
		return this.states.length;
	}
	/** Changes when `clear` makes old indices meaningless. */
	get version(): number {
		return this.generation;
	}

	/** Forgets all states: before every batch of rollouts or demonstrations. */
	clear(): void {
		const { machine, size } = this;
		const edges = size * machine.vocabSize;
		machine.next.fill(NO_STATE, 0, edges);
		machine.reward.fill(0, 0, edges);
		machine.weight.fill(0, 0, edges);
		machine.success.fill(0, 0, size);
		this.index.clear();
		this.states = [];
		this.filled = 0;
		this.generation++;
	}

	/**
	 * Index of a state, with all states that its turn can come to. Equal keys share one.
	 * @throws InvalidInput when the table is full.
	 */
	enter(state: unknown): number {
		const at = this.place(state);
		for (; this.filled < this.states.length; this.filled++) this.fill(this.filled);
		return at;
	}

	/** Whether the environment is to speak in a state. */
	waits(at: number): boolean {
		return this.env.turn(this.states[at]).actor === "environment";
	}
	/** Whether a rollout has ended in a state. */
	over(at: number): boolean {
		return this.env.turn(this.states[at]).actor === "done";
	}

	/** The environment's word in a state that waits, drawn as samplers draw replies from a table, and the state after it. */
	reply(at: number, key: Key4, position: number): Reply {
		const state = this.states[at];
		const turn = this.env.turn(state);
		if (turn.actor !== "environment") throw new Error("The environment was asked for a word out of turn.");
		this.weights.fill(0);
		for (const { token, probability } of turn.outcomes) this.weights[token] = probability;
		const token = drawReply(this.weights, 0, this.weights.length, key, position);
		const { state: next, reward } = this.env.step(state, token);
		// As precise as in a table.
		return { token, reward: Math.fround(reward), next: this.enter(next) };
	}

	/** The state after a token that is known to come, as in a demonstration. @throws InvalidInput where it cannot come. */
	follow(at: number, token: number): number {
		const state = this.states[at];
		const turn = this.env.turn(state);
		const possible =
			turn.actor === "policy"
				? turn.legal.includes(token)
				: turn.actor === "environment" && turn.outcomes.some((outcome) => outcome.token === token);
		return possible ? this.enter(this.env.step(state, token).state) : NO_STATE;
	}

	private place(state: unknown): number {
		const key = this.env.key(state);
		const known = this.index.get(key);
		if (known !== undefined) return known;
		const at = this.states.length;
		if (at >= this.machine.states)
			throw new InvalidInput(
				`These rollouts visit more than ${this.machine.states} states of the task; choose fewer rollouts a step, fewer sampling rounds or smaller parameters.`,
			);
		this.index.set(key, at);
		this.states.push(state);
		return at;
	}

	private fill(at: number): void {
		const { machine, env } = this;
		const state = this.states[at];
		const turn = env.turn(state);
		machine.actor[at] = turn.actor === "policy" ? ACTOR.policy : ACTOR.done;
		machine.success[at] = turn.actor === "done" && env.succeeded?.(state) ? 1 : 0;
		if (turn.actor !== "policy") return;
		for (const token of turn.legal) {
			const { state: next, reward } = env.step(state, token);
			const edge = at * machine.vocabSize + token;
			machine.next[edge] = this.place(next);
			machine.reward[edge] = reward;
			machine.weight[edge] = 1;
		}
	}
}
