import { InvalidInput } from "../core/errors";
import { isObject } from "../core/json";
import { decodeUtf8, encodeUtf8 } from "../core/utf8";
import { floatBytes } from "../model/fingerprint";
import { DTYPES, type Dtype, decodeFloats } from "./floats";

/** One tensor as its file describes it. */
export interface StoredTensor {
	readonly name: string;
	readonly dtype: string;
	readonly shape: readonly number[];
	/** Raw little-endian bytes; a view of the file. */
	readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
	readonly tensors: ReadonlyMap<string, StoredTensor>;
	readonly metadata: Readonly<Record<string, string>>;
}

const PREFIX = 8;
const HEADER_LIMIT = 100_000_000;

/**
 * Reads a safetensors file: 8 bytes of header length (little-endian), a JSON header, then the tensors without gaps.
 * The header is believed in nothing: lengths, offsets, shapes and element sizes must agree with the file and each other.
 * @param where names the file in messages.
 * @throws InvalidInput one sentence that says which of them does not.
 * **Source** https://github.com/huggingface/safetensors (format description of the README).
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
	const { header, data } = splitHeader(bytes, where);
	const { __metadata__: metadata = {}, ...entries } = header;
	const tensors = Object.entries(entries).map(([name, entry]) => readEntry(name, entry, data, where));
	checkCoverage(tensors, data, where);
	return {
		tensors: new Map(tensors.map((t) => [t.name, t])),
		metadata: readMetadata(metadata, where),
	};
}

function splitHeader(bytes: Uint8Array, where: string): { header: Record<string, unknown>; data: Uint8Array } {
	if (bytes.length < PREFIX)
		throw new InvalidInput(
			`${where} is no safetensors file: it has ${bytes.length} bytes, fewer than its 8-byte prefix.`,
		);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
	if (length > HEADER_LIMIT)
		throw new InvalidInput(
			`${where} is no safetensors file: its first 8 bytes say that the header has ${length} bytes.`,
		);
	if (PREFIX + length > bytes.length)
		throw new InvalidInput(
			`${where} is cut off: its header should have ${length} bytes, but only ${bytes.length - PREFIX} follow.`,
		);
	return { header: parseHeader(bytes.subarray(PREFIX, PREFIX + length), where), data: bytes.subarray(PREFIX + length) };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
	let header: unknown;
	try {
		header = JSON.parse(decodeUtf8(bytes));
	} catch (cause) {
		throw new InvalidInput(`${where} has a safetensors header that is not JSON in UTF-8.`, { cause });
	}
	if (!isObject(header)) throw new InvalidInput(`${where} has a safetensors header that is not a JSON object.`);
	return header;
}

function readMetadata(metadata: unknown, where: string): Record<string, string> {
	if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string"))
		throw new InvalidInput(`${where} has a __metadata__ that does not map names to strings.`);
	return metadata as Record<string, string>;
}

function readEntry(name: string, entry: unknown, data: Uint8Array, where: string): StoredTensor & { begin: number } {
	const bad = (what: string) => new InvalidInput(`${where}, tensor ${name}: ${what}.`);
	if (!isObject(entry)) throw bad("its header entry is not an object");
	const { dtype, shape, data_offsets: offsets } = entry;
	if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) throw bad(`unknown dtype ${JSON.stringify(dtype)}`);
	if (!isSizes(shape)) throw bad(`shape ${JSON.stringify(shape)} is not an array of sizes`);
	if (!isSizes(offsets) || offsets.length !== 2)
		throw bad(`data_offsets ${JSON.stringify(offsets)} are not two numbers`);
	const [begin, end] = offsets as [number, number];
	const size = shape.reduce((a, b) => a * b, 1) * DTYPES[dtype as Dtype];
	if (end > data.length) throw bad(`data_offsets end at byte ${end}, but the file holds ${data.length} bytes of data`);
	if (end - begin !== size)
		throw bad(`${dtype} of shape [${shape.join(", ")}] takes ${size} bytes, but data_offsets span ${end - begin}`);
	return { name, dtype, shape, begin, bytes: data.subarray(begin, end) };
}

/** Tensors must tile the data: no overlap, no gap, nothing after the last. */
function checkCoverage(tensors: readonly (StoredTensor & { begin: number })[], data: Uint8Array, where: string): void {
	let at = 0;
	for (const { name, begin, bytes } of tensors.toSorted(
		(a, b) => a.begin - b.begin || a.bytes.length - b.bytes.length,
	)) {
		if (begin !== at)
			throw new InvalidInput(
				`${where}, tensor ${name}: data_offsets start at byte ${begin}, ${begin < at ? "inside the tensor before it" : "after a gap"}; they should start at ${at}.`,
			);
		at += bytes.length;
	}
	if (at !== data.length)
		throw new InvalidInput(`${where} has ${data.length} bytes of data, but its tensors take ${at}.`);
}

function isSizes(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** The numbers of a tensor. @throws InvalidInput when its dtype is no float or a number is not finite. */
export function tensorValues(tensor: StoredTensor, where: string): Float64Array {
	const values = decodeFloats(tensor.dtype as Dtype, tensor.bytes);
	if (!values)
		throw new InvalidInput(`${where}, tensor ${tensor.name}: dtype ${tensor.dtype} must be F32, F64, F16 or BF16.`);
	const bad = values.findIndex((v) => !Number.isFinite(v));
	if (bad >= 0)
		throw new InvalidInput(`${where}, tensor ${tensor.name}: entry ${bad} is ${values[bad]}, not a finite number.`);
	return values;
}

/** A tensor to write; stored as F32. */
export interface FloatTensor {
	readonly name: string;
	readonly shape: readonly number[];
	readonly values: ArrayLike<number>;
}

/** Bytes to write; stored as U8. */
export interface ByteTensor {
	readonly name: string;
	readonly shape: readonly number[];
	readonly bytes: Uint8Array;
}

/** Writes numbers as F32 and bytes as U8, in the order given; the header is padded with spaces to a multiple of 8 bytes. */
export function writeSafetensors(
	tensors: readonly (FloatTensor | ByteTensor)[],
	metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
	const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
	let end = 0;
	for (const tensor of tensors) {
		const begin = end;
		end += "bytes" in tensor ? tensor.bytes.length : 4 * tensor.values.length;
		const dtype = "bytes" in tensor ? "U8" : "F32";
		header[tensor.name] = { dtype, shape: tensor.shape, data_offsets: [begin, end] };
	}
	const json = encodeUtf8(JSON.stringify(header));
	const headerLength = Math.ceil(json.length / 8) * 8;
	const out = new Uint8Array(PREFIX + headerLength + end).fill(0x20, PREFIX, PREFIX + headerLength);
	new DataView(out.buffer).setUint32(0, headerLength, true);
	out.set(json, PREFIX);
	let at = PREFIX + headerLength;
	for (const tensor of tensors) {
		const bytes = "bytes" in tensor ? tensor.bytes : floatBytes(tensor.values);
		out.set(bytes, at);
		at += bytes.length;
	}
	return out;
}
