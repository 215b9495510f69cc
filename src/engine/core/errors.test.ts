import { expect, it } from "vitest";
import { Cancelled, InvalidInput, MissingSignal, WorkFailed } from "./errors";

it("errors are told apart by their names, whatever a build calls their classes", () => {
	const a = class extends InvalidInput {};
	const b = class extends Cancelled {};
	const c = class extends WorkFailed {};
	const d = class extends MissingSignal {};
	const errors = [new a("no"), new b(), new c("lost", "no"), new d("values", "no")];
	expect(errors.map(({ name }) => name)).toEqual(["InvalidInput", "Cancelled", "WorkFailed", "MissingSignal"]);
	expect(String(errors[0])).toBe("InvalidInput: no");
});
