import { lossConfig } from "../../engine/losses/registry";
import type { Objective } from "../../engine/training/cpuExecutor";
import type { TrainingPlan } from "../../engine/training/executor";
import { CREDIT_LANES } from "../credit/creditPlan";
import type { OpenDevice } from "../device/adapter";
import { DispatchCompiler } from "../device/dispatch";
import {
	createLossPlan,
	type LossCredit,
	type LossModel,
	type LossOptions,
	type LossPlan,
	type LossRollouts,
} from "../loss/lossPlan";
import { createGpuTransformer } from "../model/createTransformer";
import { createModelState } from "../model/modelBuffers";
import type { GpuTransformer } from "../model/transformer";
import { GpuRollouts } from "../rollout/gpuRollouts";
import { chooseRolloutOptions } from "../rollout/rolloutChoice";
import { GpuBrancher } from "./gpuBrancher";
import { createGpuCredit, creditBuffers, type GpuCredit } from "./gpuCredit";
import { createGpuCritic, type GpuCritic } from "./gpuCritic";

export interface GpuOptions {
	/** Long work goes out in several submits, so that pause is prompt. Default true. */
	readonly split?: boolean;
	/** Dispatches in one submit of a training step, in place of what is predicted to take 100 ms. */
	readonly mostDispatches?: number;
}

/** Everything that a training plan compiles to. */
export interface GpuParts {
	readonly rollouts: GpuRollouts;
	readonly credit: GpuCredit;
	/** Null where no value head learns. */
	readonly critic: GpuCritic | null;
	/** Null where no signal asks for continuations. */
	readonly brancher: GpuBrancher | null;
	/** Of minibatches, and of whole batches for supervised steps; the same where a minibatch is the batch. */
	readonly model: GpuTransformer;
	readonly wholeModel: GpuTransformer;
	readonly loss: LossPlan;
	readonly supervised: LossPlan;
	/** Texts that name everything compiled: equal texts give equal bits on the same adapter. */
	readonly signature: readonly string[];
	dispose(): void;
}

/**
 * Compiles a plan; kernels compile in parallel.
 * @throws InvalidInput when the plan does not fit the kernels or the adapter; WorkFailed when something does not compile.
 */
export async function compileParts(
	opened: OpenDevice,
	plan: TrainingPlan,
	objective: Objective,
	split: boolean,
): Promise<GpuParts> {
	const { device, software } = opened;
	const made: { dispose(): void }[] = [];
	const keep = async <T extends { dispose(): void }>(part: Promise<T>): Promise<T> => {
		made.push(await part);
		return part;
	};
	const dispose = () => {
		for (const part of made) part.dispose();
	};
	try {
		return { ...(await compile(new DispatchCompiler(device), software, plan, objective, split, keep)), dispose };
	} catch (error) {
		dispose();
		throw error;
	}
}

async function compile(
	compiler: DispatchCompiler,
	software: boolean,
	plan: TrainingPlan,
	objective: Objective,
	split: boolean,
	keep: <T extends { dispose(): void }>(part: Promise<T>) => Promise<T>,
): Promise<Omit<GpuParts, "dispose">> {
	const { model: config, optimizer, reference, minibatches, maxPromptLength, maxResponseLength } = plan;
	const updates = plan.epochs * minibatches;
	const B = plan.prompts * plan.groupSize;
	const N = maxPromptLength + maxResponseLength;
	const shape = { N, variant: software ? "registers" : "tiles", optimizer, reference } as const;
	const { state } = await keep(
		Promise.resolve(createModelState(compiler.device, config, { controlSlots: updates, reference })),
	);
	const transformer = (rows: number) =>
		keep(createGpuTransformer(compiler.device, config, { ...shape, B: rows, share: state, compiler }));
	const sampling = chooseRolloutOptions(plan, software, split);
	const part = transformer(B / minibatches);
	const [model, wholeModel, rollouts] = await Promise.all([
		part,
		minibatches === 1 ? part : transformer(B),
		keep(GpuRollouts.create(compiler, plan, state.parameters, sampling)),
	]);
	const { shape: rolloutShape, buffers } = rollouts.compiled;
	const read = creditBuffers(plan, rolloutShape, buffers);
	const sizes = { B, T: maxResponseLength, groupSize: plan.groupSize };
	const lanes = software ? 4 : 256;
	const creditOptions = { lanes: CREDIT_LANES[software ? "software" : "hardware"] };
	const children = objective.children ?? 0;
	const source = { model, shape: rolloutShape, rollouts: buffers, lanes };
	const [credit, critic, brancher] = await Promise.all([
		keep(createGpuCredit(compiler, plan, source, read, objective, creditOptions)),
		plan.critic
			? keep(createGpuCritic(compiler, plan.critic, sizes, rolloutShape.tokenSection, read, creditOptions))
			: null,
		children > 0 ? keep(GpuBrancher.create(compiler, plan, objective, state.parameters, software)) : null,
	]);
	const judged = { shape: rolloutShape, groupSize: plan.groupSize, ...buffers };
	const loss = (from: GpuTransformer, at: LossCredit | null) =>
		keep(createLossPlan(compiler, lossOptions(plan, judged, updates, software ? 4 : 32, from, at)));
	const [policyLoss, supervised] = await Promise.all([loss(model, credit.at), loss(wholeModel, null)]);
	const words = credit.plan ? JSON.stringify(credit.plan.program) : "credit on the processor";
	const signature = [compiler.signature, words];
	return { rollouts, credit, critic, brancher, model, wholeModel, loss: policyLoss, supervised, signature };
}

/** Options of the policy's loss, or without credit (`at` null) of supervised steps. */
function lossOptions(
	plan: TrainingPlan,
	rollouts: LossRollouts,
	updates: number,
	lanes: number,
	from: GpuTransformer,
	at: LossCredit | null,
): LossOptions {
	return {
		config: at && lossConfig(plan.loss.id, plan.loss.params, plan.maxResponseLength),
		states: plan.machine.states,
		temperature: plan.sampling.temperature,
		R: from.B,
		updates,
		rollouts,
		model: lossModel(from),
		credit: at,
		critic: (at && plan.critic) ?? null,
		// Whoever reads the reference: the loss, or credit with a penalty in the reward.
		reference: at !== null && plan.reference,
		tree: plan.sampling,
		lanes,
	};
}

function lossModel({ config, buffers, logits }: GpuTransformer): LossModel {
	return { vocabSize: config.vocabSize, ...buffers, layout: logits, logits: buffers.logits };
}
