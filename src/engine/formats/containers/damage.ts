import { AscribeError, InvalidInput } from "../../core/errors";

/**
 * Why a library could not read a file, as one sentence: its own words, but not those of the language, which speak of the library's code.
 * @param what the file should be, as in `Parquet`.
 */
export function unreadable(name: string, what: string, cause: unknown): AscribeError {
	if (cause instanceof AscribeError) return cause;
	const own = cause instanceof Error && !OF_THE_LANGUAGE.some((kind) => cause instanceof kind);
	const why = own ? cause.message.replace(/\.$/, "") : "it is damaged";
	return new InvalidInput(`${name} is not readable as ${what}: ${why}.`, { cause });
}

const OF_THE_LANGUAGE = [TypeError, RangeError, ReferenceError, SyntaxError];
