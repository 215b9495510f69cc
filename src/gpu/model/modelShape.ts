import { InvalidInput } from "../../engine/core/errors";
import { checkModelConfig, type ModelConfig, type ParameterLayout, parameterLayout } from "../../engine/model/config";
import type { LogitsLayout, TransformerOptions } from "./transformer";

/** Sizes of a compiled transformer. */
export interface ModelShape {
	readonly config: ModelConfig;
	readonly layout: ParameterLayout;
	readonly B: number;
	readonly N: number;
	/** B·N, padded to whole tiles of rows. */
	readonly rows: number;
	/** Number of LayerNorms: two a block and the last. */
	readonly norms: number;
	/** Floats of `rows` rows of the residual stream, and numbers of their statistics, padded so that each can be bound alone. */
	readonly section: number;
	readonly statsSection: number;
	/** Columns of the logits: the vocabulary, and the value head where there is one. */
	readonly columns: number;
	/** Into how many sums weight gradients are cut along the rows, and rows of each. */
	readonly slices: number;
	readonly sliceRows: number;
}

/** Output rows and columns of one workgroup of a linear kernel; rows of the batch are padded to it. */
export const TILE = 32;
/** Rows that one slice of a weight gradient takes at least, and slices at most: GPUs need the workgroups, memory has its price. */
const SLICE_ROWS = 512;
const MOST_SLICES = 8;

/** The next multiple of `step` that is not below n. */
export const roundUp = (n: number, step: number) => Math.ceil(n / step) * step;

/** @throws InvalidInput when the batch does not fit the model, or the model the kernels. */
export function modelShape(config: ModelConfig, { B, N, variant }: TransformerOptions): ModelShape {
	checkModelConfig(config);
	if (N > config.contextLength)
		throw new InvalidInput(
			`Sequences take ${N} positions and the model has ${config.contextLength}; raise contextLength.`,
		);
	const headWidth = config.width / config.heads;
	if (headWidth > 128)
		throw new InvalidInput(
			`The GPU takes heads of at most 128 channels; width ${config.width} over ${config.heads} heads has ${headWidth}.`,
		);
	const rows = roundUp(B * N, TILE);
	const slices = variant === "tiles" ? Math.min(MOST_SLICES, Math.ceil(rows / SLICE_ROWS)) : 1;
	return {
		config,
		layout: parameterLayout(config),
		B,
		N,
		rows,
		norms: 2 * config.layers + 1,
		section: roundUp(rows * config.width, 64),
		statsSection: roundUp(rows, 32),
		columns: config.vocabSize + (config.valueHead ? 1 : 0),
		slices,
		sliceRows: roundUp(Math.ceil(rows / slices), 16),
	};
}

/** Where a compiled transformer puts logits: row after row, the value head's column after those of the vocabulary. */
export function logitsLayout({ config, rows, columns }: ModelShape): LogitsLayout {
	return {
		rowStride: columns,
		columnStride: 1,
		valueColumn: config.valueHead ? config.vocabSize : null,
		rows,
		columns,
	};
}
