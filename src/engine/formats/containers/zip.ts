import { strFromU8, unzipSync } from "fflate";
import { Cancelled, InvalidInput } from "../../core/errors";
import { type ByteSource, memorySource, type StopSignal } from "./byteSource";
import { unreadable } from "./damage";
import { linesOf } from "./lines";
import type { FoundRow } from "./rows";
import { parseLine } from "./text";

/** Largest archive, and largest member once unpacked: a small file can unpack to more than there is memory. */
const LARGEST = 2 ** 29;
/** Members that hold rollouts: samples of Inspect's archives, JSON lines of zipped dumps and of our own run files. */
const MEMBER = /(^|\/)(samples\/[^/]+\.json|[^/]+\.jsonl)$/;
/** Members of our run files that hold something else. */
const OTHER = /(^|\/)(events|credit)\.jsonl$/;

/**
 * Rows of the members of a zip archive that hold rollouts.
 * @throws InvalidInput when it is no archive, too large, or holds no such member; Cancelled.
 */
export async function* zipRows(source: ByteSource, signal?: StopSignal): AsyncGenerator<readonly FoundRow[]> {
	if (source.size > LARGEST)
		throw new InvalidInput(
			`${source.name} is an archive of ${megabytes(source.size)}; at most ${megabytes(LARGEST)} are unpacked here.`,
		);
	const members = await unpack(source);
	if (members.length === 0)
		throw new InvalidInput(`${source.name} is an archive without rollouts: it has neither *.jsonl nor samples/*.json.`);
	let done = 0;
	for (const [name, bytes] of members) {
		if (signal?.aborted) throw new Cancelled();
		done += 1;
		const read = Math.round((source.size * done) / members.length);
		if (name.endsWith(".json"))
			yield [{ row: parseLine(strFromU8(bytes), `${source.name}, ${name}`), number: done, read }];
		else
			for await (const lines of linesOf(memorySource(name, bytes), signal))
				yield lines.map(({ text, number }) => ({
					row: parseLine(text, `${source.name}, ${name}, line ${number}`),
					number,
					read,
				}));
	}
}

async function unpack(source: ByteSource): Promise<[string, Uint8Array][]> {
	const bytes = await source.read(0, source.size);
	try {
		const found = unzipSync(bytes, {
			filter: ({ name, originalSize }) => {
				if (!MEMBER.test(name) || OTHER.test(name)) return false;
				if (originalSize > LARGEST) throw new Error(`${name} unpacks to more than ${megabytes(LARGEST)}`);
				return true;
			},
		});
		return Object.entries(found);
	} catch (cause) {
		throw unreadable(source.name, "a zip archive", cause);
	}
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
