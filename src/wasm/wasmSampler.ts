import { rolloutKey, STREAMS } from "../engine/core/rng";
import { ACTOR } from "../engine/tasks/machine";
import type { Continuation, OpenRecord, RolloutRecord, RolloutSampler } from "../engine/training/cpuRollout";
import type { RolloutRequest } from "../engine/training/executor";
import type { WasmCore } from "./core";
import { WORK } from "./crew";

/** Rollouts by the policy in the module's memory. */
export class WasmSampler implements RolloutSampler {
	constructor(private readonly core: WasmCore) {}

	sample(request: RolloutRequest, continuation?: Continuation, given?: OpenRecord): RolloutRecord {
		const { core } = this;
		core.followMachine();
		this.write(request, continuation);
		this.writeGiven(given);
		const { prompts } = core.plan;
		// Two parts a thread, so that nobody waits long for another; one thread runs widest in one.
		const count = core.crew.threads === 1 ? 1 : Math.min(prompts, 2 * core.crew.threads);
		core.crew.run({ kind: WORK.rollout, count, policy: core.arena.policy, items: prompts });
		return given ? this.goOn(given) : this.record();
	}

	/** Rollouts under way, or their absence. */
	private writeGiven(given: OpenRecord | undefined): void {
		const { core } = this;
		core.setWord("isGiven", given ? 1 : 0);
		if (!given) return;
		core.integersOf("outLengths", given.lengths.length).set(given.lengths);
		core.wordsOf("outEnds", given.ends.length).set(given.ends);
		core.integersOf("outTokens", given.tokens.length).set(given.tokens);
	}

	/** Takes over what was added to rollouts under way, and the values of tokens that were not read before. */
	private goOn(given: OpenRecord): OpenRecord {
		const { tokens, states, mask, logProbs, entropy, rewards, values, bootstrap, lengths: old, ends } = given;
		const { T } = this.shape();
		const before = old.slice();
		const { valueHead } = this.core.plan.model;
		const now = this.record();
		now.lengths.forEach((length, b) => {
			if (length === before[b]) return;
			for (let t = valueHead ? 0 : before[b]!; t < length; t++) values[b * T + t] = now.values[b * T + t]!;
			for (let at = b * T + before[b]!; at < b * T + length; at++) {
				tokens[at] = now.tokens[at]!;
				states[at] = now.states[at]!;
				mask[at] = now.mask[at]!;
				logProbs[at] = now.logProbs[at]!;
				entropy[at] = now.entropy[at]!;
				rewards[at] = now.rewards[at]!;
			}
		});
		old.set(now.lengths);
		bootstrap.set(now.bootstrap);
		ends.set(this.core.wordsOf("outEnds", ends.length));
		return given;
	}

	private shape() {
		const { prompts, groupSize, maxResponseLength: T } = this.core.plan;
		return { B: prompts * groupSize, T };
	}

	private write(
		{ promptTokens, promptLengths, startStates, stream, step }: RolloutRequest,
		continuation: Continuation | undefined,
	): void {
		const { core } = this;
		const { seed, prompts, groupSize, maxResponseLength, sampling } = core.plan;
		const B = prompts * groupSize;
		core.setWord("topK", continuation?.greedy ? 1 : sampling.topK);
		const limits = core.integersOf("responseLimits", prompts);
		if (continuation) limits.set(continuation.limits);
		else limits.fill(maxResponseLength);
		core.integersOf("promptTokens", promptTokens.length).set(promptTokens);
		core.integersOf("promptLengths", prompts).set(promptLengths);
		core.wordsOf("startStates", prompts).set(startStates);
		const policyKeys = core.wordsOf("policyKeys", 4 * B);
		const environmentKeys = core.wordsOf("environmentKeys", 4 * B);
		for (let b = 0; b < B; b++) {
			const given = continuation?.keys[b];
			policyKeys.set(given?.policy ?? rolloutKey(seed, stream, step, b), 4 * b);
			environmentKeys.set(given?.environment ?? rolloutKey(seed, STREAMS.environment, step, b), 4 * b);
		}
	}

	/** Copies the results out; entries after a rollout's end are zero. */
	private record(): RolloutRecord {
		const { core } = this;
		const { machine } = core.plan;
		const { B, T } = this.shape();
		const lengths = core.integersOf("outLengths", B).slice();
		const ends = core.wordsOf("outEnds", B);
		const trimmed = <A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
			out: A,
			from: ArrayLike<number>,
		) => {
			for (let b = 0; b < B; b++) for (let t = b * T; t < b * T + lengths[b]!; t++) out[t] = from[t]!;
			return out;
		};
		const numbers = (slot: "outLogProbs" | "outEntropies" | "outRewards" | "outValues") =>
			trimmed(new Float64Array(B * T), core.numbersOf(slot, B * T));
		const truncated = Uint8Array.from(ends, (state) => (machine.actor[state] === ACTOR.done ? 0 : 1));
		const bootstrap = Float64Array.from(core.numbersOf("outBootstraps", B));
		return {
			lengths,
			tokens: trimmed(new Int32Array(B * T), core.integersOf("outTokens", B * T)),
			states: trimmed(new Uint32Array(B * T), core.wordsOf("outStates", B * T)),
			mask: trimmed(new Uint8Array(B * T), core.wordsOf("outMask", B * T)),
			logProbs: numbers("outLogProbs"),
			entropy: numbers("outEntropies"),
			rewards: numbers("outRewards"),
			values: numbers("outValues"),
			success: Uint8Array.from(ends, (state) => machine.success[state]!),
			truncated,
			bootstrap,
		};
	}
}
