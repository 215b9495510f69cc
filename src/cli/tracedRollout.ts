import { InvalidInput } from "../engine/core/errors";
import type { RolloutRecord } from "../engine/formats/record";

/** What `--trace` names: a rollout, by its number among all, and a token. */
export interface Traced {
	readonly line: number;
	readonly token: number;
}

/** At most so many are listed. */
const LISTED = 8;

/**
 * Reads `ID:TOKEN`. An id that several groups have needs its group before it, `GROUP/ID:TOKEN`, and one of several steps its step,
 * `STEP/GROUP/ID:TOKEN`.
 * @throws InvalidInput for another form, for no such rollout, and for a name that fits several, which are listed.
 */
export function tracedRollout(target: string, records: readonly RolloutRecord[]): Traced {
	const colon = target.lastIndexOf(":");
	const [name, token] = [target.slice(0, colon), target.slice(colon + 1)];
	if (colon < 0 || !/^\d+$/.test(token))
		throw new InvalidInput(`--trace is "${target}"; it must be ID:TOKEN, as in p0/3:7, or GROUP/ID:TOKEN.`);
	for (const form of FORMS) {
		const fit = [...records.keys()].filter((line) => form(records[line]!) === name);
		if (fit.length > 1)
			throw several(
				target,
				fit.map((line) => records[line]!),
				token,
			);
		if (fit.length === 1) return { line: fit[0]!, token: Number(token) };
	}
	throw new InvalidInput(`There is no rollout "${name}" in the file.`);
}

type Form = (record: RolloutRecord) => string;
const joined = (...parts: readonly (string | number | undefined)[]) => parts.filter((p) => p !== undefined).join("/");
const FORMS: readonly Form[] = [
	({ id }) => id,
	({ group, id }) => joined(group, id),
	({ step, group, id }) => joined(step, group, id),
];

function several(target: string, fit: readonly RolloutRecord[], token: string): InvalidInput {
	const form = FORMS.find((f) => new Set(fit.map(f)).size === fit.length) ?? FORMS[2]!;
	const names = fit.slice(0, LISTED).map((record) => `${form(record)}:${token}`);
	const more = fit.length > LISTED ? ", …" : "";
	return new InvalidInput(`--trace ${target} fits ${fit.length} rollouts; name one of ${names.join(", ")}${more}.`);
}
