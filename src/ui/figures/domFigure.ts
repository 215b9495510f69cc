import { escapeXml, type Figure, inlined } from "./svgFigure";

/** Fonts that print and that every vector program knows, by the family on screen. */
const PRINTED = {
	mono: "'DejaVu Sans Mono', Menlo, Consolas, monospace",
	sans: "Arial, Helvetica, sans-serif",
} as const;
/** Controls are for the screen. */
const LEFT_OUT =
	"select, input, textarea, .visually-hidden, [popover], .icon, .scrubber, details:not([open]) > :not(summary)";
const HATCH =
	'<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V5" stroke="#5a2800" stroke-opacity="0.45" stroke-width="1"/></pattern>';

/**
 * What an element shows as one SVG that prints: text stays text with its widths, boxes become rectangles, drawings are taken as
 * they are, canvases as pictures. Everything that the element can be scrolled to is there; of elements inside it that scroll, what
 * is on screen. The page should show its light theme meanwhile.
 * @param link goes into the metadata and restores the view.
 */
export function domFigure(root: HTMLElement, widthMm: number, link: string): Figure {
	const box = root.getBoundingClientRect();
	const width = Math.max(root.scrollWidth, 1);
	const height = Math.max(root.scrollHeight, 1);
	const origin = { x: box.left - root.scrollLeft, y: box.top - root.scrollTop };
	const marks = [...root.children].map((child) => drawNode(child, origin)).join("");
	const aspect = height / width;
	const size = `width="${widthMm}mm" height="${(widthMm * aspect).toFixed(2)}mm" viewBox="0 0 ${width} ${height}"`;
	const ground = `<rect width="${width}" height="${height}" fill="#ffffff"/>`;
	const head = `<metadata>${escapeXml(link)}</metadata><defs>${HATCH}</defs>${ground}`;
	return { svg: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${head}${marks}</svg>`, aspect };
}

interface Point {
	readonly x: number;
	readonly y: number;
}

function drawNode(node: Node, origin: Point): string {
	if (node instanceof Text) return drawText(node, origin);
	if (!(node instanceof Element) || node.matches(LEFT_OUT)) return "";
	const style = getComputedStyle(node);
	if (style.display === "none" || style.visibility === "hidden") return "";
	const rect = node.getBoundingClientRect();
	const at = { x: rect.left - origin.x, y: rect.top - origin.y };
	if (node instanceof SVGSVGElement) return `<g transform="translate(${px(at.x)},${px(at.y)})">${inlined(node)}</g>`;
	if (node instanceof HTMLCanvasElement) return drawCanvas(node, at, rect);
	const inside = [...node.childNodes].map((child) => drawNode(child, origin)).join("");
	return drawBox(style, at, rect) + drawBefore(node, at) + clipped(inside, node, style, at);
}

/** What an element lets nobody see on screen: a drawing in a drawing ends at its edges. */
function clipped(inside: string, node: Element, { overflowX, overflowY }: CSSStyleDeclaration, at: Point): string {
	const { clientWidth: width, clientHeight: height, scrollWidth, scrollHeight } = node;
	const hides =
		(overflowX !== "visible" && scrollWidth > width + 1) || (overflowY !== "visible" && scrollHeight > height + 1);
	if (!hides || inside === "") return inside;
	const [x, y] = [px(at.x + node.clientLeft), px(at.y + node.clientTop)];
	return `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">${inside}</svg>`;
}

function drawCanvas(canvas: HTMLCanvasElement, at: Point, { width, height }: DOMRect): string {
	if (width === 0 || height === 0 || canvas.width === 0) return "";
	const place = `x="${px(at.x)}" y="${px(at.y)}" width="${px(width)}" height="${px(height)}"`;
	return `<image ${place} preserveAspectRatio="none" style="image-rendering:pixelated" href="${canvas.toDataURL()}"/>`;
}

function drawBox(style: CSSStyleDeclaration, at: Point, { width, height }: DOMRect): string {
	if (width === 0 || height === 0) return "";
	const shape = `x="${px(at.x)}" y="${px(at.y)}" width="${px(width)}" height="${px(height)}"`;
	const round = Number.parseFloat(style.borderTopLeftRadius) || 0;
	const rx = round > 0 ? ` rx="${px(Math.min(round, height / 2))}"` : "";
	const fill = isClear(style.backgroundColor) ? "" : `<rect ${shape}${rx} fill="${style.backgroundColor}"/>`;
	const hatch = style.backgroundImage.includes("repeating-linear-gradient")
		? `<rect ${shape}${rx} fill="url(#hatch)"/>`
		: "";
	const inset = /^(.*?)\s0px 0px 0px 1px inset$/.exec(style.boxShadow)?.[1];
	const ring = inset ? `<rect ${shape}${rx} fill="none" stroke="${inset}" stroke-width="0.5"/>` : "";
	return fill + hatch + ring + drawBorders(style, at, width, height);
}

function drawBorders(style: CSSStyleDeclaration, { x, y }: Point, width: number, height: number): string {
	const sides = [
		["top", x, y, x + width, y],
		["right", x + width, y, x + width, y + height],
		["bottom", x, y + height, x + width, y + height],
		["left", x, y, x, y + height],
	] as const;
	return sides
		.map(([side, x1, y1, x2, y2]) => {
			const thick = Number.parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0;
			const colour = style.getPropertyValue(`border-${side}-color`);
			if (thick === 0 || isClear(colour)) return "";
			const dash = style.getPropertyValue(`border-${side}-style`) === "dotted" ? ' stroke-dasharray="1 2"' : "";
			return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${colour}" stroke-width="${thick}"${dash}/>`;
		})
		.join("");
}

/** A bar above or below a base line is drawn before its cell. */
function drawBefore(element: Element, at: Point): string {
	const style = getComputedStyle(element, "::before");
	if (style.content === "none" || isClear(style.backgroundColor)) return "";
	const number = (name: string) => Number.parseFloat(style.getPropertyValue(name)) || 0;
	const rect = { width: number("width"), height: number("height") } as DOMRect;
	return drawBox(style, { x: at.x + number("left"), y: at.y + number("top") }, rect);
}

/** Words one by one at the places they have on screen, stretched to their widths whatever font the reader has. */
function drawText(node: Text, origin: Point): string {
	const parent = node.parentElement;
	const text = node.data;
	if (!parent || text.trim() === "") return "";
	const style = getComputedStyle(parent);
	const family = /mono|menlo|consolas/i.test(style.fontFamily.split(",")[0] ?? "") ? PRINTED.mono : PRINTED.sans;
	const size = Number.parseFloat(style.fontSize);
	const look = [
		`font-family="${family}" font-size="${px(size)}" fill="${style.color}"`,
		style.fontWeight === "400" ? "" : ` font-weight="${style.fontWeight}"`,
		style.fontStyle === "normal" ? "" : ` font-style="${style.fontStyle}"`,
	].join("");
	const range = document.createRange();
	return [...text.matchAll(/\S+/g)]
		.map(({ 0: word, index }) => {
			range.setStart(node, index);
			range.setEnd(node, index + word.length);
			const rect = range.getBoundingClientRect();
			if (rect.width === 0) return "";
			// Line boxes are taller than letters: the base line is where most fonts have it.
			const baseline = rect.top - origin.y + rect.height / 2 + size * 0.35;
			return `<text x="${px(rect.left - origin.x)}" y="${px(baseline)}" textLength="${px(rect.width)}" lengthAdjust="spacingAndGlyphs" ${look}>${escapeXml(word)}</text>`;
		})
		.join("");
}

const px = (x: number) => String(Math.round(x * 100) / 100);
const isClear = (colour: string) => colour === "transparent" || /,\s*0\)$/.test(colour) || colour === "";
