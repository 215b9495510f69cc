/** How a kernel uses each of its bindings, in order. "position" is a uniform with a dynamic offset, "uniform" one without. */
export type Access = "read" | "write" | "uniform" | "position";

export interface Kernel {
	/** Entry point, and the label that errors and profiles carry. */
	readonly name: string;
	readonly source: string;
	readonly bindings: readonly Access[];
}

/** Override constants of a kernel; booleans count as 0 and 1. */
export type Constants = Readonly<Record<string, number | boolean>>;
