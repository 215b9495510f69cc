import { Rng } from "../engine/core/rng";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { StepMetrics } from "../engine/training/executor";
import type { DeviceReport, TrainerApi } from "../workers/trainerApi";

/** A batch of `groups · size` rollouts over `vocab` tokens with returns 0 or 1 and group-normalised credit, for tests of panels. */
export function makeBatch(
	options: { groups?: number; size?: number; T?: number; vocab?: number; seed?: number } = {},
): {
	batch: RolloutBatch;
	credit: CreditResult;
} {
	const { groups = 2, size = 4, T = 8, vocab = 8, seed = 1 } = options;
	const random = Rng.of(seed).fork("batch");
	const B = groups * size;
	const lengths = Int32Array.from({ length: B }, () => T - random.integer(3));
	const inside = (i: number) => i % T < (lengths[Math.floor(i / T)] as number);
	const mask = Uint8Array.from({ length: B * T }, (_, i) => (inside(i) && i % T !== 2 ? 1 : 0));
	const returns = Float64Array.from({ length: B }, () => random.integer(2));
	const fill = (value: (i: number) => number) =>
		Float64Array.from({ length: B * T }, (_, i) => (inside(i) ? value(i) : 0));
	const entropy = fill((i) => (mask[i] ? random.uniform() : 0));
	const advantage = fill((i) => (mask[i] ? groupNorm(returns, Math.floor(i / T), size) : 0));
	const batch: RolloutBatch = {
		B,
		T,
		tokens: Int32Array.from({ length: B * T }, (_, i) => (inside(i) ? random.integer(vocab) : 0)),
		actionMask: mask,
		lengths,
		promptTokens: new Int32Array(2 * B).fill(1),
		promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => 2 * b),
		groupIds: Int32Array.from({ length: B }, (_, b) => Math.floor(b / size)),
		logProbs: fill((i) => (mask[i] ? Math.log(random.uniform()) : 0)),
		entropy,
		rewards: fill((i) =>
			i % T === (lengths[Math.floor(i / T)] as number) - 1 ? (returns[Math.floor(i / T)] as number) : 0,
		),
		returns,
		success: Uint8Array.from(returns),
		truncated: new Uint8Array(B),
		signals: {},
	};
	const terms = { outcome: advantage };
	return {
		batch,
		credit: { method: "grpo", params: {}, advantage, terms, mask, cost: { extraTokens: 0, modelCalls: 0 } },
	};
}

function groupNorm(returns: Float64Array, b: number, size: number): number {
	const from = Math.floor(b / size) * size;
	const group = returns.subarray(from, from + size);
	const mean = group.reduce((a, r) => a + r, 0) / size;
	const sd = Math.sqrt(group.reduce((a, r) => a + (r - mean) ** 2, 0) / (size - 1));
	return ((returns[b] as number) - mean) / (sd + 1e-6);
}

/** Metrics of a step, with plausible values where none are given. */
export function makeMetrics(step: number, given: Partial<StepMetrics> = {}): StepMetrics {
	return {
		step,
		loss: 0,
		meanReturn: 0.5,
		success: 0.5,
		entropy: 1,
		klBehaviour: 0.001,
		klReference: 0,
		gradientNorm: 0.7,
		clipFraction: 0,
		meanLength: 8,
		deadGroups: 0,
		tokens: 512,
		learningRate: 1e-3,
		finite: true,
		...given,
	};
}

/** A trainer that obeys the contract without training: it remembers its calls and sends what the test tells it to. */
export class FakeTrainer implements TrainerApi {
	readonly calls: string[] = [];
	report: DeviceReport = { status: "ok", adapter: "test adapter", software: false, advice: "" };
	send: Parameters<TrainerApi["run"]>[2] = () => undefined;
	end: () => void = () => undefined;

	async probe(): Promise<DeviceReport> {
		this.calls.push("probe");
		return this.report;
	}
	run(
		spec: ExperimentSpec,
		backend: string,
		onEvents: Parameters<TrainerApi["run"]>[2],
		_from?: Uint8Array | null,
		pauses?: boolean,
	): Promise<void> {
		this.calls.push(`run ${spec.task.id} ${backend}${pauses ? ", one step" : ""}`);
		this.send = onEvents;
		return new Promise((resolve) => {
			this.end = resolve;
		});
	}
	async pause(): Promise<void> {
		this.calls.push("pause");
	}
	async resume(): Promise<void> {
		this.calls.push("resume");
	}
	async step(): Promise<void> {
		this.calls.push("step");
	}
	async cancel(): Promise<void> {
		this.calls.push("cancel");
	}
	async requestRollouts(): Promise<void> {
		this.calls.push("requestRollouts");
	}
	policy: Float32Array<ArrayBuffer> | null = null;
	async policyOf(step: number): Promise<Float32Array<ArrayBuffer> | null> {
		this.calls.push(`policyOf ${step}`);
		return this.policy;
	}
	async exportRun(): Promise<null> {
		this.calls.push("exportRun");
		return null;
	}
}
