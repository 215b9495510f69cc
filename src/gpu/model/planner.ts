import type { Binding, Dispatch, DispatchCompiler } from "../device/dispatch";
import type { Constants, Kernel } from "../device/kernel";
import { bakeSizes } from "./bake";
import { ATTENTION_LANES, type ModelKernels } from "./kernels";
import { GROUPS_WIDE, type LinearLayer, MODE } from "./linearJob";
import { Linears } from "./linears";
import { type ModelBuffers, normNames } from "./modelBuffers";
import type { ModelShape } from "./modelShape";
import type { TransformerOptions } from "./transformer";

/** Describes the dispatches of a plan, in the order in which they run. */
export class Planner {
	private readonly linears: Linears;
	/** Whether kernels know the sizes of their buffers. */
	private readonly sized: boolean;
	private readonly at: ReadonlyMap<string, number>;

	constructor(
		private readonly compiler: DispatchCompiler,
		private readonly shape: ModelShape,
		private readonly options: TransformerOptions,
		private readonly buffers: ModelBuffers,
		private readonly kernels: ModelKernels,
	) {
		const baked = options.baked ?? (options.variant === "tiles" && shape.rows * shape.config.width >= LARGE);
		this.sized = baked && options.variant === "registers";
		this.linears = new Linears(compiler.device, shape, buffers, kernels.linear, baked, (...args) =>
			this.dispatch(...args),
		);
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
				this.linears.forward(parameters, qkv, MODE.plain, norm(2 * l), { out: buffers.qkv[l]! }),
				this.attention(l),
				this.linears.forward(parameters, proj, MODE.residual, buffers.mixed[l]!, {
					extra: stream(2 * l),
					out: stream(2 * l + 1),
				}),
				this.norm(parameters, 2 * l + 1),
				this.linears.forward(parameters, fc, MODE.gelu, norm(2 * l + 1), {
					out: buffers.gelu[l]!,
					side: buffers.hidden[l]!,
				}),
				this.linears.forward(parameters, contract, MODE.residual, buffers.gelu[l]!, {
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
			this.linears.forward(parameters, this.head(), MODE.plain, last, { out: logits }),
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
			this.linears.backward(this.head(), MODE.plain, buffers.shared.dlogits, norm(last), { out: dnorm(last) }),
			this.normGradient(last),
		];
		for (let l = layers - 1; l >= 0; l--) {
			const { qkv, proj, fc, contract } = this.block(l);
			list.push(
				this.linears.backward(contract, MODE.geluSlope, dx, buffers.gelu[l]!, {
					extra: buffers.hidden[l]!,
					out: dhidden,
				}),
				this.linears.backward(fc, MODE.plain, dhidden, norm(2 * l + 1), { out: dnorm(2 * l + 1) }),
				this.normGradient(2 * l + 1),
				this.linears.backward(proj, MODE.plain, dx, buffers.mixed[l]!, { out: dmixed }),
				this.attentionGradient(l),
				this.linears.backward(qkv, MODE.plain, dqkv, norm(2 * l), { out: dnorm(2 * l) }),
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
		this.linears.dispose();
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

	private dispatch(kernel: Kernel, constants: Constants, bound: readonly Binding[], groups: number) {
		const y = Math.ceil(groups / GROUPS_WIDE);
		const sized = this.sized ? bakeSizes(kernel, bound) : kernel;
		return this.compiler.dispatch(sized, constants, bound, Math.min(groups, GROUPS_WIDE), y);
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
		const weight = at(tiedHead ? "transformer.wte.weight" : "lm_head.weight");
		const bias = headBias ? at("lm_head.bias") : null;
		const value = valueHead ? { weight: at("value_head.weight"), bias: at("value_head.bias") } : null;
		const end = value ? value.bias + 1 : bias === null ? weight + vocabSize * width : bias + vocabSize;
		return { weight, span: padded(end - weight), bias, inputs: width, outputs: vocabSize, value };
	}

	private layer(name: string, inputs: number, outputs: number): LinearLayer {
		const at = (tensor: string) => this.at.get(`${name}.${tensor}`)!;
		const [weight, bias] = [at("weight"), at("bias")];
		return { weight, span: padded(bias + outputs - weight), bias, inputs, outputs, value: null };
	}
}

/** Tensors of the flat buffers begin at multiples of 64 floats. */
const padded = (floats: number) => Math.ceil(floats / 64) * 64;

/**
 * Numbers in a residual stream from which on kernels that know their sizes pay for being compiled on a GPU. On software adapters they
 * take a tenth off a forward pass, nothing off a backward one, and four times as long to compile.
 */
const LARGE = 65_536;
