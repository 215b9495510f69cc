// @vitest-environment jsdom
import { expect, it } from "vitest";
import { FIGURE_PANELS, LAYOUTS } from "./layouts";
import { PANELS } from "./panels/catalog";
import { USUAL_FIGURE } from "./stores/layout";

const ids = PANELS.map(({ id }) => id);

it("has a place for every panel, and no place for one that there is not", () => {
	const placed = Object.values(LAYOUTS).flatMap(({ places }) => Object.values(places).flat());
	expect([...new Set(placed)].sort()).toEqual([...ids].sort());
	for (const { places } of Object.values(LAYOUTS)) {
		const here = Object.values(places).flat();
		expect(new Set(here).size).toBe(here.length);
	}
});

it("lets every panel be a figure but those of settings and files", () => {
	expect(ids.filter((id) => !FIGURE_PANELS.includes(id))).toEqual(["setup", "data", "runs"]);
	expect(FIGURE_PANELS).toContain(USUAL_FIGURE.panel);
	for (const { id, tables } of PANELS) if (tables) expect(FIGURE_PANELS).toContain(id);
});
