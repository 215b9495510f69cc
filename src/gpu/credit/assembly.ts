import { InvalidInput } from "../../engine/core/errors";
import type { Node } from "../../engine/credit/ops";
import type { Instruction, Word } from "./instructions";
import type { CreditSections, CreditShape } from "./sections";
import type { Sets, Tables } from "./tables";

/** Where a node's numbers lie, and after which stage they are there (−1 = before the first). */
export interface Place {
	readonly word: Word;
	readonly ready: number;
}

/** Everything that parts of the compiler share. */
export interface Assembly {
	readonly shape: CreditShape;
	readonly sections: CreditSections;
	readonly sets: Sets;
	readonly tables: Tables;
	place(node: Node): Place;
	constant(value: number): Word;
	/** Adds an instruction to the first stage of its scope that comes after `ready`. */
	emit(instruction: Emitted, ready: number, scope?: "group" | "batch"): Place;
}

export type Emitted = Pick<Instruction, "op" | "domain" | "variant" | "words"> &
	Partial<Pick<Instruction, "out" | "alsoOut">> & { readonly kept?: boolean };

/** @returns the error for something that the rollouts on the GPU do not carry. */
export function missing(what: string): InvalidInput {
	return new InvalidInput(`The method needs ${what}, and the rollouts on the GPU carry none.`);
}
