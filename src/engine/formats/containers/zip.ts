import { strFromU8, unzipSync } from "fflate";
import { Cancelled, InvalidInput } from "../../core/errors";
import { type ByteSource, memorySource, type StopSignal } from "./byteSource";
import { unreadable } from "./damage";
import { linesOf } from "./lines";
import { parquetRows } from "./parquet";
import type { FoundRow } from "./rows";
import { parseLine } from "./text";

/** Largest archive, and largest member once unpacked: a small file can unpack to more than there is memory. */
const LARGEST = 2 ** 29;
/** Members that hold rollouts: samples of Inspect's archives, episodes of rLLM's, JSON lines of zipped dumps and of our own run files, tables. */
const MEMBER = /(^|\/)((samples|episodes)\/[^/]+\.json|[^/]+\.(jsonl|parquet))$/;
/** Members of our run files that hold something else. */
const OTHER = /(^|\/)(events|credit)\.jsonl$/;
/** Folders, and what systems put into archives unasked. */
const UNSEEN = /\/$|(^|\/)(__MACOSX\/|\.)/;
/** Archives whose other members are known to hold no rollouts: run files of our own, logs of Inspect. */
const KNOWN = /^(spec|header)\.json$/;
/** Members left out that are named one by one. */
const NAMED = 5;

/** What stands in an archive beside its rollouts. */
export interface LeftOut {
	/** A sentence. */
	readonly leftOut: string;
}

/**
 * Rows of the members of a zip archive that hold rollouts, then what was left out.
 * @throws InvalidInput when it is no archive, too large, or holds no such member; Cancelled.
 */
export async function* zipRows(
	source: ByteSource,
	signal?: StopSignal,
): AsyncGenerator<readonly (FoundRow | LeftOut)[]> {
	if (source.size > LARGEST)
		throw new InvalidInput(
			`${source.name} is an archive of ${megabytes(source.size)}; at most ${megabytes(LARGEST)} are unpacked here.`,
		);
	const { members, others } = await unpack(source);
	if (members.length === 0) {
		const holds = others.length > 0 ? ` It holds ${listed(others)}.` : "";
		throw new InvalidInput(
			`${source.name} is an archive without rollouts: it has neither *.jsonl, *.parquet, samples/*.json nor episodes/*.json.${holds}`,
		);
	}
	for (const [i, [name, bytes]] of members.entries()) {
		if (signal?.aborted) throw new Cancelled();
		const read = Math.round((source.size * (i + 1)) / members.length);
		for await (const rows of memberRows(source.name, name, bytes, i + 1, signal))
			yield rows.map((row) => ({ ...row, read, at: undefined }));
	}
	if (others.length > 0)
		yield [
			{
				leftOut: `Left out of the archive: ${listed(others)}. Read are *.jsonl, *.parquet, samples/*.json and episodes/*.json.`,
			},
		];
}

async function* memberRows(
	archive: string,
	name: string,
	bytes: Uint8Array,
	place: number,
	signal?: StopSignal,
): AsyncGenerator<readonly FoundRow[]> {
	const where = `${archive}, ${name}`;
	const source = memorySource(where, bytes);
	if (name.endsWith(".parquet")) yield* parquetRows(source, signal);
	else if (name.endsWith(".json")) yield [{ row: parseLine(strFromU8(bytes), where), number: place, read: 0 }];
	else
		for await (const lines of linesOf(source, signal))
			yield lines.map(({ text, number }) => ({ row: parseLine(text, `${where}, line ${number}`), number, read: 0 }));
}

const listed = (names: readonly string[]): string =>
	`${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;

async function unpack(source: ByteSource): Promise<{ members: [string, Uint8Array][]; others: string[] }> {
	const bytes = await source.read(0, source.size);
	const others: string[] = [];
	let known = false;
	try {
		const found = unzipSync(bytes, {
			filter: ({ name, originalSize }) => {
				known ||= KNOWN.test(name);
				if (UNSEEN.test(name) || OTHER.test(name)) return false;
				if (!MEMBER.test(name)) others.push(name);
				else if (originalSize > LARGEST) throw new Error(`${name} unpacks to more than ${megabytes(LARGEST)}`);
				return MEMBER.test(name);
			},
		});
		return { members: Object.entries(found), others: known ? [] : others };
	} catch (cause) {
		throw unreadable(source.name, "a zip archive", cause);
	}
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
