import { type ModelShape, TILE } from "./modelShape";

/** Epilogues of a product with weights; `linearEpilogue.wgsl` has the same bits. */
export const MODE = { plain: 0, residual: 1, gelu: 2, geluSlope: 4, valueInput: 8 } as const;

const NONE = 0xffffffff;
/** Workgroups that lie side by side before the second dimension of a dispatch begins. */
export const GROUPS_WIDE = 32768;

/** A Linear layer: where its tensors lie in the flat buffers, and its widths. */
export interface LinearLayer {
	/** First float of the weight; everything else of the layer comes after it, within `span` floats. */
	readonly weight: number;
	readonly span: number;
	/** Null without a bias. */
	readonly bias: number | null;
	readonly inputs: number;
	readonly outputs: number;
	/** Weight and bias of a value head that is one more output. */
	readonly value: { readonly weight: number; readonly bias: number } | null;
}

/** What one dispatch of a linear kernel does: words of `linearJob.wgsl`, and its workgroups. */
export interface LinearJob {
	readonly words: Uint32Array<ArrayBuffer>;
	readonly workgroups: number;
}

/** out = epilogue(x · Wᵀ + b) for all rows. */
export function forwardJob(shape: ModelShape, layer: LinearLayer, mode: number): LinearJob {
	const columns = layer.outputs + (layer.value ? 1 : 0);
	const product = {
		...tilesOf(shape.rows, columns),
		columns,
		depth: layer.inputs,
		aStride: layer.inputs,
		depthStride: 1,
		columnStride: layer.inputs,
		bias: layer.bias,
		mode,
	};
	return encode(shape, layer, product, null);
}

/** dx = epilogue(dout · W), and with it dW = doutᵀ · x and db = Σ_rows dout. */
export function backwardJob(shape: ModelShape, layer: LinearLayer, mode: number): LinearJob {
	const outputs = layer.outputs + (layer.value ? 1 : 0);
	const product = {
		...tilesOf(shape.rows, layer.inputs),
		columns: layer.inputs,
		depth: layer.outputs,
		aStride: outputs,
		depthStride: layer.inputs,
		columnStride: 1,
		bias: null,
		mode: layer.value ? mode | MODE.valueInput : mode,
	};
	return encode(shape, layer, product, tilesOf(outputs, layer.inputs));
}

interface Tiles {
	readonly tiles: number;
	readonly columnTiles: number;
}

interface Product extends Tiles {
	readonly columns: number;
	readonly depth: number;
	readonly aStride: number;
	readonly depthStride: number;
	readonly columnStride: number;
	readonly bias: number | null;
	readonly mode: number;
}

function tilesOf(rows: number, columns: number): Tiles {
	const columnTiles = Math.ceil(columns / TILE);
	return { tiles: Math.ceil(rows / TILE) * columnTiles, columnTiles };
}

function encode(shape: ModelShape, layer: LinearLayer, product: Product, gradient: Tiles | null): LinearJob {
	const from = (offset: number) => offset - layer.weight;
	const workgroups = product.tiles + (gradient ? gradient.tiles * shape.slices : 0);
	const words = Uint32Array.from([
		workgroups,
		product.tiles,
		product.columnTiles,
		product.columns,
		product.depth,
		product.aStride,
		0,
		product.depthStride,
		product.columnStride,
		product.bias === null ? NONE : from(product.bias),
		product.mode,
		layer.value ? layer.outputs : NONE,
		layer.value ? from(layer.value.weight) : 0,
		layer.value ? from(layer.value.bias) : 0,
		gradient?.columnTiles ?? 1,
		layer.outputs + (layer.value ? 1 : 0),
		layer.inputs,
		shape.rows,
		0,
		layer.bias === null ? NONE : from(layer.bias),
		shape.sliceRows,
		gradient?.tiles ?? 1,
		shape.layout.size,
		0,
	]);
	return { words, workgroups };
}
