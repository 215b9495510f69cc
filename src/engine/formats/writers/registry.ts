import { InvalidInput } from "../../core/errors";
import type { RolloutRecord } from "../record";
import { writeRollouts } from "../rolloutsJsonl";
import { writeCsv } from "./csv";

/** Writes rollouts as a file: text, or bytes. */
export type RolloutWriter = (records: readonly RolloutRecord[]) => Promise<string | Uint8Array>;

/** Writers by the ending of the file's name; what is heavy loads when it is used. */
export const WRITERS: Readonly<Record<string, RolloutWriter>> = {
	jsonl: async (records) => writeRollouts(records),
	parquet: async (records) => (await import("./parquet")).writeParquet(records),
	csv: async (records) => writeCsv(records),
};

/** The writer for a file's name. @throws InvalidInput that lists the endings there are. */
export function rolloutFile(name: string): RolloutWriter {
	return writerFor(name, WRITERS);
}

/** The entry of a table of writers for a file's name. @throws InvalidInput that lists the endings there are. */
export function writerFor<Writer>(name: string, writers: Readonly<Record<string, Writer>>): Writer {
	const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
	if (Object.hasOwn(writers, ending)) return writers[ending]!;
	throw new InvalidInput(
		`${name} does not say in which format to write; end it with ${Object.keys(writers)
			.map((e) => `.${e}`)
			.join(", ")}.`,
	);
}
