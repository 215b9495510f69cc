import { type ModelConfig, parameterLayout } from "../../engine/model/config";
import { roundUp } from "../model/modelShape";

/** A Linear layer as the decode kernels read it: `[inputs][outputs]`, then shift and gain sum `[outputs]` each. */
export interface PackedMatrix {
	/** First float in the packed buffer, a multiple of 64. */
	readonly base: number;
	/** Floats, shift and gain sum included. */
	readonly length: number;
	/** Padded widths, multiples of 8. */
	readonly inputs: number;
	readonly outputs: number;
}

export interface PackedLayer {
	readonly attention: PackedMatrix;
	readonly projection: PackedMatrix;
	readonly expand: PackedMatrix;
	readonly contract: PackedMatrix;
}

/** Where every matrix lies in the packed buffer, and what the packing kernel needs to fill it. */
export interface Packing {
	readonly layers: readonly PackedLayer[];
	/** Vocabulary, then the value head where there is one. */
	readonly head: PackedMatrix;
	/** Padded width of the residual stream, and of one head. */
	readonly width: number;
	readonly headWidth: number;
	/** Floats of the packed buffer. */
	readonly size: number;
	/** Column descriptors, 12 words each, as `decodePack.wgsl` declares them. */
	readonly columns: Uint32Array<ArrayBuffer>;
	readonly columnCount: number;
}

const NONE = 0xffffffff;
const COLUMN_WORDS = 12;

interface Column {
	readonly weight: number;
	readonly bias: number;
	readonly scale: number;
}
const EMPTY: Column = { weight: NONE, bias: NONE, scale: 1 };

interface MatrixInputs {
	/** Inputs, and the groups in which they are padded. */
	readonly inputs: number;
	readonly group: number;
	readonly paddedGroup: number;
	/** LayerNorm before it. */
	readonly norm: { readonly gain: number; readonly bias: number } | null;
}

/** Layout of a model's packed weights. Heads are padded to multiples of 4 channels, all widths to multiples of 8. */
export function packModel(config: ModelConfig): Packing {
	const { width: d, heads, vocabSize } = config;
	const D = d / heads;
	const headWidth = roundUp(D, 4);
	const width = roundUp(d, 8);
	const offsets = new Map(parameterLayout(config).tensors.map((t) => [t.name, t.offset]));
	const at = (name: string) => offsets.get(name) ?? NONE;
	const words: number[] = [];
	let size = 0;

	const add = (columns: readonly Column[], from: MatrixInputs): PackedMatrix => {
		const inputs = roundUp((from.inputs / from.group) * from.paddedGroup, 8);
		const outputs = roundUp(columns.length, 8);
		const matrix = { base: size, length: (inputs + 2) * outputs, inputs, outputs };
		for (let n = 0; n < outputs; n++) words.push(...columnWords(columns[n] ?? EMPTY, n, matrix, from));
		size += roundUp(matrix.length, 64);
		return matrix;
	};
	const linear = (name: string, outputs: number, inputs: number): Column[] =>
		Array.from({ length: outputs }, (_, n) => ({
			weight: at(`${name}.weight`) + n * inputs,
			bias: at(`${name}.bias`) === NONE ? NONE : at(`${name}.bias`) + n,
			scale: 1,
		}));
	const norm = (name: string) => ({ gain: at(`${name}.weight`), bias: at(`${name}.bias`) });
	const plain = (inputs: number, paddedGroup: number) => ({ inputs, group: inputs, paddedGroup });

	const layers = Array.from({ length: config.layers }, (_, l): PackedLayer => {
		const h = `transformer.h.${l}`;
		const qkv = linear(`${h}.attn.c_attn`, 3 * d, d).map((c, n) => (n < d ? { ...c, scale: 1 / Math.sqrt(D) } : c));
		return {
			attention: add(padHeads(qkv, D, headWidth), { ...plain(d, width), norm: norm(`${h}.ln_1`) }),
			projection: add(linear(`${h}.attn.c_proj`, d, d), { inputs: d, group: D, paddedGroup: headWidth, norm: null }),
			expand: add(linear(`${h}.mlp.c_fc`, 4 * d, d), { ...plain(d, width), norm: norm(`${h}.ln_2`) }),
			contract: add(linear(`${h}.mlp.c_proj`, d, 4 * d), { ...plain(4 * d, roundUp(4 * d, 8)), norm: null }),
		};
	});
	const head = linear(config.tiedHead ? "transformer.wte" : "lm_head", vocabSize, d).map((c, n) => ({
		...c,
		bias: config.headBias ? at("lm_head.bias") + n : NONE,
	}));
	if (config.valueHead) head.push(...linear("value_head", 1, d));
	const packedHead = add(head, { ...plain(d, width), norm: norm("transformer.ln_f") });
	return {
		layers,
		head: packedHead,
		width,
		headWidth,
		size,
		columns: Uint32Array.from(words),
		columnCount: words.length / COLUMN_WORDS,
	};
}

/** Columns in heads of D, each padded to `headWidth`. */
function padHeads(columns: readonly Column[], D: number, headWidth: number): Column[] {
	const out: Column[] = [];
	for (let n = 0; n < columns.length; n += D)
		for (let c = 0; c < headWidth; c++) out.push(c < D ? columns[n + c]! : EMPTY);
	return out;
}

function columnWords(column: Column, n: number, matrix: PackedMatrix, from: MatrixInputs): number[] {
	const scale = new Uint32Array(Float32Array.of(column.scale).buffer)[0]!;
	const gain = from.norm ? from.norm.gain : NONE;
	const lnBias = from.norm ? from.norm.bias : NONE;
	const place = [matrix.base, n, matrix.outputs, matrix.inputs];
	return [column.weight, gain, lnBias, column.bias, ...place, from.group, from.paddedGroup, scale, from.inputs];
}
