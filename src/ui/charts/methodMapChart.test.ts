// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { mappedMethods } from "../library/methodMap";
import { drawMethodMap } from "./methodMapChart";

it("shows every method once, in its cell, and tells which was chosen", () => {
	const element = document.createElement("div");
	const onChoose = vi.fn();
	const draw = () => drawMethodMap(element, mappedMethods(), { width: 900, chosen: "gae", onChoose });
	draw();
	const once = element.innerHTML;
	draw();
	expect(element.innerHTML).toBe(once);
	const names = [...element.querySelectorAll<SVGTextElement>("text.method")];
	expect(names.length).toBe(METHODS.length);
	expect(new Set(names.map((n) => `${n.getAttribute("x")} ${n.getAttribute("y")}`)).size).toBe(METHODS.length);
	const at = (name: string) => Number(names.find((n) => n.textContent?.startsWith(name))?.getAttribute("x"));
	expect(at("GRPO")).toBeLessThan(at("GAE"));
	names.find((n) => n.textContent === "GRPO")?.dispatchEvent(new MouseEvent("click"));
	expect(onChoose).toHaveBeenCalledWith("grpo");
});
