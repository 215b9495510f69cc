import { createStore } from "zustand/vanilla";
import type { ChangeValue } from "../../engine/spec/changes";
import type { ViewState } from "../../engine/spec/link";
import type { LinkFile } from "../../engine/spec/linkFile";
import { pairOf } from "../siblings/linkedPair";

/** A place in a file, as links carry it; null for what is not told. */
export interface FilePlace {
	/** Rollouts of the file are counted from 0. */
	readonly rollout: number | null;
	/** After the prompt. */
	readonly token: number | null;
	readonly turn: number | null;
	/** Tokens after the prompt where the link was made. */
	readonly length: number | null;
	/** Rollouts of the file that stand side by side; none of them, or both. */
	readonly left: number | null;
	readonly right: number | null;
}

/** A file that a link points into and that nobody has brought yet. */
export interface WantedFile {
	readonly file: LinkFile;
	readonly place: FilePlace;
	/** What the browser keeps has been looked through without finding it: a person has to bring it. */
	readonly missing: boolean;
	/** What was brought in its place. */
	readonly other: LinkFile | null;
}

export const wantedFileStore = createStore<{ readonly wanted: WantedFile | null }>(() => ({ wanted: null }));

const PLACES = ["rollout", "token", "turn", "length", "left", "right"] as const;
/** Rows and places are 32-bit numbers. */
const MOST = 2 ** 31 - 1;

/** Whether a part of a view is a place in a file. */
export const isFilePlace = (name: string): boolean => (PLACES as readonly string[]).includes(name);

/** Remembers the file of a link and the place in it. @returns one sentence for each number that could not be used. */
export function wantFile(file: LinkFile, view: ViewState): string[] {
	const notices: string[] = [];
	const number = (name: (typeof PLACES)[number]) => {
		const value = view[name];
		if (value === undefined || isPlace(value)) return value ?? null;
		notices.push(`The ${name} of the view was left out: it must be a whole number from 0 on.`);
		return null;
	};
	const pair = pairOf(number("left"), number("right"));
	if (typeof pair === "string") notices.push(pair);
	const { left, right } = (typeof pair === "string" ? null : pair) ?? { left: null, right: null };
	const [rollout, token] = [number("rollout"), number("token")];
	const place = { rollout, token, turn: number("turn"), length: number("length"), left, right };
	wantedFileStore.setState({ wanted: { file, place, missing: false, other: null } });
	return notices;
}

const isPlace = (value: ChangeValue): value is number =>
	typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST;

export const forgetWanted = (): void => wantedFileStore.setState({ wanted: null });

export function setWanted(change: Partial<Pick<WantedFile, "missing" | "other">>): void {
	wantedFileStore.setState(({ wanted }) => ({ wanted: wanted && { ...wanted, ...change } }));
}

/** A place as the view of a link. */
export const viewOfPlace = (place: FilePlace): ViewState =>
	Object.fromEntries(Object.entries(place).filter((entry): entry is [string, number] => entry[1] !== null));
