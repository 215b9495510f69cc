import { deflateSync, Inflate, strFromU8, strToU8 } from "fflate";
import { concatenated } from "../core/bytes";
import type { ChangeValue, SpecChanges } from "./changes";
import { decodeCurve, encodeCurve, type LinkCurve } from "./linkCurve";
import { decodeFile, encodeFile, type LinkFile } from "./linkFile";

/**
 * Share links: `#<version><codec><payload>`.
 *
 * Version is the schema major in decimal; codec `z` is deflate-raw + base64url, `j` is base64url JSON (for other languages
 * and for tests). The payload is JSON: differences against an immutable numbered preset, the view, fingerprints and a note.
 * Decoding trusts nothing: it never throws, inflates at most 256 KiB, and returns plain data.
 */
const LINK_VERSION = 1;
/** Longest link that is written; beyond it only a file will do. */
export const MAX_LINK_LENGTH = 16_000;
/** Longest link that common messengers carry unharmed. */
export const LONG_LINK_LENGTH = 2_000;
const MAX_ENCODED = 64 * 1024;
/** Many times what a whole experiment takes, and soon unpacked: a link must not hold up the page. */
const MAX_INFLATED = 256 * 1024;
const MAX_DEPTH = 8;
/** Characters of a note. */
export const MAX_NOTE = 500;
const MADE_ON = /^([0-9a-f]{8})(?: ([!-~][ -~]{0,59}))?$/;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** What is on screen: names and numbers only. */
export type ViewState = Readonly<Record<string, ChangeValue>>;

/** The executor that made a run, as a link tells of it. */
export interface MadeOn {
	/** First 8 digits of the plan's hash. */
	readonly plan: string;
	/** Vendor and architecture of the graphics adapter, at most 60 printable ASCII characters; empty where every machine gives the same bits. */
	readonly adapter: string;
}

export interface LinkState {
	/** `keydoor@1` */
	readonly preset: string;
	readonly changes: SpecChanges;
	readonly view: ViewState;
	/** Build that wrote the link; empty when unknown. */
	readonly build: string;
	/** `gpu:9e41aa07@500`: executor kind, first 8 digits of the fingerprint, training step. */
	readonly fingerprints: readonly string[];
	/** What they were made on. */
	readonly madeOn?: MadeOn;
	/** How the success of the run rose that the fingerprints are of. */
	readonly curve?: LinkCurve;
	/** The file that the view's places are places in. */
	readonly file?: LinkFile;
	/** Plain text, at most 500 characters. */
	readonly note: string;
}

export type DecodedLink =
	| { readonly ok: true; readonly state: LinkState; readonly notices: readonly string[] }
	| { readonly ok: false; readonly reason: "empty" | "newer" | "broken" | "too-long"; readonly message: string };

/** The text after `#`. Empty parts are not written. */
export function encodeLink(state: LinkState, codec: "z" | "j" = "z"): string {
	const payload: Record<string, unknown> = { p: state.preset };
	if (Object.keys(state.changes).length > 0) payload.c = state.changes;
	if (Object.keys(state.view).length > 0) payload.v = state.view;
	if (state.build) payload.b = state.build;
	if (state.fingerprints.length > 0) payload.f = state.fingerprints;
	if (state.madeOn) payload.x = encodeMadeOn(state.madeOn);
	if (state.curve) payload.s = encodeCurve(state.curve);
	if (state.file) payload.d = encodeFile(state.file);
	if (state.note) payload.n = state.note.slice(0, MAX_NOTE);
	const bytes = strToU8(JSON.stringify(payload));
	return `${LINK_VERSION}${codec}${toBase64Url(codec === "z" ? deflateSync(bytes, { level: 9 }) : bytes)}`;
}

/**
 * Reads the text after `#`, with or without the sign. Never throws.
 * @param newer reads a link of a newer version as if it were of this one: what is unknown is left out and listed.
 */
export function decodeLink(text: string, { newer = false } = {}): DecodedLink {
	const hash = text.startsWith("#") ? text.slice(1) : text;
	if (hash === "") return { ok: false, reason: "empty", message: "The link carries no experiment." };
	if (hash.length > MAX_ENCODED)
		return {
			ok: false,
			reason: "too-long",
			message: `The link is ${hash.length} characters long; at most ${MAX_ENCODED} are read.`,
		};
	const match = /^(\d{1,4})([a-z])([A-Za-z0-9_-]*)$/.exec(hash);
	if (!match) return broken("it does not look like a link of this workbench");
	const version = Number(match[1]);
	if (version > LINK_VERSION && !newer)
		return {
			ok: false,
			reason: "newer",
			message: "The link was made with a newer version of the workbench than this one, which cannot read it.",
		};
	if (version < 1) return broken(`there is no version ${version}`);
	const json = decodePayload(match[2] as string, match[3] as string);
	return typeof json === "string" ? broken(json) : readPayload(json.value);
}

const broken = (why: string): DecodedLink => ({
	ok: false,
	reason: "broken",
	message: `The link cannot be read: ${why}.`,
});

function decodePayload(codec: string, payload: string): { value: unknown } | string {
	const bytes = fromBase64Url(payload);
	if (!bytes) return "its text is cut or changed";
	if (codec !== "z" && codec !== "j") return `it uses an unknown encoding "${codec}"`;
	const plain = codec === "z" ? inflateAtMost(bytes, MAX_INFLATED) : bytes;
	if (!plain) return "its contents are damaged or unpack to more than 256 KiB";
	const text = strFromU8(plain);
	if (nesting(text) > MAX_DEPTH) return `its contents are nested more than ${MAX_DEPTH} deep`;
	try {
		return { value: JSON.parse(text) };
	} catch {
		return "its contents are damaged";
	}
}

/** Streaming inflate that stops as soon as more than `limit` bytes have come out; null on damage or excess. */
function inflateAtMost(bytes: Uint8Array, limit: number): Uint8Array | null {
	const chunks: Uint8Array[] = [];
	let total = 0;
	let finished = false;
	const stream = new Inflate((chunk, final) => {
		total += chunk.length;
		if (total <= limit) chunks.push(chunk.slice());
		finished ||= final;
	});
	try {
		const piece = 128; // 128 bytes of deflate unpack to at most about 130 KiB
		for (let at = 0; at < bytes.length && total <= limit; at += piece)
			stream.push(bytes.subarray(at, at + piece), at + piece >= bytes.length);
	} catch {
		return null;
	}
	if (!finished || total > limit) return null;
	return concatenated(chunks);
}

/** Deepest nesting of brackets outside strings, without parsing. */
function nesting(text: string): number {
	let depth = 0;
	let deepest = 0;
	let inString = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (inString) {
			if (c === "\\") i++;
			else if (c === '"') inString = false;
		} else if (c === '"') inString = true;
		else if (c === "{" || c === "[") deepest = Math.max(deepest, ++depth);
		else if (c === "}" || c === "]") depth--;
	}
	return deepest;
}

function readPayload(value: unknown): DecodedLink {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return broken("its contents are not an experiment");
	const notices: string[] = [];
	const payload = value as Record<string, unknown>;
	for (const key of Object.keys(payload))
		if (!"pcvbfxsdn".includes(key) || key.length !== 1)
			notices.push(`${quote(key)} is not known here and was left out.`);
	if (typeof payload.p !== "string" || !/^[a-z][a-zA-Z0-9-]{0,40}@\d{1,4}$/.test(payload.p))
		return broken("it names no preset");
	const note = typeof payload.n === "string" ? payload.n : "";
	const curve = decodeCurve(payload.s);
	if (payload.s !== undefined && !curve) notices.push("The success curve could not be read and was left out.");
	const madeOn = readMadeOn(payload.x);
	if (payload.x !== undefined && !madeOn) notices.push("The executor could not be read and was left out.");
	const file = decodeFile(payload.d);
	if (payload.d !== undefined && !file) notices.push("The file could not be read and was left out.");
	if (note.length > MAX_NOTE) notices.push(`The note was cut to ${MAX_NOTE} characters.`);
	return {
		ok: true,
		notices,
		state: {
			preset: payload.p,
			changes: readRecord(payload.c, "changes", notices),
			view: readRecord(payload.v, "view", notices),
			build: typeof payload.b === "string" && /^[\w.-]{0,40}$/.test(payload.b) ? payload.b : "",
			fingerprints: readFingerprints(payload.f, notices),
			...(madeOn ? { madeOn } : {}),
			...(curve ? { curve } : {}),
			...(file ? { file } : {}),
			note: note.slice(0, MAX_NOTE),
		},
	};
}

function readRecord(value: unknown, where: string, notices: string[]): Record<string, ChangeValue> {
	const out: Record<string, ChangeValue> = {};
	if (value === undefined) return out;
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		notices.push(`The ${where} could not be read and were left out.`);
		return out;
	}
	for (const [key, entry] of Object.entries(value)) {
		if (!FORBIDDEN.has(key) && key.length <= 80 && isChangeValue(entry)) out[key] = entry;
		else notices.push(`${quote(key)} in the ${where} could not be used and was left out.`);
	}
	return out;
}

function isChangeValue(value: unknown): value is ChangeValue {
	if (value === null || typeof value === "boolean") return true;
	if (typeof value === "number") return Number.isFinite(value);
	if (typeof value === "string") return value.length <= 200;
	return Array.isArray(value) && value.length <= 100 && value.every((v) => typeof v === "string" && v.length <= 80);
}

function readFingerprints(value: unknown, notices: string[]): string[] {
	if (!Array.isArray(value)) return [];
	const good = value.filter(
		(f): f is string => typeof f === "string" && /^(gpu|wasm|cpu):[0-9a-f]{8,16}@\d{1,7}$/.test(f),
	);
	if (good.length < value.length) notices.push("Fingerprints that could not be read were left out.");
	return good.slice(0, 64);
}

/** `3f1c9a02 nvidia ampere`, or the plan alone. */
const encodeMadeOn = ({ plan, adapter }: MadeOn): string => [plan, adapter].filter(Boolean).join(" ");

function readMadeOn(value: unknown): MadeOn | null {
	const [, plan, adapter = ""] = (typeof value === "string" && MADE_ON.exec(value)) || [];
	return plan === undefined ? null : { plan, adapter };
}

const quote = (text: string) => JSON.stringify(text.slice(0, 40));

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64Url(bytes: Uint8Array): string {
	let out = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const n = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		for (let j = 0; j < Math.min(left, 3) + 1; j++) out += DIGITS[(n >> (18 - 6 * j)) & 63];
	}
	return out;
}

/** Null when the length is impossible or unused bits are set, so that one text has one meaning. */
function fromBase64Url(text: string): Uint8Array | null {
	const rest = text.length % 4;
	if (rest === 1) return null;
	const out = new Uint8Array(Math.floor((text.length * 3) / 4));
	let at = 0;
	let bits = 0;
	let held = 0;
	for (const c of text) {
		held = ((held << 6) | DIGITS.indexOf(c)) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = (held >> bits) & 255;
		}
	}
	return (held & ((1 << bits) - 1)) === 0 ? out : null;
}
