import type { Selection } from "./select";

export type Svg = Selection<SVGSVGElement, null, HTMLElement, unknown>;
export type Layer = Selection<SVGGElement, null, SVGSVGElement, null>;

/** Groups of a drawing by name, made when they are first asked for: those asked for earlier lie below. */
export const layersOf =
	(svg: Svg) =>
	(name: string): Layer =>
		svg.selectAll<SVGGElement, null>(`g.${name}`).data([null]).join("g").attr("class", name);
