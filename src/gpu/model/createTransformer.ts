import type { ModelConfig } from "../../engine/model/config";
import { type Binding, type Dispatch, DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import type { Constants, Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import { ATTENTION_LANES, type ModelKernels, modelKernels } from "./kernels";
import { backwardJob, forwardJob, GROUPS_WIDE, type LinearJob, type LinearLayer, MODE } from "./linearJob";
import { createModelBuffers, type ModelBuffers, normNames } from "./modelBuffers";
import { logitsLayout, type ModelShape, modelShape } from "./modelShape";
import type { GpuTransformer, TransformerOptions } from "./transformer";

/**
 * Compiles a transformer for batches of a fixed shape: 7·layers + 2 dispatches forward, 7·layers + 4 backward, 2 for an update.
 * @throws InvalidInput when the batch does not fit the model or the adapter; WorkFailed when a kernel does not compile.
 */
export async function createGpuTransformer(
	device: GPUDevice,
	config: ModelConfig,
	options: TransformerOptions,
): Promise<GpuTransformer> {
	const shape = modelShape(config, options);
	const buffers = createModelBuffers(device, shape, options);
	const shares = options.variant === "registers" && (options.subgroups ?? sharesLoads(device));
	const kernels = modelKernels(options.variant, config.width / config.heads, shares);
	const planner = new Planner(options.compiler ?? new DispatchCompiler(device), shape, options, buffers, kernels);
	try {
		const { parameters, reference } = buffers.shared;
		const [policy, frozen, backward, squares, added, update] = await Promise.all([
			Promise.all(planner.forward(parameters)),
			Promise.all(reference ? planner.forward(reference) : []),
			Promise.all(planner.backward()),
			planner.squares(false),
			planner.squares(true),
			Promise.all(planner.update()),
		]);
		return new Replay(device, shape, buffers, planner, { policy, frozen, backward, squares, added, update });
	} catch (error) {
		planner.dispose();
		throw error;
	}
}

/** Whether lanes of four can hand each other numbers. */
function sharesLoads(device: GPUDevice): boolean {
	const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
	return device.features.has("subgroups") && subgroupMinSize === 4 && subgroupMaxSize === 4;
}

interface Program {
	readonly policy: readonly Dispatch[];
	readonly frozen: readonly Dispatch[];
	readonly backward: readonly Dispatch[];
	readonly squares: Dispatch;
	readonly added: Dispatch;
	readonly update: readonly Dispatch[];
}

class Replay implements GpuTransformer {
	readonly config: ModelConfig;
	readonly layout: GpuTransformer["layout"];
	readonly B: number;
	readonly N: number;
	readonly buffers: GpuTransformer["buffers"];
	readonly logits: GpuTransformer["logits"];
	readonly controlStride: number;
	readonly dispatches: GpuTransformer["dispatches"];
	readonly signature: string;
	readonly attention: GpuTransformer["attention"];
	readonly scratch: GpuTransformer["scratch"];

	constructor(
		device: GPUDevice,
		shape: ModelShape,
		buffers: ModelBuffers,
		private readonly planner: Planner,
		private readonly program: Program,
	) {
		this.config = shape.config;
		this.layout = shape.layout;
		this.B = shape.B;
		this.N = shape.N;
		this.buffers = buffers.shared;
		this.logits = logitsLayout(shape);
		this.controlStride = device.limits.minUniformBufferOffsetAlignment;
		const { policy, backward, update } = program;
		this.dispatches = { forward: policy.length, backward: backward.length + 1, update: update.length };
		this.signature = planner.signature;
		this.attention = buffers.qkv.map((qkv, l) => ({ qkv, logSums: buffers.logSums[l]! }));
		this.scratch = buffers.scratch;
	}

	encodeForward(pass: DispatchPass, by: "policy" | "reference" = "policy"): void {
		for (const dispatch of by === "policy" ? this.program.policy : this.program.frozen) encodeDispatch(pass, dispatch);
	}

	encodeBackward(pass: DispatchPass, add = false): void {
		for (const dispatch of this.program.backward) encodeDispatch(pass, dispatch);
		encodeDispatch(pass, add ? this.program.added : this.program.squares);
	}

	encodeUpdate(pass: DispatchPass, slot = 0): void {
		for (const dispatch of this.program.update) encodeDispatch(pass, dispatch, slot * this.controlStride);
	}

	dispose(): void {
		this.planner.dispose();
	}
}

/** Describes the dispatches of a plan, in the order in which they run. */
class Planner {
	private readonly jobs: GPUBuffer[] = [];
	private readonly at: ReadonlyMap<string, number>;

	constructor(
		private readonly compiler: DispatchCompiler,
		private readonly shape: ModelShape,
		private readonly options: TransformerOptions,
		private readonly buffers: ModelBuffers,
		private readonly kernels: ModelKernels,
	) {
		this.at = new Map(shape.layout.tensors.map((t) => [t.name, t.offset]));
	}

	get signature(): string {
		return this.compiler.signature;
	}

	forward(parameters: GPUBuffer): Promise<Dispatch>[] {
		const { buffers, shape } = this;
		const { layers } = shape.config;
		const blocks = Array.from({ length: layers }, (_, l) => {
			const { qkv, proj, fc, contract } = this.block(l);
			const stream = (norm: number) => buffers.section("streams", norm);
			const norm = (n: number) => buffers.section("norms", n);
			return [
				this.norm(parameters, 2 * l),
				this.product(parameters, qkv, MODE.plain, norm(2 * l), { out: buffers.qkv[l]! }),
				this.attention(l),
				this.product(parameters, proj, MODE.residual, buffers.mixed[l]!, {
					extra: stream(2 * l),
					out: stream(2 * l + 1),
				}),
				this.norm(parameters, 2 * l + 1),
				this.product(parameters, fc, MODE.gelu, norm(2 * l + 1), { out: buffers.gelu[l]!, side: buffers.hidden[l]! }),
				this.product(parameters, contract, MODE.residual, buffers.gelu[l]!, {
					extra: stream(2 * l + 1),
					out: stream(2 * l + 2),
				}),
			];
		});
		const { logits } = buffers.shared;
		const last = buffers.section("norms", 2 * layers);
		return [
			...blocks.flat(),
			this.norm(parameters, 2 * layers),
			this.product(parameters, this.head(), MODE.plain, last, { out: logits }),
		];
	}

	/** Everything but the last dispatch, which is `squares`. */
	backward(): Promise<Dispatch>[] {
		const { buffers, shape } = this;
		const { layers } = shape.config;
		const { dx, dmixed, dqkv, dhidden } = buffers;
		const norm = (n: number) => buffers.section("norms", n);
		const dnorm = (n: number) => buffers.section("dnorms", n);
		const last = 2 * layers;
		const list = [
			this.gradient(this.head(), MODE.plain, buffers.shared.dlogits, norm(last), { out: dnorm(last) }),
			this.normGradient(last),
		];
		for (let l = layers - 1; l >= 0; l--) {
			const { qkv, proj, fc, contract } = this.block(l);
			list.push(
				this.gradient(contract, MODE.geluSlope, dx, buffers.gelu[l]!, { extra: buffers.hidden[l]!, out: dhidden }),
				this.gradient(fc, MODE.plain, dhidden, norm(2 * l + 1), { out: dnorm(2 * l + 1) }),
				this.normGradient(2 * l + 1),
				this.gradient(proj, MODE.plain, dx, buffers.mixed[l]!, { out: dmixed }),
				this.attentionGradient(l),
				this.gradient(qkv, MODE.plain, dqkv, norm(2 * l), { out: dnorm(2 * l) }),
				this.normGradient(2 * l),
			);
		}
		return [...list, this.leaves()];
	}

	squares(add: boolean): Promise<Dispatch> {
		const { gradients } = this.buffers.shared;
		const BLOCKS = this.shape.layout.size / 64;
		const constants = { BLOCKS, SLICES: this.shape.slices, ACCUMULATE: add };
		const bound = [this.buffers.slices, gradients, this.buffers.squares];
		return this.dispatch(this.kernels.gradientSquares, constants, bound, this.tiled ? BLOCKS : Math.ceil(BLOCKS / 8));
	}

	update(): Promise<Dispatch>[] {
		const { optimizer } = this.options;
		if (!optimizer) return [];
		const { parameters, gradients, firstMoment, secondMoment, status, control } = this.buffers.shared;
		const { size } = this.shape.layout;
		const betas = { BETA1: optimizer.beta1, BETA2: optimizer.beta2 };
		return [
			this.dispatch(
				this.kernels.gradientNorm,
				{ BLOCKS: size / 64, CLIP: optimizer.clipNorm, ...betas },
				[this.buffers.squares, status],
				1,
			),
			this.dispatch(
				this.kernels.adamw,
				{ SIZE: size, ...betas, EPS: optimizer.eps, DECAY: optimizer.weightDecay },
				[
					gradients,
					status,
					this.buffers.decays,
					parameters,
					firstMoment,
					secondMoment,
					{ buffer: control, offset: 0, size: 16 },
				],
				size / 64,
			),
		];
	}

	dispose(): void {
		for (const buffer of this.jobs) buffer.destroy();
		this.buffers.dispose();
	}

	private get tiled(): boolean {
		return this.options.variant === "tiles";
	}

	/** Workgroups of a kernel that has one invocation a row, or one workgroup. */
	private get rowGroups(): number {
		return this.tiled ? this.shape.rows : this.shape.rows / 8;
	}

	private norm(parameters: GPUBuffer, n: number): Promise<Dispatch> {
		const { shape, buffers } = this;
		const { width: WIDTH, vocabSize: VOCAB } = shape.config;
		const embedding = {
			EMBED: true,
			SEQUENCES: shape.B,
			POSITIONS: shape.N,
			VOCAB,
			TOKEN_EMBEDDING: this.at.get("transformer.wte.weight")!,
			POSITION_EMBEDDING: this.at.get("transformer.wpe.weight")!,
		};
		const { weight, bias } = this.normTensors(parameters, n);
		const { tokens, lengths } = buffers.shared;
		const out = buffers.section("norms", n);
		const bound = [
			parameters,
			tokens,
			lengths,
			weight,
			bias,
			buffers.section("streams", n),
			out,
			buffers.statsSection(n),
		];
		const constants = { ROWS: shape.rows, WIDTH, ...(n === 0 && embedding) };
		return this.dispatch(this.kernels.normForward, constants, bound, this.rowGroups);
	}

	private normGradient(n: number): Promise<Dispatch> {
		const { shape, buffers } = this;
		const { weight } = this.normTensors(buffers.shared.parameters, n);
		const bound = [
			weight,
			buffers.section("streams", n),
			buffers.statsSection(n),
			buffers.section("dnorms", n),
			buffers.dx,
		];
		const ACCUMULATE = n < shape.norms - 1;
		const constants = { ROWS: shape.rows, WIDTH: shape.config.width, ACCUMULATE };
		return this.dispatch(this.kernels.normBackward, constants, bound, this.rowGroups);
	}

	private normTensors(parameters: GPUBuffer, n: number) {
		const name = normNames(this.shape.config.layers)[n]!;
		const slice = (tensor: string): Binding => ({
			buffer: parameters,
			offset: this.at.get(`${name}.${tensor}`)! * 4,
			size: this.shape.config.width * 4,
		});
		return { weight: slice("weight"), bias: slice("bias") };
	}

	private attention(l: number): Promise<Dispatch> {
		const { buffers } = this;
		const bound = [buffers.qkv[l]!, buffers.shared.lengths, buffers.mixed[l]!, buffers.logSums[l]!];
		const { constants, groups } = this.attentionSizes();
		return this.dispatch(this.kernels.attention, constants, bound, groups);
	}

	private attentionGradient(l: number): Promise<Dispatch> {
		const { buffers } = this;
		const { lengths } = buffers.shared;
		const bound = [buffers.qkv[l]!, lengths, buffers.mixed[l]!, buffers.logSums[l]!, buffers.dmixed, buffers.dqkv];
		const { constants, groups } = this.attentionSizes();
		return this.dispatch(this.kernels.attentionBackward, constants, bound, 2 * groups);
	}

	private attentionSizes() {
		const { B, N, config } = this.shape;
		const { heads: HEADS, width } = config;
		const groups = B * HEADS * Math.ceil(N / ATTENTION_LANES[this.options.variant]);
		return { constants: { HEADS, POSITIONS: N, CHANNELS: width / HEADS, GROUPS: groups }, groups };
	}

	private leaves(): Promise<Dispatch> {
		const { shape, buffers } = this;
		const { width, vocabSize, tiedHead } = shape.config;
		const { tokens, lengths } = buffers.shared;
		const constants = {
			NORMS: shape.norms,
			ROWS: shape.rows,
			SECTION: shape.section,
			STATS_SECTION: shape.statsSection,
			WIDTH: width,
			SEQUENCES: shape.B,
			POSITIONS: shape.N,
			VOCAB: vocabSize,
			TOKEN_EMBEDDING: this.at.get("transformer.wte.weight")!,
			POSITION_EMBEDDING: this.at.get("transformer.wpe.weight")!,
			TIED: tiedHead,
		};
		const { dnorms, streams, stats, dx, places, slices } = buffers;
		const bound = [dnorms, streams, stats, dx, tokens, lengths, places, slices];
		const wide = Math.ceil(width / 16);
		const groups = this.tiled
			? (shape.norms + shape.N + vocabSize) * wide
			: (shape.norms + shape.N) * Math.ceil(width / 4) + vocabSize * wide;
		return this.dispatch(this.kernels.leafGradients, constants, bound, groups);
	}

	private product(
		parameters: GPUBuffer,
		layer: LinearLayer,
		mode: number,
		a: Binding,
		{ extra, out, side }: LinearTargets,
	): Promise<Dispatch> {
		const { idle } = this.buffers;
		return this.linear(forwardJob(this.shape, layer, mode), [
			a,
			parameters,
			idle.read,
			extra ?? idle.extra,
			out,
			side ?? idle.side,
		]);
	}

	private gradient(layer: LinearLayer, mode: number, a: Binding, inputs: Binding, { extra, out }: LinearTargets) {
		const { idle, slices, shared } = this.buffers;
		const bound = [a, shared.parameters, inputs, extra ?? idle.extra, out, slices];
		return this.linear(backwardJob(this.shape, layer, mode), bound);
	}

	private linear({ words, workgroups }: LinearJob, bound: readonly Binding[]): Promise<Dispatch> {
		const { device } = this.compiler;
		const job = device.createBuffer({
			label: "linear job",
			size: words.byteLength,
			usage: USAGE.uniform | USAGE.copyTarget,
		});
		this.jobs.push(job);
		device.queue.writeBuffer(job, 0, words);
		return this.dispatch(this.kernels.linear, {}, [...bound, job], workgroups);
	}

	private dispatch(kernel: Kernel, constants: Constants, bound: readonly Binding[], groups: number) {
		const y = Math.ceil(groups / GROUPS_WIDE);
		return this.compiler.dispatch(kernel, constants, bound, Math.min(groups, GROUPS_WIDE), y);
	}

	private block(l: number) {
		const { width: d } = this.shape.config;
		const h = `transformer.h.${l}`;
		return {
			qkv: this.layer(`${h}.attn.c_attn`, d, 3 * d),
			proj: this.layer(`${h}.attn.c_proj`, d, d),
			fc: this.layer(`${h}.mlp.c_fc`, d, 4 * d),
			contract: this.layer(`${h}.mlp.c_proj`, 4 * d, d),
		};
	}

	private head(): LinearLayer {
		const { width, vocabSize, tiedHead, headBias, valueHead } = this.shape.config;
		const at = (name: string) => this.at.get(name)!;
		return {
			weight: at(tiedHead ? "transformer.wte.weight" : "lm_head.weight"),
			bias: headBias ? at("lm_head.bias") : null,
			inputs: width,
			outputs: vocabSize,
			value: valueHead ? { weight: at("value_head.weight"), bias: at("value_head.bias") } : null,
		};
	}

	private layer(name: string, inputs: number, outputs: number): LinearLayer {
		const at = (tensor: string) => this.at.get(`${name}.${tensor}`)!;
		return { weight: at("weight"), bias: at("bias"), inputs, outputs, value: null };
	}
}

interface LinearTargets {
	/** Residual to add, or what GELU was taken of. */
	readonly extra?: Binding;
	readonly out: Binding;
	/** What GELU is taken of, kept for the backward pass. */
	readonly side?: Binding;
}
