import { linkIn, withLink } from "./carriedLink";

/** Properties of a drawing that come from style sheets and have to travel with the file. */
const STYLED = [
	"fill",
	"stroke",
	"stroke-width",
	"stroke-dasharray",
	"stroke-linecap",
	"stroke-linejoin",
	"font-family",
	"font-size",
	"font-weight",
	"text-anchor",
	"dominant-baseline",
	"display",
] as const;

const TITLE_HEIGHT = 18;
const COLUMNS = 3;

export interface Figure {
	readonly svg: string;
	/** Height over width. */
	readonly aspect: number;
}

export interface Drawing {
	readonly title: string;
	readonly svg: SVGSVGElement;
}

/**
 * Drawings side by side in one SVG file that prints: styles inlined, white ground, width in millimetres, and the link that
 * restores the view in its metadata. The page should show its light theme while this runs.
 */
export function svgFigure(drawings: readonly Drawing[], widthMm: number, link: string): Figure {
	const columns = Math.min(drawings.length, COLUMNS);
	const size = (d: Drawing, side: "width" | "height") => Number(d.svg.getAttribute(side));
	const cellWidth = Math.max(...drawings.map((d) => size(d, "width")));
	const cellHeight = Math.max(...drawings.map((d) => size(d, "height"))) + TITLE_HEIGHT;
	const width = columns * cellWidth;
	const height = Math.ceil(drawings.length / columns) * cellHeight;
	const cells = drawings.map((drawing, i) => {
		const x = (i % columns) * cellWidth;
		const y = Math.floor(i / columns) * cellHeight;
		return `<g transform="translate(${x},${y})">${titleOf(drawing.title)}<g transform="translate(0,${TITLE_HEIGHT})">${inlined(drawing.svg)}</g></g>`;
	});
	const aspect = height / width;
	const box = `width="${widthMm}mm" height="${(widthMm * aspect).toFixed(2)}mm" viewBox="0 0 ${width} ${height}"`;
	const ground = `<rect width="${width}" height="${height}" fill="#ffffff"/>`;
	const metadata = `<metadata>${escapeXml(link)}</metadata>`;
	return { svg: `<svg xmlns="http://www.w3.org/2000/svg" ${box}>${metadata}${ground}${cells.join("")}</svg>`, aspect };
}

const titleOf = (text: string) =>
	`<text x="4" y="13" font-family="sans-serif" font-size="12" font-weight="600" fill="#1c1f23">${escapeXml(text)}</text>`;

/** The contents of a drawing as markup, each element with the style that it has on screen. */
export function inlined(drawing: SVGSVGElement): string {
	const copy = drawing.cloneNode(true) as SVGSVGElement;
	const shown = drawing.querySelectorAll("*");
	copy.querySelectorAll("*").forEach((element, i) => {
		const style = getComputedStyle(shown[i] as Element);
		for (const property of STYLED) {
			const value = style.getPropertyValue(property);
			if (value) element.setAttribute(property, value);
		}
		element.removeAttribute("class");
	});
	const serializer = new XMLSerializer();
	return [...copy.childNodes].map((child) => serializer.serializeToString(child)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeXml = (text: string) => text.replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);

/** The same figure with another link in its metadata, which stand before everything drawn. */
export const figureWithLink = ({ svg, aspect }: Figure, link: string): Figure => ({
	aspect,
	svg: svg.replace(/<metadata>[^<]*<\/metadata>/, () => `<metadata>${escapeXml(link)}</metadata>`),
});

/** A figure as PNG of `widthMm` at `dpi` dots an inch; it carries the link of the SVG. */
export async function pngOf({ svg, aspect }: Figure, widthMm: number, dpi = 300): Promise<Blob> {
	const width = Math.round((widthMm / 25.4) * dpi);
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
	await image.decode();
	const canvas = new OffscreenCanvas(width, Math.round(width * aspect));
	canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
	const png = await canvas.convertToBlob({ type: "image/png" });
	const link = linkIn(new TextEncoder().encode(svg));
	if (link === null) return png;
	const bytes = withLink(new Uint8Array(await png.arrayBuffer()), `${location.href.replace(/[?#].*$/, "")}${link}`);
	return new Blob([bytes], { type: "image/png" });
}
