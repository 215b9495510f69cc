import { gae } from "../../engine/credit/methods/gae";
import { withRewards } from "../../engine/credit/rewards/compose";
import { targetParams } from "../../engine/training/critic";
import type { CriticPlan } from "../../engine/training/executor";
import { type CreditBuffers, type CreditOptions, createCreditPlan } from "../credit/creditPlan";
import type { CreditShape } from "../credit/sections";
import { type DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import { KERNELS } from "../loss/kernels";

/** What a value head is to learn, computed from the values of sampling time. */
export interface GpuCritic {
	readonly dispatches: number;
	/** Writes the targets into the rollouts' record. */
	encode(pass: DispatchPass): void;
	dispose(): void;
}

/** Compiles what the value head should say before each token: GAE with the critic's options, and V added. @throws as `createCreditPlan`. */
export async function createGpuCritic(
	compiler: DispatchCompiler,
	critic: CriticPlan,
	shape: CreditShape,
	tokenSection: number,
	buffers: CreditBuffers,
	options: CreditOptions,
): Promise<GpuCritic> {
	const paid = withRewards(gae, critic.rewards ?? []);
	const plan = await createCreditPlan(compiler, shape, paid, targetParams(critic), buffers, options);
	const SIZE = shape.B * shape.T;
	const constants = { SIZE, TOKEN_SECTION: tokenSection, ADVANTAGE: plan.program.advantage };
	const targets = await compiler.dispatch(
		KERNELS.targets,
		constants,
		[plan.arena, buffers.record],
		Math.ceil(SIZE / 64),
	);
	return {
		dispatches: plan.dispatches + 1,
		encode(pass) {
			plan.encode(pass);
			encodeDispatch(pass, targets);
		},
		dispose: () => plan.dispose(),
	};
}
