import type { RolloutBatch, Signal } from "../../engine/rollouts/batch";
import type { Tabulated } from "../../engine/signals/tabulated";
import type { JudgeTable } from "../../engine/tasks/judge";
import { NO_STATE } from "../../engine/tasks/machine";
import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import type { CreditBuffers } from "../credit/creditPlan";
import type { CreditSections } from "../credit/sections";
import type { DispatchCompiler } from "../device/dispatch";
import { USAGE } from "../device/usage";
import type { GpuTransformer } from "../model/transformer";
import type { RolloutBuffers, RolloutShape } from "../rollout/rolloutBuffers";
import { type AttentionSignals, createAttentionSignals } from "./attentionSignals";

/** What credit on the device reads beside the rollouts. */
export interface CreditSignals {
	readonly buffer: GPUBuffer;
	/** Null where the method does not read attention. */
	readonly attention: AttentionSignals | null;
	/** The buffer, and where in it what lies. */
	on(sections: CreditSections): Pick<CreditBuffers, "signals" | "sections">;
	/** Writes what depends on the prompts of a batch. */
	begin(request: RolloutRequest): void;
	/** Signals that the device made, from a copy of the buffer. */
	decode(words: Uint32Array<ArrayBuffer>, batch: RolloutBatch): RolloutBatch["signals"];
	dispose(): void;
}

/** The parts of a plan that signals are made from. */
export interface SignalSources {
	readonly model: GpuTransformer;
	readonly shape: RolloutShape;
	readonly rollouts: RolloutBuffers;
	/** Lanes of a workgroup that stands alone. */
	readonly lanes: number;
}

/**
 * @returns null where the tables ask for nothing beside the rollouts.
 * @throws InvalidInput where the adapter cannot bind what they ask for.
 */
export async function createCreditSignals(
	compiler: DispatchCompiler,
	plan: TrainingPlan,
	tables: readonly Tabulated[],
	sources: SignalSources,
): Promise<CreditSignals | null> {
	const judged = tables.find((table) => table.gives === "judged");
	const read = tables.find((table) => table.gives === "attention");
	if (!judged && !read) return null;
	const { B, T } = sources.shape;
	const sections = { judge: 0, waad: B, fai: B + B * T };
	const usage = USAGE.storage | USAGE.copyTarget | USAGE.copySource;
	const words = read ? B + 2 * B * T : B;
	const buffer = compiler.device.createBuffer({ label: "credit signals", size: 4 * Math.max(words, 64), usage });
	const attention = read ? await attentionOf(compiler, plan, read, sources, { buffer, ...sections }) : null;
	const { waad, fai } = sections;
	return {
		buffer,
		attention,
		on: (given) => ({
			signals: buffer,
			sections: {
				...given,
				...(judged ? { judge: sections.judge } : {}),
				...(read ? { signals: { token: { waad, fai }, rollout: {} } } : {}),
			},
		}),
		begin: judged ? startWriter(compiler.device, plan, judged.judge, buffer) : () => {},
		decode: (copy, batch) => (read ? decoded(copy, batch, read.provider, { waad, fai }) : {}),
		dispose() {
			attention?.dispose();
			buffer.destroy();
		},
	};
}

function attentionOf(
	compiler: DispatchCompiler,
	{ groupSize }: TrainingPlan,
	{ reading }: Extract<Tabulated, { gives: "attention" }>,
	{ model, shape, rollouts, lanes }: SignalSources,
	{ buffer: signals, waad, fai }: { readonly buffer: GPUBuffer; readonly waad: number; readonly fai: number },
): Promise<AttentionSignals> {
	const { request, rows } = rollouts;
	return createAttentionSignals(compiler, reading, {
		model,
		shape,
		groupSize,
		request,
		rows,
		signals,
		waad,
		fai,
		lanes,
	});
}

function decoded(
	words: Uint32Array<ArrayBuffer>,
	{ B, T, lengths }: RolloutBatch,
	provider: string,
	{ waad, fai }: { readonly waad: number; readonly fai: number },
): RolloutBatch["signals"] {
	const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
	const signal = (at: number, unit: string): Signal => {
		const data = Float64Array.from({ length: B * T }, (_, i) =>
			i % T < lengths[Math.floor(i / T)]! ? floats[at + i]! : 0,
		);
		return { level: "token", provider, unit, data };
	};
	return { waad: signal(waad, "tokens"), fai: signal(fai, "") };
}

/** Writes the judge's first state for the prompt of each rollout; `NO_STATE` for one that is none of the plan's. */
function startWriter(device: GPUDevice, plan: TrainingPlan, { start }: JudgeTable, buffer: GPUBuffer) {
	const { prompts, groupSize, maxPromptLength, items = [] } = plan;
	const byPrompt = new Map<string, number>();
	for (const [i, { prompt }] of items.entries()) {
		const text = prompt.join(" ");
		if (!byPrompt.has(text)) byPrompt.set(text, start[i]!);
	}
	const starts = new Uint32Array(prompts * groupSize);
	return ({ promptTokens, promptLengths }: RolloutRequest) => {
		promptLengths.forEach((length, p) => {
			const prompt = promptTokens.subarray(p * maxPromptLength, p * maxPromptLength + length);
			starts.fill(byPrompt.get(prompt.join(" ")) ?? NO_STATE, p * groupSize, (p + 1) * groupSize);
		});
		device.queue.writeBuffer(buffer, 0, starts);
	};
}
