/** The file of rollouts that a link points into. The link never holds its content: whoever opens it brings the file. */
export interface LinkFile {
	/** First 8 to 64 hexadecimal digits of its SHA-256. */
	readonly hash: string;
	/** Its name for people, as `shownName` gives it; empty where the sender left it out. */
	readonly name: string;
}

/** Digits of a hash that links carry and people see: two files in four billion share them by chance. */
export const HASH_DIGITS = 8;
const MOST_NAME = 100;
const FILE = /^([0-9a-f]{8,64})(?: (.*))?$/s;
/** Characters that are not seen, or that change in which order others are. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A file name fit to be shown beside words of our own: without the folders it lay in, on one line, at most 100 characters. */
export function shownName(name: string): string {
	const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
	return [...last.replaceAll(UNSEEN, "").trim()].slice(0, MOST_NAME).join("").trimEnd();
}

/** `9e41aa07 step_30.jsonl`, or the hash alone. */
export const encodeFile = ({ hash, name }: LinkFile): string => [hash, shownName(name)].filter(Boolean).join(" ");

/** The file that a link names; undefined when it names none. */
export function decodeFile(value: unknown): LinkFile | undefined {
	const [, hash, name = ""] = (typeof value === "string" && FILE.exec(value)) || [];
	return hash === undefined ? undefined : { hash, name: shownName(name) };
}

/** How people see a file that is meant: `step_30.jsonl (hash 9e41aa07)`. */
export function describeFile({ hash, name }: LinkFile): string {
	const digits = `hash ${hash.slice(0, HASH_DIGITS)}`;
	return name ? `${name} (${digits})` : `the file with ${digits}`;
}
