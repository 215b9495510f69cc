import { unzipSync } from "fflate";
import { Cancelled, InvalidInput } from "../../core/errors";
import { type ByteSource, memorySource, type StopSignal } from "./byteSource";
import { unreadable } from "./damage";
import { parquetRows } from "./parquet";
import type { RowPiece } from "./rows";
import { textRows } from "./text";

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

/**
 * Rows of the members of a zip archive that hold rollouts, then what was left out. A member that cannot be read is refused alone.
 * @throws InvalidInput when it is no archive, too large, or holds no such member; Cancelled.
 */
export async function* zipRows(source: ByteSource, signal?: StopSignal): AsyncGenerator<RowPiece> {
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
	for (const [i, [member, bytes]] of members.entries()) {
		if (signal?.aborted) throw new Cancelled();
		const read = Math.round((source.size * (i + 1)) / members.length);
		try {
			for await (const rows of memberRows(memorySource(memberName(source.name, member), bytes), signal))
				yield { member, rows: rows.map((row) => ({ ...row, read, at: undefined })) };
		} catch (refused) {
			if (!(refused instanceof InvalidInput)) throw refused;
			yield { member, rows: [], refused };
		}
	}
	if (others.length > 0)
		yield {
			rows: [],
			notice: `Left out of the archive: ${listed(others)}. Read are *.jsonl, *.parquet, samples/*.json and episodes/*.json.`,
		};
}

/** How a member is called in messages and ids. */
export const memberName = (archive: string, member: string): string => `${archive}/${member}`;

const memberRows = (member: ByteSource, signal?: StopSignal): AsyncIterable<RowPiece["rows"]> =>
	member.name.endsWith(".parquet") ? parquetRows(member, signal) : textRows(member, signal);

const listed = (names: readonly string[]): string =>
	`${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;

async function unpack(source: ByteSource): Promise<{ members: [string, Uint8Array][]; others: string[] }> {
	const bytes = await source.read(0, source.size);
	const others: string[] = [];
	const seen = new Set<string>();
	let known = false;
	try {
		const found = unzipSync(bytes, {
			filter: ({ name, originalSize }) => {
				known ||= KNOWN.test(name);
				if (UNSEEN.test(name) || OTHER.test(name)) return false;
				if (seen.has(name)) throw new Error(`it holds ${name} twice`);
				seen.add(name);
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
