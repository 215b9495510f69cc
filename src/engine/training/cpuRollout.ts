import { type Key4, rolloutKey, STREAMS } from "../core/rng";
import { Decoder } from "../model/decoder";
import type { RolloutBatch } from "../rollouts/batch";
import { type Draw, drawReply, TokenSampler } from "../rollouts/drawToken";
import { ACTOR } from "../tasks/machine";
import type { RolloutRequest, TrainingPlan } from "./executor";
import { treeOrigins, treeOwner } from "./treeTopology";

/** Rollouts as the sampler writes them: B rows of T tokens, row b entry t at `b·T + t`; zero after a row's end. */
export interface RolloutRecord {
	readonly tokens: Int32Array;
	readonly lengths: Int32Array;
	/** Machine state before each token. */
	readonly states: Uint32Array;
	/** 1 where the policy acted. */
	readonly mask: Uint8Array;
	readonly logProbs: Float64Array;
	readonly entropy: Float64Array;
	readonly rewards: Float64Array;
	/** Value of the prefix before each token; NaN without a value head. */
	readonly values: Float64Array;
	readonly success: Uint8Array;
	readonly truncated: Uint8Array;
	/** Value after the last token of a truncated rollout, else NaN `[B]`. */
	readonly bootstrap: Float64Array;
}

/** Rollouts that may not have come to their ends. */
export interface OpenRecord extends RolloutRecord {
	/** Machine state after the last token `[B]`. */
	readonly ends: Uint32Array;
}

/** What a request for continuations of prefixes says beyond one for rollouts. */
export interface Continuation {
	/** Keys of the draws of each row, in place of those that follow from its number `[B]`. */
	readonly keys: readonly { readonly policy: Key4; readonly environment: Key4 }[];
	/** Most tokens that may follow each prompt `[prompts]`. */
	readonly limits: Int32Array;
	/** Take the most likely legal token instead of sampling. */
	readonly greedy: boolean;
}

/** Samples the rollouts of a request with an executor's own policy. */
export interface RolloutSampler {
	/**
	 * @param given rollouts under way: those of its rows that are not at an end go on in place, after their last token and in the
	 * state that `ends` says; what is returned is this record.
	 */
	sample(request: RolloutRequest, continuation?: Continuation, given?: OpenRecord): RolloutRecord;
}

/**
 * Samples a batch of rollouts in the machine, token by token with cached keys and values. Draws are keyed by (seed, stream,
 * step, rollout, position), those of the environment by its own stream, so a rollout depends on nothing else in the batch.
 */
export class CpuRollout implements RolloutSampler {
	private readonly decoder: Decoder;
	private readonly sampler: TokenSampler;
	private readonly greedySampler: TokenSampler;
	private continuation: Continuation | undefined;
	private given: OpenRecord | undefined;
	private readonly logits: Float64Array;
	private readonly draw: Draw = { token: 0, logProb: 0, entropy: 0 };

	/** @param parameters flat; read at every call. */
	constructor(
		private readonly plan: TrainingPlan,
		parameters: Float64Array,
	) {
		const { model, maxPromptLength, maxResponseLength, groupSize } = plan;
		this.decoder = new Decoder(model, parameters, groupSize, maxPromptLength + maxResponseLength);
		this.sampler = new TokenSampler(model.vocabSize, plan.sampling);
		this.greedySampler = new TokenSampler(model.vocabSize, { ...plan.sampling, topK: 1 });
		this.logits = new Float64Array(model.vocabSize * (groupSize + 1));
	}

	sample(request: RolloutRequest, continuation?: Continuation, given?: OpenRecord): RolloutRecord {
		const { prompts, groupSize, maxResponseLength: T } = this.plan;
		this.continuation = continuation;
		this.given = given;
		const record = given ?? emptyRecord(prompts * groupSize, T);
		for (let prompt = 0; prompt < prompts; prompt++) this.group(request, prompt, record);
		return record;
	}

	/** Members of a group share the pass over their prompt. */
	private group(request: RolloutRequest, prompt: number, record: OpenRecord): void {
		const { groupSize, maxPromptLength, model } = this.plan;
		const V = model.vocabSize;
		this.decoder.reset();
		let value = Number.NaN;
		const shared = this.logits.subarray(groupSize * V);
		for (let t = 0; t < request.promptLengths[prompt]!; t++)
			value = this.decoder.advance(0, request.promptTokens[prompt * maxPromptLength + t]!, shared);
		for (let member = groupSize - 1; member >= 0; member--) {
			if (member > 0) this.decoder.fork(0, member);
			this.member(request, prompt, member, value, record);
		}
	}

	private member(request: RolloutRequest, prompt: number, member: number, first: number, record: OpenRecord): void {
		const { machine, groupSize, maxResponseLength: T, model } = this.plan;
		const V = model.vocabSize;
		const b = prompt * groupSize + member;
		const limit = this.continuation?.limits[prompt] ?? T;
		const keysAt = this.keysOf(request, b);
		const logits = this.logits.subarray(member * V, (member + 1) * V);
		logits.set(this.logits.subarray(groupSize * V));
		let state = this.given ? record.ends[b]! : request.startStates[prompt]!;
		let value = first;
		let t = 0;
		if (this.given && machine.actor[state] === ACTOR.done) return;
		for (; t < record.lengths[b]!; t++) {
			record.values[b * T + t] = value;
			value = this.decoder.advance(member, record.tokens[b * T + t]!, logits);
		}
		for (; t < limit && machine.actor[state] !== ACTOR.done; t++) {
			record.values[b * T + t] = value;
			const token = this.act(logits, state, b * T + t, request.promptLengths[prompt]! + t, keysAt(t), record);
			const edge = state * V + token;
			record.rewards[b * T + t] = machine.reward[edge]!;
			state = machine.next[edge]!;
			const goesOn = machine.actor[state] !== ACTOR.done && (t + 1 < limit || model.valueHead);
			if (goesOn) value = this.decoder.advance(member, token, logits);
		}
		record.lengths[b] = t;
		record.ends[b] = state;
		record.truncated[b] = machine.actor[state] === ACTOR.done ? 0 : 1;
		record.bootstrap[b] = record.truncated[b] ? value : Number.NaN;
		record.success[b] = machine.success[state]!;
	}

	/** Keys of the draws of row b at each of its tokens: its own, or in a tree those of the row it still walks with. */
	private keysOf(request: RolloutRequest, b: number): (t: number) => DrawKeys {
		const own = this.continuation?.keys[b];
		if (own) return () => own;
		const { seed, groupSize, sampling } = this.plan;
		let owner = -1;
		let keys: DrawKeys | null = null;
		return (t) => {
			const now = treeOwner(sampling, groupSize, b, t);
			if (keys && now === owner) return keys;
			owner = now;
			keys = {
				policy: rolloutKey(seed, request.stream, request.step, owner),
				environment: rolloutKey(seed, STREAMS.environment, request.step, owner),
			};
			return keys;
		};
	}

	/** One token of the policy or the environment, written at entry `at`. */
	private act(
		logits: Float64Array,
		state: number,
		at: number,
		position: number,
		keys: DrawKeys,
		record: RolloutRecord,
	): number {
		const { machine, model } = this.plan;
		const V = model.vocabSize;
		record.states[at] = state;
		if (machine.actor[state] === ACTOR.environment) {
			record.tokens[at] = drawReply(machine.weight, state * V, V, keys.environment, position);
			return record.tokens[at]!;
		}
		const sampler = this.continuation?.greedy ? this.greedySampler : this.sampler;
		sampler.draw(logits, machine.weight, state * V, keys.policy, position, this.draw);
		record.tokens[at] = this.draw.token;
		record.mask[at] = 1;
		record.logProbs[at] = this.draw.logProb;
		record.entropy[at] = this.draw.entropy;
		return this.draw.token;
	}
}

interface DrawKeys {
	readonly policy: Key4;
	readonly environment: Key4;
}

/** A record of rollouts that have not begun. */
export function emptyRecord(B: number, T: number): OpenRecord {
	const numbers = () => new Float64Array(B * T);
	return {
		tokens: new Int32Array(B * T),
		lengths: new Int32Array(B),
		states: new Uint32Array(B * T),
		mask: new Uint8Array(B * T),
		logProbs: numbers(),
		entropy: numbers(),
		rewards: numbers(),
		values: numbers(),
		success: new Uint8Array(B),
		truncated: new Uint8Array(B),
		ends: new Uint32Array(B),
		bootstrap: new Float64Array(B).fill(Number.NaN),
	};
}

/** A record as the batch that credit and the panels read. */
export function rolloutBatch(plan: TrainingPlan, request: RolloutRequest, record: RolloutRecord): RolloutBatch {
	const { prompts, groupSize, maxPromptLength, maxResponseLength: T } = plan;
	const B = prompts * groupSize;
	const promptOffsets = new Int32Array(B + 1);
	for (let b = 0; b < B; b++)
		promptOffsets[b + 1] = promptOffsets[b]! + request.promptLengths[Math.floor(b / groupSize)]!;
	const promptTokens = new Int32Array(promptOffsets[B]!);
	const returns = new Float64Array(B);
	for (let b = 0; b < B; b++) {
		const at = Math.floor(b / groupSize) * maxPromptLength;
		promptTokens.set(
			request.promptTokens.subarray(at, at + promptOffsets[b + 1]! - promptOffsets[b]!),
			promptOffsets[b]!,
		);
		for (let t = 0; t < T; t++) returns[b]! += record.rewards[b * T + t]!;
	}
	const { tokens, mask: actionMask, lengths, logProbs, entropy, rewards, success, truncated } = record;
	const shared = {
		B,
		T,
		tokens,
		actionMask,
		lengths,
		promptTokens,
		promptOffsets,
		logProbs,
		entropy,
		rewards,
		returns,
	};
	const groupIds = Int32Array.from({ length: B }, (_, b) => Math.floor(b / groupSize));
	const values = plan.model.valueHead ? { values: record.values, bootstrap: record.bootstrap } : {};
	const origins = treeOrigins(plan.sampling, groupSize, B);
	return { ...shared, groupIds, success, truncated, ...values, ...origins, signals: {} };
}
