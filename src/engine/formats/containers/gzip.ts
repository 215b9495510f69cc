import { Gunzip } from "fflate";
import { concatenated } from "../../core/bytes";
import { Cancelled, InvalidInput } from "../../core/errors";
import { type ByteSource, memorySource, type StopSignal } from "./byteSource";
import { unreadable } from "./damage";

/** Bytes read at a time. */
const PIECE = 1 << 20;
/** Most bytes that are unpacked: they are kept in memory, and a small file can unpack to more than there is. */
const LARGEST = 2 ** 29;

/** What a gzip file holds, all its members one behind the other. */
export interface Unpacked {
	readonly source: ByteSource;
	/** Why it is not all of it, a sentence. */
	readonly notice?: string;
}

/**
 * Unpacks a gzip file. What stands before the place where one is cut or damaged is kept.
 * @param most bytes that are unpacked.
 * @throws InvalidInput when nothing can be unpacked, or too much; Cancelled.
 */
export async function gunzipped(source: ByteSource, signal?: StopSignal, most = LARGEST): Promise<Unpacked> {
	const parts: Uint8Array[] = [];
	let size = 0;
	const gunzip = new Gunzip((part) => {
		parts.push(part);
		size += part.length;
	});
	let before = 0;
	gunzip.onmember = () => {
		before = size;
	};
	let problem: unknown;
	for (let at = 0; at < source.size && !problem; at += PIECE) {
		if (signal?.aborted) throw new Cancelled();
		const end = Math.min(source.size, at + PIECE);
		const bytes = await source.read(at, end);
		try {
			// The unpacker may keep what it is given.
			gunzip.push(bytes.slice(), end === source.size);
		} catch (cause) {
			problem = cause;
		}
		if (size > most)
			throw new InvalidInput(
				`${source.name} unpacks to more than ${most / 2 ** 20} MB; unpack it first, then it is read piece by piece.`,
			);
	}
	if (problem && size === 0) throw unreadable(source.name, "gzip", problem);
	const cut = problem !== undefined || (await lengthAtEnd(source)) !== size - before;
	const unpacked = memorySource(source.name, concatenated(parts));
	return cut ? { source: unpacked, notice: CUT } : { source: unpacked };
}

/** Bytes that the last member unpacks to, as its own last four bytes say (RFC 1952): the unpacker takes most cuts for an end. */
async function lengthAtEnd(source: ByteSource): Promise<number> {
	const end = await source.read(Math.max(0, source.size - 4), source.size);
	return end.reduceRight((length, byte) => length * 256 + byte, 0);
}

const CUT = "The gzip file is cut or damaged; what stands before that place is read.";
