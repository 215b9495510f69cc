/** Bytes an element of the dtypes of safetensors takes. */
export const DTYPES = {
	F64: 8,
	F32: 4,
	F16: 2,
	BF16: 2,
	I64: 8,
	I32: 4,
	I16: 2,
	I8: 1,
	U64: 8,
	U32: 4,
	U16: 2,
	U8: 1,
	BOOL: 1,
	F8_E4M3: 1,
	F8_E5M2: 1,
} as const;
export type Dtype = keyof typeof DTYPES;

/** Little-endian F64, F32, F16 (IEEE 754 binary16) or BF16 (upper half of a float32) as float64, exactly; null for others. */
export function decodeFloats(dtype: Dtype, bytes: Uint8Array): Float64Array | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const read = READERS[dtype];
	if (!read) return null;
	const size = DTYPES[dtype];
	const out = new Float64Array(bytes.length / size);
	for (let i = 0; i < out.length; i++) out[i] = read(view, i * size);
	return out;
}

const READERS: Partial<Record<Dtype, (view: DataView, at: number) => number>> = {
	F64: (view, at) => view.getFloat64(at, true),
	F32: (view, at) => view.getFloat32(at, true),
	F16: (view, at) => halfToNumber(view.getUint16(at, true)),
	BF16: (view, at) => brainToNumber(view.getUint16(at, true)),
};

function halfToNumber(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
	return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const WORD = new DataView(new ArrayBuffer(4));

function brainToNumber(bits: number): number {
	WORD.setUint32(0, bits << 16);
	return WORD.getFloat32(0);
}
