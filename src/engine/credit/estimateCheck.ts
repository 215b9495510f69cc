import { InvalidInput } from "../core/errors";
import type { Estimate } from "./method";
import type { Node } from "./ops";

/**
 * Checks that what a method says is credit: named terms, flags and weights for tokens.
 * @throws InvalidInput that names the method, the part and what would be right.
 */
export function checkEstimate(method: string, { terms, scored, weights }: Estimate): void {
	if (Object.keys(terms).length === 0)
		throw new InvalidInput(`Method ${method} gives no term; an advantage is the sum of at least one.`);
	const parts: [string, Node][] = Object.entries(terms).map(([name, term]) => [`term "${name}"`, term]);
	if (scored) parts.push(["scored", scored]);
	if (weights) parts.push(["weights", weights]);
	for (const [name, { level }] of parts)
		if (level !== "token")
			throw new InvalidInput(`Method ${method}, ${name}: a number of a ${level}; spread it to the tokens first.`);
}
