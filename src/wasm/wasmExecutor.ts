import { BranchSampler, branchPlanOf } from "../engine/training/branchSampler";
import { CpuExecutor, type Objective } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { samplerFor } from "../engine/training/turnSampler";
import { WasmCore } from "./core";
import type { CrewOptions } from "./crew";
import { WasmBrancher } from "./wasmBrancher";
import { WasmLearner } from "./wasmLearner";
import { openWasmOps } from "./wasmOps";
import { WasmSampler } from "./wasmSampler";

export interface WasmOptions extends CrewOptions {
	/** In place of the plan's method and loss. */
	readonly objective?: Objective;
}

/**
 * The portable executor: sampling, forward, backward and AdamW in WebAssembly SIMD, credit there too, in float64, and the loss in
 * float64 TypeScript on the same thread. Same plan, same seed, same bits on every machine.
 * @throws InvalidInput when method or loss is unknown.
 */
export async function createWasmExecutor(
	plan: TrainingPlan,
	{ objective: given, ...crewOptions }: WasmOptions = {},
): Promise<TrainingExecutor> {
	const objective = given ?? objectiveOf(plan, await openWasmOps());
	const core = await WasmCore.open(plan, crewOptions);
	const children = objective.children ?? 0;
	const branchPlan = branchPlanOf(plan, children, { temperature: objective.branchTemperature ?? 0 });
	const branches = children > 0 ? await WasmBrancher.open(branchPlan, core, crewOptions) : null;
	const crew = core.crew.threads === 1 ? "one thread" : `${core.crew.threads} threads`;
	const label = { kind: "wasm", adapter: `WebAssembly SIMD, ${crew}`, plan: core.planHash, software: true } as const;
	return new CpuExecutor(plan, objective, {
		label,
		learner: new WasmLearner(core),
		sampler: new WasmSampler(core),
		...(branches ? { brancher: new BranchSampler(plan, children, samplerFor(branchPlan, branches)) } : {}),
		dispose() {
			core.dispose();
			branches?.dispose();
		},
	});
}
