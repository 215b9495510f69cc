import { PLAIN } from "../../engine/losses/loss";
import type { SurrogateConfig } from "../../engine/losses/surrogate";
import type { CriticPlan } from "../../engine/training/executor";
import { type Dispatch, type DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import type { Constants } from "../device/kernel";
import { USAGE } from "../device/usage";
import type { RolloutShape } from "../rollout/rolloutBuffers";
import { BlockLayout, STEP, UPDATE } from "./block";
import { KERNELS } from "./kernels";
import { aggregationConstants, covarianceConstants, surrogateConstants } from "./lossConstants";

/** The rollouts that a loss reads. */
export interface LossRollouts {
	readonly shape: RolloutShape;
	readonly groupSize: number;
	readonly request: GPUBuffer;
	readonly machine: GPUBuffer;
	readonly rows: GPUBuffer;
	readonly record: GPUBuffer;
}

/** Where credit lies: float32 `[B·T]` each; `scored` is 1 for tokens that the loss counts. */
export interface LossCredit {
	readonly buffer: GPUBuffer;
	readonly advantage: number;
	readonly scored: number;
}

/** What the loss needs of the transformer whose logits it judges. */
export interface LossModel {
	readonly vocabSize: number;
	readonly tokens: GPUBuffer;
	readonly lengths: GPUBuffer;
	readonly logits: GPUBuffer;
	readonly dlogits: GPUBuffer;
	/** Gradient norm and whether it was finite come first. */
	readonly status: GPUBuffer;
	/** Uniform slots: learning rate, first row, number of the update, whether there is a reference. */
	readonly control: GPUBuffer;
	readonly layout: { readonly rowStride: number; readonly columnStride: number; readonly valueColumn: number | null };
}

export interface LossOptions {
	/** Null for supervised steps: −Σ w·log p / Σ w. */
	readonly config: SurrogateConfig | null;
	/** Rows of a minibatch. */
	readonly R: number;
	readonly states: number;
	readonly temperature: number;
	readonly updates: number;
	readonly rollouts: LossRollouts;
	/** Null for supervised steps. */
	readonly credit: LossCredit | null;
	/** Weight and clip of the value head's loss; null: it does not learn. */
	readonly critic: Pick<CriticPlan, "coef" | "clip"> | null;
	/** Whether there is a frozen reference whose log-probabilities loss or credit read. */
	readonly reference: boolean;
	/** Topology of the groups, as in the plan's sampling. */
	readonly tree: { readonly branching?: number; readonly segment?: number };
	readonly model: LossModel;
	/** Invocations that share a row: few on software adapters, where barriers cost; 32 on GPUs. */
	readonly lanes: number;
}

/** A loss compiled once: replaying creates nothing. Offsets are those of control slots, in bytes. */
export interface LossPlan {
	readonly layout: BlockLayout;
	/** Words of one minibatch, see `BlockLayout`. */
	readonly block: GPUBuffer;
	/** Words of one training step, see `STEP` and `UPDATE`. */
	readonly metrics: GPUBuffer;
	/** Dispatches of one update, metrics included. */
	readonly dispatches: number;
	/** Fills the model's tokens and lengths and the block from the rollouts. */
	encodeGather(pass: DispatchPass, offset: number): void;
	/** Log-probabilities under the reference, from its logits, into the rollouts' record. */
	encodeReference(pass: DispatchPass, offset: number): void;
	/** Logits to their gradients. */
	encodeLoss(pass: DispatchPass, offset: number): void;
	/** After the optimiser: what this update has to tell. */
	encodeMetrics(pass: DispatchPass, offset: number): void;
	dispose(): void;
}

/** @throws WorkFailed when a kernel does not compile. */
export async function createLossPlan(compiler: DispatchCompiler, options: LossOptions): Promise<LossPlan> {
	const { config, R, updates, rollouts, reference } = options;
	const layout = new BlockLayout(R, rollouts.shape.T);
	const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
	const make = (label: string, words: number) => compiler.device.createBuffer({ label, size: 4 * words, usage });
	const block = make("loss block", layout.words);
	const metrics = make("metrics", STEP.length + updates * UPDATE.length);
	const kernels = new LossKernels(compiler, options, block, metrics);
	const [gather, scores, losses, told] = await Promise.all([
		kernels.gather(),
		reference ? kernels.reference() : null,
		Promise.all([...(config ? kernels.chosen(config) : []), kernels.rows(), kernels.logits()]),
		kernels.metrics(),
	]);
	const encode = (pass: DispatchPass, dispatch: Dispatch | null, offset: number) => {
		if (dispatch) encodeDispatch(pass, dispatch, offset);
	};
	return {
		layout,
		block,
		metrics,
		dispatches: (gather ? 1 : 0) + losses.length + 1,
		encodeGather: (pass, offset) => encode(pass, gather, offset),
		encodeReference: (pass, offset) => encode(pass, scores, offset),
		encodeLoss(pass, offset) {
			for (const dispatch of losses) encodeDispatch(pass, dispatch, offset);
		},
		encodeMetrics: (pass, offset) => encode(pass, told, offset),
		dispose() {
			block.destroy();
			metrics.destroy();
		},
	};
}

/** Binds each kernel. */
class LossKernels {
	private readonly shared: Constants;
	private readonly sections: Constants;
	private readonly classifier: Constants;
	private readonly slot;
	private readonly config: SurrogateConfig;

	constructor(
		private readonly compiler: DispatchCompiler,
		private readonly options: LossOptions,
		private readonly block: GPUBuffer,
		private readonly told: GPUBuffer,
	) {
		const { R, rollouts, model, lanes, states, temperature } = options;
		this.config = options.config ?? { ...PLAIN, ratio: "none" };
		this.shared = { R, T: rollouts.shape.T, LANES: lanes };
		this.sections = { TOKEN_SECTION: rollouts.shape.tokenSection, ROW_SECTION: rollouts.shape.rowSection };
		this.classifier = {
			...this.shared,
			N: rollouts.shape.N,
			V: model.vocabSize,
			STATES: states,
			TEMPERATURE: temperature,
			ROW_STRIDE: model.layout.rowStride,
			COLUMN_STRIDE: model.layout.columnStride,
		};
		this.slot = { buffer: model.control, offset: 0, size: 16 };
	}

	async gather(): Promise<Dispatch | null> {
		const { rollouts, credit, model, R } = this.options;
		if (!credit) return null;
		const constants = {
			...this.shared,
			...this.sections,
			N: rollouts.shape.N,
			GROUP: rollouts.groupSize,
			CREDIT_ADVANTAGE: credit.advantage,
			CREDIT_SCORED: credit.scored,
		};
		const { request, rows, record } = rollouts;
		const bound = [request, rows, record, credit.buffer, model.tokens, model.lengths, this.block, this.slot];
		return this.compiler.dispatch(KERNELS.gather, constants, bound, R);
	}

	reference(): Promise<Dispatch> {
		const { rollouts, model, R } = this.options;
		const constants = { ...this.classifier, TOKEN_SECTION: rollouts.shape.tokenSection };
		const bound = [model.logits, rollouts.machine, this.block, rollouts.record, this.slot];
		return this.compiler.dispatch(KERNELS.reference, constants, bound, R);
	}

	/** Tokens that a loss of covariances singles out, before anything else. */
	chosen(config: SurrogateConfig): Promise<Dispatch>[] {
		if (config.covariance === "none") return [];
		const { rollouts, model, R } = this.options;
		const constants = { ...this.shared, LANES: 64, ...covarianceConstants(config) };
		return [
			this.compiler.dispatch(KERNELS.classify, this.classifier, [model.logits, rollouts.machine, this.block], R),
			this.compiler.dispatch(KERNELS.covariance, constants, [this.block], 1),
		];
	}

	rows(): Promise<Dispatch> {
		const { rollouts, model, R } = this.options;
		const constants = {
			...this.classifier,
			...surrogateConstants(this.config),
			WEIGHTED: this.options.config === null,
			CRITIC: this.options.critic !== null,
			VALUE_CLIP: this.options.critic?.clip ?? 0,
			VALUE_COLUMN: model.layout.valueColumn ?? 0,
		};
		return this.compiler.dispatch(KERNELS.rows, constants, [model.logits, rollouts.machine, this.block, this.slot], R);
	}

	logits(): Promise<Dispatch> {
		const { rollouts, model, R } = this.options;
		const { valueColumn } = model.layout;
		const constants = {
			...this.classifier,
			...aggregationConstants(this.config),
			COLUMNS: model.vocabSize + (valueColumn === null ? 0 : 1),
			VALUE_COLUMN: valueColumn ?? 0,
			ENTROPY_COEF: this.config.entropyCoef,
			VALUE_COEF: this.options.critic?.coef ?? 0,
		};
		const bound = [model.logits, rollouts.machine, this.block, model.dlogits];
		return this.compiler.dispatch(KERNELS.logits, constants, bound, R);
	}

	metrics(): Promise<Dispatch> {
		const { rollouts, model, credit, lanes, tree } = this.options;
		const constants = {
			...this.shared,
			...this.sections,
			...aggregationConstants(this.config),
			// A single workgroup: on GPUs it has more lanes than those that take a row.
			LANES: lanes < 32 ? 32 : 256,
			GROUP: rollouts.groupSize,
			GROUPS: rollouts.shape.B / rollouts.groupSize,
			ROLLOUTS: credit !== null,
			BRANCHING: tree.branching ?? 1,
			SEGMENT: tree.segment ?? 1,
		};
		const bound = [this.block, model.status, rollouts.rows, rollouts.record, this.told, this.slot];
		return this.compiler.dispatch(KERNELS.metrics, constants, bound, 1);
	}
}
