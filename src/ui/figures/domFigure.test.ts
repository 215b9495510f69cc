// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { domFigure } from "./domFigure";

// Nothing here has a ::before, and jsdom knows none.
const styleOf = window.getComputedStyle;
vi.spyOn(window, "getComputedStyle").mockImplementation((element, pseudo) =>
	pseudo ? ({ content: "none" } as CSSStyleDeclaration) : styleOf(element),
);

/** Sizes that a browser would have laid out. */
function sized<E extends HTMLElement>(element: E, sizes: Readonly<Record<string, number>>): E {
	for (const [name, value] of Object.entries(sizes)) Object.defineProperty(element, name, { value });
	return element;
}

function figureOf(box: Readonly<Record<string, number>>, overflow: string): Document {
	const root = sized(document.createElement("div"), { scrollWidth: 200, scrollHeight: 100 });
	const inner = sized(document.createElement("div"), box);
	inner.style.overflowX = overflow;
	inner.append(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
	root.append(inner);
	document.body.replaceChildren(root);
	return new DOMParser().parseFromString(domFigure(root, 100, "#1z<&").svg, "image/svg+xml");
}

it("cuts an element of the figure where it hides what it holds on screen, and nothing else", () => {
	const wide = { clientWidth: 80, clientHeight: 40, scrollWidth: 120, scrollHeight: 40 };
	const cut = (box: Readonly<Record<string, number>>, overflow: string) =>
		figureOf(box, overflow).querySelector("svg svg");
	expect(cut(wide, "auto")?.getAttribute("viewBox")).toBe("0 0 80 40");
	expect(cut(wide, "visible")).toBeNull();
	// Rounded sizes differ by less than a pixel where nothing is hidden.
	expect(cut({ ...wide, scrollWidth: 81 }, "auto")).toBeNull();
	expect(cut({ ...wide, scrollWidth: 82 }, "auto")).not.toBeNull();
});

it("has the width that was asked for, the element's aspect, and the link", () => {
	const figure = figureOf({ clientWidth: 1, clientHeight: 1, scrollWidth: 1, scrollHeight: 1 }, "visible");
	const { width, height, viewBox } = Object.fromEntries(
		[...figure.documentElement.attributes].map((a) => [a.name, a.value]),
	);
	expect([width, height, viewBox]).toEqual(["100mm", "50.00mm", "0 0 200 100"]);
	expect(figure.querySelector("metadata")?.textContent).toBe("#1z<&");
});
