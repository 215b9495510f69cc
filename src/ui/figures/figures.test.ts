// @vitest-environment jsdom
import { expect, it } from "vitest";
import { linkIn } from "./carriedLink";
import { csvOf } from "./csv";
import { figureWithLink, svgFigure } from "./svgFigure";

it("writes numbers that read back, absent ones as nothing, and text that no spreadsheet runs", () => {
	const csv = csvOf(
		["a", "b"],
		[
			[0.1 + 0.2, Number.NaN],
			[-1, 'say "hi", you'],
			["=1+1", null],
		],
	);
	expect(csv).toBe('a,b\r\n0.30000000000000004,\r\n-1,"say ""hi"", you"\r\n\'=1+1,\r\n');
});

it("puts drawings into one SVG with a width in millimetres and the link inside, all text escaped", () => {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	svg.setAttribute("width", "100");
	svg.setAttribute("height", "82");
	svg.innerHTML = '<path class="x" d="M0,0L1,1"></path>';
	const figure = svgFigure(
		[
			{ title: "a < b", svg },
			{ title: "KL", svg },
		],
		84,
		"https://e.org/#1z&x",
	);
	expect(figure.aspect).toBe(0.5);
	expect(figure.svg).toContain('width="84mm" height="42.00mm" viewBox="0 0 200 100"');
	expect(figure.svg).toContain("<metadata>https://e.org/#1z&amp;x</metadata>");
	const read = new DOMParser().parseFromString(figure.svg, "image/svg+xml");
	expect(read.querySelector("parsererror")).toBeNull();
	expect([...read.querySelectorAll("text")].map((t) => t.textContent)).toEqual(["a < b", "KL"]);
	expect(read.querySelectorAll("path[d='M0,0L1,1']")).toHaveLength(2);
	const other = figureWithLink(figure, "https://e.org/#1z$&<y");
	expect(linkIn(new TextEncoder().encode(other.svg))).toBe("#1z$&<y");
	expect(figureWithLink(other, "https://e.org/#1z&x")).toEqual(figure);
});
