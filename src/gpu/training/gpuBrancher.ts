import type { Branches, BranchRequest } from "../../engine/signals/sources";
import { BranchBatches, branchPlanOf } from "../../engine/training/branchSampler";
import type { Objective } from "../../engine/training/cpuExecutor";
import type { RolloutRecord } from "../../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import type { DispatchCompiler } from "../device/dispatch";
import { GpuRollouts } from "../rollout/gpuRollouts";
import { chooseRolloutOptions } from "../rollout/rolloutChoice";

/** Continuations sampled at once: what keeps a graphics card busy, and what a software adapter has done soon. */
const ROWS = { hardware: 2048, software: 256 } as const;

/** Samples continuations of prefixes with the policy on the device, for credit that is computed on the processor. */
export class GpuBrancher {
	private constructor(
		private readonly batches: BranchBatches,
		private readonly rollouts: GpuRollouts,
	) {}

	/** @param objective says how many continuations of one prefix are asked for at a time, and their temperature. @throws InvalidInput when the adapter cannot hold them. */
	static async create(
		compiler: DispatchCompiler,
		plan: TrainingPlan,
		objective: Pick<Objective, "children" | "branchTemperature">,
		parameters: GPUBuffer,
		software: boolean,
	): Promise<GpuBrancher> {
		const { children = 0, branchTemperature: temperature = 0 } = objective;
		const branchPlan = branchPlanOf(plan, children, { rows: ROWS[software ? "software" : "hardware"], temperature });
		const options = { ...chooseRolloutOptions(branchPlan, software), continues: true };
		const rollouts = await GpuRollouts.create(compiler, branchPlan, parameters, options);
		return new GpuBrancher(new BranchBatches(plan, children, branchPlan), rollouts);
	}

	/** Continuations of rollouts of `request`, which `record` holds; the next batch is sampled while one is read. */
	async branch(request: RolloutRequest, record: RolloutRecord, asked: BranchRequest): Promise<Branches> {
		const tally = this.batches.begin(asked);
		const batches = this.batches.of(request, record, asked);
		const sample = (k: number) => {
			const batch = batches[k];
			if (!batch) return null;
			this.rollouts.sample(batch.request, batch.continuation);
			return this.rollouts.readRecord();
		};
		let reading = sample(0);
		for (const [k, batch] of batches.entries()) {
			const ahead = sample(k + 1);
			const continued = (await reading)!;
			this.batches.add(tally, asked, batch, continued);
			reading = ahead;
		}
		return tally;
	}

	dispose(): void {
		this.rollouts.dispose();
	}
}
