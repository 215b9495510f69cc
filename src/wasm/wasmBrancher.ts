import type { Continuation, OpenRecord, RolloutRecord, RolloutSampler } from "../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan } from "../engine/training/executor";
import { WasmCore } from "./core";
import type { CrewOptions } from "./crew";
import { WasmSampler } from "./wasmSampler";

/** Continuations by the policy of another core, in a memory of its own; the parameters are copied at every call. */
export class WasmBrancher implements RolloutSampler {
	private readonly sampler: WasmSampler;

	private constructor(
		private readonly core: WasmCore,
		private readonly trained: WasmCore,
	) {
		this.sampler = new WasmSampler(core);
	}

	/** @param branchPlan of `branchPlanOf`. */
	static async open(branchPlan: TrainingPlan, trained: WasmCore, crew: CrewOptions): Promise<WasmBrancher> {
		return new WasmBrancher(await WasmCore.open(branchPlan, crew), trained);
	}

	sample(request: RolloutRequest, continuation?: Continuation, given?: OpenRecord): RolloutRecord {
		const { core, trained } = this;
		const { size } = trained.arena.layout;
		core.floats(core.arena.policy.flat, size).set(trained.floats(trained.arena.policy.flat, size));
		core.use(core.arena.policy);
		core.wasm.packForward!();
		return this.sampler.sample(request, continuation, given);
	}

	dispose(): void {
		this.core.dispose();
	}
}
