import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { Cancelled } from "../../core/errors";
import type { ByteSource, StopSignal } from "./byteSource";
import { unreadable } from "./damage";
import type { FoundRow } from "./rows";

/** Rows decoded at a time. */
const ROWS = 2_000;
/** Codecs that the reader brings itself; the others load when a file needs them. */
const BUILT_IN = new Set(["UNCOMPRESSED", "SNAPPY"]);

/** Milliseconds since 1970: JSON has no dates. */
const TIMES = {
	dateFromDays: (days: number) => days * 86_400_000,
	timestampFromMilliseconds: (t: bigint) => Number(t),
	timestampFromMicroseconds: (t: bigint) => Number(t) / 1e3,
	timestampFromNanoseconds: (t: bigint) => Number(t) / 1e6,
};

/**
 * Rows of a Parquet file as plain JSON values: integers beyond a double's exact range are texts of their digits, times are milliseconds since 1970.
 * @throws InvalidInput when it is not Parquet; Cancelled when the signal says so.
 */
export async function* parquetRows(source: ByteSource, signal?: StopSignal): AsyncGenerator<readonly FoundRow[]> {
	const file: AsyncBuffer = {
		byteLength: source.size,
		slice: async (start, end = source.size) => {
			const bytes = await source.read(start < 0 ? source.size + start : start, end);
			// A copy of its own: the bytes may be a view into something larger.
			return new Uint8Array(bytes).buffer;
		},
	};
	const damaged = (cause: unknown): never => {
		throw unreadable(source.name, "Parquet", cause);
	};
	const metadata = await parquetMetadataAsync(file).catch(damaged);
	const builtIn = await Promise.resolve(metadata).then(readsAlone).catch(damaged);
	const compressors = builtIn ? undefined : (await import("hyparquet-compressors")).compressors;
	const total = Number(metadata.num_rows);
	for (let first = 0; first < total; first += ROWS) {
		if (signal?.aborted) throw new Cancelled();
		const rowEnd = Math.min(total, first + ROWS);
		const rows = await parquetReadObjects({
			file,
			metadata,
			rowStart: first,
			rowEnd,
			parsers: TIMES,
			...(compressors ? { compressors } : {}),
		}).catch(damaged);
		yield rows.map((row, i) => ({
			row: plain(row) as Record<string, unknown>,
			number: first + i + 1,
			read: Math.round((source.size * (first + i + 1)) / total),
		}));
	}
}

/** Whether the reader has all codecs of a file itself. */
const readsAlone = ({ row_groups }: FileMetaData): boolean =>
	row_groups.every(({ columns }) => columns.every((c) => BUILT_IN.has(c.meta_data?.codec ?? "UNCOMPRESSED")));

/** BigInt has no place in JSON, and what is undefined is missing. */
function plain(value: unknown): unknown {
	if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (Array.isArray(value)) return value.map(plain);
	if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plain);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).flatMap(([name, x]) => (x === undefined ? [] : [[name, plain(x)]])));
}
