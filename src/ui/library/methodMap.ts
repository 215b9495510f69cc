import { gradientText } from "../../engine/credit/gradientText";
import { needWords } from "../../engine/credit/needs";
import type { Place } from "../../engine/credit/place";
import { METHODS } from "../../engine/credit/registry";
import { resolveParams } from "../../engine/spec/params";

export interface MappedMethod extends Place {
	readonly id: string;
	readonly title: string;
	readonly judge: boolean;
	/** What it reads, in words. */
	readonly needs: readonly string[];
	/** Its mean gradient beside the exact one, in words. */
	readonly gradients: readonly string[];
}

/** Every method with its place on the map, and what it reads at the defaults of its parameters. */
export function mappedMethods(): MappedMethod[] {
	return METHODS.map(({ id, title, place, params, needs, gradients }) => ({
		id,
		title,
		...place,
		judge: place.extra === "a judge",
		needs: needs(resolveParams(params, {}, `method ${id}`)).map(needWords),
		gradients: gradients.map(gradientText),
	}));
}
