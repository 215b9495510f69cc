/** A problem with a sentence for the person who caused or met it. `code` is stable and machine-readable. */
export class AscribeError extends Error {
	/** Written out in each class: it crosses the border of a worker beside the message, and a build shortens the names of classes. */
	override readonly name: string = "AscribeError";
	readonly code: string;
	constructor(code: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/** The caller's input is wrong: a bad number, file, link, name. The command line exits with status 2. */
export class InvalidInput extends AscribeError {
	override readonly name: string = "InvalidInput";
	constructor(message: string, options?: ErrorOptions) {
		super("invalid-input", message, options);
	}
}

/** A method asks for a signal that the rollouts do not carry and no provider can compute. */
export class MissingSignal extends AscribeError {
	override readonly name: string = "MissingSignal";
	readonly signal: string;
	/** What is missing and what would provide it, in a sentence that names no code. */
	readonly plain: string;
	constructor(signal: string, message: string, plain = message) {
		super("missing-signal", message);
		this.signal = signal;
		this.plain = plain;
	}
}

/** The work itself failed: a number became NaN, a device was lost. The command line exits with status 1. */
export class WorkFailed extends AscribeError {
	override readonly name: string = "WorkFailed";
}

/** The caller asked to stop. Carries no blame; partial results stay valid. */
export class Cancelled extends AscribeError {
	override readonly name: string = "Cancelled";
	constructor(message = "Cancelled.") {
		super("cancelled", message);
	}
}

/** Runs `work` and returns its result. @throws InvalidInput with the place before its sentence, as in `mine.json: …`, and whatever else the work throws. */
export function placed<T>(where: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw error instanceof InvalidInput ? new InvalidInput(`${where}: ${error.message}`, { cause: error }) : error;
	}
}

/** What a caught value says to a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
